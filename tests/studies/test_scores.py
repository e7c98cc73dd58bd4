"""Scores and paired differences on numbers whose answer is known."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pressloop.studies.compare import scores
from pressloop.studies.paired import (
    LIKELY,
    NO_EVIDENCE,
    REAL,
    TOO_FEW,
    Losses,
    bootstrap,
    bootstrap_median,
    clusters_of,
    differences,
    exchange_p,
    holm,
    interval,
)
from pressloop.surrogates.yardsticks import Prediction

CHANCES = st.lists(st.tuples(st.booleans(), st.floats(0.0, 1.0)), min_size=1, max_size=40)


def test_perfect_chances_have_no_brier_score() -> None:
    crushed = np.array([0.0, 1.0, 1.0, 0.0])
    assert scores.brier(crushed, crushed).mean() == 0.0
    assert scores.skill_percent(scores.brier(crushed, crushed).mean(), crushed) == 100.0
    assert scores.log_loss(crushed, crushed).mean() == pytest.approx(0.0, abs=1e-5)


def test_the_share_of_crushed_stacks_takes_no_guesswork_away() -> None:
    crushed = np.array([0.0, 1.0, 0.0, 0.0])
    mean = scores.brier(crushed, np.full(4, 0.25)).mean()
    assert scores.skill_percent(mean, crushed) == pytest.approx(0.0)


def test_guesswork_is_no_number_where_no_stack_was_crushed() -> None:
    assert np.isnan(scores.skill_percent(np.array([0.1, 0.0]), np.zeros(3))).all()


def test_an_error_of_ln_r_is_told_in_percent() -> None:
    assert scores.off_percent(np.array(math.log(1.09) ** 2)) == pytest.approx(9.0)


def test_intervals_of_the_right_law_hold_what_they_say() -> None:
    draw = np.random.default_rng(1)
    for freedom in (math.inf, 4.0):
        noise = draw.standard_normal(20_000) if freedom == math.inf \
            else draw.standard_t(freedom, 20_000)
        found = Prediction(np.full(20_000, 3.0), np.full(20_000, 0.2), freedom)
        for level in scores.LEVELS:
            assert scores.coverage(3.0 + 0.2 * noise, found, level).value \
                == pytest.approx(level, abs=0.012)


def test_the_right_spread_is_the_least_surprised() -> None:
    y = np.random.default_rng(2).normal(0.0, 0.3, 5000)
    surprise = {sd: scores.surprise(y, Prediction(np.zeros(5000), np.full(5000, sd))).mean()
                for sd in (0.15, 0.3, 0.6)}
    assert min(surprise, key=lambda sd: surprise[sd]) == 0.3


def test_a_width_is_upper_over_lower_end() -> None:
    found = Prediction(np.zeros(3), np.full(3, math.log(2.0) / (2.0 * 1.959964)))
    assert scores.width_factor(found) == pytest.approx(2.0, rel=1e-5)


@given(CHANCES)
@settings(max_examples=50, deadline=None)
def test_every_stack_is_in_one_group_of_chances(pairs: list[tuple[bool, float]]) -> None:
    crushed, chance = (np.array(column, dtype=np.float64) for column in zip(*pairs, strict=True))
    groups = scores.reliability(crushed, chance)
    assert sum(g.crushed.of for g in groups) == len(pairs)
    assert sum(g.crushed.count for g in groups) == crushed.sum()
    for g in groups:
        assert g.low <= g.stated <= g.high
        assert g.crushed.low <= g.crushed.value <= g.crushed.high


def test_holm_as_in_the_book() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx((0.03, 0.06, 0.06, 0.02))
    assert holm([]) == ()


@pytest.mark.slow
@given(st.lists(st.floats(0.0, 1.0), min_size=1, max_size=10))
def test_a_correction_never_makes_a_difference_clearer(p: list[float]) -> None:
    fixed = holm(p)
    assert all(raw <= new <= 1.0 for raw, new in zip(p, fixed, strict=True))
    assert min(fixed) == pytest.approx(min(1.0, len(p) * min(p)))


def test_p_of_few_clusters_is_counted_out() -> None:
    gap = np.array([1.0, 2.0, 3.0, 4.0])
    assert exchange_p(gap, np.arange(4), seed=0) == pytest.approx(2 / 16)
    # Four stacks of two lots are two signs.
    assert exchange_p(gap, np.array([0, 0, 1, 1]), seed=0) == pytest.approx(2 / 4)
    assert exchange_p(np.zeros(4), np.arange(4), seed=0) == 1.0


def test_p_of_many_clusters_goes_on_from_that_of_fewer() -> None:
    gap = 0.15 + np.random.default_rng(8).standard_normal(201)
    many, fewer = exchange_p(gap, np.arange(201), seed=0), exchange_p(gap[:200], np.arange(200),
                                                                      seed=0)
    assert many == pytest.approx(fewer, abs=0.03)


@pytest.mark.slow
def test_the_interval_of_a_mean_holds_it_as_often_as_stated() -> None:
    draw, held = np.random.default_rng(3), 0
    for i in range(300):
        values = draw.exponential(1.0, (40, 1))
        low, high = interval(bootstrap(values, np.arange(40), resamples=400, seed=i)[:, 0], 40)
        held += low <= 1.0 <= high
    assert 0.88 <= held / 300 <= 0.98


def test_one_wild_value_moves_the_interval_of_a_mean_but_not_of_a_median() -> None:
    values, wild = np.linspace(0.9, 1.1, 41), np.append(np.linspace(0.9, 1.1, 40), 1000.0)
    for clusters in (np.arange(41), np.arange(41) // 4):
        calm, odd = (interval(bootstrap_median(v, clusters, resamples=400, seed=0), 41)
                     for v in (values, wild))
        assert calm == pytest.approx(odd, abs=0.05)
    assert bootstrap(wild[:, None], clusters, resamples=400, seed=0).max() > 10.0


def test_few_clusters_make_a_wider_interval() -> None:
    values = np.linspace(0.0, 1.0, 1001)
    few, many = interval(values, 5), interval(values, 1000)
    assert few[0] < many[0] < many[1] < few[1]
    assert many == pytest.approx((0.025, 0.975), abs=1e-3)


def test_stacks_of_one_lot_go_together_in_the_bootstrap() -> None:
    draw = np.random.default_rng(4)
    lot = np.repeat(np.arange(8), 10)
    values = (draw.standard_normal(8)[lot] + 0.1 * draw.standard_normal(80))[:, None]
    alone, together = (bootstrap(values, cluster, resamples=1000, seed=0).std()
                       for cluster in (np.arange(80), lot))
    assert together > 2.0 * alone


def test_lots_are_clusters_from_four_on() -> None:
    recipe = np.arange(8)
    three, four = np.arange(8) % 3, np.arange(8) % 4
    assert (clusters_of(three, recipe) == recipe).all()
    assert (clusters_of(four, recipe) == four).all()


def test_differences_of_every_strength() -> None:
    draw, n = np.random.default_rng(5), 30
    own = draw.exponential(1.0, n)
    index = np.arange(n)
    # Exact: a gap of one sign in each stack, one that is clear but not among many, none at all.
    found = {"own": Losses(index, own), "far": Losses(index, own + 1.0 + draw.random(n)),
             "same": Losses(index, own[::-1].copy())}
    by_model = {d.model: d for d in _against(found, index)}
    assert by_model["far"].strength == REAL
    assert by_model["far"].low > 0.0
    assert by_model["same"].strength in (NO_EVIDENCE, LIKELY)
    assert by_model["same"].value == pytest.approx(0.0, abs=1e-9)
    few = {name: Losses(index[:5], losses.loss[:5]) for name, losses in found.items()}
    assert {d.strength for d in _against(few, index)} == {TOO_FEW}


def test_only_stacks_that_both_predicted_are_compared() -> None:
    index = np.arange(20)
    found = {"own": Losses(index, np.ones(20)),
             "half": Losses(index[10:], np.full(10, 2.0)), "none": Losses(index[:0], np.ones(0))}
    only, = _against(found, index)
    assert (only.model, only.stacks, only.value) == ("half", 10, 1.0)
    assert _against({"half": found["half"]}, index) == ()


@pytest.mark.slow
def test_chance_alone_is_seldom_called_real() -> None:
    draw, real, n = np.random.default_rng(6), 0, 25
    for i in range(60):
        found = {str(k): Losses(np.arange(n), draw.exponential(1.0, n)) for k in range(4)}
        real += any(d.strength == REAL for d in differences(
            found, "0", np.arange(n), np.asarray, scheme="recipe", score="loss", resamples=200,
            seed=i))
    assert real <= 7


def _against(found: dict[str, Losses], cluster: np.ndarray) -> tuple:
    return differences(found, "own", cluster, np.asarray, scheme="recipe", score="loss",
                       resamples=400, seed=0)
