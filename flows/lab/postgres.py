"""A PostgreSQL cluster of the lab's own: on a loopback port, with a password for every role."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any

from pressloop.flows.lab.folder import ADMIN, HOST, OWNER, PREFECT, READER, WRITER, Folder, Lab
from pressloop.trials.errors import BadInput, Fault
from pressloop.trials.ledger.ledger import Ledger

SYSTEM_USER = "postgres"
"""PostgreSQL does not run as root; its packages bring this user."""
INSTALL = "Install PostgreSQL's server (apt-get install postgresql), or name one by --database."


def programs() -> Path:
    """The folder with initdb, which Debian keeps off the path. Raises BadInput where none is."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=_version)
    on_path = shutil.which("initdb")
    if found:
        return found[-1].parent
    if on_path is None:
        raise BadInput("PostgreSQL", "not installed", "installed", INSTALL)
    return Path(on_path).parent


def _version(path: Path) -> int:
    name = path.parent.parent.name
    return int(name) if name.isdecimal() else 0


@contextmanager
def cluster(folder: Folder, lab: Lab) -> Iterator[None]:
    """The cluster runs for the length of the block; made, with roles and databases, the first time.

    Raises Fault where it cannot be started."""
    start(folder, lab)
    try:
        _ensure_databases(folder, lab)
        yield
    finally:
        stop(folder)


def prove_enterable(folder: Folder) -> None:
    """Raises BadInput where root starts a lab in a folder that PostgreSQL's user cannot enter."""
    if os.geteuid() != 0:
        return
    closed = [one for one in folder.path.parents if not one.stat().st_mode & stat.S_IXOTH]
    if closed:
        raise BadInput("--folder", folder.path, f"a folder that the user {SYSTEM_USER} may enter, "
                       f"as PostgreSQL does not run as root; {closed[-1]} is closed to others",
                       "Start the lab as a user of your own, or choose another --folder, such as "
                       "/var/lib/pressloop.")


def start(folder: Folder, lab: Lab) -> None:
    """Starts the cluster. Raises Fault with PostgreSQL's last words where it does not start."""
    if not (folder.cluster / "data" / "PG_VERSION").exists():
        _make(folder)
    elif not folder.knows(ADMIN) and not runs(folder):
        _renew(folder)
    folder.write_pgpass(lab)
    # No socket in /tmp, whose name others could take; nothing beyond loopback.
    told = f"-p {lab.database_port} -h {HOST} -k ''"
    _run(folder, "pg_ctl", "-D", "data", "-l", "log", "-w", "-t", "60", "-o", told, "start")


def stop(folder: Folder) -> None:
    """Stops the cluster, without waiting for clients. No error where it does not run."""
    if runs(folder):
        _run(folder, "pg_ctl", "-D", "data", "-w", "-m", "fast", "stop")


def runs(folder: Folder) -> bool:
    """True where the cluster runs."""
    if not (folder.cluster / "data" / "PG_VERSION").exists():
        return False
    return _call(folder, "pg_ctl", "-D", "data", "status").returncode == 0


def _make(folder: Folder) -> None:
    folder.cluster.mkdir(exist_ok=True)
    folder.cluster.chmod(0o700)
    first = folder.cluster / "first"
    first.touch(mode=0o600)
    first.write_text(folder.secret(ADMIN), encoding="utf-8")
    if os.geteuid() == 0:
        for path in (folder.cluster, first):
            shutil.chown(path, SYSTEM_USER)
    try:
        _run(folder, "initdb", "-D", "data", "-A", "scram-sha-256", "-U", ADMIN, "--pwfile",
             "first", "-E", "UTF8", "--no-locale")
    finally:
        first.unlink(missing_ok=True)


def _renew(folder: Folder) -> None:
    """A new password for the administrator, where the old one was thrown away.

    Whoever may read the cluster's files may do so while it does not run."""
    sql = f"ALTER ROLE {ADMIN} PASSWORD '{folder.secret(ADMIN)}'\n"
    done = _call(folder, "postgres", "--single", "-D", "data", "postgres", said=sql)
    if done.returncode:
        raise Fault("PostgreSQL does not take a new password for its administrator: "
                    f"{_last_words(folder, done)}")


def _run(folder: Folder, program: str, *arguments: str) -> None:
    done = _call(folder, program, *arguments)
    if done.returncode:
        raise Fault(f"PostgreSQL's {program} ended with code {done.returncode}: "
                    f"{_last_words(folder, done)}")


def _call(folder: Folder, program: str, *arguments: str, said: str = ""
          ) -> subprocess.CompletedProcess[str]:
    """One of PostgreSQL's programs in the cluster's folder, as a user that it runs as."""
    told: dict[str, Any] = {"user": SYSTEM_USER} if os.geteuid() == 0 else {}
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return subprocess.run([str(programs() / program), *arguments], cwd=folder.cluster, check=False,
                          input=said, stdout=subprocess.DEVNULL,
                          stderr=subprocess.PIPE, text=True, env=kept, **told)


def _last_words(folder: Folder, done: subprocess.CompletedProcess[str]) -> str:
    lines = [line for line in done.stderr.splitlines() if line.strip()]
    if (log := folder.cluster / "log").exists():
        lines = [*log.read_text(errors="replace").splitlines()[-1:], *lines]
    return " ".join(" ".join(lines[:3]).split()) or "it said nothing"


def _ensure_databases(folder: Folder, lab: Lab) -> None:
    """Roles with passwords, a database for Prefect, and one for the ledger with its rights."""
    os.environ["PGPASSFILE"] = str(folder.pgpass)
    for role in (PREFECT, OWNER, WRITER, READER):
        _tell(lab, "postgres", role_sql(role, folder.secret(role)))
    for name, owner in ((PREFECT, PREFECT), ("ledger", OWNER)):
        known = _tell(lab, "postgres", f"SELECT 1 FROM pg_database WHERE datname = '{name}'")
        if not known:
            _tell(lab, "postgres", f"CREATE DATABASE {name} OWNER {owner}")
            _tell(lab, "postgres", f"REVOKE ALL ON DATABASE {name} FROM PUBLIC")
    _tell(lab, "postgres", f"GRANT CONNECT ON DATABASE ledger TO {WRITER}, {READER}")
    _tell(lab, "ledger", f"ALTER SCHEMA public OWNER TO {OWNER}")
    with closing(Ledger.open(address(lab, OWNER, "ledger"))):
        pass
    _tell(lab, "ledger", roles_sql())


def roles_sql() -> str:
    """The shipped rights of writer and reader."""
    return files("pressloop.flows.lab").joinpath("roles.sql").read_text(encoding="utf-8")


def address(lab: Lab, role: str, database: str, driver: str = "psycopg") -> str:
    """Without a password, which the client finds in the lab's pgpass file."""
    return f"postgresql+{driver}://{role}@{HOST}:{lab.database_port}/{database}"


def role_sql(name: str, password: str) -> str:
    """Passwords are letters, digits, - and _ alone."""
    return (f"DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{name}') THEN "
            f"CREATE ROLE {name} LOGIN; END IF; END $$; ALTER ROLE {name} PASSWORD '{password}'")


def _tell(lab: Lab, database: str, sql: str) -> Sequence[Any]:
    """As the cluster's administrator. Raises Fault."""
    return told(address(lab, ADMIN, database), sql)


def told(url: str, sql: str) -> Sequence[Any]:
    """What the database answers. Raises Fault, without what was said: passwords are in it."""
    from sqlalchemy import create_engine
    from sqlalchemy.exc import SQLAlchemyError

    engine = create_engine(url, isolation_level="AUTOCOMMIT", hide_parameters=True)
    try:
        with engine.connect() as connection:
            done = connection.exec_driver_sql(sql)
            return done.all() if done.returns_rows else ()
    except SQLAlchemyError as error:
        why = str(getattr(error, "orig", None) or type(error).__name__).splitlines()[0]
        raise Fault(f"the database refuses what is asked of it: {why}") from None
    finally:
        engine.dispose()
