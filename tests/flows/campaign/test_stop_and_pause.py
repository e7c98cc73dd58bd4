"""Cancel, pause, queue and a dead process, for a run that was started at the command line."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from admitted import admitted
from few_stacks import QUICK
from held import HELD, let_end
from lab_files import write_settings
from press_memory import pressed_stacks, stacks, told, trials_of

from pressloop.flows.engine.press_queue import WAITING, slot_name
from pressloop.flows.engine.zombies import NAME
from pressloop.trials import Ended, Ledger, State

pytestmark = pytest.mark.prefect
LEDGER = Path("lab.db")
SUPPORT = Path(__file__).parents[2] / "support"
BUSY: dict[str, Any] = QUICK | HELD
"""Each cycle lasts until the test lets it end."""
Start = Callable[..., subprocess.Popen[str]]
Wait = Callable[..., Any]


def run_of(server: Any, settings: Path, stacks: int = 4) -> dict[str, Any]:
    """The flow run of this test's settings file, {} while the server has none."""
    found = server("flow_runs/filter", {"sort": "START_TIME_DESC", "flow_runs": {"name": {
        "any_": [f"{settings}: {stacks} stacks"]}}})
    return dict(found[0]) if found else {}


def started(server: Any, start: Start, eventually: Wait, settings: Path, nth: int = 2
            ) -> tuple[subprocess.Popen[str], str]:
    """A run whose press is busy with the nth stack, until `let_end`, and the id of its flow run."""
    let_end(LEDGER, nth - 1)
    process = start("run", settings)
    eventually(lambda: len(pressed_stacks(LEDGER)) == nth, f"stack {nth} on the press")
    return process, run_of(server, settings)["id"]


def set_state(server: Any, run: str, state: str, **more: Any) -> None:
    """What the buttons of Prefect's page do."""
    answer = server(f"flow_runs/{run}/set_state", {"state": {"type": state, **more}})
    assert answer["status"] == "ACCEPT", answer


def last_word(ledger: Path = LEDGER, campaign: str = "night") -> Ended:
    """How the ledger says the last run ended."""
    with closing(Ledger.open(f"sqlite:///{ledger}")) as opened:
        word = opened.facts(campaign)[-1][1]
    assert isinstance(word, Ended), word
    return word


def rests() -> bool:
    """True when no stack is in work and none is begun for as long as a run looks away."""
    before = trials_of(LEDGER)
    if before[-1].is_open:
        return False
    time.sleep(2.5)
    return len(trials_of(LEDGER)) == len(before)


def goes_on(pressloop: Callable[..., Any], tmp_path: Path, without_stop: list[Any]) -> None:
    """A new start reaches the end of a run that nobody stopped, with no stack pressed twice."""
    path = write_settings(tmp_path, **QUICK)
    assert pressloop("run", path).code == 0
    assert pressed_stacks(LEDGER) == stacks(1, 2, 3, 4)
    assert told(trials_of(LEDGER)) == without_stop


@pytest.fixture(scope="module")
def victim(one_server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """A run killed with SIGKILL when the first test of this file began.

    Its server takes minutes to notice, while the other tests go on."""
    folder = tmp_path_factory.mktemp("zombie")
    path = write_settings(folder, **BUSY, campaign={"ledger": f"sqlite:///{folder}/lab.db"})
    process = subprocess.Popen(
        [sys.executable, "-m", "pressloop", "run", str(path)], start_new_session=True, env={
            **os.environ,
            "PYTHONPATH": f"{Path(__file__).parents[3]}{os.pathsep}{SUPPORT}",
            **admitted(one_server), "PRESSLOOP_LOCKS": str(folder)},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    yield {"process": process, "path": path, "ledger": folder / "lab.db"}
    process.kill()
    process.wait()


@pytest.mark.nightly
def test_a_run_is_killed_in_mid_press(victim: dict[str, Any], eventually: Wait) -> None:
    kill(victim, eventually)
    assert victim["process"].wait() == -signal.SIGKILL


def kill(victim: dict[str, Any], eventually: Wait) -> None:
    """In mid-press, once."""
    if victim["process"].poll() is None:
        eventually(lambda: len(pressed_stacks(victim["ledger"])) == 1, "the first stack's start")
        victim["process"].kill()
        victim["process"].wait()


@pytest.mark.parametrize("policy, word", [("finish", "finishes cycle 2"),
                                          ("release", "cycle 2 was released")])
def test_a_cancel_stops_a_script_and_says_what_the_press_does(
        policy: str, word: str, server: Any, pressloop: Callable[..., Any], tmp_path: Path,
        in_background: Start, eventually: Wait, uninterrupted: Callable[..., list[Any]]) -> None:
    """By Prefect's command line under one policy, by its page's button under the other."""
    path = write_settings(tmp_path, campaign={"on_stop": policy}, **BUSY)
    process, run = started(server, in_background, eventually, path)
    if policy == "finish":
        subprocess.run([sys.executable, "-m", "prefect", "flow-run", "cancel", run], check=True,
                       capture_output=True)
    else:
        set_state(server, run, "CANCELLING")
    assert process.wait(150) == 143
    said = (tmp_path / "process-0.log").read_text()
    assert "Cancelled in Prefect: " in said
    assert word in said
    assert "Traceback" not in said
    state = server(f"flow_runs/{run}")["state"]
    assert state["type"] == "CANCELLED"
    assert word in state["message"]
    assert last_word().how == "stopped"
    assert word in last_word().detail
    if policy == "finish":
        goes_on(pressloop, tmp_path, uninterrupted(**QUICK))
    else:
        assert pressloop("run", write_settings(tmp_path, **QUICK)).code == 0
        assert [t.state for t in trials_of(LEDGER)] == [
            State.EVALUATED, State.FAULTED, State.EVALUATED, State.EVALUATED]
        assert pressed_stacks(LEDGER) == stacks(1, 2, 3, 4)


def processes_of(folder: Path) -> list[list[str]]:
    """Command lines of all processes that were started for the test of this folder.

    Also those that one of these has started."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if f"PRESSLOOP_LOCKS={folder}\0" in (process / "environ").read_text(errors="replace"):
                found.append((process / "cmdline").read_text(errors="replace").split("\0"))
    return [words for words in found if any(words)]


def test_a_cancel_reaches_a_run_on_its_own_temporary_server(
        server: Any, tmp_path: Path, in_background: Start, eventually: Wait) -> None:
    """Which is gone with it, and so is everything else that was started by the way."""
    path = write_settings(tmp_path, **BUSY)
    let_end(LEDGER, 1)
    own = tmp_path / "own"
    process = in_background("run", path, PREFECT_API_URL="", PREFECT_API_AUTH_STRING="",
                            PRESSLOOP_RUNTIME=str(own))
    eventually(lambda: len(pressed_stacks(LEDGER)) == 2, "stack 2 on the press")
    key, = own.glob("server-*.auth")
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    port = key.stem.removeprefix("server-")
    ask = type(server)(f"http://127.0.0.1:{port}/api", key.read_text())
    assert type(server)(ask.address).refusal("flow_runs/filter", {}) == 401
    set_state(ask, run_of(ask, path)["id"], "CANCELLING")
    assert process.wait(150) == 143, (tmp_path / "process-0.log").read_text()
    assert "Cancelled in Prefect" in last_word().detail
    eventually(lambda: not processes_of(tmp_path), "the end of its server")
    assert not list(own.glob("server-*"))


def test_a_paused_run_presses_nothing_until_it_is_resumed(
        server: Any, tmp_path: Path, in_background: Start, eventually: Wait) -> None:
    path = write_settings(tmp_path, **BUSY)
    process, run = started(server, in_background, eventually, path)
    set_state(server, run, "PAUSED", name="Paused")
    let_end(LEDGER)
    eventually(rests, "the end of the stack in work")
    assert len(pressed_stacks(LEDGER)) == 2
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(6)
    assert len(pressed_stacks(LEDGER)) == 2
    assert server(f"flow_runs/{run}")["state"]["type"] == "PAUSED"
    server(f"flow_runs/{run}/resume", {})
    assert process.wait(150) == 0
    assert pressed_stacks(LEDGER) == stacks(1, 2, 3, 4)
    assert server(f"flow_runs/{run}")["state"]["type"] == "COMPLETED"


@pytest.mark.nightly
def test_a_pause_that_runs_out_ends_the_run(
        server: Any, tmp_path: Path, in_background: Start, eventually: Wait) -> None:
    """Prefect gives it up; nothing is pressed behind its back."""
    path = write_settings(tmp_path, **BUSY)
    process, run = started(server, in_background, eventually, path, nth=1)
    soon = datetime.now(UTC) + timedelta(seconds=6)
    set_state(server, run, "PAUSED", name="Paused", state_details={
        "pause_timeout": soon.isoformat()})
    let_end(LEDGER)
    assert process.wait(150) == 143
    assert "not resumed in time: no cycle was running" in last_word().detail
    assert not trials_of(LEDGER)[-1].is_open
    assert len(pressed_stacks(LEDGER)) == 1


@pytest.mark.nightly
def test_a_run_that_was_taken_for_dead_says_that_it_lives(
        server: Any, tmp_path: Path, in_background: Start, eventually: Wait) -> None:
    """As a server does that was away for longer than three heartbeats."""
    path = write_settings(tmp_path, **BUSY)
    process, run = started(server, in_background, eventually, path)
    set_state(server, run, "CRASHED")
    eventually(lambda: server(f"flow_runs/{run}")["state"]["type"] == "RUNNING", "its word")
    let_end(LEDGER)
    assert process.wait(150) == 0
    assert server(f"flow_runs/{run}")["state"]["type"] == "COMPLETED"
    assert pressed_stacks(LEDGER) == stacks(1, 2, 3, 4)


@pytest.mark.nightly
def test_a_run_that_is_paused_while_it_waits_for_the_press_stays_paused(
        server: Any, tmp_path: Path, in_background: Start, eventually: Wait) -> None:
    path = write_settings(tmp_path, **BUSY)
    first, _ = started(server, in_background, eventually, path, nth=1)
    other = write_settings(tmp_path, "other.toml", **QUICK)
    second = in_background("run", other)
    run = eventually(lambda: run_of(server, other), "the second run")["id"]
    eventually(lambda: server(f"flow_runs/{run}")["state"]["name"] == WAITING, "the queue")
    set_state(server, run, "PAUSED", name="Paused")
    os.killpg(first.pid, signal.SIGKILL)
    first.wait()
    with pytest.raises(subprocess.TimeoutExpired):
        second.wait(8)
    assert server(f"flow_runs/{run}")["state"]["type"] == "PAUSED"
    assert pressed_stacks(LEDGER) == stacks(1)
    server(f"flow_runs/{run}/resume", {})
    assert second.wait(150) == 0
    assert pressed_stacks(LEDGER) == stacks(1, 2, 3, 4)


@pytest.mark.nightly
def test_a_paused_run_can_be_cancelled(
        server: Any, tmp_path: Path, in_background: Start, eventually: Wait) -> None:
    path = write_settings(tmp_path, **BUSY)
    process, run = started(server, in_background, eventually, path, nth=1)
    set_state(server, run, "PAUSED", name="Paused")
    let_end(LEDGER)
    eventually(rests, "the end of the stack in work")
    set_state(server, run, "CANCELLING")
    assert process.wait(150) == 143
    assert "no cycle was running" in last_word().detail


def test_a_second_run_waits_in_the_queue_and_outlives_the_first(
        server: Any, tmp_path: Path, in_background: Start, eventually: Wait) -> None:
    """The next run starts once the kernel has taken the lock from a run that was killed.

    Whatever Prefect's slot says of the dead one."""
    path = write_settings(tmp_path, **BUSY)
    first, _ = started(server, in_background, eventually, path, nth=1)
    other = write_settings(tmp_path, "other.toml", **QUICK)
    second = in_background("run", other)
    waits = eventually(lambda: run_of(server, other), "the second run")["id"]
    eventually(lambda: server(f"flow_runs/{waits}")["state"]["name"] == WAITING, "the queue")
    name = slot_name(str((tmp_path / "lab.db.press.jsonl").resolve()))
    assert eventually(lambda: [
        (one["limit"], one["active_slots"])
        for one in server("v2/concurrency_limits/filter", {}) if one["name"] == name
        and one["active_slots"]], "the slot of the first run") == [(1, 1)]

    third = in_background("run", write_settings(tmp_path, "third.toml", **QUICK))
    waiting = eventually(lambda: run_of(server, tmp_path / "third.toml"), "the third run")["id"]
    eventually(lambda: server(f"flow_runs/{waiting}")["state"]["name"] == WAITING, "the queue")
    set_state(server, waiting, "CANCELLING")
    assert third.wait(150) == 143, (tmp_path / "process-2.log").read_text()

    os.killpg(first.pid, signal.SIGKILL)
    assert second.wait(150) == 0, (tmp_path / "process-1.log").read_text()
    assert pressed_stacks(LEDGER) == stacks(1, 2, 3, 4)
    assert server(f"flow_runs/{waits}")["state"]["type"] == "COMPLETED"


def test_the_name_of_a_slot_is_one_that_prefect_takes() -> None:
    assert slot_name("SIM 1/ä").startswith("press-SIM-1-")
    assert slot_name("a b") != slot_name("a-b")


@pytest.mark.nightly
def test_the_server_marks_the_dead_run_as_crashed_and_the_next_start_asks_the_press(
        victim: dict[str, Any], server: Any, pressloop: Callable[..., Any], tmp_path: Path,
        eventually: Wait) -> None:
    """Three missed heartbeats of 30 s after the kill at the beginning of this file."""
    kill(victim, eventually)
    assert [one["name"] for one in server("automations/filter", {})].count(NAME) == 1
    state = eventually(lambda: (found := run_of(server, victim["path"]))["state"]["type"]
                       == "CRASHED" and found["state"], "the mark of a dead run", 300)
    assert "the press is asked first" in state["message"]
    os.environ["PRESSLOOP_LOCKS"] = str(victim["path"].parent)
    let_end(victim["ledger"])
    assert pressloop("run", victim["path"]).code == 0
    assert pressed_stacks(victim["ledger"]) == stacks(1, 2, 3, 4)
