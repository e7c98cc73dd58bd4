"""A number in the text above a table."""

from __future__ import annotations

import math
import re

from pressloop.evaluation.readers._table.cells import is_number, number


def find_number(pattern: str, text: str) -> float | None:
    """The number in group 1 of the first match (case ignored), None where there is none."""
    match = re.search(pattern, text, re.IGNORECASE | re.MULTILINE)
    cell = match[1].rstrip(".,") if match else ""
    value = number(cell) if is_number(cell) else None
    return None if value is None or math.isnan(value) else value
