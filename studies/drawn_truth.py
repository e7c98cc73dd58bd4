"""A press that obeys one drawn truth."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from optimizer.caution import Caution
from optimizer.space import Space
from surrogates.monotone_labels import MonotoneLabels
from trials.checks import FloatArray
from trials.outcome import Damage, Failed, FailureMode, Intact, Outcome
from trials.recipe import Recipe


@dataclass(frozen=True, slots=True)
class Luck:
    """What happens to stacks whatever the recipe.

    `by_chance` is the share that fails anyhow, `reading` the relative standard error of a
    resistance (None where readings come without), `counted` the particles behind a damage index.
    `scatter` of ln R from stack to stack replaces the learned one where it is given.
    """

    by_chance: float
    reading: float | None
    counted: float
    scatter: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Surface:
    """One drawn function of the unit cube, and the scatter of stacks about it: points (m, d) to
    (m,) each."""

    at: Callable[[Tensor], Tensor]
    scatter: Callable[[Tensor], Tensor]


@dataclass(frozen=True, eq=False)
class DrawnTruth:
    """A press that obeys one drawn truth. See `studies.truths.Truth`."""

    space: Space
    caution: Caution
    luck: Luck
    log_resistance: Surface
    root_hazard: Surface | None
    labels: dict[FailureMode, MonotoneLabels]
    table: tuple[Recipe, ...] = ()

    def press(self, recipe: Recipe, number: int, seed: int, again: int) -> Outcome:
        """A stack that breaks or not, and its readings."""
        draw = np.random.default_rng([seed, number])
        # All are drawn, whatever happens: so two strategies see the same luck.
        chance, z = draw.random(4), draw.standard_normal(3)
        x = self._unit([recipe])
        damage, hazard = self._damage(x, z[0], draw)
        modes = dict(zip(FailureMode, chance, strict=False))
        broken = [mode for mode in (FailureMode.SHORTED, FailureMode.DELAMINATED)
                  if modes[mode] < float(self.labels[mode].probability(x)[0])]
        if chance[3] < self.luck.by_chance:
            broken.append(FailureMode.SHORTED)
        crushed = hazard > self._limit or modes[FailureMode.CRUSHED] < float(
            self.labels[FailureMode.CRUSHED].probability(x)[0])
        if broken or crushed:
            mode = broken[0] if broken else FailureMode.CRUSHED
            return Failed(mode, "emulated", damage)
        log_r = float(self.log_resistance.at(x)[0]) + z[1] * float(self._scatter(x)[0])
        error = self.luck.reading
        value = math.exp(log_r + z[2] * (error or 0.0))
        return Intact(value, None if error is None else error * value, damage=damage)

    def resistance(self, recipes: Sequence[Recipe]) -> FloatArray:
        """Of the median stack, ohm cm2."""
        return np.asarray(self.log_resistance.at(self._unit(recipes)).exp().numpy())

    def survival(self, recipes: Sequence[Recipe]) -> FloatArray:
        """What the recipe does to a stack; those that fail by chance do so everywhere."""
        crush, fail = self._chances(recipes)
        return np.asarray((1.0 - crush) * (1.0 - fail))

    def feasible(self, recipes: Sequence[Recipe]) -> FloatArray:
        """Within the limits of the lab's caution."""
        crush, fail = self._chances(recipes)
        return np.asarray((crush <= self.caution.max_crush_probability)
                          & (fail <= self.caution.max_failure_probability))

    def _chances(self, recipes: Sequence[Recipe]) -> tuple[FloatArray, FloatArray]:
        x = self._unit(recipes)
        short, part, crush = (self.labels[mode].probability(x) for mode in (
            FailureMode.SHORTED, FailureMode.DELAMINATED, FailureMode.CRUSHED))
        if self.root_hazard is not None:
            beyond = (self.root_hazard.at(x) - self._limit) / self.root_hazard.scatter(x)
            crush = 1.0 - (1.0 - crush) * (1.0 - torch.special.ndtr(beyond))
        return crush.numpy(), (1.0 - (1.0 - short) * (1.0 - part)).numpy()

    @property
    def _limit(self) -> float:
        """Root of the hazard beyond which a stack counts as crushed."""
        return math.sqrt(-math.log1p(-self.caution.crushed_above))

    def _damage(self, x: Tensor, z: float, draw: np.random.Generator
                ) -> tuple[Damage | None, float]:
        """The damage index as it is read, and the root of the true hazard."""
        if self.root_hazard is None:
            return None, 0.0
        hazard = max(float(self.root_hazard.at(x)[0])
                     + z * float(self.root_hazard.scatter(x)[0]), 0.0)
        counted = self.luck.counted
        index = draw.poisson(-math.expm1(-hazard**2) * counted) / counted
        return Damage(min(index, 1.0), max(math.sqrt(index / counted), 1.0 / counted)), hazard

    def _scatter(self, x: Tensor) -> Tensor:
        given = self.luck.scatter
        return self.log_resistance.scatter(x) if given is None else torch.full(
            x.shape[:1], given, dtype=torch.float64)

    def _unit(self, recipes: Sequence[Recipe]) -> Tensor:
        return torch.from_numpy(self.space.encode(recipes))
