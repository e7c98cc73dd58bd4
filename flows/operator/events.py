"""Words to Prefect's automations: events that tell what a person would want to know of a campaign.

They may be lost with a server that is away. What is lost is a word; the ledger has it all.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from contextlib import suppress
from typing import Literal

from pressloop.flows.console import one_line

Kind = Literal["person", "fault", "ended", "drift", "late"]
PREFIX = "pressloop."
EVENTS: Mapping[Kind, str] = {
    "person": f"{PREFIX}needs-a-person", "fault": f"{PREFIX}press-fault",
    "ended": f"{PREFIX}campaign-ended", "drift": f"{PREFIX}drift-seen", "late": f"{PREFIX}late"}
TITLES: Mapping[Kind, str] = {
    "person": "a person is needed", "fault": "fault of the press", "ended": "a campaign has ended",
    "drift": "readings drift", "late": "a run is late or was skipped as late"}
LONGEST = 2000


def announce(kind: Kind, campaign: str, detail: str) -> None:
    """Tells Prefect's server, from within a flow run; from elsewhere nobody is told."""
    # A process that has not loaded Prefect is in no flow run, and loading it takes seconds.
    if "prefect" not in sys.modules:
        return
    from prefect.context import FlowRunContext

    here = FlowRunContext.get()
    if here is None or here.flow_run is None:
        return
    with suppress(Exception):
        emit(kind, campaign, detail, str(here.flow_run.id))


def emit(kind: Kind, campaign: str, detail: str, run: str = "") -> str:
    """Sends the event, and returns its id. Whatever Prefect's client raises."""
    from prefect.events import emit_event

    related = [{"prefect.resource.id": f"prefect.flow-run.{run}",
                "prefect.resource.role": "flow-run"}] if run else None
    text = f"{campaign}: {TITLES[kind]}. {one_line(detail)}"[:LONGEST]
    sent = emit_event(EVENTS[kind], {"prefect.resource.id": f"{PREFIX}campaign.{campaign}",
                                     "prefect.resource.name": campaign}, related=related,
                      payload={"text": text, "campaign": campaign})
    return "" if sent is None else str(sent.id)
