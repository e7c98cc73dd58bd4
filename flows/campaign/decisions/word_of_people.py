"""What people say while a campaign goes on: requests to its run, notes, another caution.

The ledger has it, so that it reaches the run from any computer, and outlives whoever said it. A run
obeys between two stacks; what was asked before it began is over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Literal

from pressloop.flows.campaign.decisions.caution import CAUTION, cautious, told_limits
from pressloop.flows.campaign.decisions.own_recipes import said
from pressloop.flows.settings.campaign import Settings
from pressloop.optimizer.risk_limits import RiskLimits
from pressloop.trials.entry import Entry
from pressloop.trials.errors import BadInput, LedgerProblem
from pressloop.trials.ledger.ledger import Ledger
from pressloop.trials.people import (
    GO_ON,
    PAUSE,
    STOP,
    Cautioned,
    Noted,
    Photo,
    Requested,
)

What = Literal["pause", "go on", "stop", "release"]
TRIES = 20


def wanted(requests: Iterable[Requested]) -> str:
    """What a run is to do by these requests: the latest of them, without any go on.

    A stop stands, whatever is asked later; that the press unloads is no word to the run."""
    asked = [one.what for one in requests if one.what in (PAUSE, GO_ON, STOP)]
    return STOP if STOP in asked else asked[-1] if asked else GO_ON


def request(ledger: Ledger, campaign: str, what: What, reason: str = "",
            trial: int | None = None) -> None:
    """Asks the runs of the campaign, of whatever press; `trial` is the one that is unloaded.

    Raises BadInput for a request that is none."""
    _appended(ledger, campaign, lambda: Requested(
        len(ledger.requested(campaign)) + 1, what, " ".join(reason.split()), trial))


def note(ledger: Ledger, campaign: str, text: str, trial: int | None = None,
         photo: Photo | None = None) -> None:
    """Keeps a remark, of a trial or of the campaign.

    Raises BadInput for an empty one, a trial that is none and a photo that is none."""
    if trial is not None and ledger.trial(campaign, trial) is None:
        raise BadInput("trial", trial, f"a trial of {campaign}", "Look at its number again.")
    _appended(ledger, campaign, lambda: Noted(
        ledger.times_noted(campaign) + 1, text.strip(), trial, photo))


def change_caution(ledger: Ledger, settings: Settings, limits: Mapping[str, float], reason: str
                   ) -> Settings:
    """Other limits of risk count from the next recipe on; the settings as they are then.

    Raises BadInput for a name or a value that cannot be, for those that count already, and without
    a reason."""
    for name in limits:
        if name not in CAUTION:
            raise BadInput("caution", name, f"one of {', '.join(CAUTION)}", "Name one of these.")
    campaign, before = settings.campaign.name, told_limits(settings)
    known = told_limits(cautious(ledger, settings))
    now = known | dict(limits)
    RiskLimits(**now)
    if now == known:
        raise BadInput("caution", "the same", "another one", "Nothing was changed.")
    why = said(reason)
    _appended(ledger, campaign, lambda: Cautioned(
        _next_caution(ledger, campaign), now, before, why))
    return cautious(ledger, settings)


def _next_caution(ledger: Ledger, campaign: str) -> int:
    last = ledger.cautioned(campaign)
    return 1 if last is None else last.number + 1


def _appended(ledger: Ledger, campaign: str, made: Callable[[], Entry]) -> None:
    """The next of its kind; where somebody else was faster, the one after that."""
    for _ in range(TRIES):
        entry = made()
        try:
            ledger.append(campaign, None, entry)
        except LedgerProblem:
            if made() == entry:
                raise
            continue
        return
    raise too_busy(ledger)


def too_busy(ledger: Ledger) -> LedgerProblem:
    """Others were faster each time: nothing was added."""
    return LedgerProblem("ledger", ledger.shown_url, "less busy", "Try again.")
