"""A person closes a trial that the press cannot account for, where no run asks about it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from pressloop.hardware.locks.lock import press_lock
from pressloop.trials.entry import Settled
from pressloop.trials.errors import BadInput, PressHeld
from pressloop.trials.ledger.ledger import Ledger
from pressloop.trials.trial import Trial


def settle_trial(ledger: Ledger, campaign: str, number: int, reason: str) -> None:
    """Marks an open trial as settled: its stack teaches nothing and is not pressed again.

    Raises BadInput for a trial that is not open, or without a reason; PressHeld while a run
    watches the press."""
    if not reason.strip():
        raise BadInput("--reason", repr(reason), "a text", "Say what you saw of the stack.")
    trials = ledger.history(campaign, arrays=False)
    trial = next((t for t in trials if t.number == number), None)
    still_open = [t.number for t in trials if t.is_open]
    if trial is None or not trial.is_open:
        raise BadInput("--trial", number, f"an open trial (open: {still_open or 'none'})",
                       "Only open trials need settling.")
    with _nobody_watches(trial, press_of(trial, trials)):
        # Seen again now that nobody presses: what a run did meanwhile counts.
        now = ledger.trial(campaign, number)
        if now is None or now.state is not trial.state:
            raise BadInput("--trial", number, f"still {trial.state}", "A run has gone on with it: "
                           "look again.")
        ledger.append(campaign, number, Settled(reason))


def press_of(trial: Trial, trials: Sequence[Trial]) -> str:
    """The press that the trial was, or is about to be, commanded on.

    That of the latest stack of the press with the same name."""
    commanded = [t.press_serial for t in trials if t.press_serial and t.press == trial.press]
    return trial.press_serial or (commanded[-1] if commanded else "")


@contextmanager
def _nobody_watches(trial: Trial, serial: str) -> Iterator[None]:
    """A run that holds the press is still watching this very trial, or asks somebody about it."""
    try:
        with press_lock(serial):
            yield
    except PressHeld as held:
        raise PressHeld(f"{held} If that run asks what became of trial {trial.number}, answer it "
                        "there: at its terminal, in the form of its paused flow run, or in the "
                        "operator console.") from None
