"""A campaign as the ledger has it: its settings and its trials."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pressloop.evaluation.rules import Rules, rules_from
from pressloop.flows.campaign.decisions.caution import cautious
from pressloop.flows.campaign.earlier import earlier_trials
from pressloop.flows.console import say
from pressloop.flows.settings.campaign import Settings, from_plain
from pressloop.flows.settings.renamed import renewed
from pressloop.trials.entry import Opened
from pressloop.trials.errors import BadInput, LedgerProblem
from pressloop.trials.ledger.ledger import Ledger
from pressloop.trials.trial import Trial

if TYPE_CHECKING:
    from pressloop.optimizer import Models


@dataclass(frozen=True, slots=True)
class Stored:
    """Settings and trials of one campaign."""

    campaign: str
    settings: Settings
    opened: Opened
    trials: tuple[Trial, ...]
    url: str = ""
    head: tuple[int, str] = (0, "")

    @property
    def record(self) -> str:
        """By what the record can be recognised, in a sentence."""
        entries, digest = self.head
        return (f"The record has {entries} entries, each bound to the one before; the newest has "
                f"the SHA-256 {digest}.")

    def earlier(self) -> tuple[Trial, ...]:
        """Trials of the earlier campaigns that the settings name. Raises BadInput."""
        return earlier_trials(self.settings, self.url)

    def models(self) -> Models:
        """What its trials and those of earlier campaigns teach. Raises BadInput."""
        from pressloop.optimizer import fit_models

        return fit_models(self.settings.problem, self.trials, self.earlier(),
                          origin=self.settings.origin)

    @property
    def budget(self) -> int:
        """How many stacks it was to have."""
        return self.opened.target or self.settings.campaign.trials

    @property
    def rules(self) -> Rules:
        """The rules of the stack that was read most often, so of the latest reading again.

        Else those of the settings."""
        read = max(self.trials, key=lambda trial: trial.readings, default=None)
        if read is None or read.readings < 2 or not read.rules:
            return self.settings.rules
        return rules_from(read.rules)

    @property
    def simulated(self) -> bool:
        """True when stacks were pressed here by simulated devices; imported ones were not."""
        here = any(trial.pressed_here for trial in self.trials)
        told = self.opened.simulated
        return here and (self.settings.simulated if told is None else told)


def stored(url: str, campaign: str | None, *, arrays: bool = False, rescue: bool = False) -> Stored:
    """Reads a campaign; the only one there is when none is named.

    Raises BadInput otherwise, and LedgerProblem where an entry is not as it was written: to
    `rescue` what can still be read, that is only said."""
    with existing(url) as ledger:
        name = named(ledger, campaign)
        try:
            ledger.prove(name)
        except LedgerProblem as edited:
            if not rescue:
                raise
            say(f"Warning: {edited}")
        opened = ledger.opened(name)
        if opened is None:
            raise BadInput("campaign", name, "opened with its settings", "Run or import it first.")
        settings = from_plain(renewed(opened.settings), f"ledger {ledger.shown_url}")
        settings = cautious(ledger, settings)
        return Stored(name, settings, opened, ledger.history(name, arrays=arrays), url,
                      ledger.head(name))


@contextmanager
def existing(url: str) -> Iterator[Ledger]:
    """A ledger that must be there already."""
    with closing(Ledger.open(url, create=False)) as ledger:
        yield ledger


def named(ledger: Ledger, campaign: str | None) -> str:
    """The campaign's name; that of the only one when none is given. Raises BadInput otherwise."""
    names = ledger.campaigns()
    if not names:
        raise BadInput("ledger", ledger.shown_url, "a ledger with a campaign",
                       "Run or import one first.")
    if campaign is None and len(names) > 1:
        raise BadInput("--campaign", "not given", f"one of {', '.join(names)}", "Name one.")
    if campaign is not None and campaign not in names:
        raise BadInput("--campaign", campaign, f"one of {', '.join(names)}", "Name one of these.")
    return campaign or names[0]
