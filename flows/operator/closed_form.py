"""The form of a run that has ended says so, instead of asking on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.context import FlowRunContext
from prefect.settings import PREFECT_API_URL

from pressloop.flows.engine.server import healthy

BUSY_S = 10.0
"""How long a busy server is waited for: the run has stopped, and Prefect grants it half a minute.
"""


@contextmanager
def closed_with_the_run() -> Iterator[None]:
    """Within the block a question is asked; where a stop breaks it off, its form says so."""
    try:
        yield
    except Exception:
        # The question itself went wrong, which whoever asks it tells.
        raise
    except BaseException:
        here = FlowRunContext.get()
        if here is not None and here.flow_run is not None:
            close_form(here.flow_run.id, "It was stopped.")
        raise


def close_form_of_crashed(flow: object, flow_run: Any, state: Any) -> None:
    """A hook of a flow, whose arguments Prefect names.

    Its runner calls it for a process that was killed."""
    close_form(flow_run.id, state.message or "Its process is gone.")


def close_form(run: UUID, why: str) -> None:
    """A server that is away is not waited for."""
    address = PREFECT_API_URL.value()
    if not address or not healthy(address, BUSY_S):
        return
    with suppress(Exception), get_client(sync_client=True) as client:
        if (key := _unanswered(client, run)) is not None:
            client.delete_flow_run_input(run, key)
            client.create_flow_run_input(run, key, json.dumps(over(why)))


def over(why: str) -> str:
    """What the form says from now on."""
    return (f"**This run has ended: nobody waits for an answer any more.**\n\n{why} Start the "
            "campaign again to go on: the press is asked first, and what it cannot tell is asked "
            "anew.")


def _unanswered(client: SyncPrefectClient, run: UUID) -> str | None:
    """The key of the text above the last form, unless that was answered."""
    states = sorted(client.read_flow_run_states(run), key=lambda state: state.timestamp)
    asked = [keys for state in states if (keys := state.state_details.run_input_keyset)]
    if not asked:
        return None
    answers = client.filter_flow_run_input(run, key_prefix=asked[-1]["response"], limit=1,
                                           exclude_keys=set())
    return None if answers else asked[-1]["description"]
