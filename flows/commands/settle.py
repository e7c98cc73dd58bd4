"""`pressloop settle`: a person closes a trial that the press cannot account for."""

from __future__ import annotations

from flows.commands.stored import existing, stored
from flows.console import emit
from hardware.lock import press_lock
from trials.entry import Settled
from trials.errors import BadInput


def settle(url: str, campaign: str | None, number: int, reason: str, as_json: bool) -> None:
    """Marks an open trial as settled: its stack teaches nothing and is not pressed again."""
    if not reason.strip():
        raise BadInput("--reason", repr(reason), "a text", "Say what you saw of the stack.")
    found = stored(url, campaign)
    trial = next((t for t in found.trials if t.number == number), None)
    still_open = [t.number for t in found.trials if t.is_open]
    if trial is None or not trial.is_open:
        raise BadInput("--trial", number, f"an open trial (open: {still_open or 'none'})",
                       "Only open trials need settling.")
    # A run that holds the press is still watching this very trial.
    with press_lock(trial.press_serial), existing(url) as ledger:
        ledger.append(found.campaign, number, Settled(reason))
    emit({"campaign": found.campaign, "trial": number, "settled": reason}, as_json,
         lambda: print(f"trial {number} of {found.campaign} settled: {reason}"))
