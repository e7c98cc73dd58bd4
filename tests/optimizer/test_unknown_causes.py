"""Failures without a known cause, and stacks that stand for those of an operator nobody knows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from pressloop.optimizer import Problem, RiskLimits, Space, fit_models
from pressloop.optimizer.history.training import origin_for, training
from pressloop.trials.outcome import KNOWN_MODES, Failed, FailureMode, Intact
from pressloop.trials.recipe import Recipe
from pressloop.trials.trial import Trial

LIMITS = RiskLimits()
Make = Callable[..., Trial]


def history(trial: Make, failed_at: tuple[float, ...], mode: FailureMode) -> list[Trial]:
    """Eight intact stacks from 100 to 300 MPa, and failures."""
    return [*(trial(Recipe(100.0 + 25.0 * i, 60.0 + 20 * i, 25.0 + 10 * i),
                    Intact(150.0 - 12.0 * i, 1.0)) for i in range(8)),
            *(trial(Recipe(p, 100.0, 60.0), Failed(mode, "seen")) for p in failed_at)]


def test_an_unknown_cause_labels_none_of_the_known_ones(trial: Make, space: Space) -> None:
    data = training(history(trial, (420.0, 450.0), FailureMode.UNKNOWN), space, 0.05)
    assert data.labels[FailureMode.UNKNOWN].y.tolist().count(1.0) == 2
    assert data.labels[FailureMode.UNKNOWN].y.size == 10
    assert all(data.labels[mode].y.sum() == 0.0 and data.labels[mode].y.size == 8
               for mode in KNOWN_MODES)


def test_without_such_a_failure_nothing_is_fitted(trial: Make, space: Space) -> None:
    data = training(history(trial, (420.0,), FailureMode.SHORTED), space, 0.05)
    assert data.labels[FailureMode.UNKNOWN].y.size == 0


@pytest.mark.slow
@pytest.mark.parametrize(("failed_at", "bad", "good"), [
    ((400.0, 430.0, 460.0), 450.0, 150.0), ((55.0, 60.0, 70.0), 60.0, 250.0)])
def test_its_direction_is_that_of_the_stacks_that_failed(
        failed_at: tuple[float, ...], bad: float, good: float, trial: Make, space: Space) -> None:
    models = fit_models(Problem(space), history(trial, failed_at, FailureMode.UNKNOWN))
    chance = models.failing([Recipe(p, 100.0, 60.0) for p in (bad, good)])
    assert chance[0] > 0.4 and chance[1] < 0.2


def test_who_stands_for_whom(trial: Make) -> None:
    known = history(trial, (), FailureMode.UNKNOWN)
    assert origin_for(("lot", "somebody"), known) == (("lot", "somebody"), "")
    origin, note = origin_for(("lot", "eva"), known)
    assert origin == ("lot", "somebody") and "eva" in note and "somebody" in note
    assert origin_for(("other", "somebody"), known) == (("other", "somebody"), "")
    later = replace(known[-1], number=10**6, stack=replace(known[-1].stack, operator="bo"))
    assert origin_for(("lot", "eva"), [*known, later])[0] == ("lot", "bo")
