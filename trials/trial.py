"""A trial: one stack's story, folded from its ledger entries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum

from pressloop.trials.entry import Corrected, Entered
from pressloop.trials.outcome import Failed, Intact, Outcome, Withdrawn
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
    those of the latest sweep, full electrode first, and `entered` what a person has said with it.
    `sweeps` counts the sweeps taken, `readings`
    how often they were evaluated, the last time by `rules` ({} where the ledger does not tell).
    `fault` is the reason of a fault or of a settlement. `press` is the name of the press that the
    stack is for, "" in a campaign whose press has no name.

    Where a person has corrected the record, `stack`, `recipe` and `outcome` are what counts now,
    `correction` is the latest entry that says so, and `recorded` the trial as it would be without
    any; both None for the others.
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
    correction: Corrected | None = None
    recorded: Trial | None = None
    entered: Entered | None = None
    press: str = ""

    @property
    def as_recorded(self) -> Trial:
        """The trial without corrections."""
        return self if self.recorded is None else self.recorded

    @property
    def corrections(self) -> int:
        """How often its record was corrected, restored ones included."""
        return 0 if self.correction is None else self.correction.correction

    @property
    def is_corrected(self) -> bool:
        """True where what counts is not what was recorded first."""
        return self.correction is not None and self.correction.what != "restored"

    @property
    def withdrawn(self) -> bool:
        """True where a person has taken back what is recorded of the stack."""
        return isinstance(self.outcome, Withdrawn)

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
