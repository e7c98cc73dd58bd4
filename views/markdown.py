"""Recommendation and trials as Markdown and plain rows, for artifacts and the command line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from pressloop.trials.outcome import Failed, Intact
from pressloop.trials.trial import Trial
from pressloop.views.corrections import corrected_words
from pressloop.views.front import front_markdown
from pressloop.views.kinds import in_order, kind_of, reason_of
from pressloop.views.words import (
    VARIABLES,
    Load,
    interval,
    laws_words,
    parameter_words,
    percent,
    plain,
    recipe_words,
    resistance,
    set_point,
    significant,
    span_words,
)

if TYPE_CHECKING:
    # Tables are shown by programs that never load torch.
    from pressloop.optimizer import Recommendation
    from pressloop.optimizer.decision_analysis import DecisionAnalysis, TellingStack


def recommendation_markdown(found: Recommendation, *, campaign: str = "", simulated: bool = False,
                            stopping: Sequence[str] = (), controls: Sequence[str] = (),
                            corrections: Sequence[str] = (), load: Load | None = None) -> str:
    """The recommendation as a short Markdown page; `campaign` is escaped.

    `stopping` says, in a sentence each, what speaks for pressing no more stacks, `controls` whether
    readings drift, `corrections` what people have put right; `load` writes the gauge of the press.
    """
    title = f"Recommended recipe: {escaped(campaign)}" if campaign else "Recommended recipe"
    lines = [f"## {title}", ""]
    if simulated:
        lines += ["**SIMULATED:** no real stack was pressed.", ""]
    if not found.cautious:
        lines += ["**No recipe meets the limits on failure yet: this is the safest one, not the "
                  "one with the lowest resistance.**", ""]
    lines += ["| | |", "|---|---|"]
    lines += [f"| {name} | {value} |" for name, value in _rows(found, load)]
    if (other := found.reference) is not None:
        better = percent(other.p_recommended_is_better)
        lines += ["", f"Reference ({recipe_words(other.recipe, load)}): "
                  f"{resistance(other.resistance_ohm_cm2)} "
                  f"({interval(other.low_ohm_cm2, other.high_ohm_cm2)}), crushing "
                  f"{percent(other.p_crushed)}. The recommended recipe is better with a "
                  f"probability of {better}. {_proof(other.stacks_to_prove)}"]
    if front := front_markdown(found):
        lines += ["", *front]
    if laws := laws_words(found.laws):
        lines += ["", laws]
    if found.analysis is not None:
        lines += ["", _telling(found.analysis.telling, load), "",
                  *_prices(found.analysis, load)]
    if stopping:
        lines += ["", "### One more stack?", "", *(f"- {sentence}" for sentence in stopping)]
    if controls:
        lines += ["", "### Controls", "", *(f"- {escaped(sentence)}" for sentence in controls)]
    if corrections:
        lines += ["", "### Corrections", "", *(f"- {escaped(told)}" for told in corrections)]
    lines += [f"\n{escaped(note)}" for note in found.notes]
    return "\n".join(lines) + "\n"


def _proof(stacks: int | None) -> str:
    if stacks is None:
        return "There is no difference between them to prove."
    return (f"To prove it (80 % power at 5 %) would take {stacks} "
            "stacks of each.")


def _telling(stack: TellingStack | None, load: Load | None) -> str:
    """What could change one's mind."""
    if stack is None:
        return "No stack can be tried safely enough to tell more."
    words = (f"The stack that would tell most: {recipe_words(stack.recipe, load)}, expected "
             f"{resistance(stack.resistance_ohm_cm2)}, survives with {percent(stack.survival)}; "
             f"it lowers the resistance of the recommended recipe by "
             f"{stack.expected_gain:.1%} on average.")
    if stack.changes_below_ohm_cm2 is None:
        return words
    return (f"{words} A reading below {resistance(stack.changes_below_ohm_cm2)} "
            f"({percent(stack.p_changes)} likely) would make it the better recipe.")


def _prices(analysis: DecisionAnalysis, load: Load | None) -> list[str]:
    """What keeping the limits costs, one line per allowed chance of crushing."""
    rows = [f"| {percent(one.max_crush_probability)} | "
            + (f"{recipe_words(one.recipe, load)} | {resistance(one.resistance_ohm_cm2)} |"
               if one.cautious else "no recipe | |") for one in analysis.price]
    return ["| Crushing allowed | best recipe | resistance |", "|---|---|---|", *rows]


def _rows(found: Recommendation, load: Load | None) -> list[tuple[str, str]]:
    set_points = [(v.label, set_point(name, getattr(found.recipe, name)))
                  for name, v in VARIABLES.items()]
    if load is not None:
        set_points.insert(1, ("On the gauge", load(found.recipe.pressure_mpa)))
    return [
        *((label, f"**{value}**") for label, value in set_points),
        *((escaped(name), f"**{value if isinstance(value, str) else significant(value)}**")
          for name, value in found.recipe.named.items()),
        ("Interfacial resistance", f"**{resistance(found.resistance_ohm_cm2)}** (95 %: "
         f"{interval(found.low_ohm_cm2, found.high_ohm_cm2)})"),
        ("Next stack, 95 %", interval(found.stack_low_ohm_cm2, found.stack_high_ohm_cm2)),
        ("Chance of crushing", percent(found.p_crushed)),
        ("Chance of shorting or delaminating", percent(found.p_failed)),
        *((f"As good: {v.label.lower()}", _span(getattr(found.region, name), v.unit))
          for name, v in VARIABLES.items()),
        *((f"As good: {escaped(name)}", span_words(ends)) for name, ends in found.region.others),
        ("Share of the space that is as good", f"{percent(found.region.share)} (mean probability "
         f"{percent(found.region.probability)})"),
        ("Learned from", learned_words(found))]


def learned_words(found: Recommendation) -> str:
    """How many stacks were learned from."""
    of = f" ({found.earlier} of earlier campaigns)" if found.earlier else ""
    return f"{found.intact} intact, {found.failed} failed{of}"


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
    found = in_order(trials)
    rows = [_row(trial) for trial in found]
    if not any(trial.recipe.named or trial.pressed is not trial.recipe for trial in found):
        return rows
    return [row | {"parameters": ", ".join(_besides(trial))}
            for trial, row in zip(found, rows, strict=True)]


def _besides(trial: Trial) -> list[str]:
    pressed = trial.pressed
    other = [] if pressed is trial.recipe else [
        f"really {', '.join(set_point(name, getattr(pressed, name)) for name in VARIABLES)}"]
    return [*parameter_words(trial.recipe), *other]


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
        "corrected": corrected_words(trial),
    }
