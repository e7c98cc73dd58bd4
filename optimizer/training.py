"""From trials to arrays: what each model may learn from each outcome.

| outcome | resistance | damage index | crushed label | shorted label | delaminated label |
|---|---|---|---|---|---|
| intact | yes | if measured | no, if no index | no | no |
| crushed | - | if measured | yes, if no index | - | no |
| shorted | - | if measured | - | yes | - |
| delaminated | - | if measured | - | - | yes |
| set aside, faulted, settled, open | - | - | - | - | - |
| pressed off a fixed variable | - | - | - | - | - |
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from optimizer.space import Space
from trials.checks import FloatArray
from trials.outcome import Damage, Failed, FailureMode, Intact
from trials.recipe import Recipe
from trials.trial import Trial


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Inputs (n, d), targets (n,) and known variances (n,) of one model."""

    x: FloatArray
    y: FloatArray
    variance: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Training:
    """What the models learn from, plus the recipes still in work."""

    log_resistance: Rows
    root_damage: Rows
    labels: dict[FailureMode, Rows]
    pending: FloatArray


def training(history: Iterable[Trial], space: Space) -> Training:
    """Sorted by content, so that the order of the history cannot matter."""
    trials = sorted((t for t in history if space.comparable(t.recipe)), key=_content)
    intact = [(t.recipe, t.outcome) for t in trials if isinstance(t.outcome, Intact)]
    damaged = [(t.recipe, d) for t in trials if (d := _damage(t)) is not None]
    return Training(
        log_resistance=_rows(space, [r for r, _ in intact],
                             [float(np.log(o.resistance_ohm_cm2)) for _, o in intact],
                             [_log_variance(o) for _, o in intact]),
        root_damage=_rows(space, [r for r, _ in damaged],
                          [float(np.sqrt(d.index)) for _, d in damaged],
                          [_root_variance(d) for _, d in damaged]),
        labels={mode: _labels(trials, space, mode) for mode in FailureMode},
        pending=space.encode([t.recipe for t in trials if t.is_open]),
    )


def _content(trial: Trial) -> tuple[str, ...]:
    return (repr(trial.recipe), repr(trial.outcome), trial.state)


def _damage(trial: Trial) -> Damage | None:
    return trial.outcome.damage if isinstance(trial.outcome, (Intact, Failed)) else None


def _log_variance(outcome: Intact) -> float:
    """Variance of ln R: (SE/R)^2; a reading without an error has only the learned scatter."""
    return ((outcome.resistance_se_ohm_cm2 or 0.0) / outcome.resistance_ohm_cm2) ** 2


def _root_variance(damage: Damage) -> float:
    """Variance of sqrt(D); near zero, where the slope of the root is infinite, that of a count."""
    error = max(damage.standard_error, 1e-4)
    return float((error / (2.0 * np.sqrt(max(damage.index, error)))) ** 2)


def _labels(trials: Sequence[Trial], space: Space, mode: FailureMode) -> Rows:
    pairs = [(t.recipe, label) for t in trials if (label := _label(t, mode)) is not None]
    return _rows(space, [r for r, _ in pairs], [label for _, label in pairs], [0.0] * len(pairs))


def _label(trial: Trial, mode: FailureMode) -> float | None:
    """1 failed so, 0 did not, None where the outcome cannot tell."""
    outcome = trial.outcome
    if not isinstance(outcome, (Intact, Failed)):
        return None
    if mode is FailureMode.CRUSHED and outcome.damage is not None:
        return None
    if isinstance(outcome, Intact):
        return 0.0
    if outcome.mode is mode:
        return 1.0
    # A crushed stack has good contact; a shorted or delaminated one could have been either.
    return 0.0 if (outcome.mode, mode) == (FailureMode.CRUSHED, FailureMode.DELAMINATED) else None


def _rows(space: Space, recipes: list[Recipe], y: list[float], variance: list[float]) -> Rows:
    return Rows(space.encode(recipes), np.array(y, dtype=np.float64),
                np.array(variance, dtype=np.float64))
