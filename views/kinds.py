"""In which words a trial ended, for counts, colours and tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from enum import StrEnum

from pressloop.trials.outcome import Failed, Intact, SetAside, Spoilt, Withdrawn
from pressloop.trials.quantity import RESISTANCE, Measurement, Quantity
from pressloop.trials.trial import Trial


class Kind(StrEnum):
    """How a trial ended, or that it has not."""

    INTACT = "intact"
    CRUSHED = "crushed"
    SHORTED = "shorted"
    DELAMINATED = "delaminated"
    UNKNOWN = "failed"
    SET_ASIDE = "set aside"
    SPOILT = "spoilt"
    WITHDRAWN = "withdrawn"
    FAULTED = "faulted"
    OPEN = "in work"


FAILURES = (Kind.CRUSHED, Kind.SHORTED, Kind.DELAMINATED, Kind.UNKNOWN)
TELLING = (Kind.INTACT, *FAILURES)
"""Kinds that say something of the recipe."""


def kind_of(trial: Trial) -> Kind:
    """The kind of one trial; a settled one counts as faulted, as it has no outcome either."""
    match trial.outcome:
        case Intact():
            return Kind.INTACT
        case Failed(mode=mode):
            return Kind(mode.value)
        case SetAside():
            return Kind.SET_ASIDE
        case Spoilt():
            return Kind.SPOILT
        case Withdrawn():
            return Kind.WITHDRAWN
    return Kind.OPEN if trial.is_open else Kind.FAULTED


def counts(trials: Iterable[Trial]) -> Counter[Kind]:
    """How many trials ended in each way."""
    return Counter(kind_of(trial) for trial in trials)


def in_order(trials: Iterable[Trial]) -> list[Trial]:
    """By trial number."""
    return sorted(trials, key=lambda trial: trial.number)


def best_intact(trials: Iterable[Trial], of: Quantity = RESISTANCE
                ) -> list[tuple[Trial, Intact, Measurement]]:
    """Intact stacks with their reading of a quantity, the best one first.

    By default the lowest resistance."""
    found = [(t, t.outcome, reading) for t in trials if isinstance(t.outcome, Intact)
             and (reading := t.outcome.reading(of.name)) is not None]
    return sorted(found, key=lambda one: of.miss(one[2].value))


def reason_of(trial: Trial) -> str:
    """Why there is no resistance: evidence of a failure, reason of a set-aside, or the fault."""
    match trial.outcome:
        case Failed(evidence=evidence):
            return evidence
        case SetAside(reason=reason) | Spoilt(reason=reason) | Withdrawn(reason=reason):
            return reason
    return trial.fault or ""
