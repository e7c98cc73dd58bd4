"""A press that obeys one drawn truth."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from pressloop.optimizer.history.value_scale import OF_RESISTANCE, ValueScale
from pressloop.optimizer.risk_limits import RiskLimits
from pressloop.optimizer.space import Space
from pressloop.surrogates.surfaces import Surface
from pressloop.trials.checks import FloatArray
from pressloop.trials.outcome import KNOWN_MODES, Damage, Failed, FailureMode, Intact, Outcome
from pressloop.trials.quantity import Measurement
from pressloop.trials.recipe import Recipe

MOST = 20.0
"""Largest ln(H/H*) whose exponential is taken."""


@dataclass(frozen=True, slots=True)
class Luck:
    """What happens to stacks whatever the recipe.

    `by_chance` is the share that fails anyhow, `reading` the relative standard error of a
    resistance (None where readings come without), `counted` the particles behind a damage index
    (None where none is measured). `scatter` of ln R from stack to stack replaces the learned one
    where it is given.
    """

    by_chance: float
    reading: float | None
    counted: float | None
    scatter: float | None = None


@dataclass(frozen=True, eq=False)
class DrawnTruth:
    """A press that obeys one drawn truth. See `pressloop.studies.replay.ground_truth.Truth`.

    `failures` has f of each way to fail: a stack fails where f + e > 0. That of crushing is
    ln(H/H*), so that the damage index is D = 1 - exp(-H* exp(f + e)).
    """

    space: Space
    limits: RiskLimits
    luck: Luck
    log_resistance: Surface
    failures: dict[FailureMode, Surface]
    table: tuple[Recipe, ...] = ()
    scale: ValueScale = OF_RESISTANCE
    """Of what `log_resistance` is about, where that is another quantity than the resistance."""

    def press(self, recipe: Recipe, number: int, seed: int, again: int) -> Outcome:
        """A stack that breaks or not, and its readings."""
        draw = np.random.default_rng([seed, number])
        # All are drawn, whatever happens: so two strategies see the same luck.
        chance, z = float(draw.random()), draw.standard_normal(2 + len(KNOWN_MODES))
        x = self._unit([recipe])
        f = {mode: float(surface.at(x)[0] + e * surface.scatter(x)[0])
             for mode, e in zip(KNOWN_MODES, z[2:], strict=True)
             if (surface := self.failures.get(mode)) is not None}
        damage = self._damage(f.get(FailureMode.CRUSHED), draw)
        broken = [mode for mode, value in f.items() if value > 0.0]
        if chance < self.luck.by_chance:
            broken.append(FailureMode.SHORTED)
        if broken:
            # What ended a stack that was crushed as well is the other failure.
            return Failed(max(broken, key=lambda mode: mode is not FailureMode.CRUSHED),
                          "emulated", damage)
        log_r = float(self.log_resistance.at(x)[0]) + z[0] * float(self._scatter(x)[0])
        error = self.luck.reading
        if not self.scale.quantity.is_resistance:
            return self._measured(log_r + z[1] * (error or 0.0), damage)
        value = math.exp(log_r + z[1] * (error or 0.0))
        return Intact(value, None if error is None else error * value, damage=damage)

    def _measured(self, z: float, damage: Damage | None) -> Intact:
        of, error = self.scale.quantity, self.luck.reading
        value = float(self.scale.value(np.array(z)))
        se = None if error is None else error * (value if self.scale.log else self.scale.size)
        return Intact(None, damage=damage, measured=(Measurement(of.name, value, se, of.unit),))

    def resistance(self, recipes: Sequence[Recipe]) -> FloatArray:
        """Of the median stack, ohm cm2; of another quantity e to its scale's power. Shape (n,)."""
        return np.asarray(self.log_resistance.at(self._unit(recipes)).exp().numpy())

    def survival(self, recipes: Sequence[Recipe]) -> FloatArray:
        """What the recipe does to a stack; those that fail by chance do so everywhere.

        Shape (n,)."""
        crush, fail = self._chances(recipes)
        return np.asarray((1.0 - crush) * (1.0 - fail))

    def feasible(self, recipes: Sequence[Recipe]) -> FloatArray:
        """Within the lab's limits on risk. Shape (n,), True or False."""
        crush, fail = self._chances(recipes)
        return np.asarray((crush <= self.limits.max_crush_probability)
                          & (fail <= self.limits.max_failure_probability))

    def _chances(self, recipes: Sequence[Recipe]) -> tuple[FloatArray, FloatArray]:
        """Of crushing, and of the other ways to fail, shape (n,) each."""
        x = self._unit(recipes)
        crush, whole = np.zeros(len(recipes)), np.ones(len(recipes))
        for mode, surface in self.failures.items():
            chance = surface.above_zero(x).numpy()
            if mode is FailureMode.CRUSHED:
                crush = chance
            else:
                whole = whole * (1.0 - chance)
        return crush, 1.0 - whole

    def _damage(self, f: float | None, draw: np.random.Generator) -> Damage | None:
        """The damage index as it is read, counted from particles."""
        counted = self.luck.counted
        if f is None or counted is None:
            return None
        hazard = -math.log1p(-self.limits.crushed_above) * math.exp(min(f, MOST))
        index = draw.poisson(-math.expm1(-hazard) * counted) / counted
        return Damage(min(index, 1.0), max(math.sqrt(index / counted), 1.0 / counted))

    def _scatter(self, x: Tensor) -> Tensor:
        given = self.luck.scatter
        return self.log_resistance.scatter(x) if given is None else torch.full(
            x.shape[:1], given, dtype=torch.float64)

    def _unit(self, recipes: Sequence[Recipe]) -> Tensor:
        return torch.from_numpy(self.space.encode(recipes))
