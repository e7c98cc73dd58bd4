"""What the history makes us believe about recipes: resistance and the ways to fail."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import torch
from botorch.models.model import Model
from torch import Tensor

from pressloop.optimizer.beliefs.belief import Belief, Expected, Interval
from pressloop.optimizer.beliefs.risk import OTHER_MODES, Risk
from pressloop.optimizer.constraints.feasible import inside
from pressloop.optimizer.history.learned import NOTHING, Learned
from pressloop.optimizer.history.reading_conditions import as_read
from pressloop.optimizer.history.training import (
    Origin,
    Training,
)
from pressloop.optimizer.notebook import models_html
from pressloop.optimizer.problem import Problem
from pressloop.optimizer.risk_limits import RiskLimits
from pressloop.optimizer.setpoint import input_sd
from pressloop.optimizer.space import Space
from pressloop.surrogates import predict
from pressloop.trials.checks import FloatArray
from pressloop.trials.outcome import FailureMode
from pressloop.trials.recipe import Recipe, Value
from pressloop.trials.trial import Trial


@dataclass(frozen=True, eq=False)
class Models:
    """Posteriors over the unit cube of a problem's space. Nothing is learned after `fit_models`.

    `log_resistance` is the model of what the search looks at, on `data.scale`: ln R, unless the
    objective measures another quantity. It is None before the first intact stack. `beliefs` are
    those of every quantity that the objective measures, this one first; `failures` has every mode
    that a row tells of. `notes` tells, in a sentence each, which rows were left out, and why.
    `origin` is where the stacks come from that recipes are wanted for. `learned` counts the stacks
    used.
    """

    problem: Problem
    history: tuple[Trial, ...]
    earlier: tuple[Trial, ...]
    data: Training
    log_resistance: Model | None
    failures: dict[FailureMode, Model]
    notes: tuple[str, ...] = ()
    origin: Origin | None = None
    learned: Learned = NOTHING
    others: tuple[Belief, ...] = ()

    @cached_property
    def beliefs(self) -> tuple[Belief, ...]:
        """What is believed of each quantity that the objective measures."""
        return (Belief(self.data.scale, self.data.log_resistance, self.log_resistance),
                *self.others)

    def _repr_html_(self) -> str:
        """A table, for notebooks."""
        return models_html(self)

    @property
    def space(self) -> Space:
        """Where recipes are searched."""
        return self.problem.space

    @property
    def limits(self) -> RiskLimits:
        """How much risk is taken."""
        return self.problem.limits

    @property
    def resistance_model(self) -> Model:
        """The model of ln R, or of what stands for it.

        Raises ValueError before the first intact stack."""
        if self.log_resistance is None:
            raise ValueError("no intact stack yet: nothing is believed about resistance")
        return self.log_resistance

    @property
    def laws(self) -> float | None:
        """How far the stacks follow the usual laws of pressing: the weight of the physics prior.

        None of a model that weighs none."""
        return getattr(self.log_resistance, "laws", None)

    @cached_property
    def incumbent(self) -> tuple[Tensor, bool]:
        """The point that would be recommended now, shape (d,), and whether it keeps the limits.

        The limits on failure. Raises ValueError before the first intact stack."""
        self.resistance_model  # noqa: B018 - raises where there is none
        return self.problem.objective.recommend(self)

    @property
    def off(self) -> Tensor:
        """Set-point error of each free variable in the unit cube, shape (d,)."""
        return torch.from_numpy(input_sd(self.space, self.limits))

    @cached_property
    def shown(self) -> frozenset[FailureMode]:
        """Ways to fail that a stack has shown, by its label or its damage index."""
        found = {mode for mode, rows in self.data.labels.items() if (rows.y > 0.0).any()}
        crushed = {FailureMode.CRUSHED} if (self.data.log_hazard.y > 0.0).any() else set()
        return frozenset(found | crushed)

    @property
    def tried(self) -> Tensor:
        """Recipes whose resistance has been read, inside the cube, shape (n, d)."""
        return torch.from_numpy(self.data.log_resistance.x).clamp(0.0, 1.0)

    def searched(self, points: Tensor) -> Tensor:
        """Points (n, d) with held variables at their value, all of which keep the rules."""
        if not (self.space.held or self.space.rules):
            return points
        return torch.from_numpy(inside(self.space, points.numpy()))

    @property
    def pending(self) -> Tensor:
        """Recipes under way, shape (k, d)."""
        return torch.from_numpy(self.data.pending)

    def holding(self, values: Mapping[str, Value]) -> Models:
        """The same, for recipes that have these values of variables that vary."""
        kept = {name: value for name, value in values.items() if name in self.space.free}
        if not kept:
            return self
        # Controls are planned already, and need not lie where the rest of a batch is held.
        search = replace(self.problem.search, control_every=0)
        return replace(self, problem=replace(self.problem, space=self.space.holding(kept),
                                             search=search))

    def unit(self, recipes: Sequence[Recipe]) -> Tensor:
        """Coordinates of recipes in the unit cube, shape (n, d)."""
        return torch.from_numpy(self.space.encode(recipes))

    def as_read(self, trials: Sequence[Trial]) -> Tensor:
        """Coordinates of what stacks were pressed by and read under, shape (n, d)."""
        return self.unit([as_read(t, self.space) for t in trials])

    def moments(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and standard deviation of ln R at points (m, d), shape (m,) each."""
        with torch.no_grad():
            return predict.moments(self.resistance_model, x)

    def covariance(self, a: Tensor, b: Tensor) -> Tensor:
        """Posterior covariance of ln R between points (m, d) and (k, d), shape (m, k)."""
        return predict.covariance(self.resistance_model, a, b)

    def stack_scatter(self, x: Tensor) -> Tensor:
        """Standard deviation of ln R from stack to stack at points (m, d).

        What is learned, and what the set-point error makes of a slope, which is why stacks scatter
        more near the knee.
        """
        return predict.scatter(self.resistance_model, x, self.off)

    def value(self, recipes: Sequence[Recipe], *, new_stack: bool = False) -> Interval:
        """What the search looks at, in its own unit.

        Of the recipe itself, or of one more stack pressed by it. Raises ValueError before the first
        intact stack."""
        self.resistance_model  # noqa: B018 - raises where there is none
        x = self.unit(recipes)
        return self.beliefs[0].interval(x, self.stack_scatter(x) if new_stack else None)

    def resistance(self, recipes: Sequence[Recipe], *, new_stack: bool = False) -> Interval:
        """Interfacial resistance in ohm cm2, as `value`.

        Raises ValueError before the first intact stack, and where the objective measures another
        quantity."""
        if not self.data.scale.quantity.is_resistance:
            raise ValueError(f"{self.data.scale.quantity.name} is measured here: ask for the value")
        return self.value(recipes, new_stack=new_stack)

    def expected(self, recipe: Recipe) -> tuple[Expected, ...]:
        """Every quantity that the objective measures, those without a reading left out."""
        x = self.unit([recipe])
        return tuple(e for b in self.beliefs if (e := b.expected(x, self.off)) is not None)

    def crush_probability(self, x: Tensor) -> Tensor:
        """Probability that one more stack is crushed at points (m, d), shape (m,)."""
        return self._failing(x, (FailureMode.CRUSHED,))

    def fail_probability(self, x: Tensor) -> Tensor:
        """Probability that one more stack shorts or delaminates because of the recipe, (m,)."""
        return self._failing(x, OTHER_MODES)

    def risk(self, x: Tensor) -> Risk:
        """Both probabilities at points (m, d), without a gradient."""
        with torch.no_grad():
            return Risk(self.crush_probability(x), self.fail_probability(x), self._missing(x))

    @property
    def limited(self) -> tuple[Belief, ...]:
        """Measured quantities that have a limit and of which something is believed."""
        return tuple(b for b in self.others if not b.quantity.sought and b.model is not None)

    def shortfall(self, x: Tensor) -> Tensor:
        """How far points (m, d) are believed to be beyond the limits of measured quantities, (m,).

        In standard deviations of their readings; 0 where none has limits."""
        return sum((b.loss(*b.moments(x)) / b.scale.spread for b in self.limited),
                   x.new_zeros(x.shape[0]))

    def _missing(self, x: Tensor) -> Tensor | None:
        if not self.limited:
            return None
        return 1.0 - torch.stack([b.keeps(x) for b in self.limited]).prod(0)

    def crushing(self, recipes: Sequence[Recipe]) -> FloatArray:
        """Probability that one more stack is crushed, shape (n,)."""
        with torch.no_grad():
            return np.asarray(self.crush_probability(self.unit(recipes)).numpy())

    def failing(self, recipes: Sequence[Recipe]) -> FloatArray:
        """Probability that one more stack shorts or delaminates because of the recipe, (n,)."""
        with torch.no_grad():
            return np.asarray(self.fail_probability(self.unit(recipes)).numpy())

    def survival(self, recipes: Sequence[Recipe]) -> FloatArray:
        """Probability that one more stack survives the recipe, shape (n,)."""
        return np.asarray(self.risk(self.unit(recipes)).log_survival().exp().numpy())

    def mode_probability(self, mode: FailureMode, x: Tensor) -> Tensor:
        """Probability that one more stack fails so because of the recipe at points (m, d), (m,).

        0 where no row tells of this mode."""
        if mode not in self.failures:
            return x.new_zeros(x.shape[0])
        return predict.failure_probability(self.failures[mode], x)

    def _failing(self, x: Tensor, modes: Sequence[FailureMode]) -> Tensor:
        whole = x.new_ones(x.shape[0])
        for mode in modes:
            whole = whole * (1.0 - self.mode_probability(mode, x))
        return 1.0 - whole
