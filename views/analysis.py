"""What the report shows, computed once: beliefs, recommendation, and how both came about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from optimizer import Beliefs, Caution, Recommendation, Space, believe, recommend
from optimizer.drift import Drift, drift
from optimizer.objectives import Objective
from optimizer.training import Origin, origin_of
from trials.outcome import Failed, Intact
from trials.recipe import Recipe
from trials.trial import Trial
from views.kinds import in_order

MAX_STEPS, MAX_FORECASTS = 14, 25
"""A step costs a search for the best recipe (a second), a forecast only a fit (a tenth)."""


@dataclass(frozen=True, slots=True)
class Step:
    """What would have been recommended after trial `number`."""

    number: int
    recommendation: Recommendation


@dataclass(frozen=True, slots=True)
class Forecast:
    """What the trials before said about one stack; resistances in ohm cm2 (95 % interval), None
    before the first intact stack."""

    trial: Trial
    median: float | None
    low: float | None
    high: float | None
    p_failing: float


@dataclass(frozen=True, slots=True, eq=False)
class Analysis:
    """All that the report needs to know."""

    trials: Sequence[Trial]
    space: Space
    caution: Caution
    reference: Recipe | None
    beliefs: Beliefs | None
    recommendation: Recommendation | None
    steps: Sequence[Step]
    forecasts: Sequence[Forecast]
    controls: Drift | None = None


def analyse(trials: Sequence[Trial], space: Space, caution: Caution, reference: Recipe | None, *,
            earlier: Sequence[Trial] = (), origin: Origin | None = None,
            objective: Objective | None = None) -> Analysis:
    """Fits the models to all trials and to their beginnings; `earlier`, `origin` and `objective`
    are as for `recommend`."""
    ordered = in_order(trials)
    telling = [t for t in ordered if isinstance(t.outcome, (Intact, Failed))]
    intact = any(isinstance(t.outcome, Intact) for t in telling)
    now = recommend(ordered, space, caution=caution, reference=reference, earlier=earlier,
                    origin=origin, objective=objective) if intact else None
    return Analysis(
        trials=ordered, space=space, caution=caution, reference=reference,
        beliefs=believe(ordered, space, caution, earlier=earlier, origin=origin)
        if telling else None,
        recommendation=now,
        steps=_steps(telling, space, caution, now, earlier, origin, objective) if now else (),
        forecasts=_forecasts(telling, space, caution, earlier),
        controls=drift(ordered, reference, earlier=earlier))


def spaced(count: int, most: int) -> list[int]:
    """Whole numbers from 1 to `count`, thinned out to about `most`; the last one always stays."""
    step = max(1, -(-count // most))
    return sorted({*range(1, count + 1, step), count}) if count > 0 else []


def _steps(telling: Sequence[Trial], space: Space, caution: Caution, now: Recommendation,
           earlier: Sequence[Trial], origin: Origin | None, objective: Objective | None
           ) -> list[Step]:
    """From the first intact stack on; the last step is what is recommended `now`."""
    first = next(i for i, t in enumerate(telling) if isinstance(t.outcome, Intact))
    ends = [first + k for k in spaced(len(telling) - first, MAX_STEPS)]
    return [*(Step(telling[k - 1].number, recommend(telling[:k], space, caution=caution,
                                                    earlier=earlier, origin=origin,
                                                    objective=objective))
              for k in ends[:-1]), Step(telling[-1].number, now)]


def _forecasts(telling: Sequence[Trial], space: Space, caution: Caution,
               earlier: Sequence[Trial]) -> list[Forecast]:
    """One step ahead: each stack, of its own lot and operator, as predicted by those before it."""
    return [_forecast(believe(telling[:k], space, caution, earlier=earlier,
                              origin=origin_of(telling[k])), telling[k])
            for k in spaced(len(telling) - 1, MAX_FORECASTS)]


def _forecast(beliefs: Beliefs, trial: Trial) -> Forecast:
    failing = float(1.0 - beliefs.survival([trial.recipe])[0])
    if beliefs.log_resistance is None:
        return Forecast(trial, None, None, None, failing)
    expected = beliefs.resistance([trial.recipe], new_stack=True)
    return Forecast(trial, float(expected.median[0]), float(expected.low[0]),
                    float(expected.high[0]), failing)
