"""Processes of a lab: who descends from whom, and how all of them end."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

RUN = "prefect.engine"
"""What the process of a flow run has among its words."""


@dataclass(frozen=True, slots=True)
class Process:
    """A process as the kernel tells it apart: its number may be another one's later."""

    pid: int
    started: str

    @property
    def lives(self) -> bool:
        """True while it runs. One that has ended and was not asked for its end does not."""
        found = _all().get(self.pid)
        return found is not None and found.started == self.started and not found.ended


@dataclass(frozen=True, slots=True)
class _Seen:
    parent: int
    started: str
    words: str
    ended: bool


def process(pid: int) -> Process | None:
    """The process of this number, None where there is none."""
    found = _all().get(pid)
    return None if found is None else Process(pid, found.started)


def below(pid: int) -> list[Process]:
    """All that a process has started, and what those have, the youngest generation last."""
    known, found, wanted = _all(), list[Process](), {pid}
    while wanted:
        children = {number: one for number, one in known.items() if one.parent in wanted}
        found += [Process(number, one.started) for number, one in children.items() if not one.ended]
        wanted = set(children)
    return found


def runs_below(pid: int) -> list[Process]:
    """The flow runs among them."""
    known = _all()
    return [one for one in below(pid) if RUN in known.get(one.pid, _Seen(0, "", "", True)).words]


def end(processes: Iterable[Process], patience_s: float) -> None:
    """Asks each to end, and ends those that have not after a while."""
    some = [one for one in processes if one.lives]
    for one in some:
        _signal(one, signal.SIGTERM)
    deadline = time.monotonic() + patience_s
    while (some := [one for one in some if one.lives]) and time.monotonic() < deadline:
        time.sleep(0.1)
    for one in some:
        _signal(one, signal.SIGKILL)


def _signal(one: Process, what: signal.Signals) -> None:
    if one.lives:
        with suppress(ProcessLookupError):
            os.kill(one.pid, what)


def _all() -> dict[int, _Seen]:
    if Path("/proc/self/stat").exists():
        return {int(folder.name): seen for folder in Path("/proc").glob("[0-9]*")
                if (seen := _of_proc(folder)) is not None}
    done = subprocess.run(["ps", "-A", "-o", "pid=,ppid=,stat=,lstart=,command="], check=True,
                          capture_output=True, text=True)
    found = {}
    for line in done.stdout.splitlines():
        pid, parent, stat, *rest = line.split(None, 8)
        found[int(pid)] = _Seen(int(parent), " ".join(rest[:5]), rest[-1], stat.startswith("Z"))
    return found


def _of_proc(folder: Path) -> _Seen | None:
    try:
        fields = (folder / "stat").read_text().rpartition(")")[2].split()
        words = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return None
    return _Seen(int(fields[1]), fields[19], words, fields[0] == "Z")
