"""A stack that the press cannot account for: the campaign waits until a person has looked at it."""

from __future__ import annotations

from pressloop.flows.campaign.lab import Run
from pressloop.flows.operator.events import announce
from pressloop.flows.operator.notify import notify
from pressloop.flows.operator.people import seen_by_somebody
from pressloop.flows.operator.terminal import TerminalPerson
from pressloop.hardware.person import Blank, Person, Question
from pressloop.trials.entry import Settled
from pressloop.trials.errors import OutcomeUnknown

ASK_PRESS, WRITE_OFF, END = "ask the press again", "write the stack off", "end the run"
VERDICT = Blank("verdict", "What now", choices=(ASK_PRESS, WRITE_OFF, END))
SEEN = Blank("seen", "What you saw of stack and press")


def settle_with_person(run: Run, number: int, trouble: OutcomeUnknown) -> None:
    """Asks a person what became of the stack.

    Returns once it is settled, or is worth asking the press about again; raises the trouble where
    the person ends the run or nobody can be asked.

    What the person says never presses anything: a stack is pressed again by the press's own word
    that it never accepted the command, and by nobody else's.
    """
    person = seen_by_somebody()
    if person is None:
        raise trouble
    if not isinstance(person, TerminalPerson):
        notify(run.settings, "asked", str(trouble))
        announce("person", run.campaign, str(trouble))
    verdict, seen = _asked(person, run, number, trouble)
    if verdict == END:
        raise trouble
    if verdict == WRITE_OFF:
        run.ledger.append(run.campaign, number, Settled(seen))


def _asked(person: Person, run: Run, number: int, trouble: OutcomeUnknown) -> tuple[str, str]:
    title = f"Stack {number} of {run.campaign}: what became of it?"
    text = (f"{trouble}\n"
            f'"{ASK_PRESS}": when it is connected and switched on again. '
            f'"{WRITE_OFF}": the stack teaches nothing and is not pressed again; the next recipe '
            f'gets a new stack. "{END}": the stack stays open; `pressloop settle` closes it.')
    wrong = ""
    while True:
        answer = person.ask(Question(title, text, (VERDICT, SEEN), wrong))
        verdict, seen = str(answer["verdict"]), str(answer["seen"]).strip()
        if verdict != WRITE_OFF or seen:
            return verdict, seen
        wrong = "To write a stack off, say what you saw: it is all that will be known of it."
