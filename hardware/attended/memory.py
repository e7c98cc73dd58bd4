"""What an attended press remembers: what was asked of the person, and what the person answered."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from pressloop.hardware.append_log import Remembered
from pressloop.trials.errors import BadInput
from pressloop.trials.plain_values import PlainRecipe, PlainStack, PlainTrace
from pressloop.trials.recipe import Recipe
from pressloop.trials.stack import Stack
from pressloop.trials.trace import Trace

SUFFIX = ".attended.jsonl"
STACK, RECIPE = TypeAdapter(PlainStack), TypeAdapter(PlainRecipe)
TRACE = TypeAdapter[Trace | None](PlainTrace | None)


class Progress(StrEnum):
    """How far a cycle has come, in the order of the person's answers."""

    ASKED = "asked"
    STARTED = "started"
    REFUSED = "refused"
    NOT_PRESSED = "not pressed"
    GIVEN_UP = "given up"
    FINISHED = "finished"


OPEN = (Progress.ASKED, Progress.STARTED)
"""Steps after which only the person knows what became of the stack."""
NOTHING_MOVED = (Progress.REFUSED, Progress.NOT_PRESSED)


@dataclass(frozen=True, slots=True)
class Cycle:
    """One cycle as the person was asked for it; `utc_s` is when, `told_s` when last told of."""

    cycle_id: int
    stack: Stack
    recipe: Recipe
    utc_s: float
    step: Progress = Progress.ASKED
    reason: str = ""
    trace: Trace | None = None
    told_s: float = 0.0


class CycleMemory:
    """Cycles by id, in a file beside the ledger."""

    def __init__(self, stem: Path, clock: Callable[[], float] = time.time) -> None:
        self._lines = Remembered(stem.with_name(stem.name + SUFFIX), "the attended press")
        self._clock = clock

    def cycles(self) -> dict[int, Cycle]:
        """Every cycle that was ever asked for. Raises Fault when the file is no such memory."""
        found: dict[int, Cycle] = {}
        try:
            for line in self._lines.lines():
                cycle = _told(line, found)
                found[cycle.cycle_id] = cycle
        except (KeyError, TypeError, ValueError, BadInput) as error:
            raise self._lines.broken(error) from None
        return found

    def ask(self, cycle_id: int, stack: Stack, recipe: Recipe) -> None:
        """Remembers that a person is about to be asked for this cycle."""
        self._lines.append({"cycle_id": cycle_id, "step": Progress.ASKED, "utc_s": self._clock(),
                            "stack": STACK.dump_python(stack),
                            "recipe": RECIPE.dump_python(recipe)})

    def tell(self, cycle_id: int, step: Progress, reason: str = "",
             trace: Trace | None = None) -> None:
        """Remembers what the person answered."""
        self._lines.append({"cycle_id": cycle_id, "step": step, "utc_s": self._clock(),
                            "reason": reason,
                            "trace": TRACE.dump_python(trace)})


def _told(line: dict[str, Any], found: dict[int, Cycle]) -> Cycle:
    number, step = int(line["cycle_id"]), Progress(line["step"])
    if step is Progress.ASKED:
        return Cycle(number, STACK.validate_python(line["stack"]),
                     RECIPE.validate_python(line["recipe"]), line["utc_s"],
                     told_s=line["utc_s"])
    return replace(found[number], step=step, reason=line["reason"], told_s=line["utc_s"],
                   trace=TRACE.validate_python(line["trace"]))

