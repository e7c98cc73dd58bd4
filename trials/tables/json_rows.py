"""Rows of a JSON file: a list of objects, one a stack, or a list of cells for each column."""

from __future__ import annotations

import json
from itertools import zip_longest
from pathlib import Path
from typing import Any

from pressloop.trials.errors import BadInput
from pressloop.trials.tables.rows import MOST_CELLS, MOST_ROWS, Row, prove_count, short, text_of

WANTED = "a list of objects, one a stack, or an object with a list for each column"


def json_rows(path: Path) -> tuple[tuple[str, ...], list[Row]]:
    """Header and rows, numbered from 1 on. Raises BadInput for a file that holds no table."""
    try:
        found = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        raise BadInput("table", path, "a JSON file", f"{short(error)}.") from None
    header, rows = _table(found, path)
    prove_count("rows", len(rows), MOST_ROWS, path)
    prove_count("cells", len(rows) * len(header), MOST_CELLS, path)
    for number, cells in enumerate(rows, start=1):
        for name, cell in zip(header, cells, strict=True):
            if isinstance(cell, (dict, list)):
                raise BadInput(f"{path.name} row {number}: {name}", json.dumps(cell)[:60],
                               "one value", "Write one value a cell.")
    return header, [(number, [text_of(cell) for cell in cells])
                    for number, cells in enumerate(rows, start=1)]


def _table(found: Any, path: Path) -> tuple[tuple[str, ...], list[list[Any]]]:
    if isinstance(found, dict) and isinstance(found.get("data"), list):
        names = found.get("columns")
        if isinstance(names, list) and all(isinstance(row, list) and len(row) == len(names)
                                           for row in found["data"]):
            return tuple(map(str, names)), found["data"]
        found = found["data"]
    if isinstance(found, dict) and found and all(isinstance(one, list) for one in found.values()):
        return tuple(found), [list(row) for row in zip_longest(*found.values())]
    if isinstance(found, list) and found and all(isinstance(one, dict) for one in found):
        header = tuple(dict.fromkeys(name for one in found for name in one))
        return header, [[one.get(name) for name in header] for one in found]
    raise BadInput("table", path, WANTED, "Write it so, or export it as CSV.")
