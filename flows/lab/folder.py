"""A lab's folder: what it consists of, its secrets, and who keeps it up now."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from pressloop.trials.errors import BadInput, Fault

ADMIN, PREFECT, OWNER = "pressloop_admin", "prefect", "pressloop_owner"
WRITER, READER = "pressloop_writer", "pressloop_reader"
ROLES = (ADMIN, PREFECT, OWNER, WRITER, READER)
HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Lab:
    """What a lab is made of. No secret is in it.

    `database` is the address of Prefect's own database, "" for a cluster in the lab's folder that
    listens on `database_port`. Relative addresses are meant from the `directory`."""

    settings: tuple[str, ...]
    port: int
    database: str = ""
    database_port: int = 0
    cron: str = ""
    per_run: int | None = None
    blackouts: tuple[str, ...] = field(default=())
    directory: str = ""

    @property
    def server(self) -> str:
        """The address of Prefect's API."""
        return f"http://{HOST}:{self.port}/api"

    @property
    def ledger(self) -> str:
        """The address of the ledger in the lab's own cluster, "" where it has none."""
        return "" if self.database else (
            f"postgresql+psycopg://{WRITER}@{HOST}:{self.database_port}/ledger")


class Folder:
    """The files of a lab's folder."""

    def __init__(self, path: Path) -> None:
        self.path = path.resolve()
        self.lab, self.state = self.path / "lab.json", self.path / "state.json"
        self.lock, self.log = self.path / "lab.lock", self.path / "lab.log"
        self.secrets, self.pgpass = self.path / "secrets.json", self.path / "pgpass"
        self.cluster, self.backups = self.path / "postgres", self.path / "backups"
        self.prefect = self.path / "prefect"

    def make(self) -> None:
        """The folder, into which others may not look. Raises BadInput where it cannot be made."""
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            # PostgreSQL, as a user of its own, has to find its cluster in it.
            self.path.chmod(0o711 if os.geteuid() == 0 else 0o700)
        except OSError as error:
            raise BadInput("--folder", self.path, "a folder of this user", f"{error.strerror}: "
                           "choose another one.") from None

    def read(self) -> Lab:
        """The lab as it was set up. Raises BadInput where there is none."""
        try:
            told = json.loads(self.lab.read_text(encoding="utf-8"))
            return Lab(**{**told, "settings": tuple(told["settings"]),
                          "blackouts": tuple(told["blackouts"])})
        except FileNotFoundError:
            raise BadInput("--folder", self.path, "the folder of a lab",
                           "`pressloop lab up SETTINGS.toml` makes one.") from None
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise BadInput("lab.json", self.lab, "readable", f"{error}. Remove it and start the "
                           "lab again with its settings: data and secrets stay.") from None

    def write(self, lab: Lab) -> None:
        """Keeps what the lab consists of."""
        _write(self.lab, json.dumps(asdict(lab), indent=2), 0o644)

    def secret(self, name: str) -> str:
        """A password of the lab's, made when it is first asked for and kept for this user alone."""
        known: dict[str, str] = {}
        if self.secrets.exists():
            _prove_private(self.secrets)
            known = json.loads(self.secrets.read_text(encoding="utf-8"))
        if name not in known:
            known[name] = secrets.token_urlsafe(32)
            _write(self.secrets, json.dumps(known), 0o600)
        return known[name]

    def knows(self, name: str) -> bool:
        """True where this password has been made."""
        return self.secrets.exists() and name in json.loads(
            self.secrets.read_text(encoding="utf-8"))

    def write_pgpass(self, lab: Lab) -> None:
        """The passwords of the cluster's roles, as PostgreSQL's clients look for them."""
        lines = [f"{HOST}:{lab.database_port}:*:{role}:{self.secret(role)}\n" for role in ROLES]
        _write(self.pgpass, "".join(lines), 0o600)

    def read_state(self) -> dict[str, Any]:
        """What the keeper has said last of what runs; {} where it has said nothing."""
        try:
            found = json.loads(self.state.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def write_state(self, state: dict[str, Any]) -> None:
        """Says what runs."""
        _write(self.state, json.dumps(state), 0o600)

    def kept_up(self) -> int | None:
        """The process that keeps the lab up, None where none does."""
        try:
            with self.lock.open("r+", encoding="utf-8") as file:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except OSError:
                    return int(file.read() or 0)
        except FileNotFoundError:
            pass
        return None

    @contextmanager
    def keeping(self) -> Iterator[None]:
        """This process keeps the lab up for the length of the block.

        Raises Fault where another one does. The kernel ends it with the process."""
        with self.lock.open("a+", encoding="utf-8") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise Fault(f"the lab in {self.path} is up already") from None
            file.truncate(0)
            file.write(str(os.getpid()))
            file.flush()
            try:
                yield
            finally:
                self.state.unlink(missing_ok=True)
                self.lock.unlink(missing_ok=True)


def _prove_private(path: Path) -> None:
    found = path.stat()
    if found.st_uid != os.geteuid() or found.st_mode & 0o077:
        raise BadInput("secrets", path, "a file of this user's alone (mode 0600)",
                       "Others could have read it: delete it and give the roles new passwords.")


def _write(path: Path, text: str, mode: int) -> None:
    """Whole or not at all, and never readable by more than it may be."""
    draft = path.with_name(path.name + ".new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(draft, path)
