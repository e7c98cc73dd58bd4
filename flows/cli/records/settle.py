"""`pressloop settle`: a person closes a trial that the press cannot account for."""

from __future__ import annotations

from pressloop.flows.campaign.decisions.settled import settle_trial
from pressloop.flows.campaign.stored import existing, named
from pressloop.flows.console import emit, tell


def settle(url: str, campaign: str | None, number: int, reason: str, as_json: bool) -> None:
    """Marks an open trial as settled: its stack teaches nothing and is not pressed again.

    Raises BadInput for a trial that is not open, or without a reason."""
    with existing(url) as ledger:
        name = named(ledger, campaign)
        ledger.prove(name)
        settle_trial(ledger, name, number, reason)
    emit({"campaign": name, "trial": number, "settled": reason}, as_json,
         lambda: tell(f"trial {number} of {name} settled: {reason}"))
