"""What the person at the press is asked, in the units of that press."""

from __future__ import annotations

from pressloop.hardware.attended.gauge import Gauge, clock
from pressloop.hardware.attended.memory import Cycle
from pressloop.hardware.person import Blank, Question
from pressloop.trials.recipe import Recipe, shown
from pressloop.trials.stack import Stack

START, REFUSE = "start", "refuse"
PRESSED, NOT_PRESSED, GIVEN_UP, UNKNOWN = "pressed", "not pressed", "given up", "do not know"
UNLOADED, LEFT = "unloaded", "it goes on"
ANSWER, REASON = "answer", "reason"
PEAK, DWELL, TEMPERATURE = "peak", "dwell", "temperature"


def asked_to_start(cycle_id: int, stack: Stack, recipe: Recipe, gauge: Gauge, heated: bool,
                   unfinished: str) -> Question:
    """The order to press, to be confirmed before anything moves."""
    lines = [
        *([] if stack.barcode is None else [f"Take the stack with the barcode {stack.barcode}."]),
        f"Stack {stack.stack_id}, lot {stack.lot}, cycle {cycle_id}.",
        f"Load:    {gauge.at(recipe.pressure_mpa)}",
        f"Hold:    {clock(recipe.dwell_s)}",
        f"Platens: {recipe.temperature_c:g} degC" + ("" if heated else ", not heated")]
    for word, rate in (("Ramp:   ", recipe.ramp_mpa_per_s), ("Release:", recipe.release_mpa_per_s)):
        if rate is not None:
            lines.append(f"{word} {gauge.at(rate)} per second")
    lines += [f"Set:     {name} = {shown(value)}" for name, value in recipe.others]
    lines += gauge.conditions()
    if unfinished:
        lines.append(f"Make sure that the press is empty: nobody said what became of {unfinished}.")
    lines.append(f'Answer "{START}", then press. "{REFUSE}" moves nothing and ends this stack.')
    return Question(f"Press stack {stack.stack_id}", "\n".join(lines),
                    (Blank(ANSWER, "Your answer", choices=(START, REFUSE)),))


def asked_why(cycle: Cycle | None, what: str) -> Question:
    """The reason of an answer that ends a stack."""
    name = "" if cycle is None else f" stack {cycle.stack.stack_id}"
    return Question(f"Reason:{name} {what}", "It is kept in the ledger.",
                    (Blank(REASON, "Reason"),))


def asked_what_became(cycle: Cycle, sure: bool) -> Question:
    """What happened after the order.

    `sure` is False after a crash, when this computer does not know whether anybody was at the
    press."""
    name = cycle.stack.stack_id
    text = (f"Press stack {name} now and open the press; then say what became of it." if sure else
            f"Stack {name} (cycle {cycle.cycle_id}, {cycle.recipe}) was ordered in an earlier run "
            "that ended before it was told what became of it. Look at the press and the stack.")
    choices = (PRESSED, NOT_PRESSED, GIVEN_UP) + (() if sure else (UNKNOWN,))
    return Question(f"What became of stack {name}?", text,
                    (Blank(ANSWER, "Your answer", choices=choices),))


def asked_for_values(cycle: Cycle, gauge: Gauge, heated: bool, trouble: str) -> Question:
    """Peak and dwell as they really were."""
    blanks = [Blank(PEAK, "Highest reading of the gauge", gauge.word),
              Blank(DWELL, "Time held at it", "s")]
    if heated:
        blanks.append(Blank(TEMPERATURE, "Platen temperature while held", "degC"))
    return Question(
        f"Stack {cycle.stack.stack_id} as it was pressed",
        f"Asked were {gauge.at(cycle.recipe.pressure_mpa)} for {clock(cycle.recipe.dwell_s)}. "
        "Give what the press really did.", tuple(blanks), trouble)


def asked_to_unload(cycle: Cycle) -> Question:
    """The run ends while a stack is under load."""
    return Question(
        f"Unload stack {cycle.stack.stack_id}", "The run is stopping. Release the press now, "
        f'or answer "{LEFT}" to finish the dwell: the next run asks what became of it.',
        (Blank(ANSWER, "Your answer", choices=(UNLOADED, LEFT)),))
