"""What a person does before a stack is pressed.

Parameters that neither the press nor the recipe's core sets, such as the collector."""

from __future__ import annotations

from pressloop.flows.operator.people import person_for
from pressloop.flows.settings.campaign import Settings
from pressloop.flows.settings.machine_steps import asked_of
from pressloop.hardware.person import Blank, Question
from pressloop.hardware.protocols import Press
from pressloop.optimizer.parameter import PERSON, STACK
from pressloop.trials.errors import Fault, NotReady
from pressloop.trials.recipe import shown
from pressloop.trials.trial import Trial

READY, NOT_NOW, ANSWER = "ready", "not now", "answer"


def instructions(settings: Settings, trial: Trial) -> list[str]:
    """A line for each parameter that a person or the choice of the stack sets."""
    lines = []
    for p in asked_of(settings, (STACK, PERSON)):
        if (value := trial.recipe.value(p.name)) is not None:
            what = "Stack with" if p.set_by == STACK else "Set"
            lines.append(f"{what} {p.name} = {shown(value)}{f' {p.unit}' if p.unit else ''}")
    return lines


def prove_prepared(settings: Settings, press: Press, trial: Trial) -> None:
    """Asks the person whether stack and press are as the recipe wants them.

    For a press that no person operates. Raises NotReady unless they are: nothing has moved, the
    stack stays planned."""
    lines, machine = instructions(settings, trial), press.identify()
    if not lines or machine.asks or machine.simulated:
        return
    name = trial.stack.stack_id
    if trial.stack.barcode is not None:
        lines.insert(0, f"Take the stack with the barcode {trial.stack.barcode}")
    person = person_for()
    if person is None:
        raise NotReady(f"stack {name} has to be prepared by a person ({'; '.join(lines)}), and "
                       "nobody can be asked: run it in a terminal, or as a Prefect flow run, whose "
                       "form then asks. Nothing has moved.")
    question = Question(f"Prepare stack {name}", "\n".join(
        [*lines, f'Answer "{READY}" when it is so: the press starts then. "{NOT_NOW}" moves '
         "nothing and ends the run."]), (Blank(ANSWER, "Your answer", choices=(READY, NOT_NOW)),))
    try:
        answer = person.ask(question)[ANSWER]
    except Fault as silent:
        raise NotReady(f"nobody said whether stack {name} is prepared: {silent}. Nothing has "
                       "moved.") from None
    if answer != READY:
        raise NotReady(f"stack {name} is not prepared, says the person. Nothing has moved.")
