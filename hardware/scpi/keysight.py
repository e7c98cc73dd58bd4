"""What Keysight analysers share: the error queue."""

from __future__ import annotations

import re

from pressloop.hardware.scpi.link import Link, OutOfStep

OVER = 9.8e37
"""They answer 9.9E37 where there is no number."""
MOST_ERRORS = 20
ENTRY = re.compile(r'([+-]?\d{1,9}),"([^"]*)"')


def errors(link: Link) -> tuple[str, ...]:
    """Empties the error queue. Raises OutOfStep when an answer is no entry of it."""
    found: list[str] = []
    for _ in range(MOST_ERRORS):
        answer = link.ask("SYST:ERR?")
        entry = ENTRY.fullmatch(answer)
        if entry is None:
            raise OutOfStep(f"the meter's answer to SYST:ERR? is {answer[:60]!r}: not an error "
                            "entry, so the answers have slipped")
        if int(entry[1]) == 0:
            break
        found.append(f"{entry[1]} {entry[2]}")
    return tuple(found)


def on_or_off(link: Link, query: str) -> str:
    """A switch as "on" or "off". Raises OutOfStep for an answer that is neither."""
    answer = link.ask(query)
    if answer not in ("0", "1", "+0", "+1"):
        raise OutOfStep(f"the meter's answer to {query} is {answer[:60]!r}: not 0 or 1")
    return "on" if int(answer) else "off"
