"""The stand-in for the press: does it scatter round the real stacks as it says?"""

from __future__ import annotations

import numpy as np
import pytest

from pressloop.optimizer.risk_limits import RiskLimits
from pressloop.optimizer.space import Space
from pressloop.studies.data import StudyData
from pressloop.studies.replay.emulator import FEWEST, MOST_ROWS, emulator_of, known_before_data
from pressloop.studies.replay.ground_truth import Judge
from pressloop.trials.errors import BadInput
from pressloop.trials.outcome import Failed, Intact
from pressloop.trials.recipe import Recipe
from pressloop.trials.stack import Stack
from pressloop.trials.trial import State, Trial
from tests.studies.stacks import REFERENCE, SPACE, pressed, spread

pytestmark = pytest.mark.slow

LINE = Space((50.0, 400.0), (60.0, 60.0), (25.0, 25.0))


def data_of(trials, space=SPACE):
    return StudyData("simulated stacks", tuple(trials), space, RiskLimits(), REFERENCE, True)


@pytest.fixture(scope="module")
def emulator():
    return emulator_of(data_of(pressed(spread(64))))


def line_trials(count, scatter, seed=0):
    """Stacks on one axis whose ln R has a known scatter; readings have no error of their own."""
    draw = np.random.default_rng(seed)
    recipes = LINE.decode_all(np.linspace(0.0, 1.0, count)[:, None])
    return tuple(Trial(i, Stack(f"s{i}", "lot", "me", 1.0, 500.0), r, State.EVALUATED,
                       outcome=Intact(float(np.exp(3.0 + (200.0 / (r.pressure_mpa + 100.0))
                                                   + scatter * draw.standard_normal()))))
                 for i, r in enumerate(recipes, 1))


@pytest.mark.nightly
def test_new_stacks_fall_inside_the_interval_that_the_emulated_ones_span():
    """Held-out simulated stacks of the lots of three labs: some 90 of 100 inside."""
    inside = []
    for lab in range(3):
        stand_in = emulator_of(data_of(pressed(spread(64, seed=lab), seed=lab)))
        new = [t for t in pressed(spread(32, seed=50 + lab), seed=lab, first=1001)
               if isinstance(t.outcome, Intact)]
        truths = [stand_in.draw([7, i]) for i in range(60)]
        for t in new:
            told = [o.resistance_ohm_cm2 for i, truth in enumerate(truths)
                    if isinstance(o := truth.press(t.recipe, 1, i, 0), Intact)]
            low, high = np.quantile(told, (0.025, 0.975)) if len(told) > 20 else (0.0, np.inf)
            inside.append(low <= t.outcome.resistance_ohm_cm2 <= high)
    assert np.mean(inside) >= 0.8


@pytest.mark.parametrize("pressure_mpa", [60.0, 150.0, 300.0])
def test_stacks_of_one_recipe_scatter_as_those_that_were_learned_from(emulator, pressure_mpa):
    """Low pressures, of which the surrogate is less sure, included: doubt is not scatter."""
    recipe, spreads = Recipe(pressure_mpa, 300.0, 90.0), []
    for i in range(8):
        truth = emulator.draw([3, i])
        told = [np.log(o.resistance_ohm_cm2) for n in range(60)
                if isinstance(o := truth.press(recipe, n, i, 0), Intact)]
        spreads.append(np.std(told, ddof=1))
    real = [np.log(t.outcome.resistance_ohm_cm2) for t in pressed([recipe] * 60, first=3001)
            if isinstance(t.outcome, Intact)]
    assert np.mean(spreads) == pytest.approx(np.std(real, ddof=1), rel=0.35)


def test_presses_invented_for_low_pressures_have_resistances():
    low = Space((5.0, 400.0), (60.0, 60.0), (25.0, 25.0))
    found = known_before_data(low, RiskLimits())
    told = np.array([found.draw([i]).resistance([Recipe(5.0, 60.0, 25.0)])[0] for i in range(20)])
    assert np.all(np.isfinite(told))


def test_emulated_stacks_fail_where_real_ones_do(emulator):
    gentle, harsh = Recipe(200.0, 60.0, 60.0), Recipe(500.0, 1800.0, 25.0)
    lost = {r: np.mean([isinstance(emulator.draw([i]).press(r, 1, i, 0), Failed)
                        for i in range(30)]) for r in (gentle, harsh)}
    real = {r: np.mean([isinstance(t.outcome, Failed) for t in pressed([r] * 60, first=2001)])
            for r in (gentle, harsh)}
    assert lost[gentle] == pytest.approx(real[gentle], abs=0.25)
    assert lost[harsh] == pytest.approx(real[harsh], abs=0.25)


def test_its_own_error_is_that_of_the_scatter_it_cannot_foresee():
    """Half of normal errors are below 0.674 standard deviations."""
    error = emulator_of(data_of(line_trials(60, 0.15), LINE)).error
    assert error.stacks == 60
    assert error.typical_percent == pytest.approx(100.0 * np.expm1(0.674 * 0.15), rel=0.35)
    assert 0.88 <= error.inside_95 <= 1.0


def test_where_stacks_say_more_truths_differ_less():
    def between(count):
        found = emulator_of(data_of(line_trials(count, 0.1), LINE))
        at = LINE.decode_all(np.linspace(0.0, 1.0, 9)[:, None])
        return np.std([np.log(found.draw([i]).resistance(at)) for i in range(30)], axis=0).mean()

    assert between(80) < 0.6 * between(6)


def test_the_same_seed_is_the_same_press_and_another_seed_another_one(emulator):
    recipes = spread(8, seed=3)
    first, again, other = (emulator.draw(s).resistance(recipes) for s in ([1, 2], [1, 2], [1, 3]))
    assert np.array_equal(first, again)
    assert not np.allclose(first, other)


def test_luck_depends_on_the_stack_and_not_on_what_was_pressed_before(emulator):
    truth = emulator.draw([4])
    assert truth.press(REFERENCE, 5, 1, 0) == truth.press(REFERENCE, 5, 1, 3)
    assert truth.press(REFERENCE, 5, 1, 0) != truth.press(REFERENCE, 6, 1, 0)


def test_a_failed_stack_has_no_resistance(emulator):
    truth = emulator.draw([0])
    told = [truth.press(Recipe(500.0, 1800.0, 25.0), i, 0, 0) for i in range(20)]
    failed = [o for o in told if isinstance(o, Failed)]
    assert failed
    assert not any(hasattr(o, "resistance_ohm_cm2") for o in failed)


def test_few_intact_stacks_are_refused_with_a_remedy():
    with pytest.raises(BadInput, match=f"{FEWEST} or more"):
        emulator_of(data_of(line_trials(FEWEST - 1, 0.1), LINE))


def test_a_long_table_is_thinned_and_says_so():
    found = emulator_of(data_of(line_trials(MOST_ROWS + 40, 0.1), LINE))
    assert (found.fitted_to, found.out_of) == (MOST_ROWS, MOST_ROWS + 40)


def test_presses_invented_before_data_obey_what_is_known():
    """Cold and short, more pressure never makes resistance much worse, and breaks more stacks."""
    found = known_before_data(SPACE, RiskLimits())
    low, high = Recipe(50.0, 10.0, 25.0), Recipe(300.0, 10.0, 25.0)
    harsh = Recipe(500.0, 10.0, 25.0)
    truths = [found.draw([i]) for i in range(40)]
    falls = [float(np.log(t.resistance([low]) / t.resistance([high]))[0]) for t in truths]
    assert np.mean(np.array(falls) > 0.0) > 0.9
    survival = np.array([t.survival([high, harsh]) for t in truths]).mean(0)
    assert survival[1] <= survival[0]
    assert np.std(falls) > 0.1


def test_no_recipe_beats_the_best_one_and_the_best_keeps_the_limits(emulator):
    truth = emulator.draw([3])
    judge = Judge(truth, SPACE, RiskLimits())
    recipes = [r for r, keeps in zip(spread(128, seed=9), truth.feasible(spread(128, seed=9)),
                                     strict=True) if keeps]
    assert judge.price(recipes).min() >= judge.best - 0.01
    assert all(judge.regret(r) >= 0.0 for r in recipes)
    assert judge.typical > 0.0
