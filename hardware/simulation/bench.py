"""The bench: what has physically happened to simulated stacks.

It stands for the retained memory of a press controller and for the stacks on the shelf, so it
outlives the process: each accepted cycle is one line of a file, flushed to disk before the press
answers. Press and meter drivers share a bench by opening the same file.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import ConfigDict, TypeAdapter, with_config

from pressloop.hardware.append_log import Remembered
from pressloop.trials.errors import BadInput, Fault
from pressloop.trials.plain_values import PlainRecipe, PlainStack


def running_s() -> float:
    """Seconds since the computer was started, the same for all its processes.

    The dwell of a cycle is neither cut short nor drawn out when somebody sets the time of day."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


@with_config(ConfigDict(extra="forbid"))
@dataclass(frozen=True, slots=True)
class Accepted:
    """One cycle as the press accepted it, in seconds of the clock that `running_s` reads."""

    cycle_id: int
    stack: PlainStack
    recipe: PlainRecipe
    preset: str
    seed: int
    started_s: float
    duration_s: float
    released_s: float | None = None

    def elapsed_s(self, now_s: float) -> float:
        """Seconds of the cycle that have passed."""
        end = now_s if self.released_s is None else self.released_s
        return min(max(end - self.started_s, 0.0), self.duration_s)

    def ended(self, now_s: float) -> bool:
        """True once the platens are open.

        A cycle from before the computer was started again, when the clock showed more, is over."""
        return self.released_s is not None or not (
            0.0 <= now_s - self.started_s < self.duration_s)


ACCEPTED = TypeAdapter(Accepted)


class Bench:
    """Cycles by id, read from and appended to one file."""

    def __init__(self, path: Path, clock: Callable[[], float] = running_s) -> None:
        self.path = path
        self.now = clock
        self._lines = Remembered(path, "a simulated press")
        self._read_to, self._found = 0, dict[int, Accepted]()

    def cycles(self) -> dict[int, Accepted]:
        """Every cycle ever accepted. A torn last line was never answered, so it does not count.

        Raises Fault for another line that cannot be read."""
        if self._lines.size() < self._read_to:
            # The memory was lost, or given another one: what was read before is gone.
            self._read_to, self._found = 0, {}
        new, end = self._lines.after(self._read_to)
        try:
            found = _replayed(self._found, new)
        except (ValueError, KeyError, TypeError, BadInput) as error:
            raise self._lines.broken(error) from None
        self._read_to, self._found = end, found
        return found

    def last_of(self, stack_id: str) -> Accepted | None:
        """The latest cycle of a stack, None if it was never pressed."""
        latest_first = reversed(self.cycles().values())
        return next((c for c in latest_first if c.stack.stack_id == stack_id), None)

    def accept(self, cycle: Accepted) -> None:
        """Records a cycle; on disk when this returns. Raises Fault when it cannot be written."""
        self._append(ACCEPTED.dump_python(cycle, exclude={"released_s"}))

    def release(self, cycle_id: int) -> None:
        """Records that a running cycle was unloaded now."""
        self._append({"released": cycle_id, "at_s": self.now()})

    def _append(self, record: dict[str, object]) -> None:
        try:
            self._lines.append(record)
        except Fault as fault:
            raise Fault(f"{fault} Nothing has moved.") from None


def _replayed(before: dict[int, Accepted], lines: list[dict[str, Any]]) -> dict[int, Accepted]:
    """Cycles by id, told from the lines in order."""
    if not lines:
        return before
    found = dict(before)
    for line in lines:
        if "released" in line:
            cycle = found[line["released"]]
            found[cycle.cycle_id] = replace(cycle, released_s=line["at_s"])
        else:
            cycle = ACCEPTED.validate_python(line)
            # A press that lost its memory counts from 1 again: the later stack is the last one.
            found.pop(cycle.cycle_id, None)
            found[cycle.cycle_id] = cycle
    return found
