"""How much of the cathode broke, as the trace tells it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pressloop.evaluation.crushing import damage
from pressloop.evaluation.rules import Rules
from pressloop.trials.recipe import Recipe

RULES = Rules()


def random_recipes(count, seed=0):
    draw = np.random.default_rng(seed)
    for _ in range(count):
        pressure, dwell = np.exp(draw.uniform(np.log([50, 10]), np.log([500, 1800])))
        yield Recipe(float(pressure), float(dwell), float(draw.uniform(25, 140)))


def readings(pressed_stack, count, **other):
    for i, recipe in enumerate(random_recipes(count)):
        one = pressed_stack(recipe, name=f"s{i}", seed=i, points_per_decade=1, **other)
        found = damage(one.trace, one.stack, RULES)
        yield found.index, found.standard_error, one.sample.damage


@pytest.fixture(scope="module")
def acoustic(pressed_stack):
    return list(readings(pressed_stack, 400))


@pytest.mark.slow
def test_acoustic_index_is_within_its_errors(acoustic):
    index, error, true = map(np.array, zip(*acoustic, strict=True))
    off = np.abs(index - true) / error
    assert np.mean(off < 3.0) > 0.985
    assert np.mean(off < 2.0) > 0.93
    assert error.max() < 0.03


@pytest.mark.slow
def test_few_stacks_are_on_the_wrong_side_of_the_limit(acoustic):
    wrong = [true for index, _, true in acoustic if (index > 0.05) != (true > 0.05)]
    assert len(wrong) <= 8
    assert all(0.03 < true < 0.07 for true in wrong)


@pytest.mark.slow
def test_load_drops_do_without_the_sensor(pressed_stack):
    found = list(readings(pressed_stack, 400, acoustic=False))
    # Several particles that break within one sample are one drop: true above is an upper end.
    mild = np.array([abs(i - t) / e for i, e, t in found if t < 0.1])
    assert np.mean(mild < 3.0) > 0.97
    assert all(index > 0.05 for index, _, true in found if true > 0.15)
    assert all(index < 0.05 for index, _, true in found if true < 0.01)


def test_hits_of_the_building_are_not_damage(pressed_stack):
    """A hot, short cycle listens for half an hour, most of it before any load."""
    one = pressed_stack(Recipe(120.0, 10.0, 140.0))
    hits = np.zeros_like(one.trace.time_s)
    hits[:60] = 5.0
    noisy = replace(one.trace, acoustic_hits=hits)
    assert damage(noisy, one.stack, RULES).index < 0.005


def test_one_stray_hit_in_a_short_dwell_does_not_hide_damage(pressed_stack):
    one = pressed_stack(Recipe(330.0, 10.0, 100.0))
    assert one.sample.damage > 0.02
    hits = one.trace.acoustic_hits.copy()
    last_of_dwell = np.flatnonzero(one.trace.pressure_mpa > 300.0)[-2]
    hits[last_of_dwell] += 1.0
    found = damage(replace(one.trace, acoustic_hits=hits), one.stack, RULES)
    assert found.index == pytest.approx(one.sample.damage, abs=3.0 * found.standard_error)


def test_constant_background_is_taken_off(pressed_stack):
    one = pressed_stack(Recipe(200.0, 600.0, 25.0))
    steps = np.diff(one.trace.time_s, prepend=0.0)
    draw = np.random.default_rng(0)
    loud = replace(one.trace, acoustic_hits=draw.poisson(0.5 * steps).astype(float))
    found = damage(loud, one.stack, RULES)
    assert found.index < 3.0 * found.standard_error
    assert found.standard_error > damage(one.trace, one.stack, RULES).standard_error


def test_heating_up_tells_the_background_of_a_short_dwell(pressed_stack):
    one = pressed_stack(Recipe(120.0, 10.0, 140.0))
    steps = np.diff(one.trace.time_s, prepend=0.0)
    for seed in range(5):
        hits = np.random.default_rng(seed).poisson(0.5 * steps).astype(float)
        found = damage(replace(one.trace, acoustic_hits=hits), one.stack, RULES)
        assert found.index < 3.0 * found.standard_error < 0.009


def test_index_is_a_fraction_whatever_the_hits(pressed_stack):
    one = pressed_stack(Recipe(200.0, 60.0, 25.0))
    for hits in (np.zeros_like(one.trace.time_s), np.full_like(one.trace.time_s, 1e6)):
        assert 0.0 <= damage(replace(one.trace, acoustic_hits=hits), one.stack, RULES).index <= 1.0


def test_half_the_area_halves_what_a_hit_is_worth(pressed_stack):
    one = pressed_stack(Recipe(330.0, 120.0, 25.0))
    whole = damage(one.trace, one.stack, RULES)
    half = damage(one.trace, replace(one.stack, area_cm2=0.785 / 2), RULES)
    assert half.index == pytest.approx(2 * whole.index)
