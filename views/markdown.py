"""Recommendation and trials as Markdown and plain rows, for artifacts and the command line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from pressloop.trials.outcome import Failed, Intact
from pressloop.trials.quantity import MAXIMISE, Quantity
from pressloop.trials.trial import Trial
from pressloop.views.corrections import corrected_words
from pressloop.views.front import front_markdown
from pressloop.views.kinds import in_order, kind_of, reason_of
from pressloop.views.words import (
    VARIABLES,
    Load,
    amount,
    called,
    laws_words,
    parameter_words,
    percent,
    plain,
    recipe_words,
    set_point,
    significant,
    span_of,
    span_words,
)

if TYPE_CHECKING:
    # Tables are shown by programs that never load torch.
    from pressloop.optimizer import Recommendation
    from pressloop.optimizer.beliefs.belief import Expected
    from pressloop.optimizer.decision_analysis import DecisionAnalysis, TellingStack
    from pressloop.optimizer.objectives.measured import Choice


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
        lines += [f"**{not_cautious(found)}**", ""]
    lines += ["| | |", "|---|---|"]
    lines += [f"| {name} | {value} |" for name, value in _rows(found, load)]
    if (other := found.reference) is not None:
        better = percent(other.p_recommended_is_better)
        proof = "" if len(sought(other.expected)) > 1 else f" {_proof(other.stacks_to_prove)}"
        lines += ["", f"Reference ({recipe_words(other.recipe, load)}): "
                  f"{expected_words(other.expected)}{_crushing(found, other.p_crushed)}. The "
                  f"recommended recipe is better with a probability of {better}.{proof}"]
    if front := front_markdown(found):
        lines += ["", *front]
    if laws := laws_words(found.laws):
        lines += ["", laws]
    if found.analysis is not None:
        of = found.expected[0].quantity
        lines += ["", *_telling(found.analysis.telling, of, found.choices, load), "",
                  *_prices(found.analysis, of, load)]
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


def not_cautious(found: Recommendation) -> str:
    """That no recipe keeps the limits."""
    of = found.expected[0].quantity
    limited = any(e.p_kept is not None for e in found.expected)
    best = "with the lowest resistance" if of.is_resistance else f"with the best {of.name}"
    return (f"No recipe meets the limits {'set' if limited else 'on failure'} yet: this is the "
            f"{'one likeliest to meet them' if limited else 'safest one'}, not the one {best}.")


def expected_words(expected: Sequence[Expected]) -> str:
    """Values of a recipe with their intervals; a name with each but the resistance."""
    return ", ".join(
        f"{'' if e.quantity.is_resistance else e.quantity.name + ' '}"
        f"{amount(e.value, e.quantity)} ({span_of(e.low, e.high, e.quantity)})" for e in expected)


def sought(expected: Sequence[Expected]) -> list[Expected]:
    """Those that have a goal."""
    return [e for e in expected if e.quantity.sought]


def crushes(found: Recommendation) -> bool:
    """Whether a word on crushing says something.

    Not of a process that presses nothing and has crushed nothing."""
    return not found.recipe.without or found.p_crushed > 0.0


def _crushing(found: Recommendation, chance: float) -> str:
    return f", crushing {percent(chance)}" if crushes(found) else ""


def _telling(stack: TellingStack | None, of: Quantity, choices: Sequence[Choice],
             load: Load | None) -> list[str]:
    """What could change one's mind."""
    if stack is None:
        return [] if choices or not of.directed else [
            "No stack can be tried safely enough to tell more."]
    verb = "raises" if of.goal == MAXIMISE else "lowers"
    words = (f"The stack that would tell most: {recipe_words(stack.recipe, load)}, expected "
             f"{amount(stack.value, of)}, survives with {percent(stack.survival)}; "
             f"it {verb} the {'resistance' if of.is_resistance else of.name} of the recommended "
             f"recipe by {percent(stack.expected_gain)} on average.")
    if stack.changes_at is None:
        return [words]
    beyond = "above" if of.goal == MAXIMISE else "below"
    return [f"{words} A reading {beyond} {amount(stack.changes_at, of)} "
            f"({percent(stack.p_changes)} likely) would make it the better recipe."]


def _prices(analysis: DecisionAnalysis, of: Quantity, load: Load | None) -> list[str]:
    """What keeping the limits costs, one line per allowed chance of crushing."""
    if not analysis.price:
        return []
    rows = [f"| {percent(one.max_crush_probability)} | "
            + (f"{recipe_words(one.recipe, load)} | {amount(one.value, of)} |"
               if one.cautious else "no recipe | |") for one in analysis.price]
    name = "resistance" if of.is_resistance else of.name
    return [f"| Crushing allowed | best recipe | {name} |", "|---|---|---|", *rows]


def _rows(found: Recommendation, load: Load | None) -> list[tuple[str, str]]:
    set_points = [(v.label, set_point(name, getattr(found.recipe, name)))
                  for name, v in VARIABLES.items() if name in found.recipe.core]
    if load is not None:
        set_points.insert(1, ("On the gauge", load(found.recipe.pressure_mpa)))
    return [
        *((label, f"**{value}**") for label, value in set_points),
        *((escaped(name), f"**{value if isinstance(value, str) else significant(value)}**")
          for name, value in found.recipe.named.items()),
        *(row for e in found.expected for row in _expected_rows(e, len(found.expected) > 1)),
        *chances_of(found),
        *((f"As good: {v.label.lower()}", _span(getattr(found.region, name), v.unit))
          for name, v in VARIABLES.items() if name in found.recipe.core),
        *((f"As good: {escaped(name)}", span_words(ends)) for name, ends in found.region.others),
        ("Share of the space that is as good", f"{percent(found.region.share)} (mean probability "
         f"{percent(found.region.probability)})"),
        ("Learned from", learned_words(found))]


def chances_of(found: Recommendation) -> list[tuple[str, str]]:
    """What may become of a stack."""
    if not crushes(found):
        return [("Chance of failing", percent(found.p_failed))]
    return [("Chance of crushing", percent(found.p_crushed)),
            ("Chance of shorting or delaminating", percent(found.p_failed))]


def _expected_rows(e: Expected, several: bool) -> list[tuple[str, str]]:
    of = e.quantity
    name = called(of) if of.is_resistance else escaped(of.name)
    wanted = "" if of.directed else f", {of.wanted()}" if of.sought else (
        f", {of.wanted()} with {percent(e.p_kept or 0.0)}")
    return [(f"{name}{wanted}", f"**{amount(e.value, of)}** (95 %: {span_of(e.low, e.high, of)})"),
            (f"Next stack, {f'{name}, ' if several else ''}95 %",
             span_of(e.stack_low, e.stack_high, of))]


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
    rows = _with_measured(found, [_row(trial) for trial in found])
    if not any(trial.recipe.named or trial.pressed is not trial.recipe for trial in found):
        return rows
    return [row | {"parameters": ", ".join(_besides(trial))}
            for trial, row in zip(found, rows, strict=True)]


def _with_measured(trials: Sequence[Trial], rows: list[dict[str, object]]
                   ) -> list[dict[str, object]]:
    """A column for each measured quantity, with its unit, and none for what no stack has."""
    read = [{m.name: m for m in t.outcome.measured} if isinstance(t.outcome, Intact) else {}
            for t in trials]
    units = {m.name: m.unit for some in read for m in some.values()}
    absent = {name for name in VARIABLES if trials and all(name in t.recipe.without
                                                           for t in trials)}
    if not (units or absent):
        return rows
    none = [n for n in ("resistance_ohm_cm2", "resistance_se_ohm_cm2")
            if units and all(row[n] is None for row in rows)]
    kept = [{k: v for k, v in row.items() if k not in absent and k not in none} for row in rows]
    return [row | {f"{name} ({unit})" if unit else name: some[name].value if name in some else None
                   for name, unit in units.items()}
            for row, some in zip(kept, read, strict=True)]


def _besides(trial: Trial) -> list[str]:
    pressed = trial.pressed
    other = [] if pressed is trial.recipe else [
        f"really {', '.join(set_point(name, getattr(pressed, name)) for name in pressed.core)}"]
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
