"""What is sought, where, under which limits, and by which models: one frozen value."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from pressloop.optimizer.constraints.feasible import anchors
from pressloop.optimizer.cost import Cost
from pressloop.optimizer.history.controls import prove_controls
from pressloop.optimizer.objectives import Objective
from pressloop.optimizer.risk_limits import RiskLimits
from pressloop.optimizer.space import Space
from pressloop.trials.checks import not_negative
from pressloop.trials.errors import BadInput
from pressloop.trials.recipe import Recipe


@dataclass(frozen=True, slots=True)
class Search:
    """How the search goes.

    start_with: stacks pressed by a space-filling design before the models take over, the
        reference recipe and controls included.
    acquisition: a file of `optimizer/acquisitions/`, or a dotted module name.
    control_every: every so many stacks, one is pressed by the reference recipe; 0 for none.
    one_per_batch: variables of which all recipes that are asked for at once have one value, as one
        oven has one temperature.
    """

    start_with: int = 3
    acquisition: str = "knowledge_gradient"
    control_every: int = 0
    one_per_batch: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        not_negative("search.start_with", self.start_with)
        not_negative("search.control_every", self.control_every)


@dataclass(frozen=True, slots=True)
class SurrogateChoice:
    """By which models stacks are learned from.

    The settings file's `[surrogate]` table has the same keys.

    model: a file of `surrogates/models/`, or a dotted module name.
    failure_model: a file of `surrogates/failures/`, or a dotted module name.
    laws: False switches the physics prior off, for models that have one.
    """

    model: str = "physics_gp"
    failure_model: str = "threshold"
    laws: bool = True


@dataclass(frozen=True, slots=True)
class Problem:
    """A search over `space`.

    `reference` is the recipe the lab uses now. `compared_at` are pairs of `stack_pressure_mpa` or
    `measured_at_c` and the value at which recipes are compared where readings differ in it; without
    one it is that of the newest stack. Without `learn_conditions` readings count as if all were
    taken alike.

    Raises BadInput where controls have no reference or the objective cannot be had in this space.
    """

    space: Space
    objective: Objective = field(default_factory=Objective)
    limits: RiskLimits = field(default_factory=RiskLimits)
    cost: Cost = field(default_factory=Cost)
    reference: Recipe | None = None
    search: Search = field(default_factory=Search)
    surrogate: SurrogateChoice = field(default_factory=SurrogateChoice)
    compared_at: tuple[tuple[str, float], ...] = ()
    learn_conditions: bool = True

    def __post_init__(self) -> None:
        if self.space.rules:
            anchors(self.space)
        if self.reference is not None:
            prove_reference(self.reference, self.space)
        prove_controls(self.search.control_every, self.reference, self.space)
        known = [p.name for p in self.space.parameters]
        for name in self.search.one_per_batch:
            if name not in known:
                raise BadInput("search.one_per_batch", name, f"one of {', '.join(known)}",
                               "Name a variable of [space].")
        self.objective.prove(self.space)


def prove_reference(reference: Recipe, space: Space) -> None:
    """Raises BadInput for a recipe that this problem cannot have.

    One that does not say every parameter, that no machine with the steps of this space can hold, or
    that breaks a rule."""
    for p in space.parameters:
        value = reference.value(p.name)
        if value is None and p.default is None:
            raise BadInput(f"reference.{p.name}", "missing", p.told(),
                           "Say what the lab uses now, or give it a default in [space].")
        if value is not None and bool(p.kinds) is not isinstance(value, str):
            raise BadInput(f"reference.{p.name}", value, p.told(), "Correct it.")
        if p.kinds and value is not None and value not in p.kinds:
            raise BadInput(f"reference.{p.name}", value, f"one of {p.told()}",
                           "Correct it, or add the kind in [space].")
        if isinstance(value, float) and not p.on_step(value):
            raise BadInput(f"reference.{p.name}", value, f"a multiple of {p.step:g}, the step of "
                           "the machine", f"The nearest is {p.rounded(np.array([value]))[0]:g}.")
    values = {p.name: [value] for p in space.parameters
              if (value := reference.value(p.name) or p.default) is not None}
    if broken := space.broken(values):
        raise BadInput("reference", str(reference), f"such that it keeps {broken[0]}",
                       "Correct the recipe or the rule.")
