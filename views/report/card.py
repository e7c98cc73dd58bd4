"""The recommendation as a card."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from markupsafe import Markup

from pressloop.optimizer import Comparison, Problem, Recommendation, RiskLimits, Space
from pressloop.trials.recipe import Recipe, Value
from pressloop.trials.wording import counted
from pressloop.views.figures.front import fronts
from pressloop.views.figures.look import Panel
from pressloop.views.front import cells_of, explained, heads_of
from pressloop.views.page import render
from pressloop.views.words import (
    OHM_CM2,
    VARIABLES,
    Load,
    interval,
    laws_words,
    minutes,
    percent,
    plain,
    recipe_words,
    significant,
    span_words,
)

NOT_CAUTIOUS = ("No recipe meets the limits on failure yet. This one is the safest, "
                "not the one with the lowest resistance.")

FEW = 5


class SetPoint(NamedTuple):
    """A set point of the recipe in words."""

    label: str
    value: str
    unit: str = ""
    remark: str = ""


class Row(NamedTuple):
    """A recipe with what is expected of it."""

    name: str
    recipe: str
    cells: Sequence[str]


class FrontRow(NamedTuple):
    """A recipe that nothing beats in everything at once."""

    cells: Sequence[str]
    recommended: bool


class Front(NamedTuple):
    """Pictures and table of those recipes."""

    explained: str
    heads: Sequence[str]
    rows: Sequence[FrontRow]
    panels: Sequence[Panel]


def card(found: Recommendation, problem: Problem, load: Load | None = None) -> Markup:
    """The recommended recipe, how sure it is, and the reference next to it.

    Below them what may be chosen instead."""
    space, other = problem.space, found.reference
    compared = [] if problem.reference is None or other is None else [
        _row("Recommended", found), _row("Reference", other)]
    return render(
        "report/card.html", unit=OHM_CM2, set_points=_set_points(found.recipe, space, load),
        resistance=significant(found.resistance_ohm_cm2),
        sure=interval(found.low_ohm_cm2, found.high_ohm_cm2), warnings=_warnings(found),
        facts=_facts(found, space, problem.limits),
        compared=compared, verdict=_verdict(found, problem), laws=laws_words(found.laws),
        notes=found.notes, front=_front(found))


def _warnings(found: Recommendation) -> list[str]:
    warnings = [] if found.cautious else [NOT_CAUTIOUS]
    if found.intact < FEW:
        warnings.append(f"Learned from {counted(found.intact, 'intact stack')} only: take every "
                        "number here as a first guess.")
    return warnings


def _front(found: Recommendation) -> Front | None:
    if not found.front:
        return None
    rows = [FrontRow(cells_of(one, found), one.recipe == found.recipe) for one in found.front]
    return Front(explained(found), heads_of(found), rows, fronts(found))


def region_words(found: Recommendation, space: Space) -> list[tuple[str, str]]:
    """Per free variable the range that is as good, the others held at the recipe."""
    words = []
    others = dict(found.region.others)
    for name in space.free:
        if name not in VARIABLES:
            # A variable that comes with the reading is in no recipe.
            words += [(name, span_words(others[name]))] if name in others else []
            continue
        low, high = getattr(found.region, name)
        unit = VARIABLES[name].unit
        words.append((VARIABLES[name].label, f"{plain(low)} {unit} only" if low == high
                      else f"{plain(low)} to {plain(high)} {unit}"))
    return words


def _set_points(recipe: Recipe, space: Space, load: Load | None) -> list[SetPoint]:
    core = [_set_point(name, getattr(recipe, name), getattr(space, name)) for name in VARIABLES]
    if load is not None:
        told = f"{load(recipe.pressure_mpa)} on the gauge"
        core[0] = core[0]._replace(remark=", ".join(filter(None, (told, core[0].remark))))
    return [*core,
            *(_other(name, value) for name, value in recipe.named.items())]


def _set_point(name: str, value: float, bounds: tuple[float, float]) -> SetPoint:
    remarks = (minutes(value) if name == "dwell_s" else "", _at_edge(value, *bounds))
    label, unit = VARIABLES[name]
    return SetPoint(label, plain(value), unit, ", ".join(filter(None, remarks)))


def _other(name: str, value: Value) -> SetPoint:
    """A parameter that the lab has named; the name says the unit."""
    return SetPoint(name, value if isinstance(value, str) else significant(value))


def _at_edge(value: float, low: float, high: float) -> str:
    """A best recipe on the edge of the space asks for a wider one."""
    if low == high:
        return "fixed"
    return "highest allowed" if value == high else "lowest allowed" if value == low else ""


def _facts(found: Recommendation, space: Space, limits: RiskLimits) -> list[tuple[str, str, str]]:
    region = found.region
    whole = (f"{percent(region.share)} of the space" if region.share > 0 else "this recipe alone")
    rows = [
        ("The next stack will measure", interval(found.stack_low_ohm_cm2,
                                                 found.stack_high_ohm_cm2),
         "95 % interval, with the scatter from stack to stack"),
        ("Chance of crushing", percent(found.p_crushed),
         f"limit {percent(limits.max_crush_probability)}"),
        ("Chance of shorting or delaminating", percent(found.p_failed),
         f"limit {percent(limits.max_failure_probability)}"),
        (f"As good within {percent(limits.tolerance)}", whole,
         f"a recipe in it is so with {percent(region.probability)} on average")]
    return rows + [(f"{label} that is as good", words, "the others held as above"
              if len(space.free) > 1 else "") for label, words in region_words(found, space)]


def _row(name: str, of: Recommendation | Comparison) -> Row:
    return Row(name, recipe_words(of.recipe), (
        significant(of.resistance_ohm_cm2), interval(of.low_ohm_cm2, of.high_ohm_cm2),
        percent(of.p_crushed), percent(of.p_failed)))


def _verdict(found: Recommendation, problem: Problem) -> str:
    """How the recommended recipe compares with the reference, or why it cannot be compared."""
    other = found.reference
    if problem.reference is None:
        return "No reference recipe was given, so there is nothing to compare with."
    if other is None:
        return ("The reference recipe lies off a variable that is fixed here, so there is nothing "
                "to compare with.")
    if other.recipe == found.recipe:
        return "The recommended recipe is the reference itself."
    words = ("The recommended recipe has the lower resistance with a probability of "
             f"{percent(other.p_recommended_is_better)}.")
    if not problem.space.contains(other.recipe):
        words += (" The reference lies outside the searched space, so its numbers are extrapolated "
                  "unless stacks were pressed by it.")
    return words
