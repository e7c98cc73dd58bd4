"""What a stack costs, the order that heats least, and gain per minute."""

from __future__ import annotations

import math
from itertools import permutations

import numpy as np
import pytest
from asked import proposed
from hypothesis import given
from hypothesis import strategies as st

from pressloop.optimizer import Space
from pressloop.optimizer.cost import Cost, heating_order
from pressloop.trials.errors import BadInput
from pressloop.trials.recipe import Recipe
from pressloop.trials.trial import State

HEAT = st.floats(20.0, 150.0)


def travel(temperatures, from_c):
    return sum(abs(b - a) for a, b in zip([from_c, *temperatures], temperatures, strict=False))


@pytest.mark.slow
@given(st.lists(HEAT, min_size=1, max_size=5), HEAT)
def test_no_other_order_heats_and_cools_less(temperatures, from_c):
    recipes = [Recipe(100.0, 60.0, t) for t in temperatures]
    order = heating_order(recipes, from_c)
    assert sorted(order) == list(range(len(recipes)))
    found = travel([temperatures[i] for i in order], from_c)
    assert found <= min(travel(p, from_c) for p in permutations(temperatures)) + 1e-9


def test_minutes_of_a_stack(space):
    x = space.encode([Recipe(200.0, 600.0, 65.0), Recipe(400.0, 600.0, 65.0)])
    cost = Cost()
    assert cost.minutes(space, x, [25.0]) == pytest.approx([40.0 + 10.0 + 10.0] * 2)
    assert cost.minutes(space, x, [25.0, 65.0]) == pytest.approx([50.0] * 2)
    assert cost.cycle(space, x) == pytest.approx([70.0] * 2)


def test_fixed_temperature_costs_the_way_there_only():
    warm = Space((50.0, 500.0), (60.0, 60.0), (65.0, 65.0))
    x = warm.encode([Recipe(200.0, 60.0, 65.0)])
    assert Cost().minutes(warm, x, [65.0]) == pytest.approx([41.0])
    assert Cost().minutes(warm, x, [25.0]) == pytest.approx([51.0])


@pytest.mark.parametrize("name", ["preparation_min", "measurement_min", "heating_c_per_min",
                                  "weight", "room_c"])
@pytest.mark.parametrize("value", [math.nan, math.inf, -1.0])
def test_no_cost_at_all_is_refused(name, value):
    if name == "room_c" and value == -1.0:
        return
    with pytest.raises(BadInput, match=rf"cost\.{name}"):
        Cost(**{name: value})
    with pytest.raises(BadInput, match="heating_c_per_min"):
        Cost(heating_c_per_min=0.0)


@pytest.mark.slow
@pytest.mark.parametrize("hot", [25.0, 90.0, 140.0])
def test_a_batch_goes_through_its_temperatures_once(space, learned, trial, hot):
    newest = trial(Recipe(200.0, 60.0, hot), state=State.FAULTED)
    for history in ([newest], [*learned, newest]):
        found = proposed(history, space, count=4)
        temperatures = [p.recipe.temperature_c for p in found]
        assert travel(temperatures, hot) == pytest.approx(
            min(travel(p, hot) for p in permutations(temperatures)))


@pytest.mark.slow
def test_gain_per_minute_heats_less(space, simulated, trial):
    def minutes(weight):
        found = []
        for seed in range(3):
            history = [*simulated(12, seed=seed), trial(Recipe(200.0, 60.0, 25.0),
                                                        state=State.FAULTED)]
            proposal, = proposed(history, space, cost=Cost(weight=weight))
            found.append(Cost().minutes(space, space.encode([proposal.recipe]), [25.0])[0])
        return np.mean(found)

    assert minutes(3.0) < minutes(0.0)
