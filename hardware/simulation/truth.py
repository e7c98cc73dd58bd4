"""The simulator's truth about a recipe, without scatter.

For tests and benchmarks: no model, flow or report may ask it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import differential_evolution

from pressloop.hardware.simulation import stack_physics as physics
from pressloop.hardware.simulation.materials import Materials
from pressloop.trials.recipe import Recipe


@dataclass(frozen=True, slots=True)
class Truth:
    """Median resistance (ohm cm2), crushed fraction and chance of a short or open stack."""

    resistance_ohm_cm2: float
    crushed_fraction: float
    parted_fraction: float
    short_probability: float


def truth(recipe: Recipe, of: Materials, stack_pressure_mpa: float = 30.0,
          pre_press_mpa: float = 0.0) -> Truth:
    """What a stack of median strength and scatter would be after this recipe."""
    local = physics.local_pressure(recipe.pressure_mpa, of, tilt_towards=0.0)
    layers = physics.layers(
        local, np.full_like(local, recipe.dwell_s), np.full_like(local, recipe.temperature_c), of,
        stack_pressure_mpa=stack_pressure_mpa, strength_mpa=of.particle_strength_mpa,
        pre_press_mpa=pre_press_mpa)
    at = np.array(recipe.pressure_mpa)
    whole = (1.0 - physics.pellet_cracks(at)) * (1.0 - physics.foil_tears(at, of))
    return Truth(physics.average_resistance(layers.interfacial), float(layers.damage.mean()),
                 float(layers.parted.mean()), float(1.0 - whole))


def optimum(of: Materials, low: Recipe, high: Recipe, *, max_crushed: float = 0.05,
            stack_pressure_mpa: float = 30.0) -> tuple[Recipe, Truth]:
    """The best recipe of the box between `low` and `high` that crushes at most `max_crushed`."""
    box = [(np.log(low.pressure_mpa), np.log(high.pressure_mpa)),
           (np.log(low.dwell_s), np.log(high.dwell_s)), (low.temperature_c, high.temperature_c)]
    box = [(a, max(b, a + 1e-9)) for a, b in box]

    def cost(x: np.ndarray) -> float:
        found = truth(_recipe(x), of, stack_pressure_mpa)
        return float(np.log(found.resistance_ohm_cm2)
                     + 100.0 * max(found.crushed_fraction - max_crushed, 0.0))

    best = _recipe(differential_evolution(cost, box, seed=0, maxiter=60, tol=1e-8).x)
    return best, truth(best, of, stack_pressure_mpa)


def _recipe(x: np.ndarray) -> Recipe:
    return Recipe(float(np.exp(x[0])), float(np.exp(x[1])), float(x[2]))
