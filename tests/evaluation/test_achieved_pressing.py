"""A stack counts as what it was really pressed by."""

from __future__ import annotations

import numpy as np
import pytest

from pressloop.evaluation.rules import Rules
from pressloop.evaluation.trace_check import achieved, not_held
from pressloop.trials.outcome import Achieved
from pressloop.trials.recipe import Recipe
from pressloop.trials.trace import Trace

AREA, ASKED = 78.54, Recipe(140.0, 180.0, 60.0)


def trace(pressure: float, dwell_s: float, warm: float | None = 60.0, *, wander: float = 0.0,
          spike: float = 0.0, entered: bool = False) -> Trace:
    """Ramp, dwell and release of 5 s each way.

    A wander falls over the dwell, a spike is at its start."""
    time = np.arange(0.0, dwell_s + 10.5, 0.5)
    shape = np.interp(time, [0.0, 5.0, dwell_s + 5.0, dwell_s + 10.0],
                      [0.0, 1.0, 1.0 - wander, 0.0])
    force = pressure * shape * AREA
    force[(time > 5.0) & (time < 5.0 + 0.1 * dwell_s)] *= 1.0 + spike
    temperature = None if warm is None else np.full(time.size, warm)
    told = {"peak_force_n": pressure * AREA, "held_s": dwell_s} if entered else {}
    return Trace(time, force, None, temperature, None, AREA, entered=entered, **told)


@pytest.mark.parametrize("made, found", [
    (trace(151.0, 180.0), Achieved(151.0, 180.0, 60.0)),
    (trace(120.0, 180.0), Achieved(120.0, 180.0, 60.0)),
    (trace(140.0, 90.0), Achieved(140.0, 90.0, 60.0)),
    (trace(140.0, 180.0, 78.0), Achieved(140.0, 180.0, 78.0)),
    (trace(151.0, 200.0, None), Achieved(151.0, 200.0, None)),
    (trace(151.0, 170.0, None, entered=True), Achieved(151.0, 170.0, None))])
def test_a_steady_press_that_did_something_else_is_known(made, found):
    assert not_held(made, ASKED, Rules()) is not None
    told = achieved(made, ASKED, Rules())
    assert told.pressure_mpa == pytest.approx(found.pressure_mpa, rel=0.005)
    assert told.dwell_s == pytest.approx(found.dwell_s, abs=2.0)
    assert told.temperature_c == found.temperature_c


@pytest.mark.parametrize("made", [
    trace(140.0, 180.0, wander=0.6), trace(140.0, 180.0, spike=0.3), trace(14.0, 180.0),
    trace(300.0, 180.0)])
def test_a_press_that_wandered_or_lies_far_off_is_not(made):
    assert achieved(made, ASKED, Rules()) is None
