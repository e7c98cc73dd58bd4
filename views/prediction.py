"""What is believed of one recipe, in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pressloop.trials.outcome import Intact
from pressloop.trials.trial import Trial
from pressloop.trials.wording import counted
from pressloop.views.kinds import kind_of
from pressloop.views.words import Load, interval, percent, plus_minus, recipe_words, resistance

if TYPE_CHECKING:
    from pressloop.optimizer import RiskLimits
    from pressloop.optimizer.prediction import Prediction

FAR = 0.3
"""In edges of the unit cube: where no stack is nearer, none speaks of the recipe itself."""


def prediction_sentences(found: Prediction, limits: RiskLimits, load: Load | None = None
                         ) -> list[str]:
    """Resistance, failure, and what both rest on, a sentence or two each.

    `load` writes the gauge of the press."""
    return [*_resistance(found, load), _failure(found, limits), *_place(found),
            _reason(found, load), *found.notes]


def _resistance(found: Prediction, load: Load | None) -> list[str]:
    values = (found.resistance_ohm_cm2, found.low_ohm_cm2, found.high_ohm_cm2,
              found.stack_low_ohm_cm2, found.stack_high_ohm_cm2)
    asked = recipe_words(found.recipe, load)
    if None in values:
        return [f"{asked}: no intact stack yet, so that nothing is believed of its resistance."]
    median, low, high, stack_low, stack_high = (float(v) for v in values if v is not None)
    return [f"{asked}: {resistance(median)} (95 %: {interval(low, high)}). "
            f"One more stack will measure {interval(stack_low, stack_high)} with 95 %."]


def _failure(found: Prediction, limits: RiskLimits) -> str:
    verdict = "within the limits" if found.allowed else "more than the limits allow"
    return (f"Chance of crushing {percent(found.p_crushed)} (limit "
            f"{percent(limits.max_crush_probability)}), of failing otherwise "
            f"{percent(found.p_failed)} (limit {percent(limits.max_failure_probability)}): "
            f"{verdict}.")


def _place(found: Prediction) -> list[str]:
    return [] if found.inside else ["The recipe lies outside the searched space: its numbers are "
                                    "extrapolated unless stacks were pressed near it."]


def _reason(found: Prediction, load: Load | None) -> str:
    if not found.near:
        return "No stack was pressed near it: this is what the usual laws of pressing say."
    near = ", ".join(f"trial {n.trial.number} ({recipe_words(n.trial.recipe, load)}: "
                     f"{_told(n.trial)})" for n in found.near)
    if found.near[0].distance > FAR:
        return (f"No stack is near it; the nearest {counted(len(found.near), 'stack')}: {near}. "
                "Take every number here as a first guess.")
    return f"It rests most on {near}."


def _told(trial: Trial) -> str:
    if isinstance(trial.outcome, Intact):
        value = plus_minus(trial.outcome.resistance_ohm_cm2, trial.outcome.resistance_se_ohm_cm2)
        return f"{value} Ω·cm²"
    return str(kind_of(trial))
