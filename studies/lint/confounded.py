"""Lots that stand for recipes: what the lot does and what the recipe does cannot be told apart."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from scipy.stats import f as f_distribution

from pressloop.optimizer.space import NAMES
from pressloop.studies.lint.exchanged import misplaced
from pressloop.studies.lint.finding import Finding, Severity, listed
from pressloop.studies.lint.sheet import Sheet
from pressloop.trials.wording import CALLED, called

BETWEEN, CHANCE = 0.9, 1e-3
"""Share of a set point's variance that lies between lots, and how rarely chance may do as much."""


def confounded(sheet: Sheet) -> Iterator[Finding]:
    """Lots with a recipe of their own, or else a pressure, dwell or temperature of their own."""
    if len(sheet.lots) < 2:
        return
    alone = _lots_of_one_recipe(sheet)
    if alone:
        yield _finding(sheet, "lot", alone, "one recipe only, which no other lot has", "the recipe",
                       "Press one recipe, such as the reference, in every lot.")
        return
    wrong = misplaced(sheet)
    for name in NAMES:
        if not wrong[name] and (alone := _lots_apart(sheet, name)):
            word = CALLED[name]
            yield _finding(
                sheet, name, alone, f"a {word} of {'its' if len(alone) == 1 else 'their'} own "
                f"({_ranges(sheet, name, alone)}), where no other lot was pressed", f"the {word}",
                f"Press one {word}, such as that of the reference, in every lot; until then, "
                f"conclude nothing about {word} from this table.")


def _finding(sheet: Sheet, column: str, alone: list[str], what: str, cause: str, remedy: str
             ) -> Finding:
    every = len(alone) == len(sheet.lots)
    what = what.replace(" their own", " its own") if every else what
    who = "every lot has" if every else listed(
        [called("lot", lot) for lot in alone]) + (" have" if len(alone) > 1 else " has")
    return Finding(
        "confounded", Severity.WARNING, column,
        () if every else tuple(int(r) for lot in alone for r in sheet.lots[lot]),
        f"{who} {what}", f"whether the lot or {cause} made the difference cannot be told", remedy)


def _lots_of_one_recipe(sheet: Sheet) -> list[str]:
    """Lots that were pressed by one recipe only while others were pressed otherwise."""
    points = sheet.set_points().round(3)
    # An empty cell is a recipe of its own: it is not known to be that of another row.
    recipe = points.groupby(list(points), dropna=False).ngroup()
    return [lot for lot, rows in sheet.lots.items()
            if recipe[rows].nunique() == 1 and len(rows) > 1
            and not (recipe.drop(index=rows) == recipe[rows].iloc[0]).any()]


def _lots_apart(sheet: Sheet, name: str) -> list[str]:
    """Lots whose values of a set point no other lot overlaps.

    Where lots make up most of its variance; lots of one stack count for nothing."""
    values = sheet.numbers(name)
    values = (values if name == "temperature_c" else np.log(values.where(values > 0))).dropna()
    mine = {lot: values[values.index.isin(rows)] for lot, rows in sheet.lots.items()}
    mine = {lot: found for lot, found in mine.items() if len(found) > 1}
    if len(mine) < 2 or values.nunique() < 2 or not _between(mine):
        return []
    spans = {lot: (float(found.min()), float(found.max())) for lot, found in mine.items()}
    return [lot for lot, (low, high) in spans.items() if not any(
        low <= end and begin <= high for other, (begin, end) in spans.items() if other != lot)]


def _between(mine: dict[str, pd.Series]) -> bool:
    """Whether nearly all of the variance lies between lots, by more than chance (F test)."""
    whole = pd.concat(mine.values())
    total = float(((whole - whole.mean()) ** 2).sum())
    within = sum(float(((found - found.mean()) ** 2).sum()) for found in mine.values())
    if total <= 0.0 or 1.0 - within / total < BETWEEN:
        return False
    one, other = len(mine) - 1, len(whole) - len(mine)
    ratio = (total - within) / one / max(within / other, 1e-12 * total)
    return bool(f_distribution.sf(ratio, one, other) < CHANCE)


def _ranges(sheet: Sheet, name: str, lots: list[str]) -> str:
    values = sheet.numbers(name)
    spans = [(lot, values[sheet.lots[lot]].min(), values[sheet.lots[lot]].max()) for lot in lots]
    return listed([f"{lot}: {low:g}" if low == high else f"{lot}: {low:g} to {high:g}"
                   for lot, low, high in spans])
