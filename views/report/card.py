"""The recommendation as a card."""

from __future__ import annotations

from pressloop.optimizer import Comparison, Problem, Recommendation, RiskLimits, Space
from pressloop.trials.recipe import Recipe, Value
from pressloop.trials.wording import counted
from pressloop.views.figures.front import fronts
from pressloop.views.front import cells_of, explained, heads_of
from pressloop.views.page import facts, panels, tag, text
from pressloop.views.words import (
    OHM_CM2,
    VARIABLES,
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


def card(found: Recommendation, problem: Problem) -> str:
    """The recommended recipe, how sure it is, the reference next to it, and below what may be
    chosen instead."""
    warnings = [] if found.cautious else [NOT_CAUTIOUS]
    if found.intact < FEW:
        warnings.append(f"Learned from {counted(found.intact, 'intact stack')} only: take every "
                        "number here as a first guess.")
    warning = "".join(tag("p", text(words), class_="warning") for words in warnings)
    space = problem.space
    top = tag("div", _recipe(found.recipe, space) + _resistance(found), class_="top")
    rest = (warning + facts(_facts(found, space, problem.limits))
            + _reference(found, space, problem.reference) + _laws(found))
    return tag("div", top + tag("div", rest, class_="rest"), class_="panel card") + _front(found)


def _front(found: Recommendation) -> str:
    """Pictures and table of the recipes that nothing beats in everything at once."""
    if not found.front:
        return ""
    heads = "".join(tag("th", text(head), scope="col", class_="num" if i else "")
                    for i, head in enumerate(heads_of(found)))
    rows = "".join(tag("tr", "".join(
        tag("td", tag("strong", text(cell)) if one.recipe == found.recipe else text(cell),
            class_="num" if i else "") for i, cell in enumerate(cells_of(one, found))))
        for one in found.front)
    table = tag("div", tag("table", tag("thead", tag("tr", heads)) + tag("tbody", rows)),
                class_="scroll")
    head = tag("h3", "Trade-offs") + tag("p", text(explained(found)))
    return tag("div", head + table, class_="panel", style="margin:18px 0") + panels(
        fronts(found), "front")


def region_words(found: Recommendation, space: Space) -> list[tuple[str, str]]:
    """Per free variable the range that is as good, the others held at the recipe."""
    words = []
    for name in space.free:
        if name not in VARIABLES:
            words.append((name, span_words(dict(found.region.others)[name])))
            continue
        low, high = getattr(found.region, name)
        unit = VARIABLES[name].unit
        words.append((VARIABLES[name].label, f"{plain(low)} {unit} only" if low == high
                      else f"{plain(low)} to {plain(high)} {unit}"))
    return words


def _recipe(recipe: Recipe, space: Space) -> str:
    items = "".join(_set_point(name, getattr(recipe, name), getattr(space, name))
                    for name in VARIABLES)
    items += "".join(_other(name, value) for name, value in recipe.named.items())
    return tag("div", tag("div", items, class_="set-points"))


def _set_point(name: str, value: float, bounds: tuple[float, float]) -> str:
    label, unit = VARIABLES[name]
    remark = ", ".join(filter(None, [minutes(value) if name == "dwell_s" else "",
                                     _at_edge(value, *bounds)]))
    return tag("div", tag("span", text(label), class_="label")
               + tag("div", f"{plain(value)} {tag('small', text(unit))}", class_="value")
               + tag("span", text(remark), class_="muted small"))


def _other(name: str, value: Value) -> str:
    shown = value if isinstance(value, str) else significant(value)
    return tag("div", tag("span", text(name), class_="label")
               + tag("div", text(shown), class_="value"))


def _at_edge(value: float, low: float, high: float) -> str:
    """A best recipe on the edge of the space asks for a wider one."""
    if low == high:
        return "fixed"
    return "highest allowed" if value == high else "lowest allowed" if value == low else ""


def _resistance(found: Recommendation) -> str:
    return tag("div", tag("span", "Interfacial resistance, predicted", class_="label")
               + tag("div", f"{significant(found.resistance_ohm_cm2)} {tag('small', OHM_CM2)}",
                     class_="value")
               + tag("span", f"95 % sure: {interval(found.low_ohm_cm2, found.high_ohm_cm2)}",
                     class_="muted small"))


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


def _reference(found: Recommendation, space: Space, reference: Recipe | None) -> str:
    other = found.reference
    if reference is None or other is None:
        why = ("No reference recipe was given" if reference is None else
               "The reference recipe lies off a variable that is fixed here")
        return tag("p", f"{why}, so there is nothing to compare with.",
                   class_="muted small", style="margin:18px 0 0")
    head = tag("thead", tag("tr", "".join(
        tag("th", text(word), scope="col", class_="num" if i else "") for i, word in enumerate(
            ("", f"Resistance ({OHM_CM2})", "95 % interval", "Crushing", "Short or delam.")))))
    rows = _row("Recommended", found) + _row("Reference", other)
    table = tag("div", tag("table", head + tag("tbody", rows)), class_="scroll")
    verdict = tag("p", text(_verdict(other, found.recipe, space)), style="margin:10px 0 0")
    return tag("div", table + verdict, style="margin-top:20px")


def _laws(found: Recommendation) -> str:
    words = laws_words(found.laws)
    return tag("p", text(words), class_="muted small", style="margin:14px 0 0") if words else ""


def _row(name: str, of: Recommendation | Comparison) -> str:
    cells = (significant(of.resistance_ohm_cm2), interval(of.low_ohm_cm2, of.high_ohm_cm2),
             percent(of.p_crushed), percent(of.p_failed))
    head = tag("th", f"{text(name)}<br>{tag('span', text(recipe_words(of.recipe)))}", scope="row",
               style="font-weight:400")
    return tag("tr", head + "".join(tag("td", text(cell), class_="num") for cell in cells))


def _verdict(other: Comparison, recommended: Recipe, space: Space) -> str:
    if other.recipe == recommended:
        return "The recommended recipe is the reference itself."
    words = ("The recommended recipe has the lower resistance with a probability of "
             f"{percent(other.p_recommended_is_better)}.")
    if not space.contains(other.recipe):
        words += (" The reference lies outside the searched space, so its numbers are extrapolated "
                  "unless stacks were pressed by it.")
    return words
