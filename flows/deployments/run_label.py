"""How Prefect's page names a run: by campaign, press and lot.

Put on the run once it has begun, not on its deployment: each task of a run that begins with tags
asks the server for leave to start, and a campaign whose server is away would end.
"""

from __future__ import annotations

import re
from contextlib import suppress
from uuid import UUID

from prefect.client.orchestration import get_client
from prefect.runtime import flow_run

from pressloop.flows.settings.campaign import Settings

LONGEST = 80


def label(settings: Settings, what: str, press: str = "") -> None:
    """Names and tags the run that this process works for. A server that is away costs the name."""
    here = flow_run.id
    if not here:
        return
    name = settings.campaign.name
    tags = [_tag("campaign", name), _tag("lot", settings.stack.lot)]
    if press:
        tags.append(_tag("press", press))
    with suppress(Exception), get_client(sync_client=True) as client:
        client.update_flow_run(UUID(here), name=f"{name}: {what}"[:LONGEST * 2], tags=tags)


def _tag(kind: str, value: str) -> str:
    told = re.sub(r"[^\w.-]+", "-", value).strip("-")
    return f"{kind}:{told}"[:LONGEST]
