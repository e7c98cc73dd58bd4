"""What is believed of one recipe, in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pressloop.trials.outcome import Intact
from pressloop.trials.trial import Trial
from pressloop.trials.wording import counted
from pressloop.views.kinds import kind_of
from pressloop.views.words import Load, amount, percent, readings_words, recipe_words, span_of

if TYPE_CHECKING:
    from pressloop.optimizer import RiskLimits
    from pressloop.optimizer.beliefs.belief import Expected
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
    if not found.expected:
        return [f"{recipe_words(found.recipe, load)}: no intact stack yet, so that nothing is "
                "believed of its resistance."]
    several = len(found.expected) > 1
    return [f"{recipe_words(found.recipe, load)}: {_expected(found.expected[0])}",
            *(_expected(e, several) for e in found.expected[1:])]


def _expected(e: Expected, other: bool = False) -> str:
    of = e.quantity
    name = "" if of.is_resistance and not other else f"{of.name} "
    kept = "" if e.p_kept is None else f", {of.wanted()} with {percent(e.p_kept)}"
    return (f"{name}{amount(e.value, of)} (95 %: {span_of(e.low, e.high, of)}{kept}). One more "
            f"stack will measure {span_of(e.stack_low, e.stack_high, of)} with 95 %.")


def _failure(found: Prediction, limits: RiskLimits) -> str:
    verdict = "within the limits" if found.allowed else "more than the limits allow"
    if found.recipe.without and not found.p_crushed:
        return (f"Chance of failing {percent(found.p_failed)} (limit "
                f"{percent(limits.max_failure_probability)}): {verdict}.")
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
        return readings_words(trial.outcome)
    return str(kind_of(trial))
