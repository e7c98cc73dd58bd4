"""Workbooks (.xlsx): every sheet is read as a plain table."""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Callable, Iterator
from zipfile import BadZipFile

from pressloop.evaluation.readers._sweep import RawSweep
from pressloop.trials.errors import BadInput

MAGIC = b"PK\x03\x04"
Parse = Callable[[str, str], tuple[RawSweep, ...]]


def sweeps(data: bytes, source: str, parse: Parse) -> tuple[RawSweep, ...]:
    """The sweeps of all sheets that hold some, each read by `parse` (text, name in messages).

    Raises BadInput on a file that is no workbook, and as `parse` does where no sheet can be read.
    """
    found: list[RawSweep] = []
    first: BadInput | None = None
    texts = dict(_sheets(data, source))
    for name, text in texts.items():
        try:
            sweeps = parse(text, f"{source} sheet {name}")
        except BadInput as error:
            first = first or error
            continue
        found += [dataclasses.replace(sweep, label=f"sheet {name}" + (
            f", {sweep.label}" if sweep.label else "")) if len(texts) > 1 else sweep
            for sweep in sweeps]
    if not found:
        raise first or BadInput(source, "empty", "a sheet with rows", "Save it again.")
    return tuple(found)


def _sheets(data: bytes, source: str) -> Iterator[tuple[str, str]]:
    from openpyxl import load_workbook

    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        for sheet in getattr(book, "worksheets", ()):
            lines = ["\t".join(_text(cell) for cell in row)
                     for row in sheet.iter_rows(values_only=True)]
            if any(line.strip() for line in lines):
                yield str(sheet.title), "\n".join(lines) + "\n"
    except (BadZipFile, KeyError, ValueError, TypeError, OSError, AttributeError,
            IndexError) as error:
        raise BadInput(source, f"no workbook that can be read: {error}", "a whole .xlsx file",
                       "Save it as .xlsx or .csv again.") from None


def _text(cell: object) -> str:
    return "" if cell is None else " ".join(str(cell).split())
