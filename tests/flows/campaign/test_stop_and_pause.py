"""Cancel and pause, for a run that was started at the command line."""

from __future__ import annotations

import stat
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from few_stacks import QUICK
from held import let_end
from lab_files import write_settings
from press_memory import pressed_stacks, stacks, told, trials_of

from pressloop.trials import Ended, Ledger, State
from tests.flows.campaign.flow_runs import BUSY, LEDGER, Start, Wait, run_of, set_state, started

pytestmark = pytest.mark.prefect


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
