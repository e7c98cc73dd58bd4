"""The recommendation as a card."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from markupsafe import Markup

from pressloop.optimizer import Comparison, Problem, Recommendation, RiskLimits, Space
from pressloop.optimizer.beliefs.belief import Expected
from pressloop.trials.quantity import MAXIMISE
from pressloop.trials.recipe import Recipe, Value
from pressloop.trials.wording import counted
from pressloop.views.figures.front import fronts
from pressloop.views.figures.look import Panel
from pressloop.views.front import explained, heads_of, rows_of
from pressloop.views.markdown import chances_of, crushes, not_cautious
from pressloop.views.page import render
from pressloop.views.words import (
    NBSP,
    VARIABLES,
    Load,
    called,
    laws_words,
    minutes,
    percent,
    plain,
    recipe_words,
    significant,
    span_of,
    span_words,
    unit_of,
)

FEW = 5


class SetPoint(NamedTuple):
    """A set point of the recipe in words."""

    label: str
    value: str
    unit: str = ""
    remark: str = ""


class Value95(NamedTuple):
    """A predicted quantity with its 95 % interval, and what is wanted of it."""

    label: str
    value: str
    unit: str
    sure: str
    wanted: str


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
        "report/card.html", set_points=_set_points(found.recipe, space, load),
        expected=[_value(e) for e in found.expected], heads=_heads(found),
        warnings=_warnings(found),
        facts=_facts(found, space, problem.limits),
        compared=compared, verdict=_verdict(found, problem), laws=laws_words(found.laws),
        notes=found.notes, front=_front(found))


def _value(of: Expected) -> Value95:
    """A quantity that is predicted of the recipe."""
    q = of.quantity
    wanted = "" if q.directed else q.wanted() if of.p_kept is None else \
        f"{q.wanted()} with {percent(of.p_kept)}"
    return Value95(called(q), significant(of.value), unit_of(q), span_of(of.low, of.high, q),
                   wanted)


def _heads(found: Recommendation) -> list[str]:
    """Heads of the columns that hold the reference against the recommended recipe."""
    heads = []
    for e in found.expected:
        q = e.quantity
        unit = f" ({unit_of(q)})" if unit_of(q) else ""
        heads += [f"{'Resistance' if q.is_resistance else q.name}{unit}", f"95{NBSP}% interval"]
    return [*heads, *(["Crushing", "Short or delam."] if crushes(found) else ["Failing"])]


def _warnings(found: Recommendation) -> list[str]:
    warnings = [] if found.cautious else [not_cautious(found)]
    if found.intact < FEW:
        warnings.append(f"Learned from {counted(found.intact, 'intact stack')} only: take every "
                        "number here as a first guess.")
    return warnings


def _front(found: Recommendation) -> Front | None:
    if not (found.front or found.choices):
        return None
    rows = [FrontRow(cells, recipe == found.recipe) for recipe, cells in rows_of(found)]
    return Front(explained(found), heads_of(found), rows, fronts(found) if found.front else ())


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
    core = [_set_point(name, getattr(recipe, name), getattr(space, name)) for name in recipe.core]
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
    most = (limits.max_crush_probability, limits.max_failure_probability)
    chances = chances_of(found)
    several = len(found.expected) > 1
    rows = [
        *((f"The next stack will measure{f' ({e.quantity.name})' if several else ''}",
           span_of(e.stack_low, e.stack_high, e.quantity),
           "95 % interval, with the scatter from stack to stack") for e in found.expected),
        *((name, told, f"limit {percent(limit)}")
          for (name, told), limit in zip(chances, most[-len(chances):], strict=True)),
        (f"As good within {percent(limits.tolerance)}", whole,
         f"a recipe in it is so with {percent(region.probability)} on average")]
    return rows + [(f"{label} that is as good", words, "the others held as above"
              if len(space.free) > 1 else "") for label, words in region_words(found, space)]


def _row(name: str, of: Recommendation | Comparison) -> Row:
    values = [cell for e in of.expected
              for cell in (significant(e.value), span_of(e.low, e.high, e.quantity))]
    chances = [percent(of.p_crushed)] if not of.recipe.without or of.p_crushed else []
    return Row(name, recipe_words(of.recipe), (*values, *chances, percent(of.p_failed)))


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
    of = found.expected[0].quantity
    better = "is better" if found.choices or not of.directed else \
        f"has the {'higher' if of.goal == MAXIMISE else 'lower'} " \
        f"{'resistance' if of.is_resistance else of.name}"
    words = (f"The recommended recipe {better} with a probability of "
             f"{percent(other.p_recommended_is_better)}.")
    if not problem.space.contains(other.recipe):
        words += (" The reference lies outside the searched space, so its numbers are extrapolated "
                  "unless stacks were pressed by it.")
    return words
