"""The picture of the controls: every control, and a dark line only where there is an alarm."""

from __future__ import annotations

import numpy as np
import pytest

from pressloop.optimizer.history.drift import drift
from pressloop.trials.outcome import Intact
from pressloop.trials.recipe import Recipe
from pressloop.trials.stack import Stack
from pressloop.trials.trial import State, Trial
from pressloop.views.figures.controls import controls
from pressloop.views.figures.look import INK

REFERENCE = Recipe(140.0, 180.0, 25.0)


def panel(readings: list[float], lot: str = "L-1"):
    """The picture of these readings, one control after the other."""
    history = [Trial(n, Stack(f"s{n}", lot, "ana", 0.785, 600.0, 375.0), REFERENCE,
                     State.EVALUATED, outcome=Intact(value, 0.01 * value))
               for n, value in enumerate(readings, 1)]
    return controls(drift(history, REFERENCE))


def dark_lines(shown) -> list[list[float]]:
    return [list(t.y) for t in shown.figure.data if t.mode == "lines" and t.line.color == INK]


@pytest.mark.parametrize(("readings", "lines"), [
    ([140.0, 141.0, 139.0, 140.5, 139.5, 140.2], 0),
    ([100.0, 110.0, 121.0, 133.0, 146.0, 161.0], 1),
    ([100.0, 101.0, 100.0, 101.0, 150.0, 151.0, 150.0, 151.0], 2)])
def test_a_change_is_drawn_only_where_it_is_clear(readings, lines):
    shown = panel(readings)
    points = next(t for t in shown.figure.data if t.mode == "markers")
    assert list(points.y) == readings
    assert len(dark_lines(shown)) == lines
    if lines == 2:
        assert [np.mean(y) for y in dark_lines(shown)] == pytest.approx([100.5, 150.5], rel=1e-3)


def test_what_the_controls_say_comes_first():
    assert panel([100.0, 110.0, 121.0, 133.0, 146.0]).how_to_read.startswith("Controls rise by")
    assert panel([100.0]).how_to_read.startswith("1 control so far")
    assert panel([]).figure is None


def test_names_of_lots_are_escaped():
    shown = panel([100.0, 101.0], lot="<b>L</b>")
    texts = [word for t in shown.figure.data for word in t.hovertext or ()]
    assert texts
    assert not any("<b>L" in word for word in texts)
