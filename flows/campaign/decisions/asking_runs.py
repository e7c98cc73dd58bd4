"""A person asks the runs of a campaign to pause, to go on, to stop: who hears it, and what follows.

The same words serve the command line and the operator console.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pressloop.flows.campaign.decisions.word_of_people import request
from pressloop.flows.campaign.standing import PressRun, all_together
from pressloop.trials.errors import BadInput
from pressloop.trials.ledger.ledger import Ledger
from pressloop.trials.people import GO_ON, PAUSE, STOP
from pressloop.views.console.going import Going

What = Literal["pause", "go on", "stop"]
HELD = (Going.PAUSED, Going.PAUSING)


def ask_runs(ledger: Ledger, campaign: str, runs: Sequence[PressRun], what: What, reason: str
             ) -> str:
    """Asks them, by an entry of the ledger; what follows, in a sentence.

    Raises BadInput as `prove_heard`."""
    prove_heard(runs, what)
    request(ledger, campaign, what, reason)
    return follows(what, runs)


def prove_heard(runs: Sequence[PressRun], what: What) -> None:
    """Raises BadInput where no run is at work, and where none is paused that is to go on."""
    alive, going = [run.going for run in runs if run.alive], all_together(runs)
    if not alive:
        raise BadInput("run", going, "at work", "Start the campaign first.")
    if what == GO_ON and not any(one in HELD for one in alive):
        raise BadInput("run", going, "paused", "A stop stands: start the campaign again once it "
                       "has ended." if going is Going.STOPPING else "It goes on already.")


def sentence(what: What, campaign: str, runs: Sequence[PressRun], so_far: str) -> str:
    """What is asked, of all presses at once; `so_far` says how much of the budget is used."""
    hearing = [run for run in runs if run.alive]
    of = campaign + (f" on all its presses ({', '.join(run.press for run in hearing)})"
                     if any(run.press for run in hearing) else "")
    if what == GO_ON:
        return f"Go on with {of}: the press{'es' * (len(hearing) > 1)} will move."
    stacks = [f"{t.stack.stack_id} ({run.press})" if run.press else t.stack.stack_id
              for run in hearing if (t := run.begun) is not None]
    first = f"So far {so_far}." if not stacks else (
        f"Stack {stacks[0]} is finished first." if len(stacks) == 1 else
        f"Stacks {', '.join(stacks)} are finished first.")
    return f"Pause {of}. {first}" if what == PAUSE else f"Stop {of} after this stack. {first}"


def follows(what: What, runs: Sequence[PressRun]) -> str:
    """What the runs do now."""
    hearing = [run for run in runs if run.alive]
    if len(hearing) > 1:
        return {PAUSE: "The runs of all presses pause after the stacks in work.",
                GO_ON: "The runs of all presses go on.",
                STOP: "The runs of all presses end after the stacks in work."}[what]
    return {PAUSE: "The run pauses after the stack in work.", GO_ON: "The run goes on.",
            STOP: "The run ends after the stack in work."}[what]
