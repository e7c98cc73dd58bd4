"""How commands speak: results on stdout, everything else on stderr, errors in one line."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import typer
from typer.core import TyperGroup

from pressloop.trials.errors import BadInput, PressloopError

BAD_INPUT, FAILED, STOPPED, TERMINATED = 2, 1, 130, 143
BY_PREFECT = "TerminationSignal"
"""What a SIGTERM is called within a flow run; Prefect is not loaded for its sake."""
USAGE_ERROR: Any = typer.BadParameter.__base__
"""Typer shows no name of its own for what it raises on arguments that make no sense."""


class PlainGroup(TyperGroup):
    """Commands whose misspelt or missing arguments get one line too."""

    def invoke(self, ctx: Any) -> Any:
        """Runs the command; a usage error becomes one line and the exit code of bad input."""
        try:
            return super().invoke(ctx)
        except USAGE_ERROR as error:
            said = one_line(error.format_message()).rstrip(".")
            path = (error.ctx or ctx).command_path
            say(f"pressloop: {said}. See `{path} --help`.")
            raise typer.Exit(BAD_INPUT) from None


def say(text: str) -> None:
    """A line for the person, never part of the result."""
    typer.echo(text, err=True)


def emit(result: Any, as_json: bool, show: Callable[[], None]) -> None:
    """The result: one JSON document, or what `show` prints."""
    if as_json:
        json.dump(result, sys.stdout, indent=2, allow_nan=False, default=str)
        sys.stdout.write("\n")
    else:
        show()


def plain_pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """For `dataclasses.asdict`: parameters beside the core ones by name, and no word of them, or of
    what a recipe is without, where there are none."""
    return {name: dict(value) if name == "others" else value
            for name, value in pairs if not (name in ("others", "without") and value == ())}


class Terminated(BaseException):
    """SIGTERM or SIGHUP: somebody else's Ctrl-C."""


class Asked:
    """Which signal asked this process to stop, None as long as none did, and in a sentence how the
    run obeyed a stop, whoever asked for it."""

    by: int | None = None
    how: str = ""

    @property
    def code(self) -> int:
        """The exit code that says so; a cancel in Prefect is somebody else's stop too."""
        return STOPPED if self.by == signal.SIGINT else TERMINATED

    @property
    def stop(self) -> type[BaseException]:
        """What the signal raises."""
        return KeyboardInterrupt if self.by == signal.SIGINT else Terminated


ASKED: ContextVar[Asked] = ContextVar("asked")
"""Of the block of `terminable` that runs, if any."""


@contextmanager
def terminable() -> Iterator[Asked]:
    """Ctrl-C, SIGTERM, and SIGHUP from a closed terminal, unwind the block: the press is stopped by
    policy, display and server are put away."""
    asked = Asked()

    def stop(number: int, _: object) -> None:
        asked.by = number
        raise asked.stop

    # A job that its shell put into the background ignores Ctrl-C, and goes on ignoring it.
    obeyed = [number for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
              if number != signal.SIGINT or signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, stop) for number in obeyed}
    token = ASKED.set(asked)
    try:
        yield asked
    except (KeyboardInterrupt, Terminated):
        raise
    except BaseException as error:
        if (wrapped := wrapped_stop(error)) is None:
            raise
        raise (wrapped if isinstance(wrapped, KeyboardInterrupt) else Terminated()) from None
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        ASKED.reset(token)


def wrapped_stop(error: BaseException) -> BaseException | None:
    """The stop that a library made an error of its own of, None for any other error. Prefect may
    have taken the signal as one of its own; pydantic, whose compiled part ran, may leave no more
    of it than its name in a message."""
    asked = ASKED.get(None)
    for one in behind(error):
        if isinstance(one, (KeyboardInterrupt, Terminated)) or type(one).__name__ == BY_PREFECT:
            return one
        if f"{BY_PREFECT}: " in str(one):
            return Terminated()
        if asked is not None and asked.by is not None and asked.stop.__name__ in str(one):
            return asked.stop()
    return None


def behind(error: BaseException | None) -> Iterator[BaseException]:
    """The error and those that it was made of. None for one of the project's own: what went wrong
    while a stop was obeyed is what the person must read."""
    while error is not None and not isinstance(error, PressloopError):
        yield error
        hidden = error.__suppress_context__
        error = error.__cause__ or (None if hidden else error.__context__)


@contextmanager
def plain_errors() -> Iterator[None]:
    """Errors raised on purpose become one line and an exit code, never a traceback."""
    try:
        yield
    except BadInput as error:
        say(f"pressloop: {one_line(error)}")
        raise typer.Exit(BAD_INPUT) from None
    except PressloopError as error:
        say(f"pressloop: {one_line(error)}")
        raise typer.Exit(FAILED) from None
    except (KeyboardInterrupt, Terminated) as stop:
        say("pressloop: stopped. Nothing is lost: start again on the same ledger to go on.")
        code = TERMINATED if isinstance(stop, Terminated) else STOPPED
        raise typer.Exit(code) from None


def one_line(error: object) -> str:
    """The message without line breaks."""
    return " ".join(str(error).split())
