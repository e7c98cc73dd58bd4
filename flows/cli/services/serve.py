"""`pressloop serve`: the campaign as a Prefect deployment, until stopped."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pressloop.flows.campaign import ledger_places
from pressloop.flows.campaign.lab import open_lab, order_of, prove_lasting, prove_ledger
from pressloop.flows.cli.services.link import say_link
from pressloop.flows.console import say
from pressloop.flows.deployments.nights import lab_timezone, schedule_of, told
from pressloop.flows.engine import prefect_environment
from pressloop.flows.settings.campaign import Settings, read_settings

if TYPE_CHECKING:
    from prefect.client.schemas.schedules import CronSchedule


SLOTS = 3
"""Runs of this process at a time: one that presses, one that waits for it, and a form."""


def serve(path: Path, cron: str | None, timezone: str | None, per_run: int | None,
          press_name: str = "") -> None:
    """Serves until interrupted.

    Raises BadInput on a cron line, or a time zone, that is none, and for a ledger that a run would
    refuse."""
    settings = read_settings(path)
    zone = lab_timezone(timezone or settings.campaign.timezone)
    order = order_of(settings, press=press_name)
    prove_lasting(order.ledger_url)
    # What each night would be refused for is better said while somebody is here.
    with open_lab(settings, order) as (press, _meter):
        prove_ledger(press, settings.of_press(press_name), order)
    prefect_environment.prepare(quiet=False)
    from pressloop.flows.engine.server import lasting_server

    schedule = None if cron is None else schedule_of(cron, zone)
    with lasting_server() as address:
        from pressloop.flows.deployments.starting import PRESS_VARIABLE, SETTINGS_VARIABLE
        from pressloop.flows.engine.zombies import ensure_automation

        os.environ[SETTINGS_VARIABLE] = str(path.resolve())
        os.environ[PRESS_VARIABLE] = press_name
        ensure_automation()
        ledger_places.say_where(path, settings, order.ledger_url)
        ledger_places.note(path, order.ledger_url)
        say(f"Serving {settings.campaign.name} at {address.removesuffix('/api')}"
            + (", " + told(schedule, datetime.now(UTC)) if schedule else
               ", started from the UI only") + ". Ctrl-C ends it.")
        say_link(address)
        deploy(settings, schedule, per_run, press_name)


def deploy(settings: Settings, schedule: CronSchedule | None, per_run: int | None,
           press_name: str) -> None:
    """Registers the deployment and runs what it is sent.

    No limit of Prefect's keeps two runs apart: the lease of its slot ends with the first pause, and
    its loss would cancel a run in mid press. The press's own lock does that (ADR 19); `limit` is a
    count of this process alone.

    Beside it, forms for what people decide, which press nothing."""
    from prefect import serve as runner
    from prefect.schedules import Cron
    from prefect.types.entrypoint import EntrypointType

    from pressloop.flows.deployments.forms import MOST
    from pressloop.flows.deployments.people_forms import FORMS
    from pressloop.flows.deployments.served_campaign import scheduled

    name, budget = settings.campaign.name, settings.campaign.trials
    pressing = scheduled.to_deployment(
        name=f"{name} on {press_name}" if press_name else name,
        schedule=None if schedule is None else Cron(schedule.cron, timezone=schedule.timezone),
        parameters={"trials": min(per_run or budget, budget, MOST)},
        description=f"Presses stacks of {name}, {budget} in all.",
        entrypoint_type=EntrypointType.MODULE_PATH)
    forms = [form.to_deployment(name=f"{name}: {word}", entrypoint_type=EntrypointType.MODULE_PATH)
             for form, word in FORMS]
    runner(pressing, *forms, limit=SLOTS, print_starting_message=False)  # type: ignore[arg-type]
