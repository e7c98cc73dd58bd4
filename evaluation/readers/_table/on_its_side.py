"""Tables on their side: a name at the start of each line, its numbers behind it."""

from __future__ import annotations

from pressloop.evaluation.readers._table.cells import WHITESPACE, cells, is_number
from pressloop.evaluation.readers._table.columns import columns, groups

_FEWEST_NUMBERS = 10
_LOOKED_AT = 400


def upright(text: str) -> str | None:
    """The table with its lines as columns, None where the text has none that is a spectrum.

    What stands above the first such line stays above.
    """
    lines = text.split("\n")[:_LOOKED_AT]
    for delimiter in ("\t", ";", ",", WHITESPACE):
        rows = [(place, cells(line, delimiter)) for place, line in enumerate(lines)]
        found = [(place, row) for place, row in rows if _named_numbers(row)]
        width = len(found[0][1]) if found else 0
        kept = [row for _, row in found if len(row) == width]
        if groups(columns([row[0] for row in kept])):
            mark = "\t" if delimiter == WHITESPACE else delimiter
            table = [mark.join(cell if mark not in cell else f'"{cell}"' for cell in column)
                     for column in zip(*kept, strict=True)]
            return "\n".join([*lines[:found[0][0]], *table, ""])
    return None


def _named_numbers(row: list[str]) -> bool:
    return len(row) > _FEWEST_NUMBERS and not is_number(row[0]) and all(map(is_number, row[1:]))
