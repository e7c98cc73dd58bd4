"""Runs of the command line that can be killed at a point, each a process of its own.

What they need to import takes seconds, so that one process imports it once and forks a child for
each run, as `forked` does for whole commands: the child has a session, a log, an environment and a
death of its own.
"""

from __future__ import annotations

import faulthandler
import os
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from admitted import admitted
from crash_points import REACHED, Point, die_at, points_of
from forked import Forker, forking_by, serve, settle

LOOK_S = 0.01
IMPORTED = (
    "pressloop.flows.campaign.campaign", "pressloop.flows.cli.commands.run",
    "pressloop.flows.engine.server", "pressloop.flows.operator.terminal",
    "pressloop.flows.engine.zombies", "pressloop.hardware.meters.scpi",
    "pressloop.hardware.meters.simulated", "pressloop.hardware.presses.modbus",
    "pressloop.hardware.presses.simulated", "pressloop.hardware.supervisor.client",
    "pressloop.optimizer.corrected", "pressloop.optimizer.history.drift",
    "pressloop.optimizer.models", "pressloop.optimizer.proposals",
    "pressloop.optimizer.recommendation", "pressloop.views.live.progress")
WHERE = signal.SIGUSR2
"""Makes a run log what each of its threads is doing."""


@dataclass(frozen=True)
class KilledRun:
    """One run, which may be under way."""

    zygote: Zygote
    pid: int
    log: Path

    def code(self) -> int | None:
        """Its exit code, minus the signal that ended it; None while it runs."""
        found: int | None = self.zygote.asked({"code of": self.pid})
        return found

    def wait(self, seconds: float) -> int:
        """Its exit code. Fails, with its log, where it does not end in time."""
        deadline = time.monotonic() + seconds
        while (code := self.code()) is None:
            if time.monotonic() > deadline:
                os.kill(self.pid, WHERE)
                time.sleep(1.0)
                self.kill()
                raise AssertionError(f"still running after {seconds:g} s:\n{self.said()}")
            time.sleep(LOOK_S)
        return code

    def kill(self) -> None:
        """From outside, wherever it is."""
        if self.code() is None:
            os.kill(self.pid, signal.SIGKILL)

    def said(self) -> str:
        """Its log."""
        return self.log.read_text()

    @property
    def reached(self) -> str:
        """The point at which it killed itself, "" for none."""
        lines = [line for line in self.said().splitlines() if line.startswith(REACHED)]
        return lines[-1].removeprefix(REACHED) if lines else ""

    @property
    def left_something(self) -> bool:
        """True where a process of its session is still there."""
        try:
            os.killpg(self.pid, 0)
        except ProcessLookupError:
            return False
        return True


class Zygote(Forker):
    """The process that imports and forks."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        super().__init__(process)
        self._runs = 0

    def run(self, folder: Path, *arguments: object, press: str = "simulated",
            point: Point | None = None, stack: int | None = None) -> KilledRun:
        """`pressloop run` with these arguments, in a folder that also has its locks.

        With a point it dies there, on the stack of that number."""
        return self.command(folder, "run", *arguments, press=press, point=point, stack=stack)

    def command(self, folder: Path, *arguments: object, press: str = "simulated",
                point: Point | None = None, stack: int | None = None) -> KilledRun:
        """Any command, in the same way."""
        self._runs += 1
        log = folder / f"run-{self._runs:03d}.log"
        pid = self.asked({
            "arguments": [*map(str, arguments)], "folder": str(folder), "log": str(log),
            "environment": {"PRESSLOOP_LOCKS": str(folder)}, "press": press,
            "point": None if point is None else point.name, "stack": stack})
        return KilledRun(self, pid, log)


def zygote() -> AbstractContextManager[Zygote]:
    """A process that is ready to fork runs; what still runs at the end is killed with it."""
    root = f"{Path(__file__).parents[2]}{os.pathsep}{Path(__file__).parent}"
    return forking_by(Zygote, __file__, {**os.environ, "PYTHONPATH": root})


@contextmanager
def forking(server: str) -> Iterator[Zygote]:
    """What runs are forked from that use this Prefect server, and that it leaves unmarked."""
    before = dict(os.environ)
    os.environ |= admitted(server)
    with unmarked(), zygote() as ready:
        yield ready
    os.environ.clear()
    os.environ.update(before)


@contextmanager
def unmarked() -> Iterator[None]:
    """Within the block Prefect's server leaves dead runs as they are.

    It would mark them all, a while later and one after the other, and answer nobody meanwhile."""
    from prefect.client.orchestration import get_client

    from pressloop.flows.engine.zombies import NAME, ensure_automation

    ensure_automation()
    with get_client(sync_client=True) as client:
        mark, = client.read_automations_by_name(NAME)
        client.pause_automation(mark.id)
        yield
        client.resume_automation(mark.id)


def _child(request: Mapping[str, Any]) -> int:
    """The run itself; its exit code."""
    from pressloop.flows.cli.main import main as pressloop

    settle(request)
    faulthandler.register(WHERE)
    if request["point"] is not None:
        point, = (p for p in points_of(request["press"]) if p.name == request["point"])
        die_at(point, request["stack"])
    try:
        pressloop()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    return 0


if __name__ == "__main__":
    serve(IMPORTED, _child)
