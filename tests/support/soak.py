"""A short campaign under attack.

Its process is killed and stopped at random, its supervisor is killed, and its ledger is set back,
between two runs and behind one. What the press itself remembers is the witness.
"""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import astuple, dataclass, fields
from pathlib import Path

from crash_lab import CrashLab
from crash_points import Point, points_of
from killed_run import KilledRun, Zygote
from ledger_copies import Copies

from pressloop.hardware.protocols import stack_tag
from pressloop.trials import State

LONGEST_S = 8.0
"""How long a run may live before it is disturbed from outside; its start alone takes a second."""
AHEAD = 2
"""How many stacks further a point may be at most."""
MOST_RUNS = 12
"""Disturbed runs of one campaign."""
LAST_S = 300.0
REST_S = 1.0
"""How long nothing comes to a press that is at rest."""
SET_BACK = 0.6
"""How often the ledger is set back after a run."""
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
STOPPED = {0, 130, 143, *(-number for number in SIGNALS)}
"""How a run that was stopped ends: finished meanwhile, by its own words, or before it had any."""
FAILED, REFUSED = 1, 2
"""A run whose supervisor was killed while it sent an order may say so and end; one whose ledger was
replaced has to, unless it has written its last entry."""


@dataclass(frozen=True)
class Tally:
    """What one campaign came to.

    Told and silent are of set backs after which the press knew more than the ledger."""

    trials: int
    cycles: int
    kills: int
    stops: int
    set_backs: int
    told: int
    lost: int
    doubled: int
    silent: int
    tracebacks: int

    @property
    def bad(self) -> int:
        """0 for a campaign without fault."""
        return self.lost + self.doubled + self.silent + self.tracebacks

    def __str__(self) -> str:
        return ", ".join(f"{one.name.replace('_', ' ')} {getattr(self, one.name)}"
                         for one in fields(self))


def total(tallies: Sequence[Tally]) -> Tally:
    """The sum of each."""
    return Tally(*map(sum, zip(*map(astuple, tallies), strict=True)))


def table(rows: dict[str, list[Tally]]) -> str:
    """Campaigns and sums by press, and of all."""
    named = {**rows, "all": [one for some in rows.values() for one in some]}
    heads = ["press", "campaigns", *(one.name.replace("_", " ") for one in fields(Tally))]
    lines = [heads, *([name, str(len(some)), *map(str, astuple(total(some)))]
                      for name, some in named.items() if some)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join("  ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True))
                     for line in lines)


class Attack:
    """One campaign of so many stacks."""

    def __init__(self, lab: CrashLab, forks: Zygote, draw: random.Random, stacks: int) -> None:
        self.lab, self.forks, self.draw, self.stacks = lab, forks, draw, stacks
        self.press = "simulated" if lab.press is None else "modbus"
        self.copies = Copies(lab, draw)
        self.count = Counter[str]()
        self._before = tracebacks(lab.folder)

    def carried_out(self) -> Tally:
        """The campaign to its end, by a last run that nobody disturbs."""
        for _ in range(MOST_RUNS):
            if self._done() >= self.stacks - 1:
                break
            self.draw.choice(self._ways())()
            if self.draw.random() < SET_BACK:
                self._set_back()
            self.copies.take()
        if not self.count["told"]:
            self._set_back()
        self._run().finished()
        return self._tally()

    def _ways(self) -> list[Callable[[], None]]:
        ways = [self._killed_at_a_point] * 3 + [self._killed, self._stopped, self._set_back_behind]
        return ways if self.lab.press is None else [*ways, self._supervisor_killed]

    def _killed_at_a_point(self) -> None:
        point = self.draw.choice(points_of(self.press))
        self._watched(self._run(point), lambda run: run.kill(), {-signal.SIGKILL, 0})

    def _killed(self) -> None:
        self._watched(self._run(), lambda run: run.kill(), {-signal.SIGKILL, 0})

    def _stopped(self) -> None:
        number = self.draw.choice(SIGNALS)
        self._watched(self._run(), lambda run: os.kill(run.pid, number), STOPPED)
        self.count["stops"] += 1

    def _supervisor_killed(self) -> None:
        """And the run that has lost it, a while later."""
        def act(run: KilledRun) -> None:
            with suppress(OSError):
                os.kill(self.lab.supervisor(), signal.SIGKILL)
                self.count["kills"] += 1
            self._later(run.kill)

        self._watched(self._run(), act, {-signal.SIGKILL, 0, FAILED})

    def _set_back_behind(self) -> None:
        """While it presses; one that has written nothing since goes on, and is killed."""
        ways = list[str]()

        def act(run: KilledRun) -> None:
            ways.append(self.copies.set_back())
            self._later(run.kill)

        self._watched(self._run(), act, {-signal.SIGKILL, 0, REFUSED})
        if ways:
            self._prove_told(f"{ways[0]}, behind a run")

    def _later(self, act: Callable[[], None]) -> None:
        time.sleep(self.draw.uniform(0.0, LONGEST_S))
        act()

    def _run(self, point: Point | None = None) -> Ended:
        """A run, which dies at the point of a stack to come."""
        stack = None if point is None or point.anywhere else (
            len(self.lab.trials) + self.draw.randint(0, AHEAD))
        return Ended(self.forks.run(self.lab.folder, self.lab.settings, press=self.press,
                                    point=point, stack=stack))

    def _watched(self, ended: Ended, act: Callable[[KilledRun], None], codes: set[int]) -> None:
        """Acts upon the run when its time is over. Its ledger is copied meanwhile, as it is."""
        run, deadline = ended.run, time.monotonic() + self.draw.uniform(0.0, LONGEST_S)
        while run.code() is None and time.monotonic() < deadline:
            time.sleep(0.01)
            if self.draw.random() < 0.02:
                self.copies.take_alone()
        if run.code() is None:
            act(run)
        code = run.wait(LAST_S)
        assert code in codes, (code, run.said())
        self.count["kills"] += code == -signal.SIGKILL

    def _set_back(self) -> None:
        self._prove_told(self.copies.set_back())

    def _prove_told(self, way: str) -> None:
        """The ledger was set back.

        Where the press knows better, a run is refused and presses nothing, until a person has had
        the stacks adopted."""
        before = self._accepted_at_rest()
        self.count["set backs"] += 1
        broken = self.copies.broken()
        if not broken and not self.copies.lacks():
            return
        run = self._run().run
        code, after = run.wait(LAST_S), self.lab.accepted()
        if code != 2 or after != before:
            print(f"silent after {way}: code {code}, accepted {before} before, {after} after:\n"
                  f"{run.said()}", flush=True)
            self.count["silent"] += 1
            return
        self.count["told"] += 1
        if broken and "pressloop adopt" not in run.said():
            self.copies.throw_away()
        Ended(self.forks.command(self.lab.folder, "adopt", self.lab.settings, "--reason", way)
              ).finished()
        assert self.copies.lacks() == []

    def _accepted_at_rest(self) -> list[int]:
        """What the press has accepted, once nothing comes any more.

        A supervisor outlives the run that was killed, and hands over the order it was given."""
        seen, since = self.lab.accepted(), time.monotonic()
        while time.monotonic() - since < REST_S:
            time.sleep(0.1)
            if (now := self.lab.accepted()) != seen:
                seen, since = now, time.monotonic()
        return seen

    def _done(self) -> int:
        """Stacks that have their outcome."""
        return sum(not trial.is_open for trial in self.lab.trials)

    def _tally(self) -> Tally:
        trials, pressed, proof = self.lab.trials, self.lab.pressed(), self.lab.proof()
        assert (proof.sound, proof.open_trials) == (True, ()), proof
        evaluated = {trial.stack.stack_id for trial in trials if trial.state is State.EVALUATED}
        kept = evaluated if self.lab.press is None else {
            f"{stack_tag(name):08x}" for name in evaluated}
        assert len(evaluated) >= self.stacks
        return Tally(
            len(trials), len(pressed), self.count["kills"], self.count["stops"],
            self.count["set backs"], self.count["told"], lost=len(set(pressed) - kept),
            doubled=len(pressed) - len(set(pressed)), silent=self.count["silent"],
            tracebacks=tracebacks(self.lab.folder) - self._before)


@dataclass(frozen=True)
class Ended:
    """A run, to be waited for."""

    run: KilledRun

    def finished(self) -> None:
        """By itself, well."""
        assert self.run.wait(LAST_S) == 0, self.run.said()


def tracebacks(folder: Path) -> int:
    """In what runs of this lab, and all supervisors, have written."""
    logs = [*folder.glob("run-*.log"), *Path(os.environ["PRESSLOOP_RUNTIME"]).glob("*.log")]
    return sum(path.read_text(errors="replace").count("Traceback") for path in logs)
