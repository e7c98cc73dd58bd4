"""What the report shows, computed once: models, recommendation, and how both came about."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from pressloop.optimizer import Models, Recommendation, RiskLimits, Space, recommend
from pressloop.optimizer.corrected import Effect, effect_of
from pressloop.optimizer.history.drift import Drift, drift
from pressloop.trials.outcome import Failed, Intact
from pressloop.trials.recipe import Recipe
from pressloop.trials.trial import Trial
from pressloop.views.beginnings import Beginnings, Forecast, Step
from pressloop.views.kept import Kept
from pressloop.views.kinds import in_order

MAX_STEPS, MAX_FORECASTS = 14, 27
"""A step costs a fit and a search for the best recipe, a forecast only a fit, and none where a step
has it: of many beginnings every other forecast's is a step's."""
MANY = 4
"""Times as many beginnings as are shown, from which early ones are shown more closely."""


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


def analyse(models: Models, kept: Kept | None = None) -> Analysis:
    """Recommends by the models, and by those of the beginnings of their history.

    These are fitted here, but for what an earlier analysis has `kept`."""
    ordered = in_order(models.history)
    telling = [t for t in ordered if isinstance(t.outcome, (Intact, Failed))
               and models.space.comparable(t.recipe)]

    kept = kept or Kept()
    beginnings = Beginnings(models, telling, kept)
    now = recommend(models) if any(map(_read_by(models), telling)) else None
    steps = _steps(telling, beginnings, models, now) if now else ()
    forecasts = [beginnings.forecast(k) for k in spaced(len(telling) - 1, MAX_FORECASTS)]
    kept.write()
    return Analysis(
        trials=ordered, space=models.space.as_asked, models=models, recommendation=now,
        steps=steps, forecasts=forecasts,
        controls=drift(ordered, models.problem.reference, earlier=models.earlier),
        effect=effect_of(models))


def spaced(count: int, most: int) -> list[int]:
    """Whole numbers from 1 to `count`, thinned out to about `most`; the last one always stays.

    Evenly; by a ratio where they are many, as a late beginning costs more and changes less."""
    if count > MANY * most:
        return sorted({round(k) for k in np.geomspace(1, count, most).tolist()})
    step = max(1, -(-count // most))
    return sorted({*range(1, count + 1, step), count}) if count > 0 else []


def _read_by(models: Models) -> Callable[[Trial], bool]:
    """Whether a stack has a reading of what is sought."""
    name = models.data.scale.quantity.name
    return lambda t: isinstance(t.outcome, Intact) and t.outcome.reading(name) is not None


def _steps(telling: Sequence[Trial], beginnings: Beginnings, models: Models, now: Recommendation
           ) -> list[Step]:
    """From the first intact stack on; the last step is what is recommended `now`."""
    read = _read_by(models)
    first = next(i for i, t in enumerate(telling) if read(t))
    ends = [k for k in spaced(len(telling) - 1, MAX_STEPS) if k > first]
    return [*(beginnings.step(k) for k in ends),
            Step(telling[-1].number, now.recipe, now.expected[0])]
