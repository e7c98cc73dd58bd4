"""Spells of time as labs write them: `1:30`, `00:05:00`, `1 h 30 min`, and what their header says.

`1:30` is 90 seconds to one lab and 90 minutes to another: the header or the unit tells, such as
`Dwell (mm:ss)`; where neither does, nothing is read."""

from __future__ import annotations

import re

CLOCK = re.compile(r"(?:(?P<days>\d+) days?, )?(?P<first>\d+):(?P<second>[0-5]\d)"
                   r"(?::(?P<third>[0-5]\d(?:[.,]\d+)?))?")
MINUTES_SECONDS, HOURS_MINUTES, ALL_THREE = "m:s", "h:m", "h:m:s"
FORMATS = (
    (re.compile(r"(m{1,3}|min|mins|minutes?)[:'](s{1,2}|sec|secs|seconds?)", re.IGNORECASE),
     MINUTES_SECONDS),
    (re.compile(r"(h{1,2}|hrs?|hours?|std):(m{1,2}|min|mins|minutes?)", re.IGNORECASE),
     HOURS_MINUTES),
    (re.compile(r"(h{1,2}|hrs?|hours?|std):(m{1,2}|min):(s{1,2}|sec)", re.IGNORECASE), ALL_THREE),
)
HOURS = r"h|hr|hrs|hour|hours|std|stunden?|heures?|小时|時間|시간"
MINUTES = r"m|min|mins|minutes?|minuten?|分|分钟|分間|분|'|′"
SECONDS = r"s|sec|secs|seconds?|sek|sekunden?|秒|초|\"|″|''"
NUMBER = r"\d+(?:[.,]\d+)?"
PARTS = re.compile(
    rf"(?:(?P<hours>{NUMBER})\s*(?:{HOURS})\.?)?[\s,]*(?:(?P<minutes>{NUMBER})\s*(?:{MINUTES})\.?)?"
    rf"[\s,]*(?:(?P<seconds>{NUMBER})\s*(?:{SECONDS})\.?)?", re.IGNORECASE)
PRIME = re.compile(r"\d\s*(?:'|′|''|\"|″)$")
"""One number with the sign of minutes or seconds behind it."""
SHORT_HOURS = re.compile(r"(?P<hours>\d+)\s*h\s*(?P<minutes>[0-5]\d)", re.IGNORECASE)


def clock_format(text: str) -> str:
    """Which parts a text such as mm:ss names; "" for another text."""
    folded = re.sub(r"[\s()\[\]]", "", text)
    return next((said for pattern, said in FORMATS if pattern.fullmatch(folded)), "")


def seconds_of_clock(text: str, said: str) -> float | None:
    """Seconds of a spell between colons.

    `said` is what its column says of two parts, or "". None for another text, and for two parts of
    which nothing says what they are."""
    match = CLOCK.fullmatch(text)
    if match is None:
        return None
    first, second = float(match["first"]), float(match["second"])
    if match["third"] is not None:
        hours = first + 24.0 * float(match["days"] or 0)
        return 3600.0 * hours + 60.0 * second + float(match["third"].replace(",", "."))
    if said == MINUTES_SECONDS:
        return 60.0 * first + second
    return 3600.0 * first + 60.0 * second if said == HOURS_MINUTES else None


def is_clock(text: str) -> bool:
    """True for a text between colons, such as 1:30."""
    return CLOCK.fullmatch(text) is not None


def seconds_of_parts(text: str) -> float | None:
    """Seconds of a spell in several units, such as 1 h 30 min; None for another text."""
    match = SHORT_HOURS.fullmatch(text) or PARTS.fullmatch(text)
    told = {name: value for name, value in match.groupdict().items() if value} if match else {}
    if len(told) < 2 and not (told and PRIME.search(text)):
        return None
    scale = {"hours": 3600.0, "minutes": 60.0, "seconds": 1.0}
    return sum(float(value.replace(",", ".")) * scale[name] for name, value in told.items())


def kept_as_hours(cells: list[str]) -> bool:
    """True for a column of minutes and seconds that a spreadsheet keeps as hours and minutes.

    Who types 5:00 for five minutes gets 05:00:00."""
    found = [match for cell in cells if (match := CLOCK.fullmatch(cell))]
    three = [one for one in found if one["third"] is not None]
    return bool(three) and len(three) == len(found) and all(
        one["third"] == "00" for one in three) and any(int(one["first"]) > 0 for one in three)
