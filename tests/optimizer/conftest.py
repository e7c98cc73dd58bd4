"""Histories: trials with outcomes of the tests' choosing, and stacks of the simulator's physics."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from itertools import count
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from pressloop.hardware.simulation.materials import REFERENCE, Materials
from pressloop.hardware.simulation.truth import truth
from pressloop.optimizer.space import Space
from pressloop.trials.outcome import Damage, Failed, FailureMode, Intact, Outcome
from pressloop.trials.recipe import Recipe
from pressloop.trials.stack import Stack
from pressloop.trials.trial import State, Trial


@pytest.fixture(scope="session")
def space() -> Space:
    return Space((50.0, 500.0), (10.0, 1800.0), (25.0, 140.0))


@pytest.fixture(scope="session")
def trial() -> Callable[..., Trial]:
    """A trial of this recipe: evaluated with this outcome, or in this state."""
    numbers = count(1)

    def make(recipe: Recipe, outcome: Outcome | None = None,
             state: State = State.EVALUATED, **other) -> Trial:
        number = next(numbers)
        stack = Stack(f"s{number}", "lot", "somebody", 0.785, 600.0, 375.0)
        return Trial(number, stack, recipe, state, outcome=outcome, **other)
    return make


@pytest.fixture(scope="session")
def simulated(trial, space) -> Callable[..., list[Trial]]:
    """As many trials at random recipes, as the physics has it, with some scatter."""
    def history(stacks: int, seed: int = 0, scatter: float = 0.08, of: Space = space,
                material: Materials = REFERENCE) -> list[Trial]:
        draw = np.random.default_rng(seed)
        found = []
        for _ in range(stacks):
            recipe = of.decode(draw.uniform(size=len(of.free)))
            real = truth(recipe, material)
            index = min(max(real.crushed_fraction + 0.003 * draw.standard_normal(), 0.0), 1.0)
            read = real.resistance_ohm_cm2 * np.exp(scatter * draw.standard_normal())
            if index > 0.05:
                outcome = Failed(FailureMode.CRUSHED, "broke", Damage(index, 0.003))
            elif real.parted_fraction > 0.8:
                outcome = Failed(FailureMode.DELAMINATED, "no contact", Damage(index, 0.003))
            else:
                outcome = Intact(float(read), 0.01 * float(read), damage=Damage(index, 0.003))
            found.append(trial(recipe, outcome))
        return found
    return history


@pytest.fixture(scope="session")
def learned(simulated) -> list[Trial]:
    """Fourteen stacks: enough for the models to choose."""
    return simulated(14)


@pytest.fixture(scope="session")
def closed_loop() -> ModuleType:
    """The benchmark's closed loop, one piece of code for both."""
    path = Path(__file__).parents[2] / "benchmarks" / "closed_loop.py"
    spec = importlib.util.spec_from_file_location("closed_loop", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules["closed_loop"] = module
    spec.loader.exec_module(module)
    return module
