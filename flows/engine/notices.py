"""Automations that tell people: made and tried by `pressloop notify`, kept and run by Prefect.

The words come from events of ours (`flows/operator/events.py`), and from Prefect's own where
nothing of ours may be alive: a run that crashed, that waits for a form, that nobody starts.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from prefect.blocks.notifications import CustomWebhookNotificationBlock
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.events.actions import SendNotification
from prefect.events.schemas.automations import AutomationCore, EventTrigger, Posture
from prefect.types import SecretDict

from pressloop.flows.engine.zombies import FLOWS
from pressloop.flows.operator.events import EVENTS, PREFIX, TITLES, Kind, emit
from pressloop.trials.errors import BadInput

BLOCK = "pressloop-notify"
NAME = "pressloop tells: "
SENDS_S = 60.0
"""How long an automation may take to act upon a test."""
ACTED = {"prefect.automation.action.executed": True, "prefect.automation.action.failed": False}


@dataclass(frozen=True, slots=True)
class Notice:
    """One automation: the events that it waits for, of ours or of Prefect's runs."""

    name: str
    kind: Kind
    events: tuple[str, ...]
    ours: bool

    @property
    def full_name(self) -> str:
        """As Prefect's page has it."""
        return NAME + self.name


NOTICES = (
    *(Notice(TITLES[kind], kind, (event,), True) for kind, event in EVENTS.items()),
    Notice("a form waits for a person", "person", ("prefect.flow-run.Paused",
                                                   "prefect.flow-run.Suspended"), False),
    Notice("a campaign's process is gone", "ended", ("prefect.flow-run.Crashed",), False),
    Notice("nobody has started a run", "late", ("prefect.flow-run.Late",), False))
OURS = "{{ event.payload.text }}"
PREFECTS = "{{ flow_run.name }}: {{ flow_run.state.name }}. {{ flow_run.state.message }}"


def automation(notice: Notice, block: UUID) -> AutomationCore:
    """The automation as Prefect is told it."""
    trigger = EventTrigger(
        expect=set(notice.events), posture=Posture.Reactive, threshold=1, within=timedelta(0),
        match={"prefect.resource.id": f"{PREFIX}campaign.*" if notice.ours else
               "prefect.flow-run.*"},
        match_related={} if notice.ours else {
            "prefect.resource.role": "flow", "prefect.resource.name": list(FLOWS)})
    return AutomationCore(
        name=notice.full_name, description="Made by pressloop notify.", trigger=trigger,
        actions=[SendNotification(block_document_id=block, subject=f"pressloop: {notice.name}",
                                  body=OURS if notice.ours else PREFECTS)])


def webhook_block(address: str) -> UUID:
    """Keeps the address in a block, among its secrets, which Prefect shows to nobody."""
    block = CustomWebhookNotificationBlock(
        name="pressloop", url="{{address}}", json_data={"text": "{{subject}}\n{{body}}"},
        headers=None, cookies=None,
        secrets=SecretDict({"address": address}))
    found = block.save(BLOCK, overwrite=True)
    assert isinstance(found, UUID)
    return found


def named_block(name: str) -> UUID:
    """A notification block that is there, as TYPE/NAME. Raises BadInput for none."""
    kind, _, document = name.partition("/")
    with get_client(sync_client=True) as client:
        try:
            return client.read_block_document_by_name(document, kind).id
        except Exception as error:  # noqa: BLE001 - Prefect raises several kinds for none
            raise BadInput("--block", name, "a notification block of this server, as TYPE/NAME",
                           f"Make it at Prefect's page, under Blocks ({type(error).__name__})."
                           ) from None


def set_up(block: UUID) -> tuple[str, ...]:
    """Makes the automations, or brings them up to date; their names."""
    with get_client(sync_client=True) as client:
        for notice in NOTICES:
            wanted, found = automation(notice, block), client.read_automations_by_name(
                notice.full_name)
            if found:
                client.update_automation(found[0].id, wanted)
            else:
                client.create_automation(wanted)
    return tuple(notice.full_name for notice in NOTICES)


def remove() -> int:
    """Takes the automations away, and returns how many there were."""
    count = 0
    with get_client(sync_client=True) as client:
        for notice in NOTICES:
            for found in client.read_automations_by_name(notice.full_name):
                client.delete_automation(found.id)
                count += 1
    return count


def tried(campaign: str) -> dict[str, bool | None]:
    """Sends a test of each event of ours: whether its automation sent it on, None for no word.

    Raises BadInput where the automations are not there."""
    with get_client(sync_client=True) as client:
        ids = {notice: _id_of(client, notice) for notice in NOTICES if notice.ours}
        before = {notice: _acts(client, one) for notice, one in ids.items()}
        for notice in ids:
            emit(notice.kind, campaign, "This is a test.")
        deadline = time.monotonic() + SENDS_S
        found: dict[str, bool | None] = {notice.name: None for notice in ids}
        while any(one is None for one in found.values()) and time.monotonic() < deadline:
            for notice, automation_id in ids.items():
                acts = _acts(client, automation_id)
                if new := [how for act, how in acts.items() if act not in before[notice]]:
                    found[notice.name] = new[0]
            time.sleep(1.0)
    return found


def _id_of(client: SyncPrefectClient, notice: Notice) -> UUID:
    found = client.read_automations_by_name(notice.full_name)
    if not found:
        raise BadInput("automation", notice.full_name, "set up on this server",
                       "`pressloop notify` without --test does.")
    return found[0].id


def _acts(client: SyncPrefectClient, automation_id: UUID) -> dict[str, bool]:
    """What this automation has done last, by event, the newest first."""
    answer = client.request("POST", "/events/filter", json={"filter": {
        "event": {"name": list(ACTED)},
        "resource": {"id": [f"prefect.automation.{automation_id}"]}}, "limit": 50})
    answer.raise_for_status()
    return {str(one["id"]): ACTED[one["event"]] for one in answer.json()["events"]}


def worked(results: Iterable[bool | None]) -> bool:
    """True where every test was sent on."""
    return all(one is True for one in results)
