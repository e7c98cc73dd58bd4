"""Rows of a text table: cells between commas, semicolons or tabs."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from pressloop.trials.errors import BadInput
from pressloop.trials.older_encodings import text_by_words
from pressloop.trials.tables.columns.layout import names_known
from pressloop.trials.tables.rows import LONGEST_CELL, Row, short

DELIMITERS = (",", ";", "\t", "|")
ALIGNED = re.compile(r"(?<=\S)[ \u00a0]{2,}(?=\S)")
"""What stands between columns that are aligned by spaces."""
LINE_END = re.compile(r"\r\n|\r|\n")
QUOTED = re.compile(r'"[^"\n]*"')
SPACED = re.compile(r'"[^"\t]*"(?: "[^"\t]*")+')
CELL = re.compile(r'"([^"]*)"|([^\s"]+)')
"""A header of quoted names between single spaces, and a cell of such a table."""
LOOKED_AT = 60
"""Lines from the top that tell what stands between cells."""
NEARLY = 1.0
"""Tenths of the lines by which two signs are in about as many."""
HEADER_WITHIN = 20
FOREIGN = re.compile(r"[^\t\n\r -~\u00a0-\u00ff]|[^\0-~]{3}")
"""What a table in cp1252 hardly has: signs where DOS and Mac have letters, and three letters beyond
ASCII in a row, as in Cyrillic or Chinese."""

OLDER = (("cp932", ("圧力", "温度", "保持時間", "抵抗")),
         ("gb18030", ("压力", "压强", "温度", "保压", "时间", "电阻", "阻抗")),
         ("big5", ("壓力", "溫度", "時間", "電阻")), ("cp949", ("압력", "온도", "시간", "저항")),
         ("euc_jp", ("圧力", "温度", "保持時間", "抵抗")),
         *((old, ("Давлен", "давлен", "Температур", "температур", "Сопротивлен", "сопротивлен",
                  "Выдержка", "выдержка")) for old in ("cp1251", "koi8_r", "cp866")),
         *((old, ("iśnieni", "výdrž", "tloušťk", "hőmérs")) for old in ("cp1250", "iso8859_2")))
"""Words in headers of sheets, by the encodings in which programs of old write them: such as have
other bytes in every encoding."""


def text_rows(text: str, delimiter: str, path: Path) -> Iterator[Row]:
    """Rows by the number of the line on which they begin.

    Raises BadInput where a quotation mark that is never closed would swallow the rows below it."""
    reader = csv.reader(io.StringIO(text, newline=None), delimiter=delimiter, strict=True)
    number = 1
    try:
        for cells in reader:
            yield number, [cell.strip() for cell in cells]
            number = reader.line_num + 1
    except csv.Error as error:
        if "field limit" in str(error):
            raise BadInput(f"{path.name} row {number}", "a cell of more than "
                           f"{csv.field_size_limit()} characters",
                           f"cells of at most {LONGEST_CELL} characters",
                           "Is a quotation mark missing, or is this no table?") from None
        raise BadInput(f"{path.name} row {number}", short(error),
                       "cells whose quotation marks are closed",
                       "Remove the odd one, or write it twice inside a quoted cell.") from None


def with_delimiters(text: str) -> str:
    """The text with one sign between cells.

    Without the outer strokes of a table as in Markdown; columns that are aligned by spaces get tabs
    where no other sign stands between cells."""
    lines = LINE_END.split(text)
    filled = [line.strip() for line in lines if line.strip()][:LOOKED_AT]
    if filled and all(line.startswith("|") and line.endswith("|") for line in filled):
        return "\n".join(line.strip()[1:-1] for line in lines)
    if (tabbed := _spaced_by_r(filled, lines)) is not None:
        return tabbed
    gaps = [len(ALIGNED.findall(line)) for line in filled]
    steady = Counter(gaps).most_common(1)
    share = max((_steady([line.count(sign) for line in filled], sign)[0] for sign in DELIMITERS),
                default=0.0)
    if steady and steady[0][0] > 0 and 10.0 * steady[0][1] / len(filled) > share:
        return "\n".join(ALIGNED.sub("\t", line.strip()) for line in lines)
    return text


def _spaced_by_r(filled: Sequence[str], lines: Sequence[str]) -> str | None:
    """The text with tabs, where single spaces stand between quoted names, as R's write.table does.

    Its header has no name for the first column, that of the rows' names. None for any other."""
    if not filled or not SPACED.fullmatch(filled[0]):
        return None
    cells = [[quoted or bare for quoted, bare in CELL.findall(line)] for line in lines]
    counts = {len(row) for row in cells[1:] if row}
    if len(counts) != 1 or len(cells[0]) not in (wide := counts.pop(), wide - 1):
        return None
    cells[0] = [""] * (wide - len(cells[0])) + cells[0]
    return "\n".join("\t".join(row) for row in cells)


def delimiter_of(text: str) -> str:
    """What stands between the cells: what most lines have as often as one another.

    Titles above the table have none, and decimal commas are not in every line. Where two signs are
    in about as many lines, as of a text in each row, the one that parts names of columns."""
    lines = [QUOTED.sub("", line) for line in islice(
        (line for line in LINE_END.split(text) if line.strip()), LOOKED_AT)]
    steady = {sign: _steady([line.count(sign) for line in lines], sign) for sign in DELIMITERS}
    share = max(found for found, _, _ in steady.values())
    near = [sign for sign in DELIMITERS if steady[sign][0] and steady[sign][0] >= share - NEARLY]
    return max(near or DELIMITERS, key=lambda sign: (_named(lines, sign) if len(near) > 1 else 0.0,
                                                     steady[sign]))


def _named(lines: Sequence[str], sign: str) -> float:
    """How many quantities a line names at most where this sign parts it."""
    return max(names_known([cell.strip() for cell in line.split(sign)])
               for line in lines[:HEADER_WITHIN])


def _steady(counts: Sequence[int], sign: str) -> tuple[float, bool, int]:
    """How many lines have a sign equally often, in tenths of them.

    A semicolon or a tab before the comma, which is in numbers and names; and how often it is
    there."""
    there = [count for count in counts if count]
    if not there:
        return (0.0, False, 0)
    often, lines = Counter(there).most_common(1)[0]
    return (round(10.0 * lines / len(counts)), sign != ",", often)


def decoded(path: Path) -> tuple[str, str]:
    """The text of the file, and its encoding where that is an old one, else "".

    Raises BadInput for one that cannot be read or whose encoding cannot be told."""
    try:
        found = _decoded(path.read_bytes())
    except OSError as error:
        raise BadInput("table", path, "a readable file", f"{error.strerror}.") from None
    if found is None or "\0" in found[0]:
        raise BadInput("table", path, "a text file in UTF-8",
                       "Its encoding cannot be told, or it is no text, so letters such as ä would "
                       "be read wrong. Save it again: in Excel as 'CSV UTF-8', in LibreOffice as "
                       "CSV with the character set UTF-8; or as .xlsx.")
    return found


def _utf16_by_zeros(raw: bytes) -> tuple[str, ...]:
    """UTF-16 that does not say so: every other byte of its plain letters is zero."""
    start = raw[:4000]
    for encoding, zeros in (("utf-16-le", start[1::2]), ("utf-16-be", start[::2])):
        if zeros and 2 * zeros.count(0) > len(zeros):
            return (encoding,)
    return ()


def _decoded(raw: bytes) -> tuple[str, str] | None:
    """Text in UTF-8, in UTF-16 that says so, or in what Excel writes as "CSV" in Western Europe.

    In an older encoding where it has a word of a header in that. None for what may be anything
    else, as a wrong guess would change the names of lots."""
    encodings = ("utf-16",) if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else (
        _utf16_by_zeros(raw) or ("utf-8-sig", "cp1252"))
    for encoding in encodings:
        if encoding == "cp1252" and (older := text_by_words(raw, OLDER)) is not None:
            return older
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding == "cp1252" and FOREIGN.search(text):
            return None
        return text, ""
    return None
