"""`pressloop settle`: a person closes a trial that the press cannot account for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from pressloop.flows.campaign.stored import existing, stored
from pressloop.flows.console import emit
from pressloop.hardware.lock import press_lock
from pressloop.trials.entry import Settled
from pressloop.trials.errors import BadInput, PressHeld
from pressloop.trials.trial import Trial


def settle(url: str, campaign: str | None, number: int, reason: str, as_json: bool) -> None:
    """Marks an open trial as settled: its stack teaches nothing and is not pressed again.

    Raises BadInput for a trial that is not open, or without a reason."""
    if not reason.strip():
        raise BadInput("--reason", repr(reason), "a text", "Say what you saw of the stack.")
    found = stored(url, campaign)
    trial = next((t for t in found.trials if t.number == number), None)
    still_open = [t.number for t in found.trials if t.is_open]
    if trial is None or not trial.is_open:
        raise BadInput("--trial", number, f"an open trial (open: {still_open or 'none'})",
                       "Only open trials need settling.")
    with _nobody_watches(trial, _press_of(trial, found.trials)), existing(url) as ledger:
        # Seen again now that nobody presses: what a run did meanwhile counts.
        now = ledger.trial(found.campaign, number)
        if now is None or now.state is not trial.state:
            raise BadInput("--trial", number, f"still {trial.state}", "A run has gone on with it: "
                           "look again.")
        ledger.append(found.campaign, number, Settled(reason))
    emit({"campaign": found.campaign, "trial": number, "settled": reason}, as_json,
         lambda: print(f"trial {number} of {found.campaign} settled: {reason}"))


def _press_of(trial: Trial, trials: Sequence[Trial]) -> str:
    """The press that the trial was, or is about to be, commanded on: the campaign's last one."""
    commanded = [t.press_serial for t in trials if t.press_serial]
    return trial.press_serial or (commanded[-1] if commanded else "")


@contextmanager
def _nobody_watches(trial: Trial, serial: str) -> Iterator[None]:
    """A run that holds the press is still watching this very trial, or asks somebody about it."""
    try:
        with press_lock(serial):
            yield
    except PressHeld as held:
        raise PressHeld(f"{held} If that run asks what became of trial {trial.number}, answer it "
                        "there: at its terminal, or in the form of its paused flow run.") from None
