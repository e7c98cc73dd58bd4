"""The ledger records each fact once, keeps it, and survives its writer."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from trial_stories import (
    OPENED,
    PLANNED,
    RECIPE,
    STACK,
    commanded_in_a_race,
    same,
    story,
    trace,
)

from pressloop.trials import (
    BadInput,
    Commanded,
    Evaluated,
    Imported,
    Intact,
    Ledger,
    LedgerProblem,
    Measured,
    Pressed,
    State,
)

HERE = Path(__file__).parent


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.db"


@pytest.fixture
def ledger(path: Path) -> Iterator[Ledger]:
    with Ledger.open(f"sqlite:///{path}") as opened:
        yield opened


def tell(ledger: Ledger, trial: int = 1, cycle_id: int = 1) -> None:
    for entry in story(cycle_id):
        assert ledger.append("c", trial, entry)


def test_a_trial_is_read_back_by_another_ledger(ledger: Ledger, path: Path) -> None:
    tell(ledger)
    with Ledger.open(f"sqlite:///{path}", create=False) as other:
        (trial,) = other.history("c")
        assert same(trial.trace, trace())
        assert (trial.sweeps, trial.outcome) == (2, Intact(21.0, 0.4))
        assert [row.kind for row in other.log("c")][:3] == ["planned", "commanded", "pressed"]
        assert other.log("c")[0].utc.endswith("+00:00")


def test_polling_leaves_the_arrays_behind(ledger: Ledger) -> None:
    tell(ledger)
    (full,), (light,) = ledger.history("c"), ledger.history("c", arrays=False)
    assert (light.trace, light.spectra) == (None, ())
    assert same(replace(full, trace=None, spectra=()), light)


def test_questions_to_an_empty_and_a_filled_ledger(ledger: Ledger) -> None:
    assert (ledger.campaigns(), ledger.opened("c"), ledger.history("c")) == ((), None, ())
    assert (ledger.next_number("c"), ledger.last_cycle_id()) == (1, 0)
    ledger.append("z", None, OPENED)
    ledger.append("z", None, replace(OPENED, note="again"))
    tell(ledger, trial=4, cycle_id=9)
    assert ledger.campaigns() == ("z", "c")
    assert ledger.opened("z") == replace(OPENED, note="again")
    assert (ledger.next_number("c"), ledger.next_number("z"), ledger.last_cycle_id()) == (5, 1, 9)


def test_nothing_is_commanded_twice(ledger: Ledger) -> None:
    ledger.append("c", 1, PLANNED)
    ledger.append("c", 1, Commanded(7))
    with pytest.raises(LedgerProblem, match=r"ledger entry = commanded/1: must be new"):
        ledger.append("c", 1, Commanded(8))
    ledger.append("c", 2, PLANNED)
    with pytest.raises(LedgerProblem, match=r"cycle_id = 7: must be new; commanded/1 has used it"):
        ledger.append("c", 2, Commanded(7))
    assert [t.state for t in ledger.history("c")] == [State.COMMANDED, State.PLANNED]


def test_racing_threads_command_once(ledger: Ledger) -> None:
    assert commanded_in_a_race(ledger) == 1


@pytest.mark.parametrize("entry", [Measured(1, ()), Commanded(3), Evaluated(1, Intact(1.0))])
def test_an_impossible_order_is_never_written(ledger: Ledger, entry) -> None:
    with pytest.raises(LedgerProblem, match="trial 1 = "):
        ledger.append("c", 1, entry)
    assert ledger.log("c") == ()


@pytest.mark.parametrize("campaign, trial, entry, name", [
    ("", 1, PLANNED, "campaign"), ("a\nb", 1, PLANNED, "campaign"), ("c", None, PLANNED, "trial"),
    ("c", 0, PLANNED, "trial"), ("c", True, PLANNED, "trial"), ("c", 1, OPENED, "trial"),
    ("c", 1, Commanded(2**40), "cycle_id"), ("c", 1, Commanded(0), "cycle_id"),
])
def test_bad_places_are_refused(ledger: Ledger, campaign, trial, entry, name: str) -> None:
    with pytest.raises(BadInput, match=f"{name} = "):
        ledger.append(campaign, trial, entry)
    assert ledger.campaigns() == ()


def test_a_second_import_adds_nothing(ledger: Ledger) -> None:
    past = Imported("sha:1", "past.csv", STACK, RECIPE, Intact(30.0))
    assert ledger.append("c", 1, past)
    assert not ledger.append("c", 2, past)
    assert [t.number for t in ledger.history("c")] == [1]


@pytest.mark.parametrize("change", [
    "UPDATE entries SET payload = '{}'", "DELETE FROM entries", "UPDATE arrays SET data = x'00'",
    "DELETE FROM arrays", "INSERT OR REPLACE INTO entries SELECT * FROM entries",
    "INSERT OR REPLACE INTO arrays SELECT * FROM arrays",
])
def test_the_database_itself_refuses_change(ledger: Ledger, path: Path, change: str) -> None:
    tell(ledger)
    before = ledger.facts("c")
    raw = sqlite3.connect(path)
    with pytest.raises(sqlite3.IntegrityError, match="the ledger"):
        raw.execute(change)
    raw.close()
    assert same(ledger.facts("c"), before)


def test_a_file_is_kept_safe(ledger: Ledger, path: Path) -> None:
    raw = sqlite3.connect(path)
    assert raw.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    raw.close()


def test_memory_is_shared_between_threads() -> None:
    with Ledger.open("sqlite://") as ledger, ThreadPoolExecutor(4) as pool:
        assert all(pool.map(lambda n: ledger.append("c", n, PLANNED), range(1, 21)))
        assert ledger.next_number("c") == 21


WRITER = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from trial_stories import story
from pressloop.trials import Ledger
ledger = Ledger.open("sqlite:///" + sys.argv[1])
for trial in range(1, 10_000):
    for entry in story(trial):
        ledger.append("c", trial, entry)
        print(trial, type(entry).__name__.lower(), flush=True)
"""


@pytest.mark.slow
def test_what_was_appended_survives_a_killed_writer(path: Path) -> None:
    command = [sys.executable, "-c", WRITER, str(path), str(HERE)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        told = [writer.stdout.readline().split() for _ in range(25)]
        writer.send_signal(signal.SIGKILL)
    with Ledger.open(f"sqlite:///{path}", create=False) as ledger:
        log = [[str(row.trial), row.kind] for row in ledger.log("c")]
        assert log[:25] == told
        assert len(ledger.history("c")) >= 4
        number = ledger.next_number("c")
        assert ledger.append("c", number, PLANNED)


@pytest.mark.slow
def test_many_programs_may_create_one_ledger_at_once(path: Path) -> None:
    code = ("import sys; from trial_stories import PLANNED; from pressloop.trials import Ledger\n"
            "Ledger.open(sys.argv[1]).append('c', int(sys.argv[2]), PLANNED)")
    running = [subprocess.Popen([sys.executable, "-c", code, f"sqlite:///{path}", str(n)],
                                env={"PYTHONPATH": f"{HERE}:{HERE.parents[1]}"})
               for n in range(1, 5)]
    assert [process.wait(150) for process in running] == [0] * 4
    with Ledger.open(f"sqlite:///{path}", create=False) as ledger:
        assert [t.number for t in ledger.history("c")] == [1, 2, 3, 4]


def test_a_pressed_trace_needs_its_command(ledger: Ledger) -> None:
    ledger.append("c", 1, PLANNED)
    with pytest.raises(LedgerProblem, match="trial 1 = pressed after planned"):
        ledger.append("c", 1, Pressed(trace()))
