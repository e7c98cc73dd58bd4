"""Trials of the campaigns that [earlier] names: read, never written."""

from __future__ import annotations

from contextlib import closing

from pressloop.flows.settings.campaign import Settings
from pressloop.trials.errors import BadInput
from pressloop.trials.ledger.ledger import Ledger
from pressloop.trials.trial import State, Trial

TELLING = frozenset({State.EVALUATED, State.IMPORTED})


def earlier_trials(settings: Settings, ledger_url: str) -> tuple[Trial, ...]:
    """Evaluated and imported trials of the earlier campaigns, in the order of the settings.

    `ledger_url` is where this campaign is kept; [earlier] may name another ledger.

    Raises BadInput for a campaign that is named twice, is this one or is not there, LedgerProblem
    for a ledger that is not there or an entry that is not as it was written.
    """
    names = settings.earlier.campaigns
    if not names:
        return ()
    url = settings.earlier.ledger or ledger_url
    with closing(Ledger.open(url, create=False)) as ledger:
        known = ledger.campaigns()
        for name in names:
            _prove(name, settings, known, elsewhere=url != ledger_url)
            ledger.prove(name)
        return tuple(trial for name in names for trial in ledger.history(name, arrays=False)
                     if trial.state in TELLING)


def _prove(name: str, settings: Settings, known: tuple[str, ...], elsewhere: bool) -> None:
    if settings.earlier.campaigns.count(name) > 1:
        raise BadInput("earlier.campaigns", name, "named once", "Drop one of the two.")
    if name == settings.campaign.name and not elsewhere:
        raise BadInput("earlier.campaigns", name, "another campaign than this one",
                       "Drop it: its own stacks are learned from anyway.")
    if name not in known:
        raise BadInput("earlier.campaigns", name, f"one of {', '.join(known) or 'none there yet'}",
                       "Correct it, or name the ledger that has it: [earlier] ledger.")
