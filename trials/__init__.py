"""What a trial is, and where it is kept: values, errors and the ledger."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pressloop.trials.entry import (
        Commanded,
        Corrected,
        Ended,
        Entry,
        Evaluated,
        Faulted,
        Imported,
        Measured,
        Opened,
        Planned,
        Pressed,
        Queued,
        Reconciled,
        Settled,
        TrialEntry,
        Unqueued,
    )
    from pressloop.trials.errors import (
        BadInput,
        Fault,
        LedgerProblem,
        NotReady,
        OutcomeUnknown,
        OutOfEnvelope,
        PressBusy,
        PressloopError,
    )
    from pressloop.trials.ledger.ledger import Ledger
    from pressloop.trials.ledger.log import LogRow
    from pressloop.trials.outcome import (
        Damage,
        Failed,
        FailureMode,
        Intact,
        Outcome,
        SetAside,
        Spoilt,
        Withdrawn,
    )
    from pressloop.trials.recipe import Recipe
    from pressloop.trials.spectrum import FULL, ControlPoint, MissingPoint, Spectrum
    from pressloop.trials.stack import Stack
    from pressloop.trials.tables.past import read_trials
    from pressloop.trials.trace import Trace
    from pressloop.trials.trial import OPEN, State, Trial

__all__ = [
    "FULL", "OPEN", "BadInput", "Commanded", "ControlPoint", "Corrected", "Damage", "Ended",
    "Entry", "Evaluated", "Failed", "FailureMode", "Fault", "Faulted", "Imported", "Intact",
    "Ledger", "LedgerProblem", "LogRow", "Measured", "MissingPoint", "NotReady", "Opened",
    "OutOfEnvelope", "Outcome", "OutcomeUnknown", "Planned", "PressBusy", "Pressed",
    "PressloopError", "Queued", "Recipe", "Reconciled", "SetAside", "Settled", "Spectrum",
    "Spoilt", "Stack", "State", "Trace", "Trial", "TrialEntry", "Unqueued", "Withdrawn",
    "read_trials",
]


_MODULES = ("errors", "entry", "outcome", "recipe", "spectrum", "stack", "trace", "trial",
            "tables.past", "ledger.ledger", "ledger.log")
"""Where names are looked for, the light ones first."""


def __getattr__(name: str) -> object:
    # Nothing is loaded before it is used: the command line's help needs the errors only, and plots
    # do without SQLAlchemy.
    if name in __all__:
        for module in _MODULES:
            found = importlib.import_module(f"pressloop.trials.{module}")
            if hasattr(found, name):
                return getattr(found, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
