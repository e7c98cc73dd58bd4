"""The story of a trial, and the stories that cannot have happened."""

from __future__ import annotations

import pytest
from trial_stories import PLANNED, RECIPE, STACK, spectrum, story, trace

from pressloop.trials import (
    Commanded,
    Evaluated,
    Failed,
    Faulted,
    Imported,
    Intact,
    LedgerProblem,
    Measured,
    Pressed,
    SetAside,
    Settled,
    State,
)
from pressloop.trials.ledger.fold import fold

COMMANDED, PRESSED = Commanded(1), Pressed(trace(3))
MEASURED, EVALUATED = Measured(1, (spectrum(),)), Evaluated(1, Intact(9.0))
IMPORTED = Imported("d", "past.csv", STACK, RECIPE, Failed("crushed", "seen"))


def test_latest_sweep_and_latest_reading_win() -> None:
    entries = story(cycle_id=5)
    (trial,) = fold((4, entry) for entry in entries)
    assert (trial.number, trial.state, trial.cycle_id) == (4, State.EVALUATED, 5)
    assert trial.spectra is entries[4].spectra
    assert trial.sweeps == 2
    assert trial.outcome == Intact(21.0, 0.4)
    assert not trial.is_open


def test_trials_are_ordered_by_number() -> None:
    trials = fold([(3, PLANNED), (1, IMPORTED), (3, COMMANDED), (2, PLANNED)])
    assert [(t.number, t.state) for t in trials] == [(1, "imported"), (2, "planned"),
                                                     (3, "commanded")]


@pytest.mark.parametrize("outcome", [SetAside("never held"), Failed("crushed", "force drop")])
def test_a_trace_alone_can_be_evaluated(outcome) -> None:
    (trial,) = fold([(1, e) for e in (PLANNED, COMMANDED, PRESSED, Evaluated(1, outcome))])
    assert trial.outcome == outcome
    assert trial.sweeps == 0


@pytest.mark.parametrize("end", [Faulted("press", "link lost"), Settled("thrown away")])
@pytest.mark.parametrize("before", [0, 1, 2, 3])
def test_a_trial_may_end_at_any_open_stage(end, before: int) -> None:
    entries = [PLANNED, COMMANDED, PRESSED, MEASURED][: before + 1]
    (trial,) = fold([(1, e) for e in [*entries, end]])
    assert trial.fault == end.reason
    assert not trial.is_open


@pytest.mark.parametrize("entries", [
    [COMMANDED], [PLANNED, PRESSED], [PLANNED, COMMANDED, COMMANDED], [PLANNED, PLANNED],
    [PLANNED, COMMANDED, MEASURED], [PLANNED, EVALUATED], [PLANNED, COMMANDED, EVALUATED],
    [PLANNED, COMMANDED, PRESSED, PRESSED], [PLANNED, IMPORTED], [IMPORTED, PLANNED],
    [IMPORTED, COMMANDED], [Faulted("press", "x")], [PLANNED, Faulted("a", "b"), COMMANDED],
    [PLANNED, COMMANDED, Settled("gone"), PRESSED],
    [PLANNED, COMMANDED, PRESSED, MEASURED, EVALUATED, Faulted("a", "b")],
])
def test_impossible_orders_name_the_trial(entries) -> None:
    with pytest.raises(LedgerProblem, match=r"trial 12 = \w+ after \w+: must be"):
        fold([(12, entry) for entry in entries])
