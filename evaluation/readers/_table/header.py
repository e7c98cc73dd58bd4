"""Plain tables in a text: the lines that name columns, what parts their cells, the rows below."""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Sequence
from itertools import pairwise

from pressloop.evaluation.readers._table import units as _units
from pressloop.evaluation.readers._table.cells import WHITESPACE, cells, is_number, number
from pressloop.evaluation.readers._table.columns import Column, Group, columns, groups, required
from pressloop.evaluation.readers._table.names import COMPLEX, FREQUENCY, MODULUS
from pressloop.evaluation.readers._table.points import complex_cell
from pressloop.evaluation.readers._table.rows import Line, Table, numbered
from pressloop.trials.errors import BadInput

_LOOKED_AT = 400
_WIDEST = 4000
_COMMENT = re.compile(r"\s*(?:[#%;!]|//)")
_DELIMITERS = ("\t", ";", ",", ":", WHITESPACE)
_FEWEST_ROWS = 3
_FEWEST_CELLS = 3
_WORD = re.compile(r"[^\W\d_eE]")
"""A letter that is no exponent's: a row of numbers has none."""
_LABEL = re.compile(r"[^:]*[A-Za-z][^:]*:\s*[^\s:]*")


@dataclasses.dataclass(frozen=True, slots=True)
class FoundHeader:
    """A header line: its place among the lines, its cells, columns, and delimiter."""

    place: int
    names: Sequence[str]
    columns: Sequence[Column]
    delimiter: str

    def complete(self) -> bool:
        """True when it names everything that a spectrum needs."""
        return bool(groups(self.columns))


def find(lines: Sequence[Line]) -> FoundHeader | None:
    """The first line with all columns; else the first that names two of them, one a frequency."""
    partial = None
    for place, (_, line) in enumerate(lines[:_LOOKED_AT]):
        found = _read(place, line)
        if found is None:
            continue
        if found.complete():
            return found
        if partial is None and len(found.names) > 1 and any(
                column.role == FREQUENCY for column in found.columns):
            partial = found
    return partial


def names_a_spectrum(text: str) -> bool:
    """True when a line names frequency and impedance."""
    found = find(numbered(text))
    return found is not None and found.complete()


def tables(text: str, source: str) -> list[Table]:
    """The tables of a text, each below the line that names its columns.

    Raises BadInput where no line names the columns, or where some are missing.
    """
    lines = numbered(text)
    found = find(lines)
    if found is None:
        raise _no_header(lines, source)
    ended = text.endswith("\n")
    lines, starts = _on_one_page(lines, [found, *_further(lines, found)])
    starts = _with_rows(lines, starts)
    ends: list[int | None] = [*(one.place for one in starts[1:]), None]
    return [_table(lines[one.place:end], one, source, ended=ended or end is not None)
            for one, end in zip(starts, ends, strict=True)]


def above(text: str) -> str:
    """The text above the first header line, and that line's comments."""
    lines = numbered(text)
    found = find(lines)
    return "" if found is None else "\n".join(line for _, line in lines[:found.place])


def _further(lines: Sequence[Line], first: FoundHeader) -> list[FoundHeader]:
    """Header lines of further tables below the first. A line of numbers is none."""
    if not first.complete():
        return []
    found = []
    for place in range(first.place + 1, len(lines)):
        line = lines[place][1]
        if _WORD.search(line) and (one := _read(place, line)) is not None and one.complete():
            found.append(one)
    return found


def _on_one_page(lines: list[Line], starts: Sequence[FoundHeader]
                 ) -> tuple[list[Line], list[FoundHeader]]:
    """The lines and headers without those that only repeat the header above on a new page.

    The frequency goes on below such a header as it went above."""
    kept = [starts[0]]
    for one in starts[1:]:
        if one.names == kept[-1].names and _goes_on(lines, kept[-1], one.place):
            lines = [*lines[:one.place], (lines[one.place][0], ""), *lines[one.place + 1:]]
        else:
            kept.append(one)
    return lines, kept


def _with_rows(lines: Sequence[Line], starts: Sequence[FoundHeader]) -> list[FoundHeader]:
    """The headers without those of which another one stands before any row.

    A comment that lists the traces names what the header does."""
    return [one for one, after in pairwise(starts)
            if any(sum(_numbers(line.strip())) > 1
                   for _, line in lines[one.place + 1:after.place])] + list(starts[-1:])


def _numbers(line: str) -> list[bool]:
    """Which words of a line are numbers, whatever stands between them."""
    return [is_number(word) for word in re.split(r"[\s,;]+", line)]


def _goes_on(lines: Sequence[Line], above: FoundHeader, place: int) -> bool:
    """True where the frequencies around a header at `place` are steps of one way."""
    column = next(one.index for one in above.columns if one.role == FREQUENCY)
    delimiter = _delimiter(lines[place + 1:], above)
    around: list[float] = []
    for way in (lines[place - 1:above.place:-1], lines[place + 1:place + 5]):
        rows = [cells(line, delimiter) for _, line in way if line.strip()][:_FEWEST_ROWS]
        values = [number(row[column]) for row in rows if column < len(row)]
        around = [*around[::-1], *(value for value in values if value is not None and value > 0)]
    if len(around) < 2 * _FEWEST_ROWS:
        return False
    steps = [math.log(after / before) for before, after in pairwise(around)]
    usual = sorted(steps, key=abs)[len(steps) // 2]
    return all(step * usual > 0 and abs(step) < 2.0 * abs(usual) for step in steps)


def _read(place: int, line: str) -> FoundHeader | None:
    """The line read with the delimiter that finds most columns, None where that finds none."""
    body = _COMMENT.sub("", line[:_WIDEST], count=1) if _COMMENT.match(line) else line[:_WIDEST]
    body = _quoted_whole(body)
    numbers = _numbers(body)
    if sum(numbers) > max(2, len(numbers) / 3):
        return None
    best: FoundHeader | None = None
    for delimiter in _DELIMITERS:
        names = _words(body) if delimiter == WHITESPACE else cells(body, delimiter)
        found = FoundHeader(place, names, columns(names), delimiter)
        if found.columns and (best is None or _rank(found) > _rank(best)):
            best = found
    return best


def _quoted_whole(line: str) -> str:
    """What stands between the quotes, where one pair encloses the whole line."""
    bare = line.strip()
    whole = len(bare) > 1 and bare[0] == bare[-1] == '"' and bare.count('"') == 2
    return bare[1:-1] if whole else line


def _rank(found: FoundHeader) -> tuple[bool, int, bool, int]:
    """Complete first; then a real delimiter before blanks, which part names of several words."""
    complete, count = found.complete(), len(found.columns)
    return complete, 0 if complete else count, found.delimiter != WHITESPACE, count


def _words(line: str) -> list[str]:
    """Words of a line; a unit in brackets, or after a slash, belongs to the word before it."""
    return re.findall(r'"[^"]+"|\S+(?:\s+[(\[][^)\]]*[)\]]|\s+/\s*\S+)*', line)


def _table(lines: Sequence[Line], found: FoundHeader, source: str, *, ended: bool) -> Table:
    below = [(at, _quoted_whole(line)) for at, line in lines[1:]
             if line.strip() and not _COMMENT.match(line)]
    names, label = _without_label(list(found.names))
    named: Sequence[Column] = columns(names)
    if below and _is_units_row(cells(below[0][1], found.delimiter), named):
        named = columns(names, cells(below[0][1], found.delimiter))
        below = below[1:]
    promised = len(below) - 1 if below and below[0][1].strip() == str(len(below) - 1) else None
    if promised is not None:
        # How many points there are stands alone above them.
        below = below[1:]
    delimiter = _delimiter(below, found)
    full = _collapsed(names, below, delimiter)
    if len(full) != len(names):
        names, named = full, columns(full)
    if complex_group := _of_complex_cells(named, below, delimiter):
        return Table(source, [complex_group], len(names), delimiter, below, ended=ended)
    return Table(source, required(named, source), len(names), delimiter, below,
                 promised=promised, ended=ended, label=label)


def _delimiter(below: Sequence[Line], found: FoundHeader) -> str:
    """What parts the cells of the rows: as in the header, unless only another one fits."""
    sample = [line for _, line in below[:20] if any(letter.isdigit() for letter in line)]
    if not sample or any(_parts(line, found.delimiter) for line in sample):
        return found.delimiter
    for width in (len(found.names), _FEWEST_CELLS):
        for delimiter in _DELIMITERS:
            if sum(len(cells(line, delimiter)) >= width for line in sample) > len(sample) / 2:
                return delimiter
    return found.delimiter


def _parts(line: str, delimiter: str) -> bool:
    """True where it parts the line, and blanks do not only follow another mark."""
    row = cells(line, delimiter)
    return len(row) > 1 and not (delimiter == WHITESPACE and any(
        cell.endswith((",", ";")) for cell in row))


def _without_label(names: list[str]) -> tuple[list[str], str]:
    """The names, and the text "cycle : 0" at their end, which is no name of a column."""
    label = names[-1] if len(names) > _FEWEST_CELLS and _LABEL.fullmatch(names[-1]) else ""
    return (names[:-1], label) if label else (names, "")


def _collapsed(names: list[str], below: Sequence[Line], delimiter: str) -> list[str]:
    """The names without the empty ones, where several tabs only line the names up."""
    full = [name for name in names if name]
    if len(full) == len(names) or names[0] == "":
        return names
    rows = [cells(line, delimiter) for _, line in below[:20]]
    fitting = sum(len(row) == len(full) and all(row) for row in rows)
    return full if fitting > len(rows) / 2 else names


def _of_complex_cells(named: Sequence[Column], below: Sequence[Line], delimiter: str
                      ) -> Group | None:
    """A frequency beside one column of complex numbers such as (12.1-3.2j)."""
    frequency = next((one for one in named if one.role == FREQUENCY), None)
    whole = next((one for one in named if one.role == MODULUS), None)
    if frequency is None or whole is None or groups(named):
        return None
    rows = [cells(line, delimiter) for _, line in below[:_FEWEST_ROWS]]
    if not rows or not all(whole.index < len(row) and number(row[whole.index]) is None
                           and complex_cell(row[whole.index]) is not None for row in rows):
        return None
    name = dataclasses.replace(whole.name, role=COMPLEX)
    return Group(frequency, Column(whole.index, whole.header, name), None)


def _is_units_row(row: Sequence[str], named: Sequence[Column]) -> bool:
    """A line of units: no number, and under the frequency a unit of frequency."""
    bare = [cell.strip("()[] ") for cell in row]
    if any(is_number(cell) for cell in bare if cell):
        return False
    return any(column.index < len(bare) and bare[column.index]
               and _units.factor(column.role, bare[column.index]) is not None
               for column in named)


def _no_header(lines: Sequence[Line], source: str) -> BadInput:
    rows = [line for _, line in lines if line.strip() and not _COMMENT.match(line)][:_FEWEST_ROWS]
    for delimiter in _DELIMITERS:
        split = [cells(line, delimiter) for line in rows]
        if rows and all(len(row) >= _FEWEST_ROWS and all(map(is_number, row)) for row in split):
            return BadInput(
                source, f"no header line above rows of {len(split[0])} numbers",
                "a line that names frequency and impedance",
                "Say which column is which and of which sign, as in --columns f,re,im or "
                "--columns f,re,-im; or write such a line: freq/Hz, Re(Z)/Ohm, -Im(Z)/Ohm.")
    return BadInput(source, "no header line", "a line that names frequency and impedance",
                    "Write one above the rows, as in: freq/Hz, Re(Z)/Ohm, -Im(Z)/Ohm; or say "
                    "which column is which: --columns f,re,-im.")
