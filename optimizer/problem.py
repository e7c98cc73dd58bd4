"""What is sought, where, under which limits, and by which models: one frozen value."""

from __future__ import annotations

from dataclasses import dataclass, field

from pressloop.optimizer.cost import Cost
from pressloop.optimizer.history.controls import prove_controls
from pressloop.optimizer.objectives import Objective
from pressloop.optimizer.risk_limits import RiskLimits
from pressloop.optimizer.space import Space
from pressloop.trials.checks import not_negative
from pressloop.trials.recipe import Recipe


@dataclass(frozen=True, slots=True)
class Search:
    """How the search goes.

    start_with: stacks pressed by a space-filling design before the models take over, the
        reference recipe and controls included.
    acquisition: a file of `optimizer/acquisitions/`, or a dotted module name.
    control_every: every so many stacks, one is pressed by the reference recipe; 0 for none.
    """

    start_with: int = 5
    acquisition: str = "knowledge_gradient"
    control_every: int = 0

    def __post_init__(self) -> None:
        not_negative("search.start_with", self.start_with)
        not_negative("search.control_every", self.control_every)


@dataclass(frozen=True, slots=True)
class SurrogateChoice:
    """By which models stacks are learned from; the settings file's `[surrogate]` table has the same
    keys.

    model: a file of `surrogates/models/`, or a dotted module name.
    failure_model: a file of `surrogates/failures/`, or a dotted module name.
    laws: False switches the physics prior off, for models that have one.
    """

    model: str = "physics_gp"
    failure_model: str = "threshold"
    laws: bool = True


@dataclass(frozen=True, slots=True)
class Problem:
    """A search over `space`. `reference` is the recipe the lab uses now.

    Raises BadInput where controls have no reference or the objective cannot be had in this space.
    """

    space: Space
    objective: Objective = field(default_factory=Objective)
    limits: RiskLimits = field(default_factory=RiskLimits)
    cost: Cost = field(default_factory=Cost)
    reference: Recipe | None = None
    search: Search = field(default_factory=Search)
    surrogate: SurrogateChoice = field(default_factory=SurrogateChoice)

    def __post_init__(self) -> None:
        prove_controls(self.search.control_every, self.reference, self.space)
        self.objective.prove(self.space)
