"""Choosing where only some recipes can be had."""

from __future__ import annotations

import numpy as np
import pytest

from pressloop.optimizer.beliefs.fitting import fit_models
from pressloop.optimizer.discrete_space import choose_among, recommend_among
from pressloop.optimizer.problem import Problem
from pressloop.optimizer.risk_limits import RiskLimits
from pressloop.trials.errors import BadInput
from tests.studies.stacks import SPACE, pressed, spread

pytestmark = pytest.mark.slow

OFFERED = spread(32, seed=4)
HISTORY = pressed(spread(16))
PROBLEM = Problem(SPACE)


@pytest.mark.parametrize("history", [(), HISTORY])
def test_only_offered_recipes_are_chosen_and_none_twice(history):
    found = choose_among([*OFFERED, *OFFERED], PROBLEM, history, count=4)
    assert len(set(found)) == 4
    assert set(found) <= set(OFFERED)


def test_fewer_offers_than_wanted_are_all_taken():
    assert set(choose_among(OFFERED[:2], PROBLEM, HISTORY, count=5)) == set(OFFERED[:2])
    with pytest.raises(BadInput, match="Offer a recipe"):
        choose_among((), PROBLEM, HISTORY)


def test_the_first_recipes_are_spread_over_the_space():
    x = SPACE.encode(choose_among(OFFERED, PROBLEM, (), count=8))
    assert (np.ptp(x, axis=0) > 0.5).all()


def test_what_is_recommended_keeps_the_limits_and_is_about_the_lowest_of_those():
    models = fit_models(PROBLEM, HISTORY)
    recipe = recommend_among(models, OFFERED)
    safe = [r for r in OFFERED if models.crushing([r])[0] <= 0.05
            and models.failing([r])[0] <= 0.10]
    assert recipe in safe
    lowest = models.resistance(safe).median.min()
    assert models.resistance([recipe]).median[0] <= 1.3 * lowest


def test_where_nothing_is_safe_the_safest_is_recommended():
    strict = RiskLimits(max_crush_probability=0.001, max_failure_probability=0.001)
    models = fit_models(Problem(SPACE, limits=strict), HISTORY)
    harsh = [r for r in OFFERED if 0.01 < models.survival([r])[0] < 0.99]
    assert len(harsh) > 1
    best = max(harsh, key=lambda r: models.survival([r])[0])
    assert recommend_among(models, harsh) == best
