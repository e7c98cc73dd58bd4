"""How many stacks each strategy needed, and which differences are real."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given as hypothetically
from hypothesis import settings
from hypothesis import strategies as st

from pressloop.studies.replay.campaigns import Campaign
from pressloop.studies.replay.numbers import range_of
from pressloop.studies.replay.replay import Options, findings
from pressloop.views.study.words.replay import sentences

pytestmark = pytest.mark.slow


@settings(deadline=None)
@hypothetically(st.lists(st.floats(0.0, 2.0), min_size=1, max_size=12), st.floats(0.01, 1.0))
def test_stacks_needed_are_those_after_which_it_stays_within_the_goal(regret, goal):
    stacks = tuple(3 * i for i in range(1, len(regret) + 1))
    needed = Campaign("random", 0, stacks, tuple(regret), (True,) * len(regret), 0, 0).needed(goal)
    after = [r for n, r in zip(stacks, regret, strict=True) if needed is not None and n >= needed]
    before = [r for n, r in zip(stacks, regret, strict=True)
              if needed is None or n == needed - 3]
    assert all(r <= goal for r in after)
    assert not before or before[-1] > goal


def test_a_recipe_that_breaks_the_limits_is_no_find():
    stacks, near = (3, 6, 9, 12), (0.01,) * 4
    assert Campaign("random", 0, stacks, near, (True,) * 4, 0, 0).needed(0.1) == 3
    assert Campaign("random", 0, stacks, near, (True, False, True, True), 0, 0).needed(0.1) == 9
    assert Campaign("random", 0, stacks, near, (True, True, True, False), 0, 0).needed(0.1) is None


def test_who_breaks_the_limits_in_the_end_is_told():
    options = Options(("pressloop", "random"))
    broken = [replace(c, feasible=(*c.feasible[:-1], c.repeat > 4)) for c in made("random", [9])]
    found = findings([*made("pressloop", [9]), *broken], options)
    assert "limits allow: pressloop 0, random recipes 25." in " ".join(sentences(found))
    kept = findings([*made("pressloop", [9]), *made("random", [9])], options)
    assert "limits allow" not in " ".join(sentences(kept))


def test_eight_of_ten_more_values_lie_in_the_range():
    draw = np.random.default_rng(0)
    inside = []
    for _ in range(4000):
        low, high = range_of(draw.standard_normal(20))
        inside.append(low <= draw.standard_normal() <= high)
    assert np.mean(inside) == pytest.approx(0.8, abs=0.03)


def made(name, needed, repeats=20, budget=30):
    """Campaigns that get there after so many stacks each."""
    stacks = tuple(range(3, budget + 1, 3))
    return [Campaign(name, i, stacks, tuple(0.01 if n >= needed[i % len(needed)] else 0.5
                                            for n in stacks), (True,) * len(stacks), 1, 0)
            for i in range(repeats)]


def test_a_clear_difference_is_called_real_and_luck_is_not():
    options = Options(("pressloop", "random"))
    clear = findings([*made("pressloop", [9, 12]), *made("random", [24, 27])], options)
    same = findings([*made("pressloop", [9, 12]), *made("random", [12, 9])], options)
    assert clear.pairs[0].real
    assert "differences in stacks needed are real for: random recipes" in " ".join(sentences(clear))
    assert not same.pairs[0].real
    assert "No evidence" in " ".join(sentences(same))


def test_what_is_likely_is_neither_real_nor_nothing():
    options = Options(("pressloop", "random"))
    pair = findings([*made("pressloop", [9, 12]), *made("random", [24])], options).pairs[0]
    perhaps = replace(pair, p=0.03, p_corrected=0.06, more_low=0.5, more_high=9.0)
    found = replace(findings([*made("pressloop", [9]), *made("random", [24])], options),
                    pairs=(perhaps,))
    assert "Probably different from pressloop in stacks needed, but not proved: random recipes " \
        "(0.5 more to 9.0 more)." in " ".join(sentences(found))


def test_three_replays_prove_nothing_and_say_so():
    options = Options(("pressloop", "random"), repeats=3)
    found = findings([*made("pressloop", [9], 3), *made("random", [27], 3)], options)
    assert not found.pairs[0].real
    assert "Too few replays" in " ".join(sentences(found))


def test_replays_that_never_get_there_are_told():
    found = findings([*made("pressloop", [9]), *made("random", [99])],
                     Options(("pressloop", "random")))
    assert [n.never for n in found.needed] == [0, 20]
    assert "more than 30" in sentences(found)[0]
