"""Where in a sheet the table stands.

Title rows above the header, a header over two rows, a row of units below it, and rows that are no
stacks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import zip_longest

from pressloop.trials.tables.columns.cells import EMPTY, NO_READING, ROOM
from pressloop.trials.tables.columns.headings import folded, heading
from pressloop.trials.tables.columns.lot_names import is_lot
from pressloop.trials.tables.columns.names import KNOWN, LOT, OPERATOR, OVER, STACK, meanings
from pressloop.trials.tables.columns.outcomes import said
from pressloop.trials.tables.columns.units import units_of
from pressloop.trials.tables.rows import Row

LOOKED_AT = 40
"""Rows from the top among which the header is looked for."""
FEWEST = 2
"""Known names that make a row a header; with fewer, the first row is taken for it."""
COMPARED = 3
"""Rows below the header that a row of words is held against."""
NUMERIC = re.compile(r"[<>~≈±≤≥]?\s*[+-]?[.,]?\d")
NO_UNIT = frozenset({"", "-", "–", "1", "/", "text", "a.u.", "#", "*", "units", "unit",
                     "einheit", "einheiten"})
NO_NUMBER = EMPTY | NO_READING | ROOM
"""Words in place of a number that a stack may have."""
TOTALS = frozenset([
    "mean", "average", "avg", "mittelwert", "mittel", "durchschnitt", "sum", "summe", "total",
    "gesamt", "totals", "median", "stdev", "std", "stabw", "standardabweichung", "ø", "Σ",
    "moyenne", "media", "promedio", "std dev", "st dev", "stddev", "standard deviation", "sem",
    "standard error", "rsd", "cv", "cov", "variance", "varianz", "ecart type", "medel",
    "medelvarde",
    "standardavvikelse", "gemiddelde", "srednia", "prumer", "keskiarvo", "desviacion estandar",
    "deviazione standard", "平均", "平均値", "平均值", "標準偏差", "标准差", "标准偏差", "合計",
    "合计", "총계", "평균", "표준편차"
])
TOTALS_BEGIN = re.compile(
    r"(mean|average|avg|mittelwert|durchschnitt|std ?dev|standard deviation|standardabweichung|"
    r"stabw|moyenne|summe|total)( (of|von|all|over|lot|batch|charge|alle|r|asr|sd|std|n|"
    r"\d+|values?|werte?)\b.*| \u00b1.*)?")
"""Beginnings of the first cell of a totals row."""
BESIDE_TOTALS = frozenset([
    "min", "max", "n", "count", "anzahl", "range", "spannweite", "minimum", "maximum", "sd"
])
"""Words of a totals row where another one is next to it: by itself, Max is a person."""
PRODUCT_NAMES = frozenset(
    [
        "pressure_mpa", "dwell_s", "temperature_c", "resistance_ohm_cm2", "resistance_se_ohm_cm2",
        "failure_mode", "damage_index", "stack_pressure_mpa", "stack", "lot", "operator"
    ])


@dataclass(frozen=True, slots=True)
class Layout:
    """The header, its units, and where the rows of stacks begin.

    The unit is what a row below the header gives each column ("" for none); the place of the first
    row below both is among all rows; and why rows above that were left out, by number."""

    header: tuple[str, ...]
    units: tuple[str, ...]
    first: int
    left_out: dict[int, str]
    number: int = 1


def layout(rows: Sequence[Row], header_row: int | None = None) -> Layout:
    """Finds the header among the first rows.

    The one with most known names, by itself or with the row above or below it. `header_row` is its
    number where that is known."""
    start = next((i for i, (_, cells) in enumerate(rows) if any(cells)), 0)
    places = range(start, min(len(rows), start + LOOKED_AT))
    if header_row is not None:
        at = next((i for i, (number, _) in enumerate(rows) if number == header_row), start)
    else:
        at = max(places, key=lambda i: (names_known(rows[i][1]), -i), default=start)
        if names_known(rows[at][1]) < FEWEST:
            at = _over_two(rows, start) if _pair_score(rows, start) >= FEWEST else start
    header, last = list(rows[at][1]), at
    if at > start and _is_group(rows[at - 1][1], rows[at][1]):
        header = joined(rows[at - 1][1], header)
    elif last + 1 < len(rows) and _continues(rows[at][1], rows[last + 1][1]):
        header, last = joined(header, rows[last + 1][1]), last + 1
    units = [""] * len(header)
    left_out = {number: "above the header" for number, cells in rows[start:at]
                if any(cells) and not (header != list(rows[at][1]) and number == rows[at - 1][0])}
    if last + 1 < len(rows) and is_rule(rows[last + 1][1]):
        last += 1
        left_out[rows[last][0]] = "a rule"
    if last + 1 < len(rows) and is_units(rows[last + 1][1], header):
        last += 1
        units = [*rows[last][1], *units][:len(header)]
        left_out[rows[last][0]] = "units"
    while is_types(rows, last + 1, header):
        last += 1
        left_out[rows[last][0]] = "words where the rows below it have numbers"
    return Layout(tuple(header), tuple(units), last + 1, left_out, rows[at][0])


def _over_two(rows: Sequence[Row], start: int) -> int:
    return max(range(start, min(len(rows) - 1, start + LOOKED_AT)),
               key=lambda i: (_pair(rows, i), -i), default=start)


def _pair_score(rows: Sequence[Row], start: int) -> float:
    return max((_pair(rows, i) for i in range(start, min(len(rows) - 1, start + LOOKED_AT))),
               default=0.0)


def _pair(rows: Sequence[Row], at: int) -> float:
    """The score of two rows as one header: a row with numbers is no upper half of one."""
    if any(NUMERIC.match(cell) for cell in rows[at][1] if cell):
        return 0.0
    return names_known(joined(rows[at][1], rows[at + 1][1]))


def names_known(cells: Sequence[str]) -> float:
    """Different quantities that the cells name; 0 for a row of numbers.

    Beside numbers a single letter is a kind, and no name."""
    filled = [cell for cell in cells if cell]
    numbers = sum(bool(NUMERIC.match(cell)) for cell in filled)
    if not filled or 2 * numbers > len(filled):
        return 0.0
    best = [_best(cell) for cell in filled if not numbers or len(cell) > 1]
    return len({quantity for quantity, _ in best if quantity}) - 0.5 * sum(
        alone for _, alone in best) / len(filled)


@lru_cache(maxsize=4096)
def _best(cell: str) -> tuple[str, bool]:
    """The quantity that a cell names, and whether it does so by a unit alone."""
    found = meanings(heading(cell), PRODUCT_NAMES) if len(cell) <= 120 else []
    return (found[0].quantity, found[0].rank >= 5.0) if found else ("", False)


def joined(above: Sequence[str], below: Sequence[str]) -> list[str]:
    """A header over two rows as one: what stands over several columns is said of each of them."""
    names, group = list[str](), ""
    wide = max(len(above), len(below))
    above, below = ([*cells, *[""] * (wide - len(cells))] for cells in (above, below))
    for upper, lower in zip(above, below, strict=True):
        group = upper or (group if lower else "")
        both = group if upper == lower or not lower else f"{group}{OVER}{lower}" if group else lower
        names.append(both)
        if upper and not lower:
            group = ""
    return names


def _is_group(above: Sequence[str], header: Sequence[str]) -> bool:
    """A row above the header that names groups of its columns, and is no title."""
    filled = [i for i, cell in enumerate(above) if cell]
    if not filled or any(NUMERIC.match(above[i]) for i in filled):
        return False
    if len(set(filter(None, above))) == 1:
        # One text over the whole width, or in the first cell, is a title.
        return filled[0] > 0 and len(filled) < len([c for c in header if c])
    gaps = any(not above[i] for i in range(filled[0], len(header)) if i < len(above)) \
        or len(set(filter(None, above))) < len(filled)
    return gaps and all(cell != ":" and not cell.endswith(":") for cell in above)


def _continues(header: Sequence[str], below: Sequence[str]) -> bool:
    """A second row of names under the header, in columns that it leaves open or spans."""
    filled = [i for i, cell in enumerate(below) if cell]
    if not filled or any(NUMERIC.match(below[i]) for i in filled) or is_units(below, header):
        return False
    spanned = [i for i in filled if i >= len(header) or not header[i]
               or header.count(header[i]) > 1]
    known = [i for i in filled if _best(below[i])[0]]
    return bool(spanned) and len(known) >= 1 and len(known) * 2 >= len(filled)


def is_rule(cells: Sequence[str]) -> bool:
    """A row of lines only, as it stands below a header in Markdown."""
    filled = [cell for cell in cells if cell]
    return len(filled) > 1 and all(re.fullmatch(r":?[-=]{2,}:?", cell) for cell in filled)


def on_its_side(rows: Sequence[Row]) -> bool:
    """A table whose first column names its quantities, so that each further column is a stack."""
    first = [cells[0] for _, cells in rows[:LOOKED_AT] if cells]
    wide = max((len(cells) for _, cells in rows), default=0)
    return wide > FEWEST and names_known(first) > FEWEST and not has_header(rows[:LOOKED_AT])


def turned(rows: Sequence[Row]) -> list[Row]:
    """The rows of a table on its side: its columns, by their numbers."""
    columns = zip_longest(*(cells for _, cells in rows if any(cells)), fillvalue="")
    return [(number, list(cells)) for number, cells in enumerate(columns, start=1)]


def is_other_header(cells: Sequence[str], header: Sequence[str]) -> bool:
    """A row further down that names the columns of another table."""
    return names_known(cells) >= max(FEWEST, 0.6 * names_known(header))


def is_units(cells: Sequence[str], header: Sequence[str]) -> bool:
    """A row that holds units and nothing else, but for header cells that reach down into it."""
    filled = [(at, cell.strip("()[] ")) for at, cell in enumerate(cells)
              if cell.strip("()[] ") not in NO_UNIT and (at >= len(header) or cell != header[at])]
    units = [at for at, cell in filled if units_of(cell)]
    # Beside units a column of names may have a word for itself, such as ID.
    words = [(at, cell) for at, cell in filled if at not in units]
    return bool(units) and (not words or (len(units) >= FEWEST and all(
        not NUMERIC.match(cell) and at < len(header) and not is_number(header[at])
        for at, cell in words))) and any(heading(name).words for name in header)


def _is_comments(here: Sequence[str], below: Sequence[Sequence[str]], header: Sequence[str]
                 ) -> bool:
    """A row without any number, with a text where each row below it has the number of a quantity.

    Words that a stack may have in place of a number are none of these."""
    places = [at for at, name in enumerate(header) if is_number(name) and all(
        at < len(cells) and NUMERIC.match(cells[at]) for cells in below)]
    told = [here[at] for at in places if at < len(here) and here[at]]
    return len(places) >= FEWEST and not any(NUMERIC.match(cell) for cell in here) and any(
        re.search(r"[^\W\d_]{2}", cell) for cell in told) and not any(
        cell.casefold() in NO_NUMBER or said(cell) for cell in told)


def is_types(rows: Sequence[Row], at: int, header: Sequence[str] | None = None) -> bool:
    """A row of words, such as the kind of each column, where the rows below it have numbers."""
    below = [cells for _, cells in rows[at + 1:at + 1 + COMPARED]]
    if len(below) < COMPARED:
        return False
    here = rows[at][1]
    if header is not None and _is_comments(here, below, header):
        return True
    numeric = [i for i in range(min(map(len, below)))
               if all(NUMERIC.match(cells[i]) for cells in below)]
    words = [here[i] for i in numeric if i < len(here)]
    return len(numeric) >= FEWEST and len(words) == len(numeric) and all(
        len(word) > 1 and word.isalpha() and word.casefold() not in NO_NUMBER for word in words)


def why_no_stack(cells: Sequence[str], header: Sequence[str]) -> str:
    """Why a row below the header is none of a stack; "" for one that may be."""
    filled = [cell for cell in cells if cell]
    if list(cells[:len(header)]) == list(header):
        return "the header again"
    if any(folded(cell) in TOTALS or cell.strip(" :") in TOTALS for cell in filled[:3]) or (
            filled and TOTALS_BEGIN.fullmatch(folded(filled[0]))):
        return "totals"
    if len(filled) == 1 and len(header) > 1 and not NUMERIC.match(filled[0]) \
            and len(filled[0]) > 1 and (cells.index(filled[0]) == 0 or len(cells) < len(header)):
        return "a text alone"
    return ""


def beside_totals(cells: Sequence[str], header: Sequence[str]) -> bool:
    """A row that is one of totals where another one is next to it.

    Max in a column of operators is a person."""
    at = next((i for i, cell in enumerate(cells[:len(header)]) if cell), None)
    return at is not None and folded(cells[at]) in BESIDE_TOTALS \
        and _best(header[at])[0] != OPERATOR


def is_text(name: str) -> bool:
    """True for a column of names or words, whose cells are never read as numbers."""
    return _best(name)[0] in (STACK, LOT, OPERATOR) or is_lot(name)


def is_number(name: str) -> bool:
    """True for a column of a quantity with a unit."""
    return bool(KNOWN[quantity].dimensions) if (quantity := _best(name)[0]) else False


def has_header(rows: Sequence[Row]) -> bool:
    """True where one of the rows, or two of them together, name quantities that are known."""
    return any(names_known(cells) >= FEWEST for _, cells in rows) or _pair_score(rows, 0) >= FEWEST
