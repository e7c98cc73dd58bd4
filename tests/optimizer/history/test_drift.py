"""What control stacks tell of a drift, a step and a difference between lots."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from pressloop.optimizer.history.drift import FEWEST, drift
from pressloop.trials.outcome import Failed, FailureMode, Intact, SetAside
from pressloop.trials.recipe import Recipe
from pressloop.trials.stack import Stack
from pressloop.trials.trial import State, Trial

REFERENCE = Recipe(140.0, 180.0, 25.0)
CASES = 200


def control(number: int, ohm_cm2: float, lot: str = "L-1", state: State = State.EVALUATED
            ) -> Trial:
    """A stack at the reference recipe."""
    stack = Stack(f"s{number}", lot, "ana", 0.785, 600.0, 375.0)
    return Trial(number, stack, REFERENCE, state, outcome=Intact(ohm_cm2, 0.004 * ohm_cm2))


def campaign(of: Callable[[int], float], count: int = 8, scatter: float = 0.05, seed: int = 0,
             every: int = 5) -> list[Trial]:
    """Controls at every fifth stack, ln R as `of` the stack number has it, with scatter."""
    draw = np.random.default_rng(seed)
    numbers = [1 + every * i for i in range(count)]
    return [control(n, float(140.0 * np.exp(of(n) + scatter * draw.standard_normal())))
            for n in numbers]


def steady(_number: int) -> float:
    return 0.0


def rising(number: int) -> float:
    return 0.015 * number


def jumped(number: int) -> float:
    return np.log(1.2) if number > 20 else 0.0


def alarms(of: Callable[[int], float], **how: float) -> list[str]:
    return [drift(campaign(of, seed=s, **how), REFERENCE).alarm for s in range(CASES)]


@pytest.mark.slow
@pytest.mark.parametrize("count", [4, 6, 8, 12])
@pytest.mark.parametrize("scatter", [0.03, 0.12])
def test_steady_controls_raise_an_alarm_in_one_campaign_of_twenty(count, scatter):
    """Trend and every possible step together: 5 %, within what 200 campaigns can tell."""
    share = np.mean([bool(a) for a in alarms(steady, count=count, scatter=scatter)])
    assert 0.005 <= share <= 0.095


@pytest.mark.slow
def test_a_drift_of_one_and_a_half_percent_a_stack_is_found_with_eight_controls():
    assert np.mean([bool(a) for a in alarms(rising)]) >= 0.95
    assert np.mean([a == "trend" for a in alarms(rising)]) >= 0.9
    found = drift(campaign(rising), REFERENCE)
    assert found.trend.low < 0.015 < found.trend.high
    assert found.sentences[0].startswith("Controls rise by 1.")
    assert found.sentences[0].endswith("% high.")


@pytest.mark.slow
def test_a_step_of_a_fifth_is_found_with_eight_controls():
    assert np.mean([bool(a) for a in alarms(jumped)]) >= 0.85
    found = drift(campaign(jumped, scatter=0.03), REFERENCE)
    assert (found.alarm, found.step.last_before, found.step.first_after) == ("step", 16, 21)
    assert found.step.change.low < np.log(1.2) < found.step.change.high
    assert "from stack 21 on" in found.sentences[0]


@pytest.mark.slow
def test_the_trend_interval_holds_the_truth_in_nineteen_campaigns_of_twenty():
    found = [drift(campaign(rising, seed=s, scatter=0.12), REFERENCE).trend for s in range(CASES)]
    assert 0.90 <= np.mean([t.low <= 0.015 <= t.high for t in found]) <= 0.99


def test_the_order_of_the_history_does_not_matter():
    history = campaign(rising)
    shuffled = [history[i] for i in np.random.default_rng(1).permutation(len(history))]
    assert drift(shuffled, REFERENCE) == drift(history, REFERENCE)


def test_too_few_controls_say_so():
    for count in range(FEWEST):
        found = drift(campaign(rising, count=count), REFERENCE)
        assert (found.trend, found.step, found.alarm, found.chance) == (None, None, "", None)
        assert f"it takes {FEWEST}" in found.sentences[0]
    assert drift(campaign(rising), None) is None


def test_only_intact_stacks_at_the_reference_recipe_are_controls(trial):
    others = [trial(Recipe(141.0, 180.0, 25.0), Intact(900.0)), trial(REFERENCE, SetAside("noise")),
              trial(REFERENCE, Failed(FailureMode.CRUSHED, "broke")),
              trial(REFERENCE, state=State.FAULTED), trial(REFERENCE, state=State.PLANNED)]
    history = campaign(rising)
    assert drift([*history, *others], REFERENCE) == drift(history, REFERENCE)


def two_lots(seed: int) -> list[Trial]:
    """Eight controls of one lot, then eight of another that reads a third higher."""
    draw = np.random.default_rng(seed)
    return [control(n, float(140.0 * (1.33 if n > 8 else 1.0)
                             * np.exp(0.03 * draw.standard_normal())), "new" if n > 8 else "old")
            for n in range(1, 17)]


@pytest.mark.slow
def test_a_change_of_lot_is_a_shift_and_no_step():
    found = [drift(two_lots(s), REFERENCE) for s in range(CASES)]
    assert np.mean([bool(f.alarm) for f in found]) <= 0.095
    shifts = [f.shifts[0] for f in found]
    assert {s.lot for s in shifts} == {"old"}
    held = np.mean([s.change.low <= -np.log(1.33) <= s.change.high for s in shifts])
    assert 0.90 <= held <= 0.99
    assert found[0].sentences[1].startswith("Controls of lot old, ana, read 2")
    assert "% lower (" in found[0].sentences[1]


def test_earlier_and_imported_controls_tell_of_their_lot_only():
    earlier = [control(n, 200.0 + n, "before") for n in range(1, 4)]
    imported = [control(90 + n, 100.0 + n, "table", State.IMPORTED) for n in range(3)]
    history = campaign(steady)
    found = drift([*history, *imported], REFERENCE, earlier=earlier)
    alone = drift(history, REFERENCE)
    assert (found.trend, found.chance, found.controls) == (alone.trend, alone.chance,
                                                           alone.controls)
    assert [s.lot for s in found.shifts] == ["before", "table"]
    assert found.shifts[0].change.low > 0.0 > found.shifts[1].change.high


def test_one_control_of_each_lot_tells_nothing():
    history = [control(n, 140.0 + n, f"lot {n}") for n in range(1, 9)]
    found = drift(history, REFERENCE)
    assert (found.trend, found.shifts) == (None, ())


def test_equal_readings_are_no_alarm():
    found = drift([control(n, 140.0) for n in range(1, 9)], REFERENCE)
    assert found.alarm == ""
    assert found.trend.ln == pytest.approx(0.0, abs=1e-9)
