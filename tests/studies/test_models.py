"""One battery over every file of the folders of models."""

from __future__ import annotations

import math

import numpy as np
import pytest

from optimizer.beliefs import believe
from optimizer.caution import Caution
from optimizer.training import Rows, origin_of
from studies import crush_models, models
from studies.compare import Options
from studies.compare_jobs import crush_model, resistance_model
from studies.crush_models import Stacks
from studies.validation import crush_table, intact_table
from tests.studies.stacks import SPACE, pressed, spread
from trials.errors import BadInput
from trials.plugins import file_names
from trials.recipe import Recipe

RESISTANCE, CRUSHING = file_names(models), file_names(crush_models)
CAUTION = Caution()
TRIALS = pressed(spread(32, seed=7))
GENTLE, HARSH = Recipe(60.0, 60.0, 25.0), Recipe(495.0, 1500.0, 30.0)


def law(n: int, seed: int, scatter: float = 0.1) -> Rows:
    """ln R falls by 1 and 0.5 along the first two inputs, with normal scatter."""
    draw = np.random.default_rng(seed)
    x = draw.random((n, 3))
    y = 3.0 - x @ np.array([1.0, 0.5, 0.0]) + scatter * draw.standard_normal(n)
    return Rows(x, y, np.zeros(n), np.zeros(n, dtype=np.int64))


@pytest.mark.parametrize("name", RESISTANCE)
def test_a_model_predicts_one_more_stack(name: str) -> None:
    rows, new = law(40, 1), law(200, 2)
    found = resistance_model("models", name).fit(rows, SPACE, CAUTION).predict(new.x)
    assert found.mean.shape == found.sd.shape == (200,)
    assert np.all(found.sd > 0.05), "the scatter of stacks is part of it"
    inside = np.mean(np.abs(new.y - found.mean) <= found.half_width(0.95))
    assert 0.85 <= inside <= 1.0
    assert np.isfinite(found.log_density(new.y)).all()
    assert resistance_model("models", name).TITLE


@pytest.mark.parametrize("name", RESISTANCE)
def test_the_same_rows_give_the_same_model(name: str) -> None:
    fit, rows = resistance_model("models", name).fit, law(15, 3)
    first, second = (fit(rows, SPACE, CAUTION).predict(rows.x) for _ in range(2))
    assert np.array_equal(first.mean, second.mean)
    assert np.array_equal(first.sd, second.sd)


@pytest.mark.parametrize("name", RESISTANCE)
def test_what_cannot_be_learned_is_refused_with_a_reason(name: str) -> None:
    none = Rows(np.zeros((0, 3)), np.zeros(0), np.zeros(0), np.zeros(0, dtype=np.int64))
    with pytest.raises(ValueError, match=r"needs|stack"):
        resistance_model("models", name).fit(none, SPACE, CAUTION)


def test_the_shipped_model_is_the_one_of_the_search() -> None:
    two_lots = (*TRIALS[:16], *pressed(spread(8, seed=9), lot="other", seed=4, first=40))
    table, origin = intact_table(two_lots, SPACE), origin_of(TRIALS[0])
    beliefs = believe(two_lots, SPACE, CAUTION, origin=origin)
    recipes = spread(8, seed=11)
    expected = beliefs.resistance(recipes, new_stack=True)
    rows = table.rows(range(len(table)), table.origins.index(origin))
    found = resistance_model("models", "pressing_gp").fit(rows, SPACE, CAUTION).predict(
        SPACE.encode(recipes))
    assert np.exp(found.mean) == pytest.approx(expected.median, rel=1e-6)
    assert np.exp(found.mean + 1.96 * found.sd) == pytest.approx(expected.high, rel=1e-6)


def test_the_shipped_model_adds_what_a_reading_is_off_by() -> None:
    fitted = resistance_model("models", "pressing_gp").fit(law(20, 4), SPACE, CAUTION)
    x = law(3, 5).x
    clean, noisy = fitted.predict(x), fitted.predict(x, np.full(3, 0.04))
    assert noisy.sd**2 - clean.sd**2 == pytest.approx(np.full(3, 0.04))


def test_a_response_surface_holds_its_interval_with_few_stacks() -> None:
    fit, inside = resistance_model("models", "linear").fit, 0
    for seed in range(400):
        rows, new = law(7, seed), law(1, 10_000 + seed)
        found = fit(rows, SPACE, CAUTION).predict(new.x)
        inside += int(abs(new.y - found.mean)[0] <= found.half_width(0.95)[0])
    assert 0.92 <= inside / 400 <= 0.98


def test_a_surface_that_the_recipes_do_not_tell_is_refused() -> None:
    rows = law(30, 6)
    two_levels = Rows(np.round(rows.x), rows.y, rows.variance, rows.group)
    with pytest.raises(ValueError, match="terms apart"):
        resistance_model("models", "quadratic").fit(two_levels, SPACE, CAUTION)
    with pytest.raises(ValueError, match="needs 11 stacks or more to learn from, there are 6"):
        resistance_model("models", "quadratic").fit(law(6, 6), SPACE, CAUTION)


def test_replicates_are_one_neighbour() -> None:
    rows = law(4, 7)
    x, y = np.repeat(rows.x, 2, axis=0), np.repeat(rows.y, 2) + np.tile([-0.1, 0.1], 4)
    found = resistance_model("models", "nearest_neighbour").fit(
        Rows(x, y, np.zeros(8), np.zeros(8, dtype=np.int64)), SPACE, CAUTION).predict(rows.x)
    assert found.mean == pytest.approx(rows.y)
    assert np.all(found.sd > 0.1), "as far off as the next recipe is, not as a replicate"


@pytest.mark.parametrize("name", CRUSHING)
def test_a_model_of_crushing_gives_chances(name: str) -> None:
    table = crush_table(TRIALS, SPACE, CAUTION.crushed_above)
    stacks = Stacks(table.trials, table.x, table.y, table.origins[0])
    gentle, harsh = crush_model("models", name).fit(stacks, SPACE, CAUTION).probability(
        SPACE.encode([GENTLE, HARSH]))
    assert 0.0 <= gentle <= harsh <= 1.0
    if name != "base_rate":
        assert gentle < 0.2
        assert harsh > 0.3


def test_the_share_of_crushed_stacks_is_the_same_for_all() -> None:
    table = crush_table(TRIALS, SPACE, CAUTION.crushed_above)
    stacks = Stacks(table.trials, table.x, table.y, table.origins[0])
    found = crush_model("models", "base_rate").fit(stacks, SPACE, CAUTION)
    assert np.ptp(found.probability(table.x)) == 0.0
    assert found.value == pytest.approx(table.y.mean(), abs=0.02)


def test_whole_stacks_alone_teach_a_classifier_nothing() -> None:
    table = intact_table(TRIALS, SPACE)
    stacks = Stacks(table.trials, table.x, np.zeros(len(table)), table.origins[0])
    for name in ("logistic", "random_forest"):
        with pytest.raises(ValueError, match="none were crushed"):
            crush_model("models", name).fit(stacks, SPACE, CAUTION)


def test_every_file_is_compared_unless_asked_otherwise() -> None:
    options = Options()
    assert set(options.models) == set(RESISTANCE)
    assert set(options.crush_models) == set(CRUSHING)


@pytest.mark.parametrize("wrong", [
    {"models": ("no_such",)}, {"crush_models": ("no_such",)}, {"shipped": "no.such"},
    {"models": ("mean", "mean")}, {"leave_out": "lot"}, {"blocks": 1}, {"refit_up_to": math.nan},
    {"most_rows": 0}, {"resamples": 1}])
def test_options_that_make_no_sense_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(BadInput, match="compare"):
        Options(**wrong)  # type: ignore[arg-type]
