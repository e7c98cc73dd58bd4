"""What people's corrections change: the recommendation with and without them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pressloop.optimizer.beliefs.fitting import fit_models
from pressloop.optimizer.models import Models
from pressloop.optimizer.recommendation import Recommendation, recommend
from pressloop.trials.outcome import Intact
from pressloop.trials.trial import Trial


@dataclass(frozen=True, slots=True, eq=False)
class Effect:
    """Stacks whose record was put right, and what the first records would recommend.

    `before` is None where the first records have no intact stack."""

    corrected: tuple[Trial, ...]
    before: Recommendation | None


def corrected_in(trials: Sequence[Trial]) -> tuple[Trial, ...]:
    """Those whose record counts otherwise than it was recorded, by number."""
    return tuple(sorted((t for t in trials if t.is_corrected), key=lambda t: t.number))


def effect_of(models: Models) -> Effect | None:
    """None where nothing was corrected. Pure and deterministic, as `fit_models` is."""
    trials = corrected_in([*models.history, *models.earlier])
    if not trials:
        return None
    history, earlier = ([t.as_recorded for t in some] for some in (models.history, models.earlier))
    intact = any(isinstance(t.outcome, Intact) and models.space.comparable(t.recipe)
                 for t in (*history, *earlier))
    if not intact:
        return Effect(trials, None)
    return Effect(trials, recommend(fit_models(models.problem, history, earlier,
                                               origin=models.origin)))
