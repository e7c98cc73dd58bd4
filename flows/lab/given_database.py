"""The ledger's database and its roles in a PostgreSQL that somebody else runs, as a container does.

Run as `python -P -m pressloop.flows.lab.given_database` with PRESSLOOP_ADMIN_URL, the address of a
role that may create databases and roles, and PRESSLOOP_WRITER_SECRET, the writer's password. May be
run again.
"""

from __future__ import annotations

import os
import re
import sys
from contextlib import closing

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from pressloop.flows.console import say
from pressloop.flows.lab.folder import READER, WRITER
from pressloop.flows.lab.postgres import role_sql, roles_sql, told
from pressloop.trials.errors import BadInput, PressloopError
from pressloop.trials.ledger.ledger import Ledger

ADMIN_VARIABLE, SECRET_VARIABLE = "PRESSLOOP_ADMIN_URL", "PRESSLOOP_WRITER_SECRET"
LEDGER = "ledger"


def main() -> None:
    """Makes what lacks; ends with code 2 where the environment does not say enough."""
    try:
        make(os.environ.get(ADMIN_VARIABLE, ""), os.environ.get(SECRET_VARIABLE, ""))
    except PressloopError as error:
        say(f"pressloop: {error}")
        sys.exit(2 if isinstance(error, BadInput) else 1)


def make(admin: str, secret: str) -> None:
    """Database, tables and roles. Raises BadInput, Fault, LedgerProblem."""
    if not re.fullmatch(r"[A-Za-z0-9_-]{16,}", secret):
        raise BadInput(SECRET_VARIABLE, "given" if secret else "not given", "16 letters, digits, "
                       "- and _ or more", "`openssl rand -hex 24` makes one.")
    try:
        ledger = make_url(admin).set(database=LEDGER).render_as_string(hide_password=False)
    except ArgumentError:
        raise BadInput(ADMIN_VARIABLE, "not an address", "an address of PostgreSQL",
                       "Write it like postgresql+psycopg://admin@host/postgres.") from None
    if not told(admin, f"SELECT 1 FROM pg_database WHERE datname = '{LEDGER}'"):
        told(admin, f"CREATE DATABASE {LEDGER}")
        told(admin, f"REVOKE ALL ON DATABASE {LEDGER} FROM PUBLIC")
    told(admin, role_sql(WRITER, secret))
    with closing(Ledger.open(ledger)):
        pass
    told(ledger, roles_sql())
    told(admin, f"GRANT CONNECT ON DATABASE {LEDGER} TO {WRITER}, {READER}")
    say("The ledger's database is ready.")


if __name__ == "__main__":
    main()
