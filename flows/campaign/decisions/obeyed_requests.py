"""A run obeys what people ask of it, before a stack is begun and again before it is pressed.

What was asked before it began is over, but for a pause under which other presses of the campaign
stand: whoever asked for it is to find none pressing.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

from pressloop.flows.campaign.decisions.asking_runs import HELD
from pressloop.flows.campaign.decisions.word_of_people import TRIES, too_busy, wanted
from pressloop.flows.campaign.standing import Read, press_runs
from pressloop.flows.campaign.stop_requests import Stopped, obey_lost_stop
from pressloop.flows.operator.run_log import note
from pressloop.trials.errors import LedgerProblem
from pressloop.trials.ledger.ledger import Ledger
from pressloop.trials.people import GO_ON, PAUSE, STOP, Requested

LOOK_S = 1.0
"""How often a run that was asked to pause looks whether it may go on."""


class StoppedByPerson(Stopped):
    """A person has asked the run to end after the stack that was in work."""


def carry_pause(ledger: Ledger, campaign: str, press: str, read: Read,
                before: int | None = None) -> None:
    """A pause that stands holds a run that begins under it: it is asked once more, of this one too.

    That of other presses' runs which are at work; and with `before`, the requests that there were
    at this run's own beginning, what it was asked since. To be called once the run was opened, so
    that none is missed. Raises LedgerProblem where it cannot be asked: nothing is pressed then."""
    for _ in range(TRIES):
        asked = ledger.requested(campaign)
        own = () if before is None else asked[before:]
        if not (_holds(own) or _others_pause(ledger, campaign, press, read)):
            return
        reason = next((one.reason for one in reversed(asked) if one.what == PAUSE), "")
        try:
            # Refused where somebody has asked for something meanwhile, such as to go on.
            ledger.append(campaign, None, Requested(len(asked) + 1, "pause", reason))
        except LedgerProblem:
            if len(ledger.requested(campaign)) == len(asked):
                raise
            continue
        return
    raise too_busy(ledger)


def _holds(requests: Sequence[Requested]) -> bool:
    return wanted(requests) == PAUSE


def _others_pause(ledger: Ledger, campaign: str, press: str, read: Read) -> bool:
    """True where the run of another press is at work, and was asked to pause."""
    others = [one for one in ledger.courses(campaign) if one.press != press]
    if not any(_holds([e for e in one.since if isinstance(e, Requested)]) for one in others):
        return False
    opened = ledger.opened(campaign)
    assert opened is not None
    runs = press_runs(ledger, campaign, opened, ledger.history(campaign, arrays=False), read)
    return any(run.press != press and run.going in HELD for run in runs)


class Requests:
    """What people ask of one run, from its beginning on, with whatever press it works.

    `before` requests had been made by then; `press` is the name of the run's press."""

    def __init__(self, ledger: Ledger, campaign: str, before: int | None = None,
                 look_s: float = LOOK_S, press: str = "") -> None:
        self._ledger, self._campaign, self._look_s = ledger, campaign, look_s
        self.before = _before_opening(ledger, campaign, press) if before is None else before

    def obey(self) -> int:
        """Waits while the run is asked to pause; how many requests the campaign then has.

        Raises StoppedByPerson where it is asked to stop."""
        told = False
        while True:
            asked = self._ledger.requested(self._campaign)
            what = wanted(asked[self.before:])
            if what == GO_ON:
                return len(asked)
            if what == STOP:
                raise StoppedByPerson
            if not told:
                note("Paused by a person: nothing is pressed until the run is told to go on.")
            told = True
            obey_lost_stop()
            time.sleep(self._look_s)


def _before_opening(ledger: Ledger, campaign: str, press: str) -> int:
    """How many requests there were before the run was opened: of what came since none is missed."""
    since = next((one.since for one in ledger.courses(campaign) if one.press == press), ())
    return len(ledger.requested(campaign)) - sum(isinstance(one, Requested) for one in since)
