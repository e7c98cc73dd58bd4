"""A cycle is seen from the records beside a press while it runs, and no machine is asked."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from pressloop.hardware.attended.memory import CycleMemory, Progress
from pressloop.hardware.envelope import Envelope
from pressloop.hardware.locks.lock import holder, press_lock
from pressloop.hardware.plc.journal import CycleEnd, Journal, Sent, journal_name
from pressloop.hardware.plc.journal_tail import JournalTail
from pressloop.hardware.presses.simulated import connect
from pressloop.hardware.protocols import Place
from pressloop.hardware.registry import press_names, watch_press
from pressloop.hardware.simulation.bench import Bench
from pressloop.hardware.state_files import state_path
from pressloop.hardware.watching import up_to
from pressloop.trials import Recipe, Stack, Trace

RECIPE, STACK = Recipe(100.0, 60.0, 25.0), Stack("S-1", "L", "ana", 0.785, 600.0)
ENVELOPE = Envelope(78.54, 60e3, 600.0, 15.0, 150.0, 3600.0)


def test_the_simulated_press_is_seen_as_far_as_it_has_come(tmp_path: Path) -> None:
    place = Place(7, tmp_path / "lab.db", ENVELOPE)
    press = connect({"time_scale": 1.0}, place)
    press.start(1, STACK, RECIPE)
    began = press.bench.cycles()[1].started_s
    for passed, top in ((10.0, 60.0), (40.0, 110.0)):
        press.bench = Bench(press.bench.path)
        found = seen_at(place, began, passed)
        assert found.elapsed_s == pytest.approx(passed, abs=1.0)
        assert found.trace is not None
        assert found.trace.time_s[-1] <= found.elapsed_s
        assert found.trace.pressure_mpa.max() < top
        assert found.trace.peak_force_n is None
    assert watch_press("simulated", {"time_scale": 1.0}, place, "", 2) is None
    press.release()
    assert watch_press("simulated", {"time_scale": 1.0}, place, "", 1) is None


def seen_at(place: Place, began_s: float, passed_s: float):  # type: ignore[no-untyped-def]
    """What is seen so many seconds after the beginning: the cycle is dated back."""
    path = place.stem.with_name(place.stem.name + ".press.jsonl")
    line = json.loads(path.read_text().splitlines()[0])
    line["started_s"] = Bench(path).now() - passed_s
    path.write_text(json.dumps(line) + "\n")
    return watch_press("simulated", {"time_scale": 1.0}, place, "", 1)


def sample(at: float) -> dict[str, float]:
    return {"at_s": at, "elapsed": at, "force": 1e3 * at, "temperature_upper": 25.0}


def test_a_plc_press_is_seen_by_its_supervisor_s_journal(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal")
    tail = JournalTail(journal.path)
    assert tail.seen(7, 78.5) is None
    journal.send(Sent(7, "S-1", RECIPE, 1, 1, 0, 0.0))
    first = tail.seen(7, 78.5)
    assert first is not None and first.trace is None
    for at in (0.1, 0.2, 0.3, 0.4):
        journal.log(7, sample(at))
    found = tail.seen(7, 78.5)
    assert found is not None and found.trace is not None
    assert list(found.trace.time_s) == [0.1, 0.2, 0.3, 0.4] and found.elapsed_s == 0.4
    with journal.path.open("ab") as file:
        file.write(b'{"sample": {"at_s": 0.5, "ela')
    again = tail.seen(7, 78.5)
    assert again is not None and again.elapsed_s == 0.4, "a line that is being written waits"
    assert tail.seen(8, 78.5) is None
    journal.end(CycleEnd(7, "finished", "", 1e3, 60.0, 1.0))
    assert tail.seen(7, 78.5) is None
    assert JournalTail(journal.path).seen(7, 78.5) is None
    journal.path.write_text("")
    assert tail.seen(7, 78.5) is None, "a journal that was shrunk is read anew"


def test_the_driver_finds_the_journal_by_the_serial_number(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRESSLOOP_STATE", str(tmp_path))
    journal = Journal(state_path(journal_name("4711")))
    journal.send(Sent(7, "S-1", RECIPE, 1, 1, 0, 0.0))
    journal.log(7, sample(0.1))
    place = Place(7, tmp_path / "lab.db", ENVELOPE)
    found = watch_press("modbus", {"host": "127.0.0.1"}, place, "4711", 7)
    assert found is not None and found.elapsed_s == 0.1
    assert watch_press("modbus", {"host": "127.0.0.1"}, place, "4712", 7) is None


def test_an_attended_press_tells_since_when_somebody_presses(tmp_path: Path) -> None:
    now = [1000.0]
    memory = CycleMemory(tmp_path / "lab.db", clock=lambda: now[0])
    memory.ask(3, STACK, RECIPE)
    place = Place(7, tmp_path / "lab.db", ENVELOPE)
    found = watch_press("attended", {}, place, "", 3)
    assert found is not None and found.asked and found.elapsed_s > 0
    memory.tell(3, Progress.STARTED)
    begun = watch_press("attended", {}, place, "", 3)
    assert begun is not None and not begun.asked and begun.trace is None
    memory.tell(3, Progress.GIVEN_UP, "dropped")
    assert watch_press("attended", {}, place, "", 3) is None


def test_every_driver_that_ships_can_be_watched_or_says_nothing(tmp_path: Path) -> None:
    for name in press_names():
        assert watch_press(name, {}, Place(7, tmp_path / "none.db", ENVELOPE), "0", 99) is None


def test_a_trace_is_cut_and_never_looks_ahead() -> None:
    trace = Trace(np.arange(5.0), np.arange(5.0), None, None, np.arange(5.0), 78.5,
                  peak_force_n=4.0)
    assert up_to(trace, 0.5) is None
    part = up_to(trace, 2.0)
    assert part is not None and list(part.force_n) == [0.0, 1.0, 2.0]
    assert part.temperature_lower_c is not None and part.temperature_lower_c.size == 3
    assert part.peak_force_n is None


def test_the_holder_of_a_press_is_known_and_no_lock_is_taken(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRESSLOOP_LOCKS", str(tmp_path))
    assert holder("S-1") is None
    with press_lock("S-1"):
        assert holder("S-1") is not None
    assert holder("S-1") is None
    left = next(iter(tmp_path.glob("*.lock")), None)
    assert left is None
