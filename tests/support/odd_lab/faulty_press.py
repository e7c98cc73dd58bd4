"""A press from outside this project, named by its dotted name.

The shipped simulated one, with trouble in one cycle."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from pressloop.hardware.options import read_options
from pressloop.hardware.presses.simulated import SimulatedPress
from pressloop.hardware.presses.simulated import connect as simulated
from pressloop.hardware.protocols import CycleReport, CycleState, Place
from pressloop.trials.errors import Fault, OutcomeUnknown
from pressloop.trials.recipe import Recipe
from pressloop.trials.stack import Stack


@dataclass(frozen=True, slots=True)
class Options:
    """What goes wrong in `cycle`, or in every one where that is 0.

    "alarm" stops the ram half way, "lost link" leaves nobody knowing, "overload" is refused before
    anything moves."""

    cycle: int = 2
    trouble: str = "alarm"


def connect(options: Mapping[str, object], place: Place) -> FaultyPress:
    """The same bench as the simulated press."""
    inner = simulated({}, place)
    return FaultyPress(inner, read_options(Options, options, "press"))


class FaultyPress(SimulatedPress):
    """In trouble once."""

    def __init__(self, inner: SimulatedPress, trouble: Options) -> None:
        super().__init__(inner.options, inner.bench, inner.seed)
        self.trouble = trouble

    def start(self, cycle_id: int, stack: Stack, recipe: Recipe) -> None:
        """Accepts, unless overloaded; a lost link comes after the recipe went out."""
        mine = self.trouble.cycle in (0, cycle_id)
        if mine and self.trouble.trouble == "overload":
            raise Fault("the press refuses the cycle: pump too hot. Nothing has moved.")
        super().start(cycle_id, stack, recipe)
        if mine and self.trouble.trouble == "lost link":
            raise OutcomeUnknown(f"link lost while cycle {cycle_id} was sent. Look at the stack.")

    def report(self, cycle_id: int) -> CycleReport:
        """The truth, but for the cycle in trouble."""
        found = super().report(cycle_id)
        if self.trouble.cycle not in (0, cycle_id) or found.state is CycleState.NEVER_ACCEPTED:
            return found
        if self.trouble.trouble == "lost link":
            return replace(found, state=CycleState.CANNOT_TELL, trace=None)
        return replace(found, state=CycleState.RELEASED, trace=None,
                       reason="alarm 17: light curtain; the platens have opened")
