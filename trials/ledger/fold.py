"""Entries in, trials out: the story of each stack, told from its facts alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from pressloop.trials.entry import (
    Commanded,
    Corrected,
    Entry,
    Evaluated,
    Faulted,
    Imported,
    Measured,
    Planned,
    Pressed,
    RunEntry,
    Settled,
)
from pressloop.trials.errors import LedgerProblem
from pressloop.trials.trial import OPEN, State, Trial

READ = frozenset({State.EVALUATED, State.IMPORTED})
"""States of trials that have an outcome."""


@dataclass(frozen=True, slots=True)
class Bare:
    """A pressed or measured entry whose arrays stay in the ledger, for cheap polling."""

    state: State


FOLLOWS: dict[State, frozenset[State]] = {
    State.COMMANDED: frozenset({State.PLANNED}),
    State.PRESSED: frozenset({State.COMMANDED}),
    State.MEASURED: frozenset({State.PRESSED, State.MEASURED}),
    # A trace that never held its setpoint is set aside without a sweep, and a failure can be
    # proved from the trace alone. An evaluated trial may be read again, years later.
    State.EVALUATED: frozenset({State.PRESSED, State.MEASURED, State.EVALUATED}),
    State.FAULTED: OPEN,
    State.SETTLED: OPEN,
}
"""Each state, and the states it may follow. Planned and imported come first or not at all."""


def fold(entries: Iterable[tuple[int, Entry | Bare]]) -> tuple[Trial, ...]:
    """Trials ordered by number; `entries` are (trial number, entry) in the order of recording.

    The latest sweep's spectra and the latest outcome win. Raises LedgerProblem naming the trial
    when facts come in an order that cannot have happened.
    """
    trials = advanced({}, entries)
    return tuple(trials[number] for number in sorted(trials))


def advanced(before: Mapping[int, Trial], entries: Iterable[tuple[int, Entry | Bare]]
             ) -> dict[int, Trial]:
    """The trials by number after these entries too. Raises LedgerProblem as `fold` does."""
    trials = dict(before)
    for number, entry in entries:
        if not isinstance(entry, RunEntry):
            trials[number] = _step(number, trials.get(number), entry)
    return trials


def _step(number: int, trial: Trial | None, entry: Entry | Bare) -> Trial:
    state = _state(entry)
    match entry:
        case Planned() | Imported() if trial is None:
            return _begin(number, state, entry)
        case Corrected():
            return _corrected(number, trial, entry)
    if trial is not None and trial.recorded is not None and trial.correction is not None:
        # A reading made later is recorded beneath the correction, which stays.
        return _laid_over(_step(number, trial.recorded, entry), trial.correction)
    if trial is None or trial.state not in FOLLOWS.get(state, frozenset()):
        before = "nothing" if trial is None else f"{trial.state}"
        allowed = " or ".join(sorted(FOLLOWS.get(state, ["nothing"])))
        raise LedgerProblem(f"trial {number}", f"{state} after {before}",
                            f"{state} after {allowed}",
                            "Read the trial's entries in the log; start a new trial instead.")
    return replace(trial, state=state, **_news(trial, entry))


def _corrected(number: int, trial: Trial | None, entry: Corrected) -> Trial:
    """The trial with what the correction says.

    Raises LedgerProblem for one of a stack without an outcome, for one that is not the next, and
    for another recipe of a stack that was pressed here.
    """
    if trial is None or trial.state not in READ:
        before = "nothing" if trial is None else f"{trial.state}"
        raise LedgerProblem(f"trial {number}", f"corrected after {before}",
                            "corrected after evaluated or imported",
                            "Only the record of a stack with an outcome can be put right.")
    if entry.correction != trial.corrections + 1:
        raise LedgerProblem(f"correction of trial {number}", entry.correction,
                            f"number {trial.corrections + 1}",
                            "Another one was recorded meanwhile: read it first.")
    if entry.recipe is not None and trial.pressed_here:
        raise LedgerProblem(f"recipe of trial {number}", entry.recipe, "as it was commanded",
                            "What was pressed is never changed: withdraw the stack instead.")
    return _laid_over(trial.as_recorded, entry)


def _laid_over(recorded: Trial, entry: Corrected) -> Trial:
    return replace(recorded, stack=entry.stack or recorded.stack,
                   recipe=entry.recipe or recorded.recipe,
                   outcome=entry.outcome or recorded.outcome, correction=entry, recorded=recorded)


def _begin(number: int, state: State, entry: Planned | Imported) -> Trial:
    if isinstance(entry, Planned):
        return Trial(number, entry.stack, entry.recipe, state, purpose=entry.purpose,
                     press=entry.press or "")
    return Trial(number, entry.stack, entry.recipe, state, outcome=entry.outcome)


def _news(trial: Trial, entry: Entry | Bare) -> dict[str, Any]:
    """What the entry changes of the trial besides its state, by field."""
    news = dict[str, Any]()
    match entry:
        case Commanded(cycle_id=cycle_id, press_serial=serial, boot_counter=boot):
            news = {"cycle_id": cycle_id, "press_serial": serial, "press_boot": boot}
        case Pressed(trace=trace):
            news = {"trace": trace}
        case Measured(spectra=spectra, entered=entered):
            news = {"spectra": spectra, "entered": entered, "sweeps": trial.sweeps + 1}
        case Bare(state=State.MEASURED):
            news = {"sweeps": trial.sweeps + 1}
        case Evaluated(outcome=outcome, rules=rules):
            news = {"outcome": outcome, "readings": trial.readings + 1, "rules": rules}
        case Faulted(reason=reason) | Settled(reason=reason):
            news = {"fault": reason}
    return news


def _state(entry: Entry | Bare) -> State:
    """The state that an entry leads to; a correction leads to none of its own."""
    if isinstance(entry, Corrected):
        return State.EVALUATED
    return entry.state if isinstance(entry, Bare) else State(type(entry).__name__.lower())
