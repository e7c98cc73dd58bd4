"""Legends that stand beside a table, such as `A = ok; C = cracked`."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pressloop.trials.tables.columns.outcomes import IN_WORK, INTACT, said

PAIR = re.compile(r"(?<![^\W_])([^\W_]{1,3})\s*(?:=|:|->|→|-|–)\s*([^;,|/=:→]+)")
"""A short code, and what it stands for up to the next mark."""


def legend_of(texts: Iterable[str]) -> dict[str, str]:
    """What codes say of a stack, by the texts that explain two or more of them.

    Only where one of them at least is a way to fail: other legends are of other things."""
    found: dict[str, str] = {}
    for text in texts:
        told = {match[1]: outcome for match in PAIR.finditer(text)
                if (outcome := said(match[2].strip())) not in (None, "")}
        if len(told) > 1 and set(told.values()) - {INTACT, IN_WORK}:
            found |= {code: str(outcome) for code, outcome in told.items()}
    return found
