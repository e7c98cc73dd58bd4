"""What is refused in every table of past presses, whoever reads it.

`table` says where, such as "past.csv: ", and is empty for a table without a name. Every function
raises BadInput.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence

from pressloop.trials.errors import BadInput
from pressloop.trials.tables.outcomes import RESULT

ALIKE = 0.85
"""A name as like a known one as this is taken for a slip of the pen."""


def prove_once(header: Sequence[str], names: Iterable[str], table: str = "") -> None:
    """Raises BadInput for a name that two columns have."""
    for name in names:
        if header.count(name) > 1:
            raise BadInput(f"{table}column {name}", "there twice", "there once", "Drop one.")


def prove_spelt(header: Sequence[str], known: Sequence[str], table: str = "") -> None:
    """Raises BadInput for a column that is called nearly like a known one that is not there."""
    for name in header:
        near = [] if name in known else difflib.get_close_matches(name, known, 1, ALIKE)
        if near and near[0] not in header:
            raise BadInput(f"{table}column {name}", "unknown", "a known name",
                           f"Did you mean {near[0]}?")


def prove_outcomes(header: Sequence[str], table: str = "") -> None:
    """Raises BadInput where no column says how stacks ended."""
    if not {"resistance_ohm_cm2", "failure_mode"} & set(header):
        raise BadInput(f"{table}column {RESULT[0]}", "missing", "present",
                       "Add it, or failure_mode, or name its column in the settings ([table] "
                       f'{RESULT[0]} = "..."). Columns found: {", ".join(header)}.')


def prove_different(rows: Iterable[tuple[object, str, str]]) -> None:
    """Raises BadInput for a row that is there twice, and would count twice.

    Rows are what each says, where it stands, and what it is called beside the others.
    """
    seen: dict[object, str] = {}
    for what, where, called in rows:
        if what in seen:
            raise BadInput(where, f"the same as {seen[what]}", "different from every other row",
                           "Delete the copy; if it is a replicate, add a column 'stack' that "
                           "tells the two apart.")
        seen[what] = called
