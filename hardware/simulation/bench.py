"""The bench: what has physically happened to simulated stacks.

It stands for the retained memory of a press controller and for the stacks on the shelf, so it
outlives the process: each accepted cycle is one line of a file, flushed to disk before the press
answers. Press and meter drivers share a bench by opening the same file.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from trials.errors import BadInput, Fault
from trials.recipe import Recipe
from trials.stack import Stack


@dataclass(frozen=True, slots=True)
class Accepted:
    """One cycle as the press accepted it; `started_utc_s` and `duration_s` are wall-clock."""

    cycle_id: int
    stack: Stack
    recipe: Recipe
    preset: str
    seed: int
    started_utc_s: float
    duration_s: float
    released_utc_s: float | None = None

    def elapsed_s(self, now_utc_s: float) -> float:
        """Seconds of the cycle that have passed."""
        end = now_utc_s if self.released_utc_s is None else self.released_utc_s
        return min(max(end - self.started_utc_s, 0.0), self.duration_s)

    def ended(self, now_utc_s: float) -> bool:
        """True once the platens are open."""
        return self.released_utc_s is not None or now_utc_s - self.started_utc_s >= self.duration_s


class Bench:
    """Cycles by id, read from and appended to one file."""

    def __init__(self, path: Path, clock: Callable[[], float] = time.time) -> None:
        self.path = path
        self.now = clock

    def cycles(self) -> dict[int, Accepted]:
        """Every cycle ever accepted. A torn last line was never answered, so it does not count."""
        try:
            return _replayed(self._lines())
        except (ValueError, KeyError, TypeError, BadInput) as error:
            raise Fault(f"{self.path} is not the memory of a simulated press ({error}). "
                        "Move it away; stacks pressed with it are then unknown.") from None

    def last_of(self, stack_id: str) -> Accepted | None:
        """The latest cycle of a stack, None if it was never pressed."""
        mine = [cycle for cycle in self.cycles().values() if cycle.stack.stack_id == stack_id]
        return mine[-1] if mine else None

    def accept(self, cycle: Accepted) -> None:
        """Records a cycle; on disk when this returns. Raises Fault when it cannot be written."""
        record = asdict(cycle)
        del record["released_utc_s"]
        self._append(record)

    def release(self, cycle_id: int) -> None:
        """Records that a running cycle was unloaded now."""
        self._append({"released": cycle_id, "utc_s": self.now()})

    def _lines(self) -> list[dict[str, Any]]:
        if not self.path.exists():
            return []
        whole, _, _torn = self.path.read_bytes().rpartition(b"\n")
        return [json.loads(line) for line in whole.splitlines()]

    def _append(self, record: dict[str, object]) -> None:
        try:
            self._drop_torn_line()
            with self.path.open("a") as file:
                file.write(json.dumps(record) + "\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise Fault(f"the simulated press cannot write {self.path}: {error.strerror}. "
                        "Nothing has moved.") from None

    def _drop_torn_line(self) -> None:
        if not self.path.exists():
            return
        data = self.path.read_bytes()
        if data and not data.endswith(b"\n"):
            os.truncate(self.path, data.rfind(b"\n") + 1)


def _replayed(lines: list[dict[str, Any]]) -> dict[int, Accepted]:
    """Cycles by id, told from the lines in order."""
    found: dict[int, Accepted] = {}
    for line in lines:
        if "released" in line:
            cycle = found[line["released"]]
            found[cycle.cycle_id] = replace(cycle, released_utc_s=line["utc_s"])
        else:
            line["stack"], line["recipe"] = Stack(**line["stack"]), Recipe(**line["recipe"])
            # A press that lost its memory counts from 1 again: the later stack is the last one.
            found.pop(line["cycle_id"], None)
            found[line["cycle_id"]] = Accepted(**line)
    return found
