"""Runs whose process is dead or taken for dead, and those that wait in the queue behind them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from admitted import admitted
from few_stacks import QUICK
from held import let_end
from lab_files import write_settings
from press_memory import pressed_stacks, stacks

from pressloop.flows.engine.press_queue import WAITING, slot_name
from pressloop.flows.engine.zombies import NAME
from tests.flows.campaign.flow_runs import BUSY, LEDGER, Start, Wait, run_of, set_state, started

pytestmark = pytest.mark.prefect
SUPPORT = Path(__file__).parents[2] / "support"


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
