"""`pressloop serve`: the campaign as a Prefect deployment, until stopped."""

from __future__ import annotations

import os
from pathlib import Path

from flows import prefect_environment
from flows.console import say
from flows.lab import open_lab, order_of
from flows.settings import Settings, read_settings
from trials.errors import BadInput


def serve(path: Path, cron: str | None) -> None:
    """Serves until interrupted. Raises BadInput on a cron line that is none."""
    settings = read_settings(path)
    with open_lab(settings, order_of(settings)):
        pass
    prefect_environment.prepare(quiet=False)
    from flows.scheduled import SETTINGS_VARIABLE
    from flows.server import lasting_server
    from flows.zombies import ensure_automation

    _prove_cron(cron)
    os.environ[SETTINGS_VARIABLE] = str(path.resolve())
    with lasting_server() as address:
        ensure_automation()
        say(f"Serving {settings.campaign.name} at {address.removesuffix('/api')}"
            + (f", on the schedule {cron!r}" if cron else ", started from the UI only")
            + ". Ctrl-C ends it.")
        deploy(settings, cron)


def deploy(settings: Settings, cron: str | None) -> None:
    """Registers the deployment and runs what it is sent. No limit of Prefect's keeps two runs apart:
    the lease of its slot ends with the first pause, and its loss would cancel a run in mid press.
    The press's own lock does that (ADR 19); `limit` is a count of this process alone."""
    from prefect.types.entrypoint import EntrypointType

    from flows.scheduled import scheduled

    scheduled.serve(
        name=settings.campaign.name, cron=cron, limit=1,
        parameters={"trials": min(settings.campaign.trials, 1000)},
        description=f"Presses stacks of {settings.campaign.name}.",
        entrypoint_type=EntrypointType.MODULE_PATH, print_starting_message=False)


def _prove_cron(cron: str | None) -> None:
    if cron is None:
        return
    from prefect.client.schemas.schedules import CronSchedule
    from pydantic import ValidationError

    try:
        CronSchedule(cron=cron)
    except ValidationError as error:
        raise BadInput("--cron", cron, "five fields: minute hour day month weekday",
                       f'Such as "0 20 * * 1-5". {error.errors()[0]["msg"]}.') from None
