"""The campaign as a deployment of a work pool: by schedule or form, one at a time, never late."""

# No postponed annotations here: Prefect builds the form from the types themselves.
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from prefect import flow
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterId,
    FlowRunFilter,
    FlowRunFilterExpectedStartTime,
)
from prefect.context import FlowRunContext
from prefect.runtime import flow_run
from prefect.types import DateTime

from pressloop.flows.campaign.blackout import blackouts
from pressloop.flows.campaign.campaign import press_all
from pressloop.flows.campaign.lab import Hold, Order, order_of
from pressloop.flows.campaign.ordered import words_of
from pressloop.flows.campaign.resting import blackout_now
from pressloop.flows.deployments.forms import CampaignOrder
from pressloop.flows.deployments.run_label import label
from pressloop.flows.deployments.starting import (
    Skipped,
    begun_before,
    lateness_s,
    press_served,
    prove_in_time,
    prove_work_left,
    settings_path,
    told_if_it_fails,
    told_skipped,
)
from pressloop.flows.engine.press_queue import press_in_turn
from pressloop.flows.operator.closed_form import close_form_of_crashed
from pressloop.flows.operator.people import by_schedule
from pressloop.flows.operator.run_log import note
from pressloop.flows.settings.campaign import Settings, read_settings
from pressloop.hardware.locks.lock import press_lock
from pressloop.trials.errors import PressHeld
from pressloop.trials.wording import counted

SKIPPED = "Nothing was pressed."
GRACE_S = 60.0
"""A run that begins so long after its time was not missed: a worker takes a while to start it."""


@flow(name="pressing campaign of a pool", flow_run_name="campaign", persist_result=False,
      on_crashed=[close_form_of_crashed])
def pool_campaign(order: CampaignOrder = CampaignOrder()) -> Any:  # noqa: B008 - it is frozen
    """Presses the stacks that are ordered, as far as the campaign's budget goes.

    A run that comes late, or was overtaken by the next one of its schedule, is skipped, not
    replayed; so is one in a blackout, without a stack, or beside a run that has the press. One that
    is tried again presses what is left of its order, those of the attempt before counted.

    Args:
        order: What is ordered.
    """
    settings = read_settings(settings_path())
    asked = replace(order_of(settings, None, order.seed, None, order.notes,
                             press_served()),
                    blackouts=blackouts(order.blackouts))
    label(settings, f"press {counted(order.stacks, 'stack')}")
    before = begun_before(settings, asked)
    try:
        _prove_no_blackout(settings, asked)
        if before is not None:
            # Resumed, or started again by Prefect's "Retry": it is the same order, and never late.
            note(f"This run goes on with its order: {words_of(before)}.")
            return press_all(settings, before, _labelled(settings, order))
        _prove_due(settings, asked)
        return press_all(settings, replace(asked, more=order.stacks),
                         _labelled(settings, order, proved=True))
    except Skipped as skipped:
        note(f"Skipped: {skipped.why}")
        label(settings, f"skipped ({skipped.name})")
        return told_skipped(settings, skipped)


def _prove_no_blackout(settings: Settings, asked: Order) -> None:
    if (window := blackout_now(settings, asked)) is not None:
        raise Skipped("Blackout", f"The blackout {window.told} holds. {SKIPPED}")


def _prove_due(settings: Settings, asked: Order) -> None:
    """Raises Skipped for a run that is late or overtaken, and where nothing is left to press."""
    prove_in_time(settings)
    if by_schedule() and (later := _overtaken_by()) is not None:
        raise Skipped("SkippedMissed", f"The schedule's run of {later:%H:%M:%S} UTC is due too: of "
                      f"runs that were missed only the newest presses. {SKIPPED}")
    with told_if_it_fails(settings):
        prove_work_left(settings, asked)


def _overtaken_by() -> datetime | None:
    """When a later run of this deployment's schedule was due, None where none was.

    A server that does not answer knows of none."""
    here = FlowRunContext.get()
    run = None if here is None else here.flow_run
    if run is None or run.deployment_id is None or run.expected_start_time is None:
        return None
    if lateness_s(run.expected_start_time, datetime.now(UTC)) < GRACE_S:
        return None
    with suppress(Exception), get_client(sync_client=True) as client:
        due = client.read_flow_runs(
            deployment_filter=DeploymentFilter(id=DeploymentFilterId(any_=[run.deployment_id])),
            flow_run_filter=FlowRunFilter(expected_start_time=FlowRunFilterExpectedStartTime(
                after_=run.expected_start_time, before_=DateTime.now(UTC))))
        return max((one.expected_start_time for one in due if one.auto_scheduled
                    and one.id != UUID(flow_run.id or "") and one.expected_start_time is not None
                    and one.expected_start_time > run.expected_start_time), default=None)
    return None


def _labelled(settings: Settings, order: CampaignOrder, *, proved: bool = False) -> Hold:
    """Holds the press; a run that has to wait is skipped, or does not press long after its time."""
    @contextmanager
    def hold(serial: str) -> Iterator[None]:
        if order.when_busy == "skip":
            _prove_free(serial)
        with press_in_turn(serial):
            # By its name, where it has one; a simulated press is known by the path of its memory.
            name = press_served() or serial.rpartition("/")[2]
            label(settings, f"press {counted(order.stacks, 'stack')} on {name}", name)
            if proved:
                prove_in_time(settings)
            yield

    return hold


def _prove_free(serial: str) -> None:
    try:
        with press_lock(serial):
            pass
    except PressHeld as busy:
        raise Skipped("SkippedBusy", f"{busy} {SKIPPED}") from None
