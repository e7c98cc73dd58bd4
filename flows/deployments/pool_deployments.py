"""Deployments of a work pool: what is registered with Prefect, for which folder and settings."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.exceptions import ObjectNotFound
from prefect.schedules import Cron, Interval
from prefect.types.entrypoint import EntrypointType
from prefect.workers.process import ProcessWorker

from pressloop.flows.deployments import pool_flows
from pressloop.flows.deployments.forms import MOST, BackupOrder, CampaignOrder
from pressloop.flows.deployments.pool_campaign import pool_campaign
from pressloop.flows.deployments.starting import PRESS_VARIABLE, SETTINGS_VARIABLE
from pressloop.flows.engine.prefect_environment import PRIVATE, SAFE, STEADY
from pressloop.flows.settings.campaign import Settings
from pressloop.trials.errors import BadInput

if TYPE_CHECKING:
    from prefect.deployments.runner import RunnerDeployment
    from prefect.schedules import Schedule

PROCESS = "process"
SLOTS = 3
"""Runs of a pool at a time: one that presses, one that waits for it, and one that looks. A limit of
the worker itself would end the worker where a run is tried again that has just crashed."""
ANCHOR = datetime(2026, 1, 1)
"""From which intervals count, at the lab's midnight: a deployment that is made anew starts its runs
at the same times."""


@dataclass(frozen=True, slots=True)
class Offered:
    """What a campaign offers to a pool, beside its form."""

    settings: Settings
    settings_path: Path
    zone: str
    order: CampaignOrder
    cron: str | None = None
    interval: timedelta | None = None
    study: Path | None = None
    study_cron: str = ""
    backups: Path | None = None
    backup_cron: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)
    press: str = ""
    """The name of the press, where several share the campaign."""

    @property
    def name(self) -> str:
        """How the deployments' names begin."""
        on = f" on {self.press}" if self.press else ""
        return f"{self.settings.campaign.name}{on}"


def register(pool: str, offered: Offered) -> tuple[str, ...]:
    """Makes pool and deployments, or brings them up to date; the deployments' names.

    Raises BadInput for a pool of another type."""
    _ensure_pool(pool)
    made = deployments(offered)
    for one in made:
        one.apply(work_pool_name=pool)
    return tuple(f"{one.flow_name}/{one.name}" for one in made)


def deployments(offered: Offered) -> tuple[RunnerDeployment, ...]:
    """The deployments as Prefect is told them."""
    name, budget = offered.settings.campaign.name, offered.settings.campaign.trials
    found = [
        _one(offered, pool_campaign, "campaign", _schedule(offered),
             {"order": offered.order.model_dump(mode="json")},
             f"Presses stacks of {name}, {budget} in all."),
        _one(offered, pool_flows.nightly_study, "nightly-study",
             _cron(offered, offered.study_cron)),
        _one(offered, pool_flows.reevaluate, "reevaluate"),
        _one(offered, pool_flows.reconcile, "reconcile"),
        _one(offered, pool_flows.report, "report"),
    ]
    if offered.backups is not None:
        found.append(_one(offered, pool_flows.backup, "backup", _cron(offered, offered.backup_cron),
                          {"order": BackupOrder().model_dump(mode="json")}))
    return tuple(found)


def order_for(settings: Settings, per_run: int | None, when_busy: str,
              windows: tuple[str, ...]) -> CampaignOrder:
    """What a run is asked for unless the form says otherwise. Raises ValueError."""
    budget = settings.campaign.trials
    return CampaignOrder.model_validate({"stacks": min(per_run or budget, budget, MOST),
                                         "when_busy": when_busy, "blackouts": windows})


def _one(offered: Offered, flow: Any, word: str, schedule: Schedule | None = None,
         parameters: dict[str, Any] | None = None, description: str | None = None
         ) -> RunnerDeployment:
    made: RunnerDeployment = flow.to_deployment(
        name=f"{offered.name}: {word}", schedule=schedule,
        parameters=parameters or {}, description=description,
        job_variables=_job_variables(offered), entrypoint_type=EntrypointType.MODULE_PATH)
    return made


def _job_variables(offered: Offered) -> dict[str, Any]:
    """How the worker starts a run. Prefect keeps it and shows it: no secret is in it."""
    told = {SETTINGS_VARIABLE: str(offered.settings_path.resolve())}
    if offered.press:
        told[PRESS_VARIABLE] = offered.press
    if offered.study is not None:
        told[pool_flows.STUDY_VARIABLE] = str(offered.study.resolve())
    if offered.backups is not None:
        told[pool_flows.BACKUP_VARIABLE] = str(offered.backups.resolve())
    # Without -P, a prefect.py or a flows/ in the lab's folder would come before the libraries.
    # What a run prints goes nowhere: a worker that is killed would take the run with it at the next
    # line. The log of the run has it all.
    return {"working_dir": os.getcwd(), "stream_output": False,
            "command": f"{shlex.quote(sys.executable)} -P -m prefect.engine",
            "env": {**PRIVATE, **STEADY, **SAFE, **offered.environment, **told}}


def _schedule(offered: Offered) -> Schedule | None:
    if offered.interval is not None:
        return Interval(offered.interval, anchor_date=ANCHOR.replace(tzinfo=ZoneInfo(offered.zone)),
                        timezone=offered.zone)
    return _cron(offered, offered.cron or "")


def _cron(offered: Offered, line: str) -> Schedule | None:
    return Cron(line, timezone=offered.zone) if line else None


def _ensure_pool(name: str) -> None:
    with get_client(sync_client=True) as client:
        try:
            found = client.read_work_pool(name)
        except ObjectNotFound:
            client.create_work_pool(WorkPoolCreate(
                name=name, type=PROCESS, concurrency_limit=SLOTS,
                description="Made by pressloop: one worker for a press.",
                base_job_template=ProcessWorker.get_default_base_job_template()))
            return
    if found.type != PROCESS:
        raise BadInput("--pool", name, f"a work pool of the type {PROCESS}, not {found.type}",
                       "A press is driven by a process on its own computer: name another pool.")
