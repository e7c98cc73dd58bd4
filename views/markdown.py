"""Recommendation and trials as Markdown and plain rows, for artifacts and the command line."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from trials.outcome import Failed, Intact
from trials.trial import Trial
from views.kinds import in_order, kind_of, reason_of
from views.words import (
    VARIABLES,
    interval,
    percent,
    plain,
    recipe_words,
    resistance,
    set_point,
)

if TYPE_CHECKING:
    # Tables are shown by programs that never load torch.
    from optimizer import Recommendation


def recommendation_markdown(found: Recommendation, *, campaign: str = "", simulated: bool = False
                            ) -> str:
    """The recommendation as a short Markdown page; `campaign` is escaped."""
    title = f"Recommended recipe: {escaped(campaign)}" if campaign else "Recommended recipe"
    lines = [f"## {title}", ""]
    if simulated:
        lines += ["**SIMULATED:** no real stack was pressed.", ""]
    if not found.cautious:
        lines += ["**No recipe meets the limits on failure yet: this is the safest one, not the "
                  "one with the lowest resistance.**", ""]
    lines += ["| | |", "|---|---|"]
    lines += [f"| {name} | {value} |" for name, value in _rows(found)]
    if (other := found.reference) is not None:
        better = percent(other.p_recommended_is_better)
        lines += ["", f"Reference ({recipe_words(other.recipe)}): "
                  f"{resistance(other.resistance_ohm_cm2)} "
                  f"({interval(other.low_ohm_cm2, other.high_ohm_cm2)}), crushing "
                  f"{percent(other.p_crushed)}. The recommended recipe is better with a "
                  f"probability of {better}."]
    return "\n".join(lines) + "\n"


def _rows(found: Recommendation) -> list[tuple[str, str]]:
    set_points = [(v.label, set_point(name, getattr(found.recipe, name)))
                  for name, v in VARIABLES.items()]
    return [
        *((label, f"**{value}**") for label, value in set_points),
        ("Interfacial resistance", f"**{resistance(found.resistance_ohm_cm2)}** (95 %: "
         f"{interval(found.low_ohm_cm2, found.high_ohm_cm2)})"),
        ("Next stack, 95 %", interval(found.stack_low_ohm_cm2, found.stack_high_ohm_cm2)),
        ("Chance of crushing", percent(found.p_crushed)),
        ("Chance of shorting or delaminating", percent(found.p_failed)),
        *((f"As good: {v.label.lower()}", _span(getattr(found.region, name), v.unit))
          for name, v in VARIABLES.items()),
        ("Share of the space that is as good", f"{percent(found.region.share)} (mean probability "
         f"{percent(found.region.probability)})"),
        ("Learned from", f"{found.intact} intact, {found.failed} failed")]


def _span(ends: tuple[float, float], unit: str) -> str:
    low, high = (plain(end) for end in ends)
    return f"{low} {unit} only" if low == high else f"{low} to {high} {unit}"


def escaped(words: str) -> str:
    """User text that Markdown and the HTML in it leave as it is, on one line."""
    return re.sub(r"([\\`*_{}\[\]()#+|<>~!&-])", r"\\\1", " ".join(words.split()))


def trials_table(trials: Iterable[Trial]) -> list[dict[str, object]]:
    """One plain row per trial in the order of pressing; None where there is no value.

    Text is as the user wrote it: whoever shows it escapes it.
    """
    return [_row(trial) for trial in in_order(trials)]


def _row(trial: Trial) -> dict[str, object]:
    outcome = trial.outcome
    intact = outcome if isinstance(outcome, Intact) else None
    damage = outcome.damage if isinstance(outcome, (Intact, Failed)) else None
    return {
        "trial": trial.number, "stack": trial.stack.stack_id,
        "pressure_mpa": trial.recipe.pressure_mpa, "dwell_s": trial.recipe.dwell_s,
        "temperature_c": trial.recipe.temperature_c, "purpose": trial.purpose,
        "state": str(trial.state), "outcome": str(kind_of(trial)),
        "resistance_ohm_cm2": intact.resistance_ohm_cm2 if intact else None,
        "resistance_se_ohm_cm2": intact.resistance_se_ohm_cm2 if intact else None,
        "damage_index": damage.index if damage else None,
        "nonuniformity": intact.nonuniformity if intact else None,
        "reason": reason_of(trial),
    }
