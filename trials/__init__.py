"""What a trial is, and where it is kept: values, errors and the ledger."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from trials.entry import (
    Commanded,
    Entry,
    Evaluated,
    Faulted,
    Imported,
    Measured,
    Opened,
    Planned,
    Pressed,
    Settled,
    TrialEntry,
)
from trials.errors import (
    BadInput,
    Fault,
    LedgerProblem,
    OutcomeUnknown,
    OutOfEnvelope,
    PressBusy,
    PressloopError,
)
from trials.outcome import Damage, Failed, FailureMode, Intact, Outcome, SetAside
from trials.recipe import Recipe
from trials.spectrum import FULL, ControlPoint, MissingPoint, Spectrum
from trials.stack import Stack
from trials.trace import Trace
from trials.trial import OPEN, State, Trial

if TYPE_CHECKING:
    from trials.ledger import Ledger, LogRow

__all__ = [
    "FULL", "OPEN", "BadInput", "Commanded", "ControlPoint", "Damage", "Entry", "Evaluated",
    "Failed", "FailureMode", "Fault", "Faulted", "Imported", "Intact", "Ledger", "LedgerProblem",
    "LogRow", "Measured", "MissingPoint", "Opened", "OutOfEnvelope", "Outcome", "OutcomeUnknown",
    "Planned", "PressBusy", "Pressed", "PressloopError", "Recipe", "SetAside", "Settled",
    "Spectrum", "Stack", "State", "Trace", "Trial", "TrialEntry",
]


def __getattr__(name: str) -> object:
    # SQLAlchemy is loaded with the ledger only: plots and models that use values do without.
    if name in ("Ledger", "LogRow"):
        return getattr(importlib.import_module("trials.ledger"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
