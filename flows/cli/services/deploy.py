"""`pressloop deploy`: the campaign offered to a work pool, whose worker presses."""

from __future__ import annotations

import shlex
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from pressloop.flows.campaign import ledger_places
from pressloop.flows.campaign.blackout import blackouts
from pressloop.flows.campaign.lab import order_of, prove_lasting, prove_modules
from pressloop.flows.console import emit, say, tell
from pressloop.flows.deployments.nights import interval_of, lab_timezone, schedule_of, told
from pressloop.flows.engine import prefect_environment
from pressloop.flows.settings.campaign import Settings, read_settings
from pressloop.flows.settings.campaign_tables import NO_DEVICE
from pressloop.trials.errors import BadInput

STUDY_CRON, BACKUP_CRON = "0 6 * * *", "30 5 * * *"


class Asked(NamedTuple):
    """What the command line says."""

    pool: str
    cron: str | None = None
    interval: str | None = None
    timezone: str | None = None
    per_run: int | None = None
    blackouts: tuple[str, ...] = ()
    wait: bool = False
    study: Path | None = None
    study_cron: str | None = None
    backups: Path | None = None
    backup_cron: str | None = None
    press: str = ""


def deploy(path: Path, asked: Asked, as_json: bool) -> None:
    """Registers the deployments with the Prefect server that runs.

    Raises BadInput for a schedule, a window or a pool that is none, and where no server runs."""
    settings = read_settings(path)
    zone = proved(settings, asked)
    prefect_environment.prepare(quiet=True)
    from pressloop.flows.engine.server import running_server

    with running_server() as address:
        from pressloop.flows.engine.zombies import ensure_automation

        names = register(path, settings, asked, zone)
        ensure_automation()
    ledger_places.say_where(path, settings, settings.campaign.ledger)
    ledger_places.note(path, settings.campaign.ledger)
    if asked.cron is not None:
        say(f"{settings.campaign.name} presses "
            + told(schedule_of(asked.cron, zone), datetime.now(UTC)) + ".")
    emit({"server": address, "pool": asked.pool, "deployments": list(names)}, as_json,
         lambda: tell("\n".join([*names, f"A worker does it: pressloop worker --pool "
                                         f"{shlex.quote(asked.pool)}"])))


def proved(settings: Settings, asked: Asked) -> str:
    """The lab's time zone; raises BadInput for what could not be had, before a server is asked."""
    settings.of_press(asked.press)
    if settings.press.driver == NO_DEVICE:
        raise BadInput("press", "missing", "a table [press] that names its driver", "Add it: a "
                       "campaign without one has nothing to deploy.")
    prove_lasting(order_of(settings).ledger_url)
    prove_modules(settings)
    zone = lab_timezone(asked.timezone or settings.campaign.timezone)
    if asked.cron is not None and asked.interval is not None:
        raise BadInput("--interval", asked.interval, "given without --cron", "Give one of the two.")
    for line in filter(None, (asked.cron, asked.study_cron, asked.backup_cron)):
        schedule_of(line, zone)
    if asked.interval is not None:
        interval_of(asked.interval)
    blackouts(asked.blackouts)
    if asked.study is not None:
        from pressloop.flows.study.settings import read_study

        read_study(asked.study)
    return zone


def register(path: Path, settings: Settings, asked: Asked, zone: str) -> tuple[str, ...]:
    """Registers the deployments with the server that Prefect's settings name; their names."""
    from pressloop.flows.deployments.pool_deployments import Offered, order_for
    from pressloop.flows.deployments.pool_deployments import register as work

    order = order_for(settings, asked.per_run, "wait" if asked.wait else "skip", asked.blackouts)
    interval = None if asked.interval is None else interval_of(asked.interval)
    # One copy and one study of a campaign are enough, however many presses it has.
    first = settings.of_press(asked.press).is_first_press
    study, backup = (told if told is not None else usual if first else "" for told, usual in (
        (asked.study_cron, STUDY_CRON), (asked.backup_cron, BACKUP_CRON)))
    return work(asked.pool, Offered(settings, path, zone, order, asked.cron, interval, asked.study,
                                    study, asked.backups, backup, press=asked.press))
