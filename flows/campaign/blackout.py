"""Blackout windows: times in which a campaign begins no cycle.

A window is written like `Mon-Fri 08:00-18:00`, `Sat,Sun 00:00-24:00`, `22:00-06:00` (every day) or
`2026-12-24 to 2027-01-02` (whole days), in the lab's time zone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from pressloop.trials.errors import BadInput

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
EXAMPLE = 'Write it like "Mon-Fri 08:00-18:00" or "2026-12-24 to 2027-01-02".'
CLOCK = r"([01]?\d|2[0-4]):([0-5]\d)"
WEEKLY = re.compile(rf"(?:([A-Za-z,\s-]+?)\s+)?{CLOCK}\s*-\s*{CLOCK}")
DATES = re.compile(r"(\d{4}-\d\d-\d\d)(?:\s+to\s+(\d{4}-\d\d-\d\d))?")
MINUTES_OF_DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class Blackout:
    """One window: minutes of these weekdays (0 is Monday), or whole days from `first` to `last`.

    A window whose end is not after its start reaches into the next day."""

    told: str
    days: tuple[int, ...] = ()
    start: int = 0
    end: int = 0
    first: date | None = None
    last: date | None = None

    def holds(self, now: datetime) -> bool:
        """True where this moment, in the lab's zone, lies in the window."""
        if self.first is not None and self.last is not None:
            return self.first <= now.date() <= self.last
        minute, today = now.hour * 60 + now.minute, now.weekday()
        if self.start < self.end:
            return today in self.days and self.start <= minute < self.end
        before = (today - 1) % 7
        return (today in self.days and minute >= self.start) or (
            before in self.days and minute < self.end)


def blackout(told: str) -> Blackout:
    """A window as a person writes it. Raises BadInput for none."""
    text = told.strip()
    try:
        if match := DATES.fullmatch(text):
            first = date.fromisoformat(match[1])
            return _of_dates(text, first, date.fromisoformat(match[2]) if match[2] else first)
        if match := WEEKLY.fullmatch(text):
            start, end = (int(h) * 60 + int(m) for h, m in (match.group(2, 3), match.group(4, 5)))
            return _weekly(text, _days(match[1]), start, end)
    except ValueError:
        pass
    raise BadInput("blackout", told, "days and hours, or dates", EXAMPLE)


def _of_dates(text: str, first: date, last: date) -> Blackout:
    if last < first:
        raise ValueError
    return Blackout(text, first=first, last=last)


def _weekly(text: str, days: tuple[int, ...], start: int, end: int) -> Blackout:
    if start == end or start >= MINUTES_OF_DAY or end > MINUTES_OF_DAY:
        raise ValueError
    return Blackout(text, days, start, end)


def _days(told: str | None) -> tuple[int, ...]:
    """Weekdays of "Mon-Fri" or "Sat,Sun"; all where none is named. Raises ValueError."""
    if told is None:
        return tuple(range(7))
    found: list[int] = []
    for part in told.split(","):
        first, _, last = (one.strip().casefold()[:3] for one in part.partition("-"))
        begin = DAYS.index(first)
        count = (DAYS.index(last) - begin) % 7 if last else 0
        found += [(begin + step) % 7 for step in range(count + 1)]
    return tuple(dict.fromkeys(found))


def blackouts(told: Iterable[str]) -> tuple[Blackout, ...]:
    """Several windows. Raises BadInput for one that is none."""
    return tuple(map(blackout, told))


def now_in(windows: Sequence[Blackout], now: datetime) -> Blackout | None:
    """The window in which this moment lies, None outside them all."""
    return next((one for one in windows if one.holds(now)), None)
