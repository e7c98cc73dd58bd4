"""A person has a press unloaded at once: recorded first, then told, and never for another stack.

The same function serves the command line and the operator console.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

from pressloop.flows.campaign.decisions.own_recipes import said
from pressloop.flows.campaign.decisions.word_of_people import request
from pressloop.flows.campaign.lab import Order, open_press, order_of
from pressloop.flows.campaign.standing import PressRun
from pressloop.hardware.protocols import CycleState, Press
from pressloop.hardware.releasing import OVER, release_cycle
from pressloop.trials.errors import BadInput, Fault, OtherCycle, PressBusy, PressloopError
from pressloop.trials.ledger.ledger import Ledger
from pressloop.trials.trial import State, Trial
from pressloop.trials.wording import capitalised
from pressloop.views.kinds import kind_of
from pressloop.views.live.picture import STEPS

LOOK = "The press was told nothing: look again."
TOLD = "was told to unload. Look at it before anybody reaches in."


def run_of_stack(runs: Sequence[PressRun], trial: Trial) -> PressRun:
    """The run of the press that has this stack, which is under load as far as is on record.

    Raises BadInput for a stack that is not, and for a press that a person moves."""
    run = next((one for one in runs if trial.number in [t.number for t in one.stacks]), None)
    if run is None or trial.state is not State.COMMANDED:
        prove_commanded(trial)
        raise BadInput("press", trial.press or "none", f"known of stack {trial.stack.stack_id}",
                       LOOK)
    if run.attended:
        raise BadInput("unload", run.named, "of a press that a computer moves",
                       "Unload it by hand, and say so where the run asks.")
    return run


def prove_commanded(trial: Trial) -> None:
    """Raises BadInput for a stack of which the ledger knows that it is not under load."""
    if trial.state is not State.COMMANDED:
        on = f" on press {trial.press}" if trial.press else ""
        raise BadInput(f"stack {trial.stack.stack_id}{on}", STEPS.get(trial.state, kind_of(trial)),
                       "under load", LOOK)


def nothing_loaded(press: str = "") -> BadInput:
    """To be raised where no press, or none of this name, has a stack under load."""
    return BadInput("release", "no cycle", "of a cycle that runs",
                    f"Nothing is under load {f'in press {press}' if press else 'here'}.")


def sentence(run: PressRun, trial: Trial, machine: str = "") -> str:
    """What will be done; `machine` is what a press without a name calls itself."""
    return f"Unload {run.named if run.press or not machine else machine} now: " \
           f"stack {trial.stack.stack_id} is lost."


def unload(ledger: Ledger, campaign: str, run: PressRun, trial: Trial, reason: str, url: str
           ) -> None:
    """Has the press unload this stack, of which `run_of_stack` tells the run.

    `url` is the ledger's address, by which a simulated press is found. Raises BadInput where the
    stack is not in this press, or not under load any more, and PressBusy where others have it: the
    press was told nothing then; and Fault where it does not answer or confirm."""
    why = said(reason)
    order = order_of(run.settings, seed=run.opened.seed, ledger=url, press=run.press)
    with _opened(run, order) as press:
        _prove_in_press(press, run, trial)
        _prove_still(ledger, campaign, trial)
        request(ledger, campaign, "release", why, trial.number)
        # Writing may have waited for others: what is in the press by now may be the next stack.
        _prove_still(ledger, campaign, trial)
        _release(press, run, trial)


@contextmanager
def _opened(run: PressRun, order: Order) -> Iterator[Press]:
    """The press, for this one order.

    Raises Fault or PressBusy where it cannot be had from here, saying who has it."""
    with ExitStack() as stack:
        try:
            press = stack.enter_context(open_press(run.settings, order, prove=False, brief=True))
        except (Fault, PressBusy) as error:
            raise type(error)(_unreached(run, error)) from None
        yield press


def _unreached(run: PressRun, error: PressloopError) -> str:
    """Why nothing was told, and where it can be."""
    why = f"{str(error).rstrip('.')}. {capitalised(run.named)} was told nothing"
    if not run.alive:
        return f"{why}: go to it."
    where = f"on computer {run.host}" if run.elsewhere else "as the user who has started it"
    return (f"{why}. Its run is at work and has a connection, and many a PLC takes no second one: "
            f"unload it {where}, or at the press itself. The run goes on.")


def _release(press: Press, run: PressRun, trial: Trial) -> None:
    """Raises BadInput where another cycle has begun since the press was asked."""
    assert trial.cycle_id is not None
    try:
        release_cycle(press, trial.cycle_id)
    except OtherCycle as other:
        raise BadInput(f"stack {trial.stack.stack_id} in {run.named}", "out of it by now",
                       "under load", f"Nothing was unloaded: {other}. Look again.") from None


def _prove_still(ledger: Ledger, campaign: str, trial: Trial) -> None:
    """Raises BadInput where the stack's cycle has ended since."""
    now = ledger.trial(campaign, trial.number)
    if now is not None:
        prove_commanded(now)


def _prove_in_press(press: Press, run: PressRun, trial: Trial) -> None:
    """Raises BadInput where the press says that it has another stack, or none.

    The one that is in it may be another campaign's, whose run holds the press by now. One that
    gives no answer is told to unload all the same while a run watches this stack."""
    assert trial.cycle_id is not None
    try:
        serial, state = press.identify().serial, press.report(trial.cycle_id).state
    except Fault:
        if not run.alive:
            raise
        return
    asked = f"stack {trial.stack.stack_id} in {run.named}"
    if trial.press_serial not in ("", serial):
        raise BadInput(asked, f"serial {serial}", f"serial {trial.press_serial}, as it was "
                       "commanded on", LOOK)
    if state in OVER:
        raise BadInput(asked, "over, by the press's own word", "under load", LOOK)
    if state is CycleState.NEVER_ACCEPTED:
        where = f" Its run is on computer {run.host}." if run.host else ""
        raise BadInput(asked, "unknown to the press", "under load", f"{LOOK}{where}")
