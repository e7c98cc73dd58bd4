"""All campaigns of a ledger on one page, with their presses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from pressloop.trials.quantity import RESISTANCE, Quantity
from pressloop.trials.trial import Trial
from pressloop.trials.wording import counted, of_budget
from pressloop.views.console.going import ALIVE, Going, badge
from pressloop.views.kinds import FAILURES, Kind, best_intact, counts
from pressloop.views.live.picture import STEPS
from pressloop.views.words import amount, recipe_words


class CampaignCard(NamedTuple):
    """A campaign in a few words; `badge` is look, sign and words of how it stands."""

    name: str
    simulated: bool
    press: str
    badge: tuple[str, str, str]
    stacks: str
    share: float
    failures: str
    now: str
    best: str


def campaign_card(name: str, trials: Sequence[Trial], budget: int, going: Going, *, press: str,
                  simulated: bool, of: Quantity = RESISTANCE) -> CampaignCard:
    """The card of one campaign."""
    used = sum(t.used_here for t in trials)
    return CampaignCard(
        name, simulated, press, badge(going), of_budget(used, budget),
        min(used / max(budget, 1), 1.0), failures_words(trials), now_words(trials),
        best_words(trials, of))


class AtPress(NamedTuple):
    """How a press of the campaign stands; `out` is True where it is taken out."""

    name: str
    going: Going
    out: bool


def presses_words(presses: Sequence[AtPress]) -> str:
    """How many presses work, and which are taken out."""
    work = [one for one in presses if one.going in ALIVE]
    out = [one.name or "without a name" for one in presses if one.out]
    asks = [one.name for one in work if one.going is Going.ASKS]
    told = [f"{len(work)} of {counted(len(presses), 'press', 'presses')} at work"]
    if asks:
        told.append(f"waiting for a person: {', '.join(asks)}")
    if out:
        told.append(f"taken out: {', '.join(out)}")
    return "; ".join(told)


def ended_words(press: str, how: str, detail: str, *, alone: bool) -> str:
    """How the last run of a press ended; `alone` where no other one is at work."""
    did = {"finished": "has finished", "stopped": "was stopped"}.get(how, "has failed")
    of = f" of press {press}" if press else ""
    out = " The press is taken out; the others go on." if how == "failed" and not alone else ""
    stop = "" if detail.endswith((".", "!", "?")) else "."
    return f"The last run{of} {did}{f': {detail}{stop}' if detail else '.'}{out}"


def failures_words(trials: Sequence[Trial]) -> str:
    """How many stacks failed, and how."""
    number = counts(trials)
    kinds = (*FAILURES, Kind.SET_ASIDE, Kind.SPOILT, Kind.WITHDRAWN, Kind.FAULTED)
    told = [f"{number[kind]} {'of unknown cause' if kind is Kind.UNKNOWN else kind}"
            for kind in kinds if number[kind]]
    return ", ".join(told) or "none failed"


def now_words(trials: Sequence[Trial]) -> str:
    """The stacks in work, each with its press where that has a name."""
    told = [f"{t.press}: {t.stack.stack_id}, {STEPS[t.state]}" if t.press else
            f"Stack {t.stack.stack_id}: {STEPS[t.state]}" for t in trials if t.is_open]
    return "; ".join(told) or "No stack is in work."


def best_words(trials: Sequence[Trial], of: Quantity) -> str:
    """The best reading so far, and where."""
    for trial, _, reading in best_intact(trials, of)[:1]:
        return f"{amount(reading.value, of)} at {recipe_words(trial.recipe)}"
    return "no intact stack yet"
