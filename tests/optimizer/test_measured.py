"""Any measured quantity is sought: more, less, a target, a range, several at once, with limits."""

from __future__ import annotations

import random

import numpy as np
import pytest
from asked import proposed

from pressloop.optimizer import Parameter, Problem, Search, Space, fit_models, propose, recommend
from pressloop.optimizer.history.value_scale import value_scale
from pressloop.optimizer.objectives.measured import Focus
from pressloop.optimizer.stopping import assess
from pressloop.trials.errors import BadInput
from pressloop.trials.outcome import Failed, FailureMode, Intact
from pressloop.trials.quantity import Measurement, Quantity
from pressloop.trials.recipe import Recipe
from pressloop.trials.stack import Stack
from pressloop.trials.trial import State, Trial

pytestmark = pytest.mark.slow

SPACE = Space((1.0, 1.0), (1.0, 1.0), (25.0, 25.0), (
    Parameter("x", 0.0, 1.0), Parameter("y", 0.0, 1.0)),
    absent=("pressure_mpa", "dwell_s", "temperature_c"))
SCORE = Quantity("score", goal="maximise")
DENSITY = Quantity("density", "percent", goal="limit", low=60.0)


def score(x: float, y: float) -> float:
    """Highest at (0.3, 0.7); negative far from there."""
    return 1.0 - 6.0 * ((x - 0.3) ** 2 + (y - 0.7) ** 2)


def density(x: float, y: float) -> float:
    """60 at x = 0.5, more above."""
    return 40.0 + 40.0 * x


def trial(number: int, x: float, y: float, noise: float = 0.0, **more: float) -> Trial:
    recipe = Recipe(1.0, 1.0, 25.0, others=(("x", x), ("y", y)), without=SPACE.absent)
    values = {"score": score(x, y) + noise, "density": density(x, y)} | more
    units = {"density": "percent"}
    outcome = Intact(None, measured=tuple(Measurement(n, v, None, units.get(n, ""))
                                          for n, v in values.items()))
    return Trial(number, Stack(f"s{number}", "L", "me", 1.0, None), recipe, State.IMPORTED,
                 outcome=outcome)


def history(count: int = 24, scatter: float = 0.02) -> list[Trial]:
    draw = np.random.default_rng(5)
    found = []
    for i in range(1, count + 1):
        x, y = draw.uniform(size=2).round(3)
        off, other = scatter * draw.standard_normal(2)
        found.append(trial(i, x, y, off, density=density(x, y) + 20.0 * other))
    return found


def problem(*quantities: Quantity) -> Problem:
    return Problem(SPACE, Focus(measured=quantities), search=Search(start_with=0))


def best(*quantities: Quantity, trials: list[Trial] | None = None):
    return recommend(fit_models(problem(*quantities), trials or history()))


def at(recipe: Recipe) -> tuple[float, float]:
    x, y = recipe.value("x"), recipe.value("y")
    assert isinstance(x, float) and isinstance(y, float)
    return x, y


def test_a_maximised_quantity_is_shown_as_itself():
    found = best(SCORE)
    expected, = found.expected
    assert np.hypot(*np.subtract(at(found.recipe), (0.3, 0.7))) < 0.15
    assert expected.low < expected.value < expected.high
    assert abs(expected.value - 1.0) < 0.12 and expected.stack_low < expected.low
    assert found.resistance_ohm_cm2 is None and found.laws is None
    assert found.recipe.without == SPACE.absent


def test_values_may_be_negative_and_of_any_size():
    scaled = [trial(t.number, *at(t.recipe), score=1e4 * (score(*at(t.recipe)) - 3.0))
              for t in history()]
    found = best(SCORE, trials=scaled)
    assert np.hypot(*np.subtract(at(found.recipe), (0.3, 0.7))) < 0.15
    assert abs(found.expected[0].value + 2e4) < 2e3


def test_a_minimised_quantity_on_a_logarithmic_scale():
    loss = Quantity("loss", scale="log")
    trials = [trial(t.number, *at(t.recipe), loss=float(np.exp(-3.0 * score(*at(t.recipe)))))
              for t in history()]
    found = best(loss, trials=trials)
    assert np.hypot(*np.subtract(at(found.recipe), (0.3, 0.7))) < 0.15
    assert 0.03 < found.expected[0].low < found.expected[0].value < 0.09


def test_a_target_is_met_and_not_passed():
    wanted = Quantity("density", "percent", goal="target", target=55.0)
    found = best(wanted)
    assert abs(density(*at(found.recipe)) - 55.0) < 2.0
    assert abs(found.expected[0].value - 55.0) < 2.0
    for one in propose(fit_models(problem(wanted), history()), 3):
        assert abs(density(*at(one.recipe)) - 55.0) < 8.0
        assert "expected_gain" not in one.predicted


def test_a_range_is_as_good_all_through():
    found = best(Quantity("density", "percent", goal="range", low=50.0, high=58.0))
    assert 50.0 <= density(*at(found.recipe)) <= 58.0


def test_limits_of_another_quantity_are_kept():
    free, held = best(SCORE), best(SCORE, DENSITY)
    assert at(free.recipe)[0] < 0.45, "the best of all misses the limit"
    score_, density_ = held.expected
    assert held.cautious and density_.p_kept is not None and density_.p_kept >= 0.8
    assert 0.48 <= at(held.recipe)[0] <= 0.62
    assert score_.value < free.expected[0].value
    for one in propose(fit_models(problem(SCORE, DENSITY), history()), 3):
        assert one.predicted["p_density_kept"] > 0.2


def test_a_limit_that_nothing_keeps_is_said():
    found = best(SCORE, Quantity("density", "percent", goal="limit", low=300.0))
    assert not found.cautious
    assert at(found.recipe)[0] > 0.8, "as near to the limit as can be"


def test_a_limit_that_was_never_measured_stands_in_nobodys_way():
    found = best(SCORE, Quantity("weight", "g", goal="limit", high=1.0))
    assert [e.quantity.name for e in found.expected] == ["score"]


def test_several_at_once_leave_a_choice():
    light = Quantity("density", "percent", goal="maximise")
    found = best(SCORE, light)
    assert len(found.choices) > 3 and any(c.recipe == found.recipe for c in found.choices)
    front = np.array([[e.value for e in c.expected] for c in found.choices])
    assert np.ptp(front[:, 1]) > 8.0
    order = front[np.argsort(front[:, 0])]
    assert np.corrcoef(order.T)[0, 1] < -0.8, "what one gains, the other pays"
    batch = propose(fit_models(problem(SCORE, light), history()), 3)
    assert len({p.recipe for p in batch}) == 3


def test_failed_stacks_are_kept_away_from_and_are_no_number():
    failing = [trial(t.number, *at(t.recipe)) if at(t.recipe)[1] < 0.6 else
               Trial(t.number, t.stack, t.recipe, State.IMPORTED,
                     outcome=Failed(FailureMode.UNKNOWN, "score 0")) for t in history(40)]
    models = fit_models(problem(SCORE), failing)
    assert models.learned.failed == sum(isinstance(t.outcome, Failed) for t in failing)
    assert models.data.log_resistance.y.size == 40 - models.learned.failed
    found = recommend(models)
    assert at(found.recipe)[1] < 0.65 and found.p_failed <= 0.1
    assert found.p_crushed == 0.0, "what presses nothing crushes nothing"


def test_replicates_tell_the_scatter():
    same = [trial(i, 0.3, 0.7, 0.1 * (-1) ** i) for i in range(30, 40)]
    told = best(SCORE, trials=[*history(), *same]).expected[0]
    assert told.stack_high - told.stack_low > 0.25


def test_blind_to_the_order_of_the_stacks():
    one, other = history(), history()
    random.Random(3).shuffle(other)
    assert proposed_of(one) == proposed_of(other)


def proposed_of(trials: list[Trial]):
    models = fit_models(problem(SCORE, DENSITY), trials)
    return [p.recipe for p in propose(models, 2)], recommend(models).recipe


def test_one_more_stack_is_told_in_the_words_of_the_quantity():
    models = fit_models(problem(SCORE), history())
    told = " ".join((propose(models)[0].reason, *assess(models, budget=30).sentences))
    assert "score" in told and "raise" in told and "resistance" not in told


def test_units_that_do_not_agree_are_refused():
    with pytest.raises(BadInput, match="g/cm3"):
        value_scale(Quantity("density", "g/cm3"), [Measurement("density", 2.0, None, "percent")])
    with pytest.raises(BadInput, match="logarithmic"):
        value_scale(Quantity("score", scale="log"), [Measurement("score", 0.0)])


@pytest.mark.parametrize("quantities, words", [
    ((), "goal"), ((DENSITY,), "nothing to look for"), ((SCORE, SCORE), "once"),
    ((Quantity("x"),), "Rename")])
def test_objectives_that_cannot_be(quantities: tuple[Quantity, ...], words: str):
    with pytest.raises(BadInput, match=words):
        problem(*quantities)


def test_pressing_laws_stay_with_resistance(learned, space):
    """A campaign of resistance within limits of another quantity knows the laws as before."""
    resistance = Quantity("resistance_ohm_cm2", "ohm cm2", "log")
    plain = fit_models(Problem(space), learned)
    same = fit_models(Problem(space, Focus(measured=(resistance,))), learned)
    assert same.laws == plain.laws
    assert recommend(same).recipe == recommend(plain).recipe
    assert proposed(learned, space, search=Search(start_with=0)) is not None


def test_a_notebook_shows_the_quantities_and_no_set_point_that_is_none():
    best = recommend(fit_models(problem(SCORE, DENSITY), history()))
    html = best._repr_html_()
    assert f"{best.expected[0].value:.3g} (95 %" in html
    assert f"{best.expected[1].value:.3g} percent (95 %" in html
    assert "Resistance" not in html and "pressure_mpa" not in html
