"""Whatever is appended, in whatever order, and wherever the writer dies.

What the ledger holds folds to a legal history, and holds just what it said it had recorded."""

from __future__ import annotations

import tempfile
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import event
from trial_stories import OPENED, PLANNED, same, spectrum, trace

from pressloop.trials import (
    Commanded,
    Ended,
    Evaluated,
    Faulted,
    Intact,
    Ledger,
    LedgerProblem,
    Measured,
    Pressed,
    SetAside,
    Settled,
    Trial,
    TrialEntry,
)
from pressloop.trials.ledger.fold import fold
from pressloop.trials.ledger.verification import prove

CAMPAIGNS = st.sampled_from(["c", "d"])
NUMBERS = st.integers(1, 3)
ENTRIES = st.one_of(
    st.just(PLANNED), st.builds(Commanded, st.integers(1, 6)), st.just(Pressed(trace(5))),
    st.builds(Measured, st.integers(1, 3), st.just((spectrum(),))),
    st.builds(Evaluated, st.integers(1, 3), st.sampled_from([Intact(20.0), SetAside("noise")])),
    st.just(Faulted("press", "link lost")), st.just(Settled("looked at")))


class Crash(BaseException):
    """The writer is gone at this moment."""


class Interleavings(RuleBasedStateMachine):
    """`said` is what the ledger has confirmed, by campaign."""

    @initialize()
    def begin(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.said: dict[str, list[tuple[int | None, object]]] = {"c": [], "d": []}
        self.ledger = self.opened()

    def opened(self) -> Ledger:
        return Ledger.open(f"sqlite:///{Path(self.folder.name)}/ledger.db")

    @rule(campaign=CAMPAIGNS, number=NUMBERS, entry=ENTRIES)
    def append(self, campaign: str, number: int, entry: TrialEntry) -> None:
        with suppress(LedgerProblem):
            self.ledger.append(campaign, number, entry)
            self.said[campaign].append((number, entry))

    @rule(campaign=CAMPAIGNS, number=NUMBERS)
    def go_on(self, campaign: str, number: int) -> None:
        """The entry that comes next in an undisturbed trial."""
        trial = self.ledger.trial(campaign, number)
        self.append(campaign, number, next_of(trial, self.ledger.last_cycle_id() + 1))

    @rule(campaign=CAMPAIGNS, note=st.sampled_from(["", "again"]))
    def open(self, campaign: str, note: str) -> None:
        entry = replace(OPENED, note=note)
        self.ledger.append(campaign, None, entry)
        self.said[campaign].append((None, entry))

    @rule(campaign=CAMPAIGNS)
    def end(self, campaign: str) -> None:
        with suppress(LedgerProblem):
            self.ledger.append(campaign, None, Ended("stopped"))
            self.said[campaign].append((None, Ended("stopped")))

    @rule(campaign=CAMPAIGNS, number=NUMBERS, entry=ENTRIES)
    def die_before_the_commit(self, campaign: str, number: int, entry: TrialEntry) -> None:
        def crash(_: object) -> None:
            raise Crash

        event.listen(self.ledger._engine, "commit", crash)
        with suppress(Crash, LedgerProblem):
            self.ledger.append(campaign, number, entry)
        self.come_back()

    @rule()
    def come_back(self) -> None:
        """Another process, which knows what the ledger holds and nothing else."""
        self.ledger.close()
        self.ledger = self.opened()

    @invariant()
    def holds_what_it_said(self) -> None:
        for campaign, said in self.said.items():
            assert same(list(self.ledger.facts(campaign)), said)

    @invariant()
    def folds_to_one_legal_history(self) -> None:
        for campaign, said in self.said.items():
            told = fold([(n, e) for n, e in said if n is not None])  # type: ignore[misc]
            assert same(self.ledger.history(campaign), told)
            light = self.ledger.history(campaign, arrays=False)
            assert same(light, tuple(replace(t, trace=None, spectra=()) for t in told))

    @invariant()
    def is_sound(self) -> None:
        for campaign in self.said:
            assert prove(self.ledger, campaign).sound

    def teardown(self) -> None:
        if hasattr(self, "ledger"):
            self.ledger.close()
            self.folder.cleanup()


def next_of(trial: Trial | None, cycle_id: int) -> TrialEntry:
    if trial is None:
        return PLANNED
    return {"planned": Commanded(cycle_id), "commanded": Pressed(trace(5)),
            "pressed": Measured(1, (spectrum(),)),
            "measured": Evaluated(trial.readings + 1, Intact(20.0)),
            "evaluated": Evaluated(trial.readings + 1, Intact(21.0)),
            }.get(trial.state, Settled("looked at"))  # type: ignore[return-value]


TestInterleavings = pytest.mark.slow(Interleavings.TestCase)
TestInterleavings.settings = settings(max_examples=25, stateful_step_count=25, deadline=None,
                                      suppress_health_check=[HealthCheck.too_slow])
