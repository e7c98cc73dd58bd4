"""What a night without people rests on, for `pressloop check`."""

from __future__ import annotations

import os
import shutil
from datetime import datetime
from zoneinfo import ZoneInfo

from pressloop.flows.console import BAD_INPUT
from pressloop.flows.deployments.nights import lab_timezone
from pressloop.flows.operator.notify import WEBHOOK_VARIABLE
from pressloop.flows.preflight.rows import Row
from pressloop.flows.settings.campaign import Settings
from pressloop.trials.errors import BadInput


def night_rows(settings: Settings) -> list[Row]:
    """The time zone that schedules mean, and who is told how a run ended."""
    return [_zone(settings.campaign.timezone), _told(settings)]


def _zone(asked: str) -> Row:
    try:
        name = lab_timezone(asked)
    except BadInput as problem:
        # Without a name of its own a computer still runs campaigns, only no schedules.
        return Row("schedules", str(problem), not asked, BAD_INPUT)
    now = datetime.now(ZoneInfo(name))
    whose = "[campaign] timezone" if asked else "this computer's"
    return Row("schedules", f"in {name} time ({whose}), where it is {now:%H:%M %Z} now")


def _told(settings: Settings) -> Row:
    command, hooked = settings.notify.command, bool(os.environ.get(WEBHOOK_VARIABLE))
    if not command:
        return Row("notify", "by webhook" if hooked else
                   f"nobody: see [notify] command and {WEBHOOK_VARIABLE}")
    if shutil.which(command[0]) is None:
        return Row("notify", f"[notify] command {command[0]} is no program here: correct its path",
                   False, BAD_INPUT)
    return Row("notify", f"by {command[0]}" + (" and by webhook" if hooked else ""))
