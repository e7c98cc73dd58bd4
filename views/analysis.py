"""What the report shows, computed once: models, recommendation, and how both came about."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

from pressloop.optimizer import Models, Recommendation, RiskLimits, Space, fit_models, recommend
from pressloop.optimizer.corrected import Effect, effect_of
from pressloop.optimizer.history.drift import Drift, drift
from pressloop.optimizer.history.reading_conditions import as_read
from pressloop.optimizer.history.training import Origin, origin_of
from pressloop.trials.outcome import Failed, Intact
from pressloop.trials.recipe import Recipe
from pressloop.trials.trial import Trial
from pressloop.views.kinds import in_order

Fitted = Callable[[int, Origin | None], Models]
"""Models of the first stacks with an outcome, so many, for stacks of an origin."""
MAX_STEPS, MAX_FORECASTS = 14, 25
"""A step costs a search for the best recipe (a second), a forecast only a fit."""


@dataclass(frozen=True, slots=True)
class Step:
    """What would have been recommended after trial `number`."""

    number: int
    recommendation: Recommendation


@dataclass(frozen=True, slots=True)
class Forecast:
    """What the trials before said about one stack.

    What is sought, in its unit (95 % interval), None before the first intact stack."""

    trial: Trial
    median: float | None
    low: float | None
    high: float | None
    p_failing: float


@dataclass(frozen=True, slots=True, eq=False)
class Analysis:
    """All that the report needs to know.

    `trials` are those to show, and `space` is what pictures span: a part of what the models
    know."""

    trials: Sequence[Trial]
    space: Space
    models: Models
    recommendation: Recommendation | None = None
    steps: Sequence[Step] = ()
    forecasts: Sequence[Forecast] = ()
    controls: Drift | None = None
    effect: Effect | None = None

    @property
    def limits(self) -> RiskLimits:
        """How much risk may be taken."""
        return self.models.limits

    def not_drawn(self, drawn: Sequence[str]) -> list[str]:
        """Variables in which stacks may lie off a picture over those drawn.

        Free ones, and ones that are held while stacks vary them."""
        held = (name for name, _ in self.models.space.held)
        return [name for name in dict.fromkeys((*self.space.free, *held)) if name not in drawn]

    @property
    def reference(self) -> Recipe | None:
        """The recipe the lab uses now."""
        return self.models.problem.reference


def analyse(models: Models) -> Analysis:
    """Recommends by the models, and by those of the beginnings of their history, fitted here."""
    ordered = in_order(models.history)
    telling = [t for t in ordered if isinstance(t.outcome, (Intact, Failed))
               and models.space.comparable(t.recipe)]

    @cache
    def after(count: int, origin: Origin | None) -> Models:
        # A step and a forecast of the same beginning share its fit.
        return fit_models(models.problem, telling[:count], models.earlier, origin=origin)

    now = recommend(models) if any(map(_read_by(models), telling)) else None
    return Analysis(
        trials=ordered, space=models.space.as_asked, models=models, recommendation=now,
        steps=_steps(telling, after, models, now) if now else (),
        forecasts=_forecasts(telling, after),
        controls=drift(ordered, models.problem.reference, earlier=models.earlier),
        effect=effect_of(models))


def spaced(count: int, most: int) -> list[int]:
    """Whole numbers from 1 to `count`, thinned out to about `most`; the last one always stays."""
    step = max(1, -(-count // most))
    return sorted({*range(1, count + 1, step), count}) if count > 0 else []


def _read_by(models: Models) -> Callable[[Trial], bool]:
    """Whether a stack has a reading of what is sought."""
    name = models.data.scale.quantity.name
    return lambda t: isinstance(t.outcome, Intact) and t.outcome.reading(name) is not None


def _steps(telling: Sequence[Trial], after: Fitted, models: Models, now: Recommendation
           ) -> list[Step]:
    """From the first intact stack on; the last step is what is recommended `now`."""
    read, origin = _read_by(models), models.origin
    first = next(i for i, t in enumerate(telling) if read(t))
    ends = [first + k for k in spaced(len(telling) - first, MAX_STEPS)]
    return [*(Step(telling[k - 1].number, recommend(after(k, origin))) for k in ends[:-1]),
            Step(telling[-1].number, now)]


def _forecasts(telling: Sequence[Trial], after: Fitted) -> list[Forecast]:
    """One step ahead: each stack, of its own lot and operator, as predicted by those before it."""
    return [_forecast(after(k, origin_of(telling[k])), telling[k])
            for k in spaced(len(telling) - 1, MAX_FORECASTS)]


def _forecast(models: Models, trial: Trial) -> Forecast:
    recipe = as_read(trial, models.space)
    failing = float(1.0 - models.survival([recipe])[0])
    if models.log_resistance is None:
        return Forecast(trial, None, None, None, failing)
    expected = models.value([recipe], new_stack=True)
    return Forecast(trial, float(expected.median[0]), float(expected.low[0]),
                    float(expected.high[0]), failing)
