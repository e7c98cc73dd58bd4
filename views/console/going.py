"""How a campaign stands: whether a run is going on, and what it waits for."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum


class Going(StrEnum):
    """What the run of a campaign does; the words are those that a person reads."""

    NEVER = "not started"
    RUNNING = "running"
    PAUSING = "pausing after this stack"
    PAUSED = "paused"
    STOPPING = "stopping after this stack"
    ASKS = "waits for a person"
    ENDED = "not running"
    GONE = "gone without a word"


ALIVE = frozenset({Going.RUNNING, Going.PAUSING, Going.PAUSED, Going.STOPPING, Going.ASKS})
"""A process is at work, or waits."""
LOOKS = {Going.RUNNING: "good", Going.ASKS: "bad", Going.GONE: "bad", Going.PAUSED: "warn",
         Going.PAUSING: "warn", Going.STOPPING: "warn", Going.ENDED: "off", Going.NEVER: "off"}
"""The look of its badge, which has a sign of its own beside the colour."""
SIGNS = {"good": "▶", "bad": "!", "warn": "❚❚", "off": "■"}

FIRST = (Going.ASKS, Going.RUNNING, Going.PAUSING, Going.STOPPING, Going.PAUSED, Going.GONE,
         Going.ENDED, Going.NEVER)
"""Which one is told of several presses: whom a person has to see to, then what moves."""


def together(goings: Sequence[Going]) -> Going:
    """How a campaign stands whose presses stand like this."""
    return min(goings, key=FIRST.index, default=Going.NEVER)


def badge(going: Going) -> tuple[str, str, str]:
    """Look, sign and words."""
    look = LOOKS[going]
    return look, SIGNS[look], str(going)
