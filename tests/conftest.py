"""Properties without a clock, Ctrl-C, and a PostgreSQL server of the tests' own.

The server listens on a socket in a temporary folder.
"""

from __future__ import annotations

import getpass
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# How long an example takes says how busy the computer is.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")
NOBODY = "postgres"
"""PostgreSQL does not run as root; its Debian package brings this user."""
NUMBERS = count(1)


@dataclass(frozen=True)
class PostgresServer:
    """One server; every test asks for a database of its own."""

    programs: Path
    folder: Path

    def database(self) -> str:
        """The address of a new, empty database."""
        name = f"ledger{next(NUMBERS)}"
        self.run("psql", "-h", str(self.folder), "-d", "postgres", "-qc", f"CREATE DATABASE {name}")
        return f"postgresql+psycopg://{user()}@/{name}?host={self.folder}"

    def start(self) -> None:
        """Listens on a socket in its own folder and nowhere else."""
        self._control("start", "-l", str(self.folder / "log"), "-o", f"-k {self.folder} -h ''")

    def stop(self) -> None:
        """Cuts connections rather than wait for them."""
        self._control("stop", "-m", "fast")

    def _control(self, *what: str) -> None:
        self.run("pg_ctl", "-D", str(self.folder / "data"), "-w", *what)

    def run(self, program: str, *arguments: str) -> None:
        """One of PostgreSQL's programs, as its user."""
        subprocess.run([str(self.programs / program), *arguments], check=True, cwd=self.folder,
                       stdout=subprocess.DEVNULL, user=user())


def user() -> str:
    """Who runs the server."""
    return NOBODY if os.geteuid() == 0 else getpass.getuser()


def programs() -> Path | None:
    """The folder with initdb; Debian keeps it off the path."""
    found = [*sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))]
    on_path = shutil.which("initdb")
    return found[-1].parent if found else Path(on_path).parent if on_path else None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What needs PostgreSQL's server is slow: each process of tests would start one for it."""
    for item in items:
        values = item.callspec.params.values() if hasattr(item, "callspec") else ()
        if "postgres" in getattr(item, "fixturenames", ()) or "postgresql" in map(str, values):
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session", autouse=True)
def own_runtime() -> Iterator[None]:
    """Sockets, credentials and caches lie in a folder of the session's own, with a short path."""
    with tempfile.TemporaryDirectory(prefix="pressloop-own-") as folder:
        os.environ |= {"PRESSLOOP_RUNTIME": folder, "PRESSLOOP_CACHE": f"{folder}/cache"}
        yield
        os.environ.pop("PRESSLOOP_RUNTIME", None)
        os.environ.pop("PRESSLOOP_CACHE", None)


@pytest.fixture(scope="session", autouse=True)
def ctrl_c() -> None:
    """Is obeyed: a shell's background job starts with it ignored, and so would its processes."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A server that lasts as long as the session."""
    where = programs()
    if where is None:
        pytest.skip("PostgreSQL's server is not installed: apt-get install postgresql")
    with tempfile.TemporaryDirectory(prefix="pressloop-pg-") as name:
        folder = Path(name)
        if os.geteuid() == 0:
            shutil.chown(folder, NOBODY)
        server = PostgresServer(where, folder)
        server.run("initdb", "-D", str(folder / "data"), "-A", "trust", "-N")
        server.start()
        try:
            yield server
        finally:
            server.stop()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Notes which tests failed, one a line, where `tools/suite.py` asks for it."""
    if told := os.environ.get("PRESSLOOP_FAILED_TESTS"):
        failed = [report.nodeid for kind in ("failed", "error")
                  for report in terminalreporter.getreports(kind)]
        Path(told).write_text("".join(f"{one}\n" for one in dict.fromkeys(failed)))
