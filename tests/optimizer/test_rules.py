"""Rules between parameters: parsed, kept by every recipe, and contradictions told in one line."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pressloop.flows.study.simulated_stacks import simulated_stacks
from pressloop.optimizer import Problem, Space, fit_models, propose, recommend
from pressloop.optimizer.constraints.feasible import inside
from pressloop.optimizer.constraints.rules import Rule
from pressloop.optimizer.constraints.sobol import sobol
from pressloop.optimizer.parameter import Parameter
from pressloop.trials.errors import BadInput
from pressloop.trials.recipe import Recipe

CORE = ((50.0, 500.0), (10.0, 1800.0), (25.0, 140.0))
COLLECTOR = Parameter("collector", kinds=("bare-SUS", "MoS2-SUS"))
HOT = Rule("hot", "pressure_mpa <= 300 if temperature_c > 100")


def columns(**values):
    return {name: np.array([value] if isinstance(value, (float, str)) else value)
            for name, value in values.items()}


@pytest.mark.parametrize("text, values, kept", [
    ("a <= 3", {"a": 3.0}, True), ("a < 3", {"a": 3.0}, False), ("a >= 3", {"a": 2.9}, False),
    ("a + 2 * b <= 10", {"a": 4.0, "b": 3.0}, True), ("a*b <= 11", {"a": 4.0, "b": 3.0}, False),
    ("a / b > 1", {"a": 4.0, "b": 3.0}, True), ("-(a - b) = 1", {"a": 2.0, "b": 3.0}, True),
    ("2 <= a", {"a": 1.0}, False), ("a != 1e0", {"a": 1.0}, False), ("a ≤ 3", {"a": 4.0}, False),
    ("a <= 3 if b > 100", {"a": 5.0, "b": 100.0}, True),
    ("a <= 3 if b > 100", {"a": 5.0, "b": 101.0}, False),
    ("a <= 3 and b <= 4", {"a": 1.0, "b": 5.0}, False),
    ("never c = MoS2-SUS and a > 3", {"c": "MoS2-SUS", "a": 4.0}, False),
    ("never c = MoS2-SUS and a > 3", {"c": "bare-SUS", "a": 4.0}, True),
    ("a <= 3 if c != 'MoS2-SUS'", {"c": "bare-SUS", "a": 4.0}, False),
    ("a <= 3 if c == MoS2-SUS", {"c": "bare-SUS", "a": 4.0}, True)])
def test_what_a_rule_says(text, values, kept):
    assert bool(Rule("r", text).keeps(columns(**values))[0]) is kept


@pytest.mark.parametrize("text", [
    "", "pressure_mpa", "pressure_mpa <= ", "a <= b <= c", "a <= 1 if b",
    "never a = 1 if b = 2"])
def test_what_is_no_rule_is_refused(text):
    with pytest.raises(BadInput, match=r"constraints\.r"):
        Rule("r", text)


@pytest.mark.parametrize("text, word", [
    ("presure_mpa <= 3", "presure_mpa"), ("pressure_mpa <= (3", "parenthesis"),
    ("pressure_mpa ** 2 <= 3", "complete expression"), ("pressure_mpa <= __import__", "__import__"),
    ("pressure_mpa <= 3; x", "numbers, parameters"), ("collector = gold", "MoS2-SUS"),
    ("collector > bare-SUS", "= or !="), ("collector * 2 <= 3", "a parameter with numbers"),
    ("pressure_mpa 3 <= 4", "too much"), ("pressure_mpa <= 3 if", "too much")])
def test_a_rule_over_what_is_not_there_is_refused(text, word):
    with pytest.raises(BadInput, match=r"constraints\.r") as refused:
        Space(*CORE, others=(COLLECTOR,), rules=(Rule("r", text),))
    assert word in str(refused.value)


@given(st.text(max_size=40))
@example("0<²")
def test_no_text_does_anything_but_parse_or_be_refused(text):
    try:
        Space(*CORE, rules=(Rule("r", text),))
    except BadInput as refused:
        assert "constraints.r" in str(refused)


@pytest.mark.parametrize("rules, words", [
    ({"a": "pressure_mpa <= 100", "b": "pressure_mpa >= 200"},
     ("constraints.a", "constraints.b", "contradict one another")),
    ({"a": "pressure_mpa <= 100", "x": "dwell_s <= 900", "b": "pressure_mpa * dwell_s >= 300000"},
     ("constraints.a", "constraints.b", "contradict one another")),
    ({"x": "temperature_c < 120", "a": "pressure_mpa >= 300", "b": "dwell_s <= 600",
      "c": "pressure_mpa <= 250 if dwell_s <= 900"},
     ("constraints.a", "constraints.b", "constraints.c")),
    ({"a": "pressure_mpa <= 40"}, ("constraints.a", "contradicts the bounds of [space]")),
    ({"a": "never collector = bare-SUS", "b": "never collector = MoS2-SUS"},
     ("constraints.a", "constraints.b"))])
def test_a_contradiction_names_both_in_one_line(rules, words):
    space = Space(*CORE, others=(COLLECTOR,), rules=tuple(Rule(n, t) for n, t in rules.items()))
    with pytest.raises(BadInput) as refused:
        Problem(space)
    said = str(refused.value)
    assert all(word in said for word in words) and "\n" not in said
    assert "constraints.x" not in said


def test_a_rule_that_leaves_little_is_no_contradiction():
    thin = Rule("thin", "pressure_mpa * dwell_s <= 600")
    assert len(inside(Space(*CORE, rules=(thin,)), sobol(3, 64, 0))) == 64


@given(st.integers(0, 50))
def test_points_that_break_a_rule_are_pulled_inside(seed):
    space = Space(*CORE, rules=(HOT, Rule("work", "pressure_mpa * dwell_s <= 60000")))
    for recipe in space.decode_all(inside(space, sobol(3, 64, seed))):
        assert recipe.temperature_c <= 100.0 or recipe.pressure_mpa <= 300.0
        assert recipe.pressure_mpa * recipe.dwell_s <= 60001.0


@pytest.mark.slow
def test_every_recipe_keeps_the_rules():
    never = Rule("never", "never collector = MoS2-SUS and temperature_c > 70")
    space = Space(*CORE, others=(COLLECTOR,), rules=(HOT, never))
    kinds = COLLECTOR.kinds
    history = [_of(t, kinds[i % 2]) for i, t in enumerate(simulated_stacks("reference", 16, 1, 3))]
    models = fit_models(Problem(space), history)
    recipes = [*(p.recipe for p in propose(models, 3)), recommend(models).recipe,
               *(p.recipe for p in propose(fit_models(Problem(space), ()), 5))]
    for recipe in recipes:
        assert recipe.temperature_c <= 100.0 or recipe.pressure_mpa <= 300.0
        assert recipe.value("collector") != "MoS2-SUS" or recipe.temperature_c <= 70.0


def _of(trial, kind):
    return replace(trial, recipe=trial.recipe.changed(collector=kind))


def test_a_reference_that_breaks_a_rule_is_refused():
    with pytest.raises(BadInput, match="keeps hot"):
        Problem(Space(*CORE, rules=(HOT,)), reference=Recipe(400.0, 60.0, 120.0))


FRACTIONS = tuple(Parameter(name, 0.0, 100.0) for name in ("a", "b", "c"))
SUM = Rule("sum", "a + b + c = 100")


@pytest.mark.slow
@given(st.integers(0, 100))
def test_fractions_add_up(seed):
    space = Space((50.0, 500.0), (60.0, 60.0), (25.0, 25.0), others=FRACTIONS, rules=(SUM,))
    for recipe in space.decode_all(inside(space, sobol(4, 32, seed))):
        values = [recipe.value(name) for name in ("a", "b", "c")]
        assert sum(values) == pytest.approx(100.0, abs=1e-6)
        assert all(0.0 <= v <= 100.0 for v in values)


def test_fractions_cover_the_whole_simplex_and_its_edges():
    space = Space((50.0, 500.0), (60.0, 60.0), (25.0, 25.0), others=FRACTIONS, rules=(SUM,))
    x = space.projected(sobol(4, 256, 0))[:, 1:]
    assert (x.min(1) < 0.01).mean() > 0.1 and (x.min(1) > 0.2).mean() > 0.1


@pytest.mark.parametrize("step, total, words", [
    (None, 400.0, "between 0 and 300"), (30.0, 100.0, "never add up")])
def test_fractions_that_cannot_add_up_are_refused(step, total, words):
    parts = tuple(Parameter(name, 0.0, 100.0, step=step) for name in ("a", "b", "c"))
    with pytest.raises(BadInput, match=words):
        Space(*CORE, others=parts, rules=(Rule("sum", f"a + b + c = {total:g}"),))


@pytest.mark.parametrize("fixed", [0.0, 1.0])
def test_fractions_in_steps_of_their_own_add_up(fixed):
    """The coarse one stays on its step, and the fine ones make up what it lacks."""
    parts = (Parameter("active", 60.0, 90.0, step=2.5), Parameter("carbon", 0.0, 5.0, step=0.5),
             Parameter("electrolyte", 5.0, 40.0, step=0.5), Parameter("binder", fixed, fixed))
    space = Space((50.0, 500.0), (60.0, 60.0), (25.0, 25.0), others=parts, rules=(
        Rule("whole", "active + electrolyte + carbon + binder = 100"),
        Rule("coat", "carbon <= 0.1 * active - 4")))
    recipes = space.decode_all(inside(space, sobol(4, 64, 0)))
    assert len(recipes) > 32 and len({r.value("carbon") for r in recipes}) > 3
    for recipe in recipes:
        values = [recipe.value(p.name) for p in parts]
        assert sum(values) == pytest.approx(100.0, abs=1e-6)
        assert all(p.on_step(v) for p, v in zip(parts, values, strict=True))
