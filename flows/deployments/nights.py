"""When a served campaign runs by itself: a cron line in the lab's time zone."""

from __future__ import annotations

import asyncio
import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from tzlocal import get_localzone_name

from pressloop.trials.errors import BadInput

if TYPE_CHECKING:
    from prefect.client.schemas.schedules import CronSchedule

INTERVAL = re.compile(r"(\d+(?:\.\d+)?)\s*(min|h|d)")
UNITS = {"min": "minutes", "h": "hours", "d": "days"}
MINUTE, MOST = timedelta(minutes=1), timedelta(days=366)
EXAMPLE = "Write it like Europe/Berlin."


def lab_timezone(asked: str = "") -> str:
    """The IANA name of the zone that schedules mean: the one asked for, else the computer's own.

    Raises BadInput for one that is not known."""
    name = asked or _own()
    try:
        ZoneInfo(name)
    except (OSError, ValueError, KeyError):
        raise BadInput("timezone", name, "a name of the IANA database", EXAMPLE) from None
    return name


def zone_here() -> str:
    """The computer's own zone as help shows it."""
    try:
        return _own()
    except BadInput:
        return "which has none"


def _own() -> str:
    try:
        return str(get_localzone_name())
    except (KeyError, ValueError, OSError) as error:
        raise BadInput("timezone", "not told", "known to this computer, or given",
                       f"Give it by --timezone or [campaign] timezone. {EXAMPLE} "
                       f"({' '.join(str(error).split())})") from None


def schedule_of(cron: str, timezone: str) -> CronSchedule:
    """The schedule as Prefect keeps it. Raises BadInput on a cron line that is none."""
    from prefect.client.schemas.schedules import CronSchedule
    from pydantic import ValidationError

    try:
        return CronSchedule(cron=cron, timezone=timezone)
    except ValidationError as error:
        raise BadInput("--cron", cron, "five fields: minute hour day month weekday",
                       f'Such as "0 20 * * 1-5". {error.errors()[0]["msg"]}.') from None


def interval_of(told: str) -> timedelta:
    """The time between two starts, as in 90min, 6h or 1d. Raises BadInput for none."""
    match = INTERVAL.fullmatch(told.strip())
    found = timedelta() if match is None else timedelta(**{UNITS[match[2]]: float(match[1])})
    if not MINUTE <= found <= MOST:
        raise BadInput("--interval", told, "from 1min to 366d", "Write it like 90min, 6h or 1d.")
    return found


def next_starts(schedule: CronSchedule, count: int, after: datetime) -> list[datetime]:
    """The times at which Prefect's own scheduler starts a run, in the schedule's zone.

    Clocks that are set forward or back move none to another hour, leave none out and start none
    twice."""
    from prefect.server.schemas.schedules import CronSchedule as Served

    dates = asyncio.run(Served(cron=schedule.cron, timezone=schedule.timezone).get_dates(
        count, start=after))
    zone = ZoneInfo(schedule.timezone or "UTC")
    return [datetime.fromtimestamp(one.timestamp(), zone) for one in dates]


def told(schedule: CronSchedule, now: datetime) -> str:
    """The schedule in words, with its next start."""
    starts = next_starts(schedule, 1, now)
    following = f"{starts[0]:%a %Y-%m-%d %H:%M %Z}" if starts else "never"
    return f"on the schedule {schedule.cron!r} in {schedule.timezone} time (next: {following})"
