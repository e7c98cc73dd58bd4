"""What a study looks at."""

from __future__ import annotations

from dataclasses import dataclass, field

from pressloop.optimizer.objectives import Objective
from pressloop.optimizer.problem import Problem, SurrogateChoice
from pressloop.optimizer.risk_limits import RiskLimits
from pressloop.optimizer.space import Space
from pressloop.trials.outcome import Failed, Intact
from pressloop.trials.quantity import Quantity
from pressloop.trials.recipe import Recipe
from pressloop.trials.trial import Trial


@dataclass(frozen=True, slots=True, eq=False)
class StudyData:
    """Trials with an outcome, by number, which is the order in time.

    The space they are looked at in; and how much risk the lab takes. `source` says in a few words
    where they come from, `simulated` whether no real stack was pressed, `reference` which recipe
    the lab uses now, `surrogate` which models its campaigns learn with. `row_word` is what a trial
    is called with its number: the row of a table, as it is counted in its file."""

    source: str
    trials: tuple[Trial, ...]
    space: Space
    limits: RiskLimits = field(default_factory=RiskLimits)
    reference: Recipe | None = None
    simulated: bool = False
    row_word: str = "trial"
    surrogate: SurrogateChoice = field(default_factory=SurrogateChoice)
    objective: Objective = field(default_factory=Objective)

    @property
    def problem(self) -> Problem:
        """What is sought in this space, by default the lowest resistance."""
        return Problem(self.space, self.objective, limits=self.limits, reference=self.reference,
                       learn_conditions=False,
                       surrogate=self.surrogate)

    @property
    def quantity(self) -> Quantity:
        """What is sought: the resistance unless another quantity is measured."""
        return self.objective.quantity

    @property
    def quantities(self) -> tuple[Quantity, ...]:
        """Measured quantities, () for the resistance alone."""
        return () if type(self.objective) is Objective else self.objective.quantities

    @property
    def intact(self) -> tuple[Trial, ...]:
        """Trials whose stack has a resistance."""
        return tuple(t for t in self.trials if isinstance(t.outcome, Intact))

    @property
    def failed(self) -> tuple[Trial, ...]:
        """Trials whose stack failed."""
        return tuple(t for t in self.trials if isinstance(t.outcome, Failed))

    @property
    def lots(self) -> tuple[str, ...]:
        """Names of the lots, in order."""
        return tuple(sorted({t.stack.lot for t in self.trials}))
