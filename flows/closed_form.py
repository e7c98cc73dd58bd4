"""The form of a run that has ended says so, instead of asking on."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.settings import PREFECT_API_URL

from flows.server import healthy

def close_form(_flow: object, flow_run: Any, state: Any) -> None:
    """A hook of a flow that ended otherwise than by itself. Prefect's runner calls it too, for a
    process that was killed. A server that is away is not waited for."""
    address = PREFECT_API_URL.value()
    if not address or not healthy(address):
        return
    with suppress(Exception), get_client(sync_client=True) as client:
        if (key := _unanswered(client, flow_run.id)) is not None:
            client.delete_flow_run_input(flow_run.id, key)
            client.create_flow_run_input(flow_run.id, key,
                                         json.dumps(over(state.name, state.message)))


def over(name: str | None, message: str | None) -> str:
    """What the form says from now on."""
    why = f" {message.rstrip('.')}." if message else ""
    return (f"**This run has ended ({name or 'unknown'}): nobody waits for an answer any more.**\n\n"
            f"{why.strip()} Start the campaign again to go on: the press is asked first, and what "
            "it cannot tell is asked anew.")


def _unanswered(client: SyncPrefectClient, run: UUID) -> str | None:
    """The key of the text above the last form, unless that was answered."""
    states = sorted(client.read_flow_run_states(run), key=lambda state: state.timestamp)
    asked = [keys for state in states if (keys := state.state_details.run_input_keyset)]
    if not asked:
        return None
    answers = client.filter_flow_run_input(run, key_prefix=asked[-1]["response"], limit=1,
                                           exclude_keys=set())
    return None if answers else asked[-1]["description"]
