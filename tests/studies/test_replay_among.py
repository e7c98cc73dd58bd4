"""Choosing where only some recipes can be had."""

from __future__ import annotations

import numpy as np
import pytest

from optimizer.among import choose_among, ship_among
from optimizer.beliefs import believe
from optimizer.caution import Caution
from tests.studies.stacks import SPACE, pressed, spread
from trials.errors import BadInput

OFFERED = spread(32, seed=4)
HISTORY = pressed(spread(16))


@pytest.mark.parametrize("history", [(), HISTORY])
def test_only_offered_recipes_are_chosen_and_none_twice(history):
    found = choose_among([*OFFERED, *OFFERED], history, SPACE, count=4)
    assert len(set(found)) == 4
    assert set(found) <= set(OFFERED)


def test_fewer_offers_than_wanted_are_all_taken():
    assert set(choose_among(OFFERED[:2], HISTORY, SPACE, count=5)) == set(OFFERED[:2])
    with pytest.raises(BadInput, match="Offer a recipe"):
        choose_among((), HISTORY, SPACE)


def test_the_first_recipes_are_spread_over_the_space():
    x = SPACE.encode(choose_among(OFFERED, (), SPACE, count=8))
    assert (np.ptp(x, axis=0) > 0.5).all()


def test_what_is_shipped_keeps_the_limits_and_is_about_the_lowest_of_those():
    beliefs = believe(HISTORY, SPACE, Caution())
    recipe = ship_among(beliefs, OFFERED)
    safe = [r for r in OFFERED if beliefs.crushing([r])[0] <= 0.05
            and beliefs.failing([r])[0] <= 0.10]
    assert recipe in safe
    lowest = beliefs.resistance(safe).median.min()
    assert beliefs.resistance([recipe]).median[0] <= 1.3 * lowest


def test_where_nothing_is_safe_the_safest_is_shipped():
    beliefs = believe(HISTORY, SPACE, Caution(max_crush_probability=0.001,
                                              max_failure_probability=0.001))
    harsh = [r for r in OFFERED if 0.01 < beliefs.survival([r])[0] < 0.99]
    assert len(harsh) > 1
    best = max(harsh, key=lambda r: beliefs.survival([r])[0])
    assert ship_among(beliefs, harsh) == best
