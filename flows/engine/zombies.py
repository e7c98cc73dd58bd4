"""Runs whose process is gone: Prefect marks them as crashed where an automation tells it to.

A killed script leaves its run in state Running for ever. The heartbeat of a run comes every
HEARTBEAT_S; when nothing has come for three of them, the run is dead. What became of its press is
asked at the next start, whatever state Prefect shows.
"""

from __future__ import annotations

from datetime import timedelta

from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import StateType
from prefect.events.actions import ChangeFlowRunState
from prefect.events.schemas.automations import AutomationCore, EventTrigger, Posture
from prefect.logging import get_logger

from pressloop.flows.engine.prefect_environment import HEARTBEAT_S

NAME = "pressloop: runs without a heartbeat are crashed"
FLOWS = ("pressing campaign", "scheduled pressing campaign", "pressing campaign of a pool")
"""The automation leaves other flows alone. Not told by a tag: each task of a run with tags asks the
server for leave to start, and a campaign whose server is away would end."""
ENDS = ("Completed", "Failed", "Cancelled", "Crashed", "Suspended")


def automation() -> AutomationCore:
    """After a heartbeat, another one or the end is expected within three heartbeats."""
    return AutomationCore(
        name=NAME,
        description="Made by pressloop. Marks a campaign's run as crashed when its process is gone",
        trigger=EventTrigger(
            after={"prefect.flow-run.heartbeat"},
            expect={"prefect.flow-run.heartbeat", *(f"prefect.flow-run.{end}" for end in ENDS)},
            match={"prefect.resource.id": "prefect.flow-run.*"},
            match_related={"prefect.resource.role": "flow", "prefect.resource.name": list(FLOWS)},
            for_each={"prefect.resource.id"}, posture=Posture.Proactive, threshold=1,
            within=timedelta(seconds=3 * HEARTBEAT_S)),
        actions=[ChangeFlowRunState(
            state=StateType.CRASHED, name=None, force=False,
            message="The process of this run is gone. Start the campaign again: the press is asked "
                    "first, nothing is pressed twice.")])


def _flows(of: AutomationCore) -> object:
    return of.trigger.model_dump(mode="json")["match_related"]


def ensure_automation() -> None:
    """Puts the automation in place where the server lacks it, or has an older one.

    A server that refuses is told of in the log, no more."""
    try:
        with get_client(sync_client=True) as client:
            found = client.read_automations_by_name(NAME)
            if not found:
                client.create_automation(automation())
            elif _flows(found[0]) != _flows(automation()):
                # Of an earlier version, which knew fewer flows.
                client.update_automation(found[0].id, automation().model_copy(
                    update={"enabled": found[0].enabled}))
    except Exception as error:  # noqa: BLE001 - a server in trouble raises anything
        get_logger("pressloop").warning("Runs whose process is gone will not be marked: %s", error)
