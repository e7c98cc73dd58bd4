"""How a column writes its decimals: with a point or with a comma, told from its own cells.

`1.5` and `1,5` can be read in one way only; `1,200` is 1.2 to one half of the world and 1200 to the
other. The cells of a column that can be read in one way decide for the others; where none can,
the rest of the table does; where that cannot either, the column is not read.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from pressloop.trials.errors import BadInput
from pressloop.trials.tables.rows import Row, Typed

TEXT = frozenset({"stack", "lot", "operator", "failure_mode"})
"""Columns of names: what looks like a number in them is none."""
NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)*|[.,]\d+)(e[+-]?\d+)?", re.IGNORECASE)
EITHER = re.compile(r"[+-]?[1-9]\d{0,2}[.,]\d{3}")
"""One mark before three digits: a decimal mark as well as one of thousands."""
WIDE = str.maketrans({code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: " "})
"""Letters, digits and brackets as wide as a Chinese sign, to those of ASCII."""
SINGLE = re.compile(r"[+-]?\d*[.,]\d*(e[+-]?\d+)?", re.IGNORECASE)
GROUPED = {mark: re.compile(rf"[+-]?[1-9]\d{{0,2}}(\{other}\d{{3}})+(\{mark}\d*)?")
           for mark, other in ((".", ","), (",", "."))}
NAMES = {".": "point", ",": "comma"}
OTHER = {".": ",", ",": "."}


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """A column that can be read in two ways: what is seen, and both readings."""

    seen: str
    why: str

    def refusal(self, where: str) -> BadInput:
        """As an error of the column `where`."""
        return BadInput(where, self.seen, "numbers that can be read in one way only", self.why)


@dataclass(frozen=True, slots=True)
class Understood:
    """The cells with a point as decimal mark, and what was done to their columns.

    The columns whose decimals were commas or whose marks of thousands were dropped, the decimal
    mark of each column that has one, by place, and the columns that were left as they stand."""

    rows: tuple[Row, ...]
    comma: tuple[str, ...] = ()
    grouped: tuple[str, ...] = ()
    point: bool = False
    marks: Mapping[int, str] = field(default_factory=dict)
    ambiguous: Mapping[str, Ambiguous] = field(default_factory=dict)

    @property
    def words(self) -> str:
        """How decimals were understood, for a person."""
        told = [f"decimal comma in {', '.join(self.comma)}"] if self.comma else []
        if self.point or not (self.comma or self.grouped or self.ambiguous):
            told.insert(0, "decimal point")
        if self.grouped:
            told.append(f"marks of thousands dropped in {', '.join(self.grouped)}")
        if self.ambiguous:
            told.append(f"left as text, as it can be read in two ways: {', '.join(self.ambiguous)}")
        return "; ".join(told)


def understood(header: Sequence[str], rows: Sequence[Row], *, comma_separated: bool,
               text: Container[int] = (), numbers: Container[int] = ()) -> Understood:
    """Numbers of all columns with a decimal point.

    Where commas separate the cells, a point is the decimal mark unless the column says otherwise.
    Columns of names are those of TEXT and `text`, by place: what they hold is never changed; those
    of `numbers` hold numbers, whatever else they hold."""
    rows = [(number, [cell if i in text or (i < len(header) and header[i] in TEXT)
                      else narrow(cell) for i, cell in enumerate(cells)]) for number, cells in rows]
    columns = {i: _marked(rows, i, surely=i in numbers) for i, name in enumerate(header)
               if name not in TEXT and i not in text}
    marks = {i: _certain(cells.values()) for i, cells in columns.items()}
    everywhere = set().union(*marks.values()) or ({"."} if comma_separated else set())
    decimal: dict[int, str] = {}
    ambiguous: dict[str, Ambiguous] = {}
    for i, cells in columns.items():
        if not cells:
            continue
        found = marks[i] or everywhere
        mark = next(iter(found)) if len(found) == 1 else None
        trouble = (_mixed(cells) if len(marks[i]) == 2 else None) or _unsure(cells, mark)
        if trouble is not None:
            ambiguous[header[i]] = trouble
        elif mark is not None:
            decimal[i] = mark
    return Understood(
        tuple((number, [_plain(cell, decimal.get(i)) for i, cell in enumerate(cells)])
              for number, cells in rows),
        comma=_named(header, columns, decimal, lambda cell, mark: mark == "," and mark in cell),
        grouped=_named(header, columns, decimal, lambda cell, mark: OTHER[mark] in cell),
        point=any(mark == "." and any(mark in c for c in columns[i].values())
                  for i, mark in decimal.items()) or _typed(rows),
        marks=decimal, ambiguous=ambiguous)


def narrow(cell: str) -> str:
    """A number in digits as wide as a Chinese sign, in those of ASCII; other text as it stands."""
    if cell.isascii() or isinstance(cell, Typed):
        return cell
    plain = cell.translate(WIDE)
    return plain if NUMBER.fullmatch(plain) else cell


def _marked(rows: Iterable[Row], column: int, *, surely: bool) -> dict[int, str]:
    """Cells with a mark in a column of numbers, by row.

    None in a column that is mostly text, unless it `surely` is one of numbers."""
    cells = [(number, row[column]) for number, row in rows if len(row) > column and row[column]]
    numbers = [(number, cell) for number, cell in cells if NUMBER.fullmatch(cell)]
    if 2 * len(numbers) < len(cells) and not surely:
        return {}
    return {number: cell for number, cell in numbers
            if not isinstance(cell, Typed) and ("," in cell or "." in cell)}


def _certain(cells: Iterable[str]) -> set[str]:
    """Decimal marks of the cells that can be read in one way only."""
    return {mark for cell in cells if (mark := _mark_of(cell)) is not None}


def _mark_of(cell: str) -> str | None:
    """The decimal mark of a cell by itself, None where that cannot be told or there is none."""
    if EITHER.fullmatch(cell):
        return None
    if SINGLE.fullmatch(cell):
        return "." if "." in cell else ","
    fits = [mark for mark, pattern in GROUPED.items() if pattern.fullmatch(cell)]
    return fits[0] if len(fits) == 1 else None


def _mixed(cells: Mapping[int, str]) -> Ambiguous:
    first = {mark: next((row, cell) for row, cell in cells.items() if _mark_of(cell) == mark)
             for mark in NAMES}
    seen = " and ".join(f"{cell} (row {row})" for row, cell in first.values())
    return Ambiguous(seen, "One has a decimal point, the other a decimal comma: write all numbers "
                     "of the column with the same.")


def _unsure(cells: Mapping[int, str], mark: str | None) -> Ambiguous | None:
    """The first cell that the decimal mark of its column does not settle."""
    dropped = mark is not None and any(
        GROUPED[mark].fullmatch(cell) and not EITHER.fullmatch(cell) and OTHER[mark] in cell
        for cell in cells.values())
    for row, cell in cells.items():
        if EITHER.fullmatch(cell) and (mark is None or (mark not in cell and not dropped)):
            sign = "." if "." in cell else ","
            return Ambiguous(
                f"{cell} (row {row})", f"It may be {cell.replace(sign, '.')} or "
                f"{cell.replace(sign, '')}: write it without a mark of thousands, or with another "
                "number of decimals.")
    return None


def _plain(cell: str, mark: str | None) -> str:
    """The cell with a point as its only mark; as it stands where it is no such number."""
    if mark is None or isinstance(cell, Typed) or not NUMBER.fullmatch(cell):
        return cell
    if SINGLE.fullmatch(cell) and mark in cell:
        return cell.replace(",", ".")
    if GROUPED[mark].fullmatch(cell):
        return cell.replace(OTHER[mark], "").replace(mark, ".")
    return cell


def plain_number(text: str, mark: str | None) -> str:
    """A number that stands in a cell with other signs, with a point as its only mark.

    `mark` is the decimal mark of its column; without one, a number that can be read in one way only
    has its own. As it stands where it can be read in two ways, which is no number then."""
    own = mark or _mark_of(text)
    if own is None and EITHER.fullmatch(text):
        return text.replace(",", "?").replace(".", "?")
    return _plain(text, own)


def _named(header: Sequence[str], columns: Mapping[int, Mapping[int, str]],
           decimal: Mapping[int, str], told: object) -> tuple[str, ...]:
    return tuple(header[i] for i, mark in decimal.items()
                 if any(told(cell, mark) for cell in columns[i].values()))  # type: ignore[operator]


def _typed(rows: Iterable[Row]) -> bool:
    return any(isinstance(cell, Typed) and "." in cell for _, row in rows for cell in row)
