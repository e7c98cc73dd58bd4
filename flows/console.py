"""How commands speak: results on stdout, everything else on stderr, errors in one line."""

from __future__ import annotations

import errno
import json
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import typer
from typer.core import TyperGroup

from pressloop.trials.errors import BadInput, PressloopError
from pressloop.trials.wording import printable

BAD_INPUT, FAILED, STOPPED, TERMINATED = 2, 1, 130, 143
BY_PREFECT = "TerminationSignal"
"""What a SIGTERM is called within a flow run; Prefect is not loaded for its sake."""
AGAIN_S = 0.05
JSON_ASKED: ContextVar[bool] = ContextVar("json_asked", default=False)
JSON_WRITTEN: ContextVar[bool] = ContextVar("json_written", default=False)
"""Whether the command line asks for JSON, and whether stdout has its one document already."""
USAGE_ERROR: Any = typer.BadParameter.__base__
"""Typer shows no name of its own for what it raises on arguments that make no sense."""


class PlainGroup(TyperGroup):
    """Commands whose misspelt or missing arguments get one line too."""

    def parse_args(self, ctx: Any, args: list[str]) -> Any:
        """Notes whether the command line asks for JSON, so that every error can be told so."""
        JSON_ASKED.set("--json" in args[:args.index("--") if "--" in args else None])
        JSON_WRITTEN.set(False)
        if not args or ctx.resilient_parsing:
            return super().parse_args(ctx, args)
        with _plain_usage(ctx):
            return super().parse_args(ctx, args)

    def invoke(self, ctx: Any) -> Any:
        """Runs the command; a usage error becomes one line and the exit code of bad input."""
        with _plain_usage(ctx):
            return super().invoke(ctx)


@contextmanager
def _plain_usage(ctx: Any) -> Iterator[None]:
    try:
        yield
    except USAGE_ERROR as error:
        if error.message.startswith("Usage: "):
            # A group without a command shows its help.
            raise
        said = one_line(error.format_message()).rstrip(".")
        path = (error.ctx or ctx).command_path
        stop = "" if said.endswith("?") else "."
        raise ended(f"{said}{stop} See `{path} --help`.", BAD_INPUT, "Usage") from None


def say(text: str) -> None:
    """A line for the person, never part of the result."""
    typer.echo(printable(text), err=True)


def tell(text: str = "") -> None:
    """Lines of the result."""
    print(printable(text), flush=True)


def emit(result: Any, as_json: bool, show: Callable[[], None]) -> None:
    """The result: one JSON document, or what `show` prints."""
    if as_json:
        _write_json(result)
    else:
        show()


def _write_json(document: Any) -> None:
    json.dump(document, sys.stdout, indent=2, allow_nan=False, default=str)
    sys.stdout.write("\n")
    JSON_WRITTEN.set(True)


def ended(why: str, code: int, kind: str, error: BaseException | None = None) -> typer.Exit:
    """To be raised: the command ends without its result.

    Says why in one line on stderr, and where JSON was asked for on stdout too, as a document with
    `error` and nothing else."""
    said = one_line(why)
    say(f"pressloop: {said}")
    if JSON_ASKED.get() and not JSON_WRITTEN.get():
        _write_json({"error": {"kind": kind, "message": said, "exit_code": code,
                               **_parts(error)}})
    return typer.Exit(code)


def _parts(error: BaseException | None) -> dict[str, str]:
    """Name, value, bound and remedy of bad input, each by itself."""
    if not isinstance(error, BadInput):
        return {}
    return {name: one_line(getattr(error, name)) for name in ("name", "value", "bound", "remedy")}


def plain_pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """For `dataclasses.asdict`: parameters beside the core ones by name.

    No word of them, or of what a recipe is without, where there are none."""
    return {name: dict(value) if name == "others" else value
            for name, value in pairs if not (name in ("others", "without") and value == ())}


Hook = Callable[["sys.UnraisableHookArgs"], object]


class Terminated(BaseException):
    """SIGTERM or SIGHUP: somebody else's Ctrl-C."""


class Asked:
    """Which signal asked this process to stop, and how the run obeyed.

    None as long as no signal did; a sentence on how the run obeyed a stop, whoever asked for it;
    whether Python has dropped what the signal raised, as it does in destructors."""

    by: int | None = None
    how: str = ""
    lost: bool = False

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
    """Ctrl-C, SIGTERM, and SIGHUP from a closed terminal, unwind the block.

    Each is raised as KeyboardInterrupt or Terminated, whatever a library made of it. The press is
    stopped by policy, display and server are put away."""
    asked = Asked()

    def stop(number: int, _: object) -> None:
        asked.by = number
        raise asked.stop

    # A job that its shell put into the background ignores Ctrl-C, and goes on ignoring it.
    known = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP")
             if hasattr(signal, name)]
    obeyed = [number for number in known
              if number != signal.SIGINT or signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, stop) for number in obeyed}
    token = ASKED.set(asked)
    unraisable, sys.unraisablehook = sys.unraisablehook, _asks_again(sys.unraisablehook, asked)
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
        asked.lost = False
        sys.unraisablehook = unraisable
        ASKED.reset(token)


def _asks_again(before: Hook, asked: Asked) -> Hook:
    """What Python tells of an error that it drops; a stop comes a second time instead."""
    def again() -> None:
        if asked.lost and asked.by is not None:
            asked.lost = False
            if hasattr(signal, "pthread_kill"):
                signal.pthread_kill(threading.main_thread().ident or 0, asked.by)
            else:
                signal.raise_signal(asked.by)

    def tell(dropped: sys.UnraisableHookArgs) -> None:
        stop = dropped.exc_type
        if not (issubclass(stop, (KeyboardInterrupt, Terminated)) or stop.__name__ == BY_PREFECT):
            before(dropped)
        elif asked.by is not None:
            asked.lost = True
            # Not at once: the destructor that dropped it is still at work.
            later = threading.Timer(AGAIN_S, again)
            later.daemon = True
            later.start()
    return tell


def wrapped_stop(error: BaseException) -> BaseException | None:
    """The stop that a library made an error of its own of, None for any other error.

    Prefect may have taken the signal as one of its own; pydantic, whose compiled part ran, may
    leave no more of it than its name in a message."""
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
    """The error and those that it was made of.

    None for one of the project's own: what went wrong while a stop was obeyed is what the person
    must read."""
    while error is not None and not isinstance(error, PressloopError):
        yield error
        hidden = error.__suppress_context__
        error = error.__cause__ or (None if hidden else error.__context__)


@contextmanager
def plain_errors() -> Iterator[None]:
    """Errors raised on purpose, and those of files and networks, become one line.

    And an exit code; never a traceback."""
    try:
        yield
    except BadInput as error:
        raise ended(str(error), BAD_INPUT, type(error).__name__, error) from None
    except PressloopError as error:
        raise ended(str(error), FAILED, type(error).__name__) from None
    except (KeyboardInterrupt, Terminated) as stop:
        code = TERMINATED if isinstance(stop, Terminated) else STOPPED
        raise ended("stopped. Nothing is lost.", code, "Stopped") from None
    except BrokenPipeError:
        # Whoever read the result has seen enough, as `head` does; Typer ends quietly.
        raise
    except OSError as error:
        raise ended(of_system(error), FAILED, type(error).__name__) from None


def of_system(error: OSError) -> str:
    """What the operating system refused, and where, in a sentence."""
    where = [str(name) for name in (error.filename, error.filename2) if name is not None]
    named = f"{' and '.join(where)}: " if where else ""
    return f"{named}{error.strerror or error or type(error).__name__}. {_remedy(error.errno)}"


def _remedy(number: int | None) -> str:
    if number in (errno.ENOSPC, errno.EDQUOT):
        return "Make room on that disk, then start again."
    if number in (errno.EACCES, errno.EPERM, errno.EROFS):
        return "Give this user the right to write there, or choose another folder."
    return "Mend that, then start again."


def one_line(error: object) -> str:
    """The message without line breaks."""
    return " ".join(str(error).split())
