"""The errors of the whole project, in one small tree.

    PressloopError
    ├── BadInput             a value, key, file or table that cannot be used; nothing has moved
    │   ├── OutOfEnvelope    a recipe the machine may never be asked for
    │   └── LedgerProblem    a ledger that is locked, newer than this program, or no ledger at all
    │       ├── LedgerAway   its server went away in the middle
    │       └── LedgerBehind it lacks what the press, or its own count of entries, knows of
    ├── Fault                the machine failed, or a person abandoned the stack
    │   ├── NotReady         the machine would refuse a start now; nothing has moved
    │   └── OtherCycle       another cycle runs than the one that was to be released
    ├── PressBusy            somebody else holds the press
    │   └── PressHeld        another run of this machine does, and will let go of it
    └── OutcomeUnknown       a press command whose end cannot be proved; a person settles it

Every message says name, value, bound and remedy.
"""

from __future__ import annotations

from pressloop.trials.wording import is_printed


class PressloopError(Exception):
    """Base of every error that pressloop raises on purpose."""


class BadInput(PressloopError):
    """A value that cannot be used, with its name, what was expected and what to do about it."""

    def __init__(self, name: str, value: object, bound: str, remedy: str) -> None:
        self.name, self.value, self.bound, self.remedy = name, value, bound, remedy
        super().__init__(f"{name} = {shown(value)}: must be {bound}. {remedy}")


class OutOfEnvelope(BadInput):
    """A recipe outside what the die, the press or the material may ever be asked."""


class LedgerProblem(BadInput):
    """A ledger that cannot be opened or written."""


class LedgerAway(LedgerProblem):
    """The connection was lost in the middle: whether the last transaction counts is not known."""


class LedgerBehind(LedgerProblem):
    """The ledger was set back, emptied or replaced.

    Nothing is pressed before a person has said what the cycles are that it lacks."""


class Fault(PressloopError):
    """The machine failed or a person gave up on the stack: says nothing about the recipe."""


class NotReady(Fault):
    """The machine would refuse a start now. Nothing has moved; the stack can still be pressed."""


class OtherCycle(Fault):
    """Another cycle runs than the one that was to be released. It goes on: nothing was unloaded."""


class PressBusy(PressloopError):
    """Somebody else holds this press."""


class PressHeld(PressBusy):
    """Another run of this machine holds this press until it ends: worth waiting for."""


class OutcomeUnknown(PressloopError):
    """A press command whose end cannot be proved; blocks the station until somebody settles it."""


def shown(value: object) -> str:
    """The value as a person would write it, cut to a readable length.

    Cut in the middle, as the end of a path names the file. What cannot be printed is written as
    Python would: a file's name or a device's answer must not steer the terminal.
    """
    text = f"{value:g}" if isinstance(value, float) else str(value)
    text = "".join(c if is_printed(c) else repr(c)[1:-1] for c in text)
    return text if len(text) <= 80 else f"{text[:30]}...{text[-47:]}"
