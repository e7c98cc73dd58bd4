"""Stacks of a known law, and the two halves of what a comparison finds."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pressloop.studies.compare.compare import Findings, Options
from pressloop.studies.compare.comparison import ModelComparison
from pressloop.studies.data import StudyData
from pressloop.trials.outcome import Failed, FailureMode, Intact
from pressloop.trials.stack import Stack
from pressloop.trials.trial import State, Trial
from tests.studies.stacks import SPACE, spread

CHEAP = Options(models=("linear", "mean"), baseline="linear",
                failure_models=("base_rate", "logistic"), failure_baseline="logistic",
                resamples=400)
CRUSHED = Failed(FailureMode.CRUSHED, "seen under the microscope")


def law(n: int, slope: float, seed: int = 1, scatter: float = 0.1) -> tuple[Trial, ...]:
    """Stacks whose ln R is linear in ln pressure and -1/T."""
    noise = np.random.default_rng(seed).standard_normal(n)
    recipes = spread(n, seed=seed)
    log_r = 3.0 - slope * SPACE.encode(recipes) @ np.array([1.0, 0.0, 0.5]) + scatter * noise
    return tuple(Trial(i, Stack(f"s{i}", "lot", "anna", 0.785, 600.0), recipe, State.EVALUATED,
                       outcome=Intact(float(np.exp(value))))
                 for i, (recipe, value) in enumerate(zip(recipes, log_r, strict=True), 1))


def data_of(trials: Sequence[Trial]) -> StudyData:
    return StudyData("a test", tuple(trials), SPACE)


def resistance_of(found: Findings) -> ModelComparison:
    assert found.resistance is not None
    return found.resistance


def crushing_of(found: Findings) -> ModelComparison:
    assert found.crushing is not None
    return found.crushing
