"""Whatever the history and whatever the lab's own model.

A recipe with a reason, or one line that says what to mend."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from asked import fitted, proposed

from pressloop.optimizer import (
    Problem,
    RiskLimits,
    Search,
    SurrogateChoice,
    fit_models,
    propose,
    recommend,
)
from pressloop.optimizer.model_files import prove_files
from pressloop.trials.errors import BadInput
from pressloop.trials.outcome import Damage, Failed, FailureMode, Intact
from pressloop.trials.recipe import Recipe
from pressloop.trials.stack import Stack
from pressloop.trials.trial import State, Trial

pytestmark = pytest.mark.slow

LOTS = ("lot", "other")


def stack(number: int, lot: str = "lot") -> Stack:
    return Stack(f"s{number}", lot, "me", 0.785, 600.0, 375.0)


def history(space, count: int, outcome: Callable[[Recipe, int], object], *, seed: int = 0,
            lot: Callable[[int], str] = lambda number: "lot",
            at: Callable[[np.ndarray, int], np.ndarray] = lambda x, number: x) -> list[Trial]:
    """Stacks at random recipes with outcomes of the tests' choosing."""
    draw, found = np.random.default_rng(seed), []
    for number in range(1, count + 1):
        recipe = space.decode(at(draw.uniform(size=3), number))
        found.append(Trial(number, stack(number, lot(number)), recipe, State.EVALUATED,
                           outcome=outcome(recipe, number)))
    return found


def read(recipe: Recipe, number: int = 0) -> Intact:
    """Falls with pressure; without an error or an index."""
    return Intact((20.0 + 3e3 / recipe.pressure_mpa) * (1.0 + 0.1 * math.sin(7.0 * number)))


def crushed(recipe: Recipe, number: int = 0) -> Failed:
    return Failed(FailureMode.CRUSHED, "broke")


def sensible(models, space, *, count: int = 2) -> None:
    """Recipes with reasons, and a recommendation that is a number where there is a reading."""
    found = propose(models, count)
    assert len({p.recipe for p in found}) == count
    for proposal in found:
        assert space.contains(proposal.recipe)
        assert proposal.reason.endswith((".", "%."))
        assert all(math.isfinite(v) for v in proposal.predicted.values())
    if models.log_resistance is not None:
        best = recommend(models)
        assert space.contains(best.recipe)
        assert 0.0 < best.stack_low_ohm_cm2 <= best.resistance_ohm_cm2 <= best.stack_high_ohm_cm2
        assert math.isfinite(best.stack_high_ohm_cm2)
        assert 0.0 <= best.p_crushed <= 1.0


@pytest.mark.parametrize("count", [1, 2, 3])
@pytest.mark.parametrize("outcome", [read, crushed])
def test_few_rows(space, count, outcome):
    for start_with in (0, 8):
        sensible(fitted(history(space, count, outcome), space,
                        search=Search(start_with=start_with)), space)


@pytest.mark.parametrize("mode", list(FailureMode))
@pytest.mark.parametrize("damage", [None, Damage(1.0, 0.0)])
def test_all_failed(space, mode, damage):
    sensible(fitted(history(space, 12, lambda r, n: Failed(mode, "it", damage)), space), space)


@pytest.mark.parametrize("error", [None, 1e-6, 1e4])
def test_all_read_the_same(space, error):
    models = fitted(history(space, 12, lambda r, n: Intact(40.0, error)), space)
    sensible(models, space)
    assert recommend(models).resistance_ohm_cm2 == pytest.approx(40.0, rel=0.3)


def test_one_recipe_fifty_times(space):
    at = np.full(3, 0.5)
    models = fitted(history(space, 50, read, at=lambda x, n: at), space)
    sensible(models, space)


def test_one_recipe_fifty_times_half_of_it_crushed(space):
    outcome = lambda r, n: read(r, n) if n % 2 else crushed(r)  # noqa: E731
    models = fitted(history(space, 50, outcome, at=lambda x, n: np.full(3, 0.5)), space)
    sensible(models, space)
    assert models.crushing([space.decode(np.full(3, 0.5))])[0] == pytest.approx(0.5, abs=0.2)


def test_two_thousand_rows(space):
    outcome = lambda r, n: crushed(r) if r.pressure_mpa > 400.0 else read(r, n)  # noqa: E731
    models = fitted(history(space, 2000, outcome), space)
    sensible(models, space, count=1)
    assert 200.0 < recommend(models).recipe.pressure_mpa < 430.0


@pytest.mark.parametrize("level", [1e-3, 1.0, 1e4, 1e7])
def test_any_level_of_resistance(space, level):
    models = fitted(history(space, 14, lambda r, n: Intact(
        level * read(r, n).resistance_ohm_cm2 / 40.0)), space)
    sensible(models, space)
    assert recommend(models).resistance_ohm_cm2 == pytest.approx(0.7 * level, rel=0.7)


def test_readings_over_ten_decades(space):
    sensible(fitted(history(space, 14, lambda r, n: Intact(10.0 ** (10.0 * n / 14.0 - 3.0))),
                    space), space)


@pytest.mark.parametrize("factor", [1e6, 1e-6])
def test_one_row_off_by_a_million(space, factor):
    outcome = lambda r, n: Intact(  # noqa: E731
        read(r, n).resistance_ohm_cm2 * (factor if n == 5 else 1.0))
    models = fitted(history(space, 24, outcome), space)
    sensible(models, space)
    assert 10.0 < recommend(models).resistance_ohm_cm2 < 100.0


def test_two_lots_without_overlap(space):
    """One pressed low, one high: the lot and the pressure cannot be told apart."""
    models = fitted(history(space, 16, read, lot=lambda n: LOTS[n % 2],
                            at=lambda x, n: np.array([0.3 * x[0] + 0.6 * (n % 2), *x[1:]])), space)
    sensible(models, space)


def test_an_error_larger_than_the_reading(space):
    sensible(fitted(history(space, 12, lambda r, n: Intact(
        read(r, n).resistance_ohm_cm2, 1e6 if n == 3 else 1.0)), space), space)


def test_rows_far_outside_the_space(space, trial):
    far = [trial(Recipe(p, d, t), read(Recipe(p, d, t)))
           for p, d, t in ((1.0, 1.0, 25.0), (2000.0, 1e5, 300.0), (5.0, 3600.0, 60.0))]
    sensible(fitted([*history(space, 8, read), *far], space), space)
    sensible(fitted(far, space), space)


def of(space, rows, **choice):
    return fit_models(Problem(space, surrogate=SurrogateChoice(**choice)), rows)


@pytest.fixture
def rows(space):
    """Of both kinds."""
    return history(space, 9, lambda r, n: crushed(r) if r.pressure_mpa > 300.0 else read(r, n))


@pytest.mark.parametrize("key", ["model", "failure_model"])
@pytest.mark.parametrize(("name", "says"), [
    ("no_such_file", "a surrogate that exists"), ("my_lab.nowhere", "a surrogate that exists"),
    ("", "a surrogate that exists"), ("odd_models.no_fit", r"a module with a function fit\("),
    ("odd_models.broken", "a_library_that_is_not_there")])
def test_a_module_that_is_none_is_refused_at_the_door(space, rows, key, name, says):
    for door in (lambda: prove_files(SurrogateChoice(**{key: name})),
                 lambda: of(space, rows, **{key: name})):
        with pytest.raises(BadInput, match=rf"surrogate\.{key} = .*{says}") as found:
            door()
        assert "\n" not in str(found.value)


@pytest.mark.parametrize("key", ["model", "failure_model"])
@pytest.mark.parametrize(("name", "says"), [
    ("nothing", "AttributeError"), ("not_a_number", r"no number at (row|the point) .*\[0\.\d+, "),
    ("one_short", "of shape .* for X of shape"), ("no_noise", "observation_noise=True")])
def test_a_model_that_answers_wrong_is_named_with_what_is_wrong(space, rows, key, name, says):
    with pytest.raises(BadInput, match=rf"surrogate\.{key} = odd_models\.{name}.*{says}") as found:
        of(space, rows, **{key: f"odd_models.{name}"})
    assert "\n" not in str(found.value) and "Mend the module" in str(found.value)
    assert " rows it gave " in str(found.value)


def test_what_a_model_raises_is_told_in_one_line(space, rows):
    with pytest.raises(BadInput, match=r"odd_models\.raises.*RuntimeError: the licence server is "
                                       r"away\. Mend"):
        of(space, rows, model="odd_models.raises")


def test_a_model_is_not_asked_before_there_is_a_row(space):
    assert of(space, [], model="odd_models.raises").log_resistance is None
    assert proposed([], space, surrogate=SurrogateChoice(model="odd_models.raises"),
                    limits=RiskLimits())
