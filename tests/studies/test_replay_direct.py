"""The stand-in against the press itself: do replays on an emulator that was fitted to simulated
stacks tell the same as the same replays on the simulator?"""

from __future__ import annotations

from functools import cached_property

import numpy as np
import pytest

from hardware.simulation.materials import materials
from hardware.simulation.truth import truth as truth_of
from optimizer.caution import Caution
from studies.data import StudyData
from studies.emulator import emulator_of
from studies.replay import Options, findings, replays
from tests.studies.stacks import REFERENCE, SPACE, pressed, spread
from trials.outcome import Failed, FailureMode

CRUSH, HELD_MPA = 0.05, 30.0


class Simulator:
    """The simulated press with its own truth; each replay is another lab with its lot."""

    table = ()

    def __init__(self, preset="reference"):
        self.preset, self.seen = preset, {}

    def press(self, recipe, number, seed, again):
        return pressed([recipe], self.preset, seed, f"lot {seed}", first=number)[0].outcome

    @cached_property
    def strength(self):
        """Particle strengths relative to the median, at even quantiles."""
        from scipy.stats import norm

        of = materials(self.preset)
        return np.exp(of.strength_scatter * norm.ppf((np.arange(16) + 0.5) / 16))

    def told(self, recipes):
        """Median resistance, chance of crushing and of a short, shape (n, 3)."""
        for recipe in recipes:
            if recipe not in self.seen:
                self.seen[recipe] = self._look(recipe)
        return np.array([self.seen[r] for r in recipes])

    def _look(self, recipe):
        from dataclasses import replace

        of = materials(self.preset)
        found = truth_of(recipe, of, HELD_MPA)
        crushed = np.mean([truth_of(recipe, replace(
            of, particle_strength_mpa=of.particle_strength_mpa * s), HELD_MPA).crushed_fraction
            > CRUSH for s in self.strength])
        parted = 1.0 if found.parted_fraction > 0.8 else 0.0
        return (found.resistance_ohm_cm2, crushed, max(found.short_probability, parted))

    def resistance(self, recipes):
        return self.told(recipes)[:, 0]

    def survival(self, recipes):
        told = self.told(recipes)
        return (1.0 - told[:, 1]) * (1.0 - told[:, 2])

    def feasible(self, recipes):
        told = self.told(recipes)
        return (told[:, 1] <= 0.05) & (told[:, 2] <= 0.10)


@pytest.mark.slow
@pytest.mark.parametrize("preset", ["reference", "fragile"])
def test_replays_on_the_emulator_agree_with_those_on_the_press_itself(preset):
    """Stacks needed, lost stacks, and what is left at the end, each within both intervals."""
    recipes = spread(64, seed=2)
    data = StudyData("simulated stacks", pressed(recipes, preset, seed=3), SPACE, Caution(),
                     REFERENCE, True)
    options = Options(("pressloop", "sobol", "random"), budget=16, batch=4, repeats=6,
                      within_percent=15.0)
    emulated = findings(replays(emulator_of(data), data, options, seed=1), options)
    direct = findings(replays(Simulator(preset), data, options, seed=1), options)
    for ours, real in zip(emulated.needed, direct.needed, strict=True):
        print(ours, real, sep="\n")
        assert ours.low <= real.high
        assert real.low <= ours.high
        assert abs(ours.lost - real.lost) <= 0.25 * options.budget
    order = [sorted(f.needed, key=lambda n: n.stacks)[0].strategy for f in (emulated, direct)]
    assert order == ["pressloop", "pressloop"]


def test_the_press_loses_stacks_where_its_truth_says_so():
    """The judge's truth and the simulated stacks are of one mind."""
    press = Simulator()
    for recipe in spread(16, seed=6):
        lost = [isinstance(o, Failed) for o in (press.press(recipe, i, 1, 0) for i in range(40))]
        assert 1.0 - np.mean(lost) == pytest.approx(float(press.survival([recipe])[0]), abs=0.3)


def test_modes_are_those_of_the_project():
    told = [Simulator().press(r, i, 1, 0) for i, r in enumerate(spread(32, seed=6))]
    assert {o.mode for o in told if isinstance(o, Failed)} <= set(FailureMode)
