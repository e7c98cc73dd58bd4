"""Which ton is meant, where a text beside the table says so and the header does not."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from pressloop.flows.past.columns.picked import Picked, Trouble
from pressloop.trials.tables.columns.units import FORCE

_TON = r"[\s()\[\]_-]*t(?:ons?)?(?:[\s-]*f(?:orce)?)?\b"
SHORT = re.compile(rf"\b(?:short|us|u\.s\.)(?:[\s()\[\]-]*(?:short|us))*{_TON}|"
                   r"\btons?[\s:,=()\[\]-]*(?:us|u\.s\.|short)(?!\w)", re.IGNORECASE)
LONG = re.compile(rf"\b(?:long|uk|u\.k\.|imperial)(?:[\s()\[\]-]*(?:long|uk))*{_TON}|"
                  r"\btons?[\s:,=()\[\]-]*(?:uk|u\.k\.|long|imperial)(?!\w)", re.IGNORECASE)
BARE = frozenset({"t", "to", "tf", "ton", "tons"})
"""Units that are metric where nobody says which ton is meant."""


def tons_in_question(picked: Iterable[Picked], titles: Iterable[str], said: Collection[str]
                     ) -> tuple[Trouble, ...]:
    """Columns in tons, nobody says which, beside a text that names tons which are not metric.

    `said` are the quantities whose unit the settings tell."""
    text = "\n".join(titles)
    told = next((name for name, pattern in (("short", SHORT), ("long", LONG))
                 if pattern.search(text)), "")
    return tuple(
        Trouble(one.headers[0], f"in {one.unit.text}, and the sheet speaks of {told} tons",
                f'Say which in the settings: [table] {one.quantity} = {{ column = '
                f'"{one.headers[0]}", unit = "{told} tons" }}, or unit = "metric tons".')
        for one in picked if told and one.unit is not None and one.unit.dimension == FORCE
        and one.unit.text.casefold() in BARE and one.quantity not in said)
