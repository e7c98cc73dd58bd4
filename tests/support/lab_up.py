"""A lab of a test's own: where its folder may lie, and what is left of it."""

from __future__ import annotations

import os
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def lab_folder() -> Iterator[Path]:
    """A folder that PostgreSQL's own user may enter, where root runs the tests."""
    with tempfile.TemporaryDirectory(prefix="pressloop-lab-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


def listens(port: int) -> bool:
    """Whether anybody listens on this port of the loopback address."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def processes_of(*words: str) -> list[str]:
    """Command lines of processes that have one of these words, or work in such a folder."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            told = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            where = os.readlink(folder / "cwd")
        except OSError:
            continue
        if int(folder.name) != os.getpid() and any(word in told or word in where for word in words):
            found.append(told)
    return found


def dumped(programs: Path, port: int, database: str, pgpass: Path) -> str:
    """Everything that a database of the lab's cluster holds, as text."""
    done = subprocess.run(
        [str(programs / "pg_dump"), "-h", "127.0.0.1", "-p", str(port), "-U", "pressloop_admin",
         "-w", database], env={**os.environ, "PGPASSFILE": str(pgpass)}, check=True,
        capture_output=True, text=True)
    return done.stdout
