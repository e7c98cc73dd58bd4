"""A trial: one stack's story, folded from its ledger entries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum

from pressloop.trials.outcome import Failed, Intact, Outcome
from pressloop.trials.recipe import Recipe
from pressloop.trials.spectrum import Spectrum
from pressloop.trials.stack import Stack
from pressloop.trials.trace import Trace


class State(StrEnum):
    """How far a trial has come. The last four are ends; the others are open."""

    PLANNED = "planned"
    COMMANDED = "commanded"
    PRESSED = "pressed"
    MEASURED = "measured"
    EVALUATED = "evaluated"
    FAULTED = "faulted"
    SETTLED = "settled"
    IMPORTED = "imported"


OPEN = frozenset({State.PLANNED, State.COMMANDED, State.PRESSED, State.MEASURED})


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """One stack from plan to outcome.

    `purpose` says what the recipe is for (reference, space-filling, explore ...). `spectra` are
    those of the latest sweep, full electrode first. `sweeps` counts the sweeps taken, `readings`
    how often they were evaluated, the last time by `rules` ({} where the ledger does not tell).
    `fault` is the reason of a fault or of a settlement.
    """

    number: int
    stack: Stack
    recipe: Recipe
    state: State
    purpose: str = ""
    cycle_id: int | None = None
    trace: Trace | None = None
    spectra: tuple[Spectrum, ...] = ()
    sweeps: int = 0
    outcome: Outcome | None = None
    fault: str | None = None
    press_serial: str = ""
    press_boot: int | None = None
    readings: int = 0
    rules: dict[str, object] = field(default_factory=dict)

    @property
    def pressed_here(self) -> bool:
        """True for a stack of this campaign's budget; imported ones were pressed elsewhere."""
        return self.state is not State.IMPORTED

    @property
    def pressed(self) -> Recipe:
        """What the stack was really pressed by: the recipe, unless the press did something else."""
        achieved = self.outcome.achieved if isinstance(self.outcome, (Intact, Failed)) else None
        if achieved is None:
            return self.recipe
        warm = achieved.temperature_c
        return replace(self.recipe, pressure_mpa=achieved.pressure_mpa, dwell_s=achieved.dwell_s,
                       temperature_c=self.recipe.temperature_c if warm is None else warm)

    @property
    def used_here(self) -> bool:
        """True for a stack of this campaign that is done with, whatever became of it."""
        return self.pressed_here and not self.is_open

    @property
    def is_open(self) -> bool:
        """True while there is something left to do for this stack."""
        return self.state in OPEN


def outcomes_before(trials: Iterable[Trial], number: int) -> list[Outcome]:
    """Outcomes of the trials with a lower number, in their order."""
    return [trial.outcome for trial in trials
            if trial.number < number and trial.outcome is not None]
