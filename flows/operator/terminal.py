"""A person at the terminal this program runs in."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar

from pressloop.flows.operator.run_log import note
from pressloop.flows.operator.typed import expected, number
from pressloop.hardware.person import Blank, Question
from pressloop.trials.errors import Fault
from pressloop.views.plain_console import PlainConsole
from pressloop.views.words import with_signs

_step_aside: ContextVar[Callable[[], AbstractContextManager[None]]] = ContextVar(
    "step_aside", default=nullcontext)


@contextmanager
def stepping_aside(display: Callable[[], AbstractContextManager[None]]) -> Iterator[None]:
    """Within the block, `display()` is entered around each question.

    It clears the screen for as long as somebody types."""
    token = _step_aside.set(display)
    try:
        yield
    finally:
        _step_aside.reset(token)


class TerminalPerson:
    """Asks on standard error and reads standard input, line by line."""

    def ask(self, question: Question) -> Mapping[str, float | str]:
        """An answer of the right kind for each blank. Raises Fault when the input has ended."""
        note(f"A person is awaited in the terminal: {question.title}.")
        with _step_aside.get()():
            console = PlainConsole(stderr=True)
            console.print()
            # Names of stacks are not markup.
            console.print(question.title, style="bold", markup=False, highlight=False)
            console.print(with_signs(question.text), markup=False, highlight=False, soft_wrap=True)
            if question.trouble:
                console.print(question.trouble, style="bold red", markup=False, highlight=False,
                              soft_wrap=True)
            return {blank.name: _filled(blank, console) for blank in question.blanks}


def _filled(blank: Blank, console: PlainConsole) -> float | str:
    while True:
        hint = f" ({' / '.join(blank.choices)})" if blank.choices else (
            f" [{blank.unit}]" if blank.unit else "")
        console.print(f"{blank.label}{hint}: ", end="", markup=False, highlight=False)
        line = sys.stdin.readline()
        if not line:
            raise Fault("nobody answers at the terminal: its input has ended")
        value = parsed(blank, line.strip())
        if value is not None:
            return value
        console.print(f"Not {_expected(blank)}: {line.strip()!r}", style="red", markup=False,
                      highlight=False)


def parsed(blank: Blank, typed: str) -> float | str | None:
    """What was typed as the kind that the blank asks for; None if it is not of that kind.

    A choice may be cut short where that leaves one."""
    if blank.choices:
        typed = typed.lower()
        near = [choice for choice in blank.choices if typed and choice.startswith(typed)]
        exact = [choice for choice in near if choice == typed]
        return (exact or near)[0] if exact or len(near) == 1 else None
    if not blank.unit:
        return typed
    return number(typed, blank.unit)


def _expected(blank: Blank) -> str:
    return f"one of {', '.join(blank.choices)}" if blank.choices else expected(
        blank.unit)
