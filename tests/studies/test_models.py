"""One battery over every file of the folders of models."""

from __future__ import annotations

import math

import numpy as np
import pytest

from pressloop.optimizer.beliefs.fitting import fit_models
from pressloop.optimizer.history.training import Rows, origin_of
from pressloop.optimizer.problem import Problem
from pressloop.studies.compare.compare import Options
from pressloop.studies.compare.contenders import (
    CRUSHING,
    RESISTANCE,
    Contender,
    chance_of_crushing,
    every,
    fit_resistance,
)
from pressloop.studies.compare.validation import crush_table, intact_table
from pressloop.surrogates import failures
from pressloop.surrogates import models as surrogates
from pressloop.surrogates.yardsticks import Prediction, crushing, resistance
from pressloop.trials.checks import FloatArray
from pressloop.trials.errors import BadInput
from pressloop.trials.plugins import file_names
from pressloop.trials.recipe import Recipe
from tests.studies.stacks import SPACE, pressed, spread

PROBLEM = Problem(SPACE)
TRIALS = pressed(spread(32, seed=7))
GENTLE, HARSH = Recipe(60.0, 60.0, 25.0), Recipe(495.0, 1500.0, 30.0)


def law(n: int, seed: int, scatter: float = 0.1) -> Rows:
    """ln R falls by 1 and 0.5 along the first two inputs, with normal scatter."""
    draw = np.random.default_rng(seed)
    x = draw.random((n, 3))
    y = 3.0 - x @ np.array([1.0, 0.5, 0.0]) + scatter * draw.standard_normal(n)
    return Rows(x, y, np.zeros(n), np.zeros(n, dtype=np.int64))


def predicted(name: str, rows: Rows, x: FloatArray) -> Prediction:
    one = Contender(RESISTANCE, name)
    found: Prediction = one.module.fit(rows.x, rows.y)(x) if one.yardstick \
        else fit_resistance(name, rows, PROBLEM).predict(x)
    return found


@pytest.mark.parametrize("name", every(RESISTANCE))
def test_a_model_predicts_one_more_stack(name: str) -> None:
    rows, new = law(40, 1), law(200, 2)
    found = predicted(name, rows, new.x)
    assert found.mean.shape == found.sd.shape == (200,)
    assert np.all(found.sd > 0.05), "the scatter of stacks is part of it"
    inside = np.mean(np.abs(new.y - found.mean) <= found.half_width(0.95))
    assert 0.85 <= inside <= 1.0
    assert np.isfinite(found.log_density(new.y)).all()
    assert Contender(RESISTANCE, name).title


@pytest.mark.parametrize("name", every(RESISTANCE))
def test_the_same_rows_give_the_same_model(name: str) -> None:
    rows = law(15, 3)
    first, second = (predicted(name, rows, rows.x) for _ in range(2))
    assert np.array_equal(first.mean, second.mean)
    assert np.array_equal(first.sd, second.sd)


@pytest.mark.parametrize("name", every(RESISTANCE))
def test_what_cannot_be_learned_is_refused_with_a_reason(name: str) -> None:
    none = Rows(np.zeros((0, 3)), np.zeros(0), np.zeros(0), np.zeros(0, dtype=np.int64))
    with pytest.raises(ValueError, match=r"needs|stack"):
        predicted(name, none, law(3, 3).x)


@pytest.mark.slow
def test_a_model_that_can_be_set_is_fitted_as_a_campaign_fits_it() -> None:
    two_lots = (*TRIALS[:8], *pressed(spread(4, seed=9), lot="other", seed=4, first=40))
    table, origin = intact_table(two_lots, SPACE), origin_of(TRIALS[0])
    campaign = fit_models(PROBLEM, two_lots, origin=origin)
    recipes = spread(8, seed=11)
    expected = campaign.resistance(recipes, new_stack=True)
    rows = table.rows(range(len(table)), table.origins.index(origin))
    found = predicted("physics_gp", rows, SPACE.encode(recipes))
    assert np.exp(found.mean) == pytest.approx(expected.median, rel=0.06)
    assert np.exp(found.mean + 1.96 * found.sd) == pytest.approx(expected.high, rel=0.12)
    chance = chance_of_crushing("threshold", two_lots, SPACE.encode(recipes), PROBLEM, origin)
    assert chance == pytest.approx(campaign.crushing(recipes), abs=1e-6)


def test_a_model_that_can_be_set_adds_what_a_reading_is_off_by() -> None:
    found, x = fit_resistance("physics_gp", law(20, 4), PROBLEM), law(3, 5).x
    clean, noisy = found.predict(x), found.predict(x, np.full(3, 0.04))
    assert noisy.sd**2 - clean.sd**2 == pytest.approx(np.full(3, 0.04))


def test_a_response_surface_holds_its_interval_with_few_stacks() -> None:
    inside = 0
    for seed in range(400):
        rows, new = law(7, seed), law(1, 10_000 + seed)
        found = predicted("linear", rows, new.x)
        inside += int(abs(new.y - found.mean)[0] <= found.half_width(0.95)[0])
    assert 0.92 <= inside / 400 <= 0.98


def test_a_surface_that_the_recipes_do_not_tell_is_refused() -> None:
    rows = law(30, 6)
    two_levels = Rows(np.round(rows.x), rows.y, rows.variance, rows.group)
    with pytest.raises(ValueError, match="terms apart"):
        predicted("quadratic", two_levels, rows.x)
    with pytest.raises(ValueError, match="needs 11 stacks or more to learn from, there are 6"):
        predicted("quadratic", law(6, 6), rows.x)


def test_replicates_are_one_neighbour() -> None:
    rows = law(4, 7)
    x, y = np.repeat(rows.x, 2, axis=0), np.repeat(rows.y, 2) + np.tile([-0.1, 0.1], 4)
    twice = Rows(x, y, np.zeros(8), np.zeros(8, dtype=np.int64))
    found = predicted("nearest_neighbour", twice, rows.x)
    assert found.mean == pytest.approx(rows.y)
    assert np.all(found.sd > 0.1), "as far off as the next recipe is, not as a replicate"


@pytest.mark.parametrize("name", every(CRUSHING))
def test_a_model_of_crushing_gives_chances(name: str) -> None:
    one, table = Contender(CRUSHING, name), crush_table(TRIALS, SPACE, 0.05)
    x = SPACE.encode([GENTLE, HARSH])
    gentle, harsh = one.module.fit(table.x, table.y)(x) if one.yardstick \
        else chance_of_crushing(name, table.trials, x, PROBLEM, table.origins[0])
    assert 0.0 <= gentle <= harsh <= 1.0
    if name != "base_rate":
        assert gentle < 0.2
        assert harsh > 0.3


def test_the_share_of_crushed_stacks_is_the_same_for_all() -> None:
    table = crush_table(TRIALS, SPACE, 0.05)
    found = Contender(CRUSHING, "base_rate").module.fit(table.x, table.y)(table.x)
    assert np.ptp(found) == 0.0
    assert found[0] == pytest.approx(table.y.mean(), abs=0.02)


def test_whole_stacks_alone_teach_a_classifier_nothing() -> None:
    table = intact_table(TRIALS, SPACE)
    with pytest.raises(ValueError, match="none were crushed"):
        Contender(CRUSHING, "logistic").module.fit(table.x, np.zeros(len(table)))


def test_every_file_is_compared_unless_asked_otherwise() -> None:
    options = Options()
    assert set(options.models) == {*file_names(surrogates), *file_names(resistance)}
    assert set(options.failure_models) == {*file_names(failures), *file_names(crushing)}
    assert not set(file_names(surrogates)) & set(file_names(resistance)), "one name, one model"
    assert not set(file_names(failures)) & set(file_names(crushing)), "one name, one model"


@pytest.mark.parametrize("wrong", [
    {"models": ("no_such",)}, {"failure_models": ("no_such",)}, {"baseline": "no.such"},
    {"own_models": ("no.such",)},
    {"models": ("mean", "mean")}, {"leave_out": "lot"}, {"blocks": 1}, {"refit_up_to": math.nan},
    {"most_rows": 0}, {"resamples": 1}])
def test_options_that_make_no_sense_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(BadInput, match="compare"):
        Options(**wrong)  # type: ignore[arg-type]
