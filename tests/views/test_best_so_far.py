"""The best reading so far: steps that never get worse, failures on top, nothing where none is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pressloop.trials import Failed, FailureMode, Intact, Recipe, Stack, State, Trial
from pressloop.trials.quantity import RESISTANCE
from pressloop.views.figures.best_so_far import best_so_far, best_steps

STACK = Stack("s", "L-1", "ana", 0.785, 600.0, 375.0)


def trial(number: int, ohm_cm2: float | None) -> Trial:
    """An intact stack with this resistance; a crushed one for None."""
    outcome: Any = Failed(FailureMode.CRUSHED, "cracks") if ohm_cm2 is None else Intact(
        ohm_cm2, 1.0, ohm_cm2)
    return Trial(number, replace(STACK, stack_id=f"s-{number}"), Recipe(200.0, 60.0, 25.0),
                 State.EVALUATED, outcome=outcome)


@given(st.lists(st.floats(1.0, 1e6), min_size=1, max_size=30))
def test_the_line_is_the_lowest_reading_up_to_each_stack(values: list[float]) -> None:
    steps = best_steps([(trial(n, v), v) for n, v in enumerate(values, 1)], RESISTANCE)
    assert steps == [(n, min(values[:n])) for n in range(1, len(values) + 1)]


def test_failures_are_marked_and_reach_no_line() -> None:
    panel = best_so_far([trial(1, 90.0), trial(2, None), trial(3, 120.0), trial(4, 60.0)],
                        RESISTANCE)
    line, read, failed = panel.figure.data
    assert list(line.x) == [1, 3, 4, 4.6] and list(line.y) == [90.0, 90.0, 60.0, 60.0]
    assert list(read.x) == [1, 3, 4] and list(failed.x) == [2]


def test_without_a_reading_there_is_nothing_to_draw() -> None:
    panel = best_so_far([trial(1, None)], RESISTANCE)
    assert panel.figure is None and "No stack has a reading" in panel.missing
