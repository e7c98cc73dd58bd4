"""Several presses, each with a process of its own, share one campaign."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from crash_lab import GENTLE, printed_by
from press_memory import stacks
from several_presses import (
    QUICK,
    each_pressed_once,
    history,
    memories_of,
    write_several,
)

from pressloop.flows.campaign.planning import TURN_S
from pressloop.hardware.emulators.plc_options import PressOptions
from pressloop.hardware.emulators.plc_server import EmulatedPress
from pressloop.hardware.emulators.plc_thread import serving_press
from pressloop.hardware.locks.turns import in_turn_for
from pressloop.hardware.protocols import stack_tag
from pressloop.trials import Ended, Ledger, State

pytestmark = [pytest.mark.prefect, pytest.mark.slow]
Start = Callable[..., "subprocess.Popen[str]"]
Wait = Callable[..., Any]
SIMULATED = {"driver": "simulated"}
ENDS_S = 300.0


def log_of(folder: Path, index: int) -> str:
    return (folder / f"process-{index}.log").read_text()


@pytest.mark.nightly
def test_one_command_for_two_presses(server: Any, in_background: Start, tmp_path: Path) -> None:
    path = write_several(tmp_path, {"A": SIMULATED, "B 2": SIMULATED}, **QUICK,
                         campaign={"trials": 6})
    run = in_background("run", path, "--json")
    assert run.wait(ENDS_S) == 0, log_of(tmp_path, 0)
    trials = history("sqlite:///lab.db")
    memory = {"A": memories_of(Path("lab.db"), "A")["A"]}
    memory["B 2"], = (memories_of(Path("lab.db"), p.name.removeprefix("lab.db.").removesuffix(
        ".press.jsonl")).popitem()[1] for p in Path().glob("lab.db.B-2-*.press.jsonl"))
    each_pressed_once(trials, memory, 6)
    assert memory["A"]
    assert memory["B 2"]
    said = log_of(tmp_path, 0)
    assert '"recommendation"' in said or '"recipe"' in said
    assert "Traceback" not in said


def test_ctrl_c_ends_all_presses_in_good_order_and_the_next_start_goes_on(
        server: Any, in_background: Start, eventually: Wait, tmp_path: Path) -> None:
    timed = SIMULATED | {"time_scale": 0.05}
    path = write_several(tmp_path, {"A": timed, "B": timed}, **QUICK, campaign={"trials": 6})
    run = in_background("run", path)
    both = lambda: all(memories_of(Path("lab.db"), "A", "B").values())  # noqa: E731
    eventually(both, "both presses at work")
    run.send_signal(signal.SIGINT)
    assert run.wait(ENDS_S) == 130, log_of(tmp_path, 0)
    assert "finishes cycle" in log_of(tmp_path, 0)
    with Ledger.open("sqlite:///lab.db") as ledger:
        ends = [entry for _, entry in ledger.facts("night") if isinstance(entry, Ended)]
    assert {(end.press, end.how) for end in ends} == {("A", "stopped"), ("B", "stopped")}
    assert in_background("run", path).wait(ENDS_S) == 0, log_of(tmp_path, 1)
    each_pressed_once(history("sqlite:///lab.db"), memories_of(Path("lab.db"), "A", "B"), 6)


def test_a_person_who_stops_all_presses_is_told_of_no_trouble(
        server: Any, in_background: Start, eventually: Wait, tmp_path: Path) -> None:
    timed = SIMULATED | {"time_scale": 0.05}
    path = write_several(tmp_path, {"A": timed, "B": timed}, **QUICK, campaign={"trials": 9})
    run = in_background("run", path)
    eventually(lambda: all(memories_of(Path("lab.db"), "A", "B").values()), "both at work")
    stop = in_background("stop", "--ledger", "sqlite:///lab.db", "--reason", "enough")
    assert stop.wait(ENDS_S) == 0, log_of(tmp_path, 1)
    assert run.wait(ENDS_S) == 143, log_of(tmp_path, 0)
    said = log_of(tmp_path, 0)
    assert "taken out" not in said and "no press is left" not in said
    assert "pressloop: stopped. Nothing is lost" in said
    assert all(trial.state is State.EVALUATED for trial in history("sqlite:///lab.db"))


def test_a_press_that_faults_is_taken_out_and_the_others_go_on(
        server: Any, in_background: Start, tmp_path: Path) -> None:
    faulty = {"driver": "odd_lab.faulty_press", "cycle": 0}
    # A press that takes its time, so that the other one has its turn.
    timed = SIMULATED | {"time_scale": 0.02}
    path = write_several(tmp_path, {"A": timed, "B 2": faulty}, **QUICK, campaign={"trials": 5})
    assert in_background("run", path, "--json").wait(ENDS_S) == 0, log_of(tmp_path, 0)
    said = log_of(tmp_path, 0)
    assert "Press B 2 is taken out: " in said
    assert "alarm 17" in said
    assert '"recommendation"' in said
    assert "Traceback" not in said
    trials = history("sqlite:///lab.db")
    assert len(trials) == 5
    assert [t.state for t in trials if t.press == "B 2"] == [State.FAULTED]
    assert {t.state for t in trials if t.press == "A"} == {State.EVALUATED}


@pytest.mark.nightly
def test_with_no_press_left_the_run_ends_with_the_reasons(
        server: Any, in_background: Start, tmp_path: Path) -> None:
    faulty = {"driver": "odd_lab.faulty_press", "cycle": 0}
    path = write_several(tmp_path, {"A": faulty, "B": faulty}, **QUICK, campaign={"trials": 5})
    assert in_background("run", path).wait(ENDS_S) == 1, log_of(tmp_path, 0)
    last = log_of(tmp_path, 0).splitlines()[-1]
    assert last.startswith("pressloop: no press is left. A: ")
    assert last.count("alarm 17") == 2
    assert {t.state for t in history("sqlite:///lab.db")} == {State.FAULTED}


@pytest.mark.nightly
def test_a_process_that_stands_still_for_a_while(
        server: Any, in_background: Start, eventually: Wait, tmp_path: Path) -> None:
    """It holds its press, and may hold the turn to plan; the other press goes on without it."""
    path = write_several(tmp_path, {"A": SIMULATED, "B": SIMULATED}, **QUICK,
                         campaign={"trials": 8})
    workers = [in_background("run", path, "--press", name) for name in "AB"]
    eventually(lambda: memories_of(Path("lab.db"), "A")["A"], "a stack on press A")
    os.killpg(workers[0].pid, signal.SIGSTOP)
    assert workers[1].wait(ENDS_S) == 0, log_of(tmp_path, 1)
    os.killpg(workers[0].pid, signal.SIGCONT)
    assert workers[0].wait(ENDS_S) == 0, log_of(tmp_path, 0)
    each_pressed_once(history("sqlite:///lab.db"), memories_of(Path("lab.db"), "A", "B"), 8)


@pytest.mark.nightly
def test_who_stands_still_in_the_turn_to_plan_is_waited_for_once(
        server: Any, in_background: Start, tmp_path: Path) -> None:
    """A minute once, not a minute a stack."""
    path = write_several(tmp_path, {"A": SIMULATED, "B": SIMULATED}, **QUICK,
                         campaign={"trials": 6})
    with closing(Ledger.open("sqlite:///lab.db")) as ledger:
        name = f"plans of night in {ledger.shown_url}"
    with in_turn_for(name, 5.0) as held:
        assert held
        assert in_background("run", path, "--press", "B").wait(3 * TURN_S) == 0, log_of(tmp_path, 0)
    assert len(history("sqlite:///lab.db")) == 6


@dataclass(frozen=True)
class Bench:
    """An emulated press that speaks Modbus, and what its meter reads from."""

    folder: Path
    press: EmulatedPress

    def pressed(self) -> list[str]:
        """Every stack that the press accepted, in order, as its own memory has it, by its tag."""
        told = json.loads((self.folder / "plc.json").read_text())
        bench = [json.loads(line) for line in
                 (self.folder / "bench.jsonl").read_text().splitlines()]
        assert [one["cycle_id"] for one in bench] == told["accepted"]
        assert told["running_id"] == 0
        names = {f"{stack_tag(name):08x}": name for name in stacks(*range(1, 100))}
        return [names[one["stack"]["stack_id"]] for one in bench]


@pytest.fixture
def benches(tmp_path: Path, in_background: Start) -> Iterator[tuple[dict[str, Bench], Any]]:
    """Two emulated presses and the meter of each: the presses, and their tables of settings."""
    found, tables = dict[str, Bench](), dict[str, Any]()
    with ExitStack() as serving:
        for index, name in enumerate("AB"):
            folder = tmp_path / name
            folder.mkdir()
            bench = folder / "bench.jsonl"
            in_background("emulate", "meter", "--bench", bench, "--port", 0, "--speed", 10_000,
                          "--noise", 0, "--json")
            press = serving.enter_context(serving_press(PressOptions(
                folder / "plc.json", bench, speed=100.0, serial=100 + index)))
            found[name] = Bench(folder, press)
            tables[name] = {
                "driver": "modbus", "port": press.port, "linger_s": 1.0, "meter": {
                    "driver": "scpi", "dialect": "hioki_im3536", "points_per_decade": 7,
                    "port": printed_by(tmp_path / f"process-{index}.log")["port"]}}
        yield found, tables


@pytest.mark.sockets
def test_two_workers_share_a_campaign_on_postgresql_while_one_is_killed(
        server: Any, postgres: Any, in_background: Start, eventually: Wait, tmp_path: Path,
        benches: tuple[dict[str, Bench], Any]) -> None:
    labs, tables = benches
    url = postgres.database()
    path = write_several(tmp_path, tables, **GENTLE, meter=None,
                         campaign={"trials": 12, "ledger": url})
    workers = {name: in_background("run", path, "--press", name) for name in "AB"}
    for cycles in (1, 2):
        # Killed with a stack in the press, at whatever moment that is.
        eventually(lambda n=cycles: len(labs["B"].press.memory.accepted) > n, "press B at work")
        time.sleep(0.5 * cycles)
        workers["B"].kill()
        assert workers["B"].wait(ENDS_S) == -signal.SIGKILL
        workers["B"] = in_background("run", path, "--press", "B")
    for index, name in ((2, "A"), (5, "B")):
        assert workers[name].wait(ENDS_S) == 0, log_of(tmp_path, index)
    each_pressed_once(history(url), {name: lab.pressed() for name, lab in labs.items()}, 12)
    assert len(labs["A"].pressed()) > 2


def test_settings_of_several_presses_are_checked(
        pressloop: Callable[..., Any], tmp_path: Path) -> None:
    path = write_several(tmp_path, {"A": SIMULATED, "B": SIMULATED})
    answer = pressloop("check", path, "--json")
    assert answer.code == 0, answer.err
    said = {row["check"] for row in answer.json["checks"]}
    assert {"A: press ready", "B: press ready", "A: meter", "B: ledger has"} <= said
    one = pressloop("check", path, "--press", "B", "--json")
    assert {row["check"] for row in one.json["checks"]} >= {"press ready", "meter"}
    pressloop("check", path, "--press", "C").refused("--press", "C", "one of A, B")
