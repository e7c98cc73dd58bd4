"""Process parameters beside pressure, dwell and temperature; steps of the machine; held values."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pressloop.flows.study.simulated_stacks import simulated_stacks
from pressloop.optimizer import Problem, Search, Space, fit_models, propose, recommend
from pressloop.optimizer.parameter import Parameter
from pressloop.trials.errors import BadInput
from pressloop.trials.outcome import Intact
from pressloop.trials.recipe import Recipe

pytestmark = pytest.mark.slow

CORE = ((50.0, 500.0), (10.0, 1800.0), (25.0, 140.0))
COLLECTOR = Parameter("collector", kinds=("bare", "coated", "carbon"))
FACTOR = {"bare": 1.5, "coated": 1.0, "carbon": 1.2}
WITH_KINDS = Space(*CORE, others=(COLLECTOR,))


def with_collectors(stacks: int, seed: int = 3, kinds=tuple(FACTOR)):
    """Simulated stacks dealt out among collectors, each of which has a factor on resistance."""
    found = []
    for i, trial in enumerate(simulated_stacks("reference", stacks, 1, seed)):
        kind = kinds[i % len(kinds)]
        outcome = trial.outcome
        if isinstance(outcome, Intact):
            value = FACTOR[kind] * outcome.resistance_ohm_cm2
            outcome = replace(outcome, resistance_ohm_cm2=value)
        found.append(replace(trial, recipe=trial.recipe.changed(collector=kind), outcome=outcome))
    return found


@pytest.fixture(scope="module")
def models():
    return fit_models(Problem(WITH_KINDS), with_collectors(30))


def test_the_kind_with_the_lowest_resistance_is_proposed_and_recommended(models):
    assert recommend(models).recipe.value("collector") == "coated"
    assert {p.recipe.value("collector") for p in propose(models, 3)} == {"coated"}


def test_the_factor_between_kinds_is_learned(models):
    at = Recipe(250.0, 300.0, 80.0)
    recipes = [at.changed(collector=kind) for kind in FACTOR]
    median = models.resistance(recipes).median
    assert median / median[1] == pytest.approx([1.5, 1.0, 1.2], rel=0.15)


def test_a_kind_with_few_rows_is_learned_with_what_kinds_have_in_common():
    """Three stacks of one kind; how pressure works is known from the other."""
    many = with_collectors(27, kinds=("coated",))
    few = with_collectors(30, seed=9, kinds=("bare",))[:3]
    models = fit_models(Problem(WITH_KINDS), [*many, *few])
    alone = fit_models(Problem(WITH_KINDS), few)
    recipes = [Recipe(p, 300.0, 80.0).changed(collector="bare") for p in (80.0, 250.0)]
    found, without = models.resistance(recipes), alone.resistance(recipes)
    assert np.all(np.log(found.high / found.low) < 0.8 * np.log(without.high / without.low))
    assert found.median[0] > 1.3 * found.median[1]


def test_the_region_tells_which_kinds_are_as_good(models):
    assert dict(recommend(models).region.others)["collector"] == ("coated",)


def test_rows_that_do_not_tell_the_kind_are_counted_and_not_learned_from():
    history = [*with_collectors(8), *simulated_stacks("reference", 3, 1, 5)]
    models = fit_models(Problem(WITH_KINDS), history)
    assert any("3 stacks are not learned from, as collector" in note for note in models.notes)
    default = Space(*CORE, others=(replace(COLLECTOR, default="bare"),))
    assert not fit_models(Problem(default), history).notes


def test_a_kind_that_is_called_otherwise_now_is_named():
    """A default would not bring back stacks whose kind is told."""
    renamed = Space(*CORE, others=(replace(COLLECTOR, kinds=("bare", "sprayed")),))
    note, = fit_models(Problem(renamed), with_collectors(12)).notes
    assert "collector = coated is none of the kinds in [space]: add it there" in note
    assert "default" not in note


def test_the_reference_says_every_parameter():
    with pytest.raises(BadInput, match=r"reference\.collector = missing"):
        Problem(WITH_KINDS, reference=Recipe(140.0, 180.0, 25.0))
    with pytest.raises(BadInput, match=r"reference\.collector = gold"):
        Problem(WITH_KINDS, reference=Recipe(140.0, 180.0, 25.0).changed(collector="gold"))


def test_the_opening_has_every_kind():
    opening = propose(fit_models(Problem(WITH_KINDS, search=Search(start_with=8)), ()), 8)
    assert {p.recipe.value("collector") for p in opening} == set(FACTOR)


STEPPED = Space(*CORE, steps=(("pressure_mpa", 5.0), ("temperature_c", 10.0)), others=(
    Parameter("presses", 1, 4, step=1.0), Parameter("ramp_mpa_per_s", 0.5, 20.0, scale="log"),
    Parameter("binder_percent", 0.0, 3.0), COLLECTOR))


@given(st.lists(st.floats(0, 1), min_size=7, max_size=7))
@settings(deadline=None)
def test_set_points_lie_on_the_steps_and_inside_the_bounds(point):
    recipe = STEPPED.decode(np.array(point))
    assert STEPPED.contains(recipe)
    assert recipe.pressure_mpa % 5.0 == 0.0 and recipe.value("presses") in (1.0, 2.0, 3.0, 4.0)
    # 25 degC is no multiple of 10, so that the lowest set point is 30.
    assert recipe.temperature_c % 10.0 == 0.0 and recipe.temperature_c >= 30.0
    assert STEPPED.decode(STEPPED.encode([recipe])[0]) == recipe


def test_a_rate_is_a_field_of_the_recipe_and_the_rest_is_named():
    recipe = STEPPED.decode(np.full(7, 0.5))
    assert recipe.ramp_mpa_per_s == pytest.approx(np.sqrt(0.5 * 20.0), rel=0.01)
    assert {name for name, _ in recipe.others} == {"presses", "binder_percent", "collector"}


@pytest.mark.parametrize("bad", [
    {"low": 52.0, "high": 54.0, "step": 5.0}, {"low": 52.0, "high": 52.0, "step": 5.0}])
def test_a_step_that_no_bound_fits_is_refused(bad):
    with pytest.raises(BadInput, match="The nearest ones are 50 and 55"):
        Parameter("presses", **bad)


@pytest.mark.parametrize("bad", [
    {"low": 2.0, "high": 1.0}, {"low": 0.0, "high": 1.0, "scale": "log"}, {"kinds": ("a", "a")},
    {"kinds": ("a", " ")}, {"low": 0.0, "high": float("nan")}, {"low": 0.0, "high": 1.0, "step": 0},
    {"kinds": ("a", "b"), "default": "c"}, {"low": 0.0, "high": 1.0, "set_by": "nobody"}])
def test_what_is_no_parameter_is_refused(bad):
    with pytest.raises(BadInput, match=r"space\.x"):
        Parameter("x", **bad)


def test_a_held_variable_is_learned_over_its_whole_range():
    history = simulated_stacks("reference", 24, 1, 7)
    space = Space(*CORE)
    models = fit_models(Problem(space.holding({"temperature_c": 60.0})), history)
    assert {p.recipe.temperature_c for p in propose(models, 3)} == {60.0}
    assert recommend(models).recipe.temperature_c == 60.0
    assert recommend(models).region.temperature_c == (60.0, 60.0)
    assert models.data.log_resistance.x.shape[1] == 3
    fixed = fit_models(Problem(Space(*CORE[:2], (60.0, 60.0))), history)
    assert {p.recipe.temperature_c for p in propose(fixed, 3)} == {60.0}
    assert fixed.data.log_resistance.y.size == models.data.log_resistance.y.size


def test_a_reference_off_what_is_held_is_no_recipe_of_the_batch():
    """It is compared with, and neither proposed nor pressed as a control."""
    history = simulated_stacks("reference", 10, 1, 7)
    reference = Recipe(140.0, 180.0, 25.0)
    space = Space(*CORE).holding({"temperature_c": 60.0})
    assert not space.contains(reference)
    models = fit_models(Problem(space, reference=reference, search=Search(start_with=20)), history)
    assert {p.recipe.temperature_c for p in propose(models, 3)} == {60.0}
    assert recommend(models).reference.recipe == reference


def test_a_kind_is_held_too():
    models = fit_models(Problem(WITH_KINDS.holding({"collector": "bare"})), with_collectors(12))
    assert {p.recipe.value("collector") for p in propose(models, 2)} == {"bare"}


def test_one_value_for_a_batch():
    """One oven temperature, which the first recipe chooses."""
    history = simulated_stacks("reference", 10, 1, 7)
    problem = Problem(Space(*CORE), search=Search(start_with=0, one_per_batch=("temperature_c",)))
    found = propose(fit_models(problem, history), 4)
    assert len({p.recipe.temperature_c for p in found}) == 1
    assert len({p.recipe.pressure_mpa for p in found}) > 1
    with pytest.raises(BadInput, match="one_per_batch"):
        Problem(Space(*CORE), search=Search(one_per_batch=("oven",)))


@pytest.mark.parametrize("held", [{"temperature_c": 200.0}, {"colector": "bare"},
                                  {"collector": "gold"}])
def test_a_value_that_cannot_be_held_is_refused(held):
    with pytest.raises(BadInput, match=next(iter(held))):
        WITH_KINDS.holding(held)


def test_eight_parameters_and_a_hundred_stacks_take_less_than_three_seconds_of_the_processor():
    space = Space(*CORE, others=(COLLECTOR, *STEPPED.others[:3], Parameter("humidity", 0.0, 5.0)))
    draw = np.random.default_rng(0)
    history = []
    for trial in with_collectors(100):
        more = {"presses": float(draw.integers(1, 5)), "ramp_mpa_per_s": draw.uniform(0.5, 20.0),
                "binder_percent": draw.uniform(0.0, 3.0), "humidity": draw.uniform(0.0, 5.0)}
        history.append(replace(trial, recipe=trial.recipe.changed(**more)))
    assert len(space.free) == 8
    began = time.process_time()
    found, = propose(fit_models(Problem(space), history))
    assert time.process_time() - began < 3.0
    assert space.contains(found.recipe)
