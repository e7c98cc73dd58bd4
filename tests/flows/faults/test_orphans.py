"""Served runs that outlive a process.

One that is suspended, and one whose server is killed, beside which a second server never
presses."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from few_stacks import QUICK
from held import HELD, let_end
from lab_files import write_settings
from press_memory import pressed_stacks, stacks, trials_of

from pressloop.trials import Ended, Ledger, State
from pressloop.trials.ledger.verification import prove

pytestmark = pytest.mark.prefect
LEDGER = Path("lab.db")
Start = Callable[..., subprocess.Popen[str]]
Wait = Callable[..., Any]


def served(server: Any, start: Start, eventually: Wait, settings: Path, name: str
           ) -> tuple[subprocess.Popen[str], str]:
    """A process that serves, and the id of its deployment."""
    process = start("serve", settings, PREFECT_RUNNER_POLL_FREQUENCY="1")
    log = settings.parent

    def look() -> Any:
        assert process.poll() is None, sorted(log.glob("process-*.log"))[-1].read_text()
        found = server("deployments/filter", {"deployments": {"name": {"any_": [name]}}})
        return found and found[0]["status"] == "READY" and found

    return process, eventually(look, "the deployment")[0]["id"]


def ordered(server: Any, deployment: str, trials: int) -> str:
    """A run of the deployment; its id."""
    run = server(f"deployments/{deployment}/create_flow_run",
                 {"parameters": {"trials": trials}, "state": {"type": "SCHEDULED"}})
    return str(run["id"])


def ended(server: Any, run: str) -> dict[str, Any] | None:
    """The final state of a run, None while it has none."""
    state = server(f"flow_runs/{run}")["state"]
    return state if state["type"] in ("COMPLETED", "CANCELLED", "CRASHED", "FAILED") else None


def child_of(parent: int) -> int | None:
    """The process of the flow run that the server of this process id has started."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
            started = (stat.parent / "cmdline").read_text()
        except OSError:
            continue
        # Python keeps a tracker of resources beside it. A served run is a Python of its own.
        if int(fields[1]) == parent and ("spawn_main" in started or "prefect" in started):
            return int(stat.parent.name)
    return None


@pytest.mark.nightly
def test_a_suspended_run_ends_its_stack_and_goes_on_when_it_is_resumed(
        server: Any, tmp_path: Path, in_background: Start, eventually: Wait) -> None:
    """As Prefect's page does it. What is on the press is measured while it is fresh."""
    name = f"suspended {tmp_path.name}"
    path = write_settings(tmp_path, **QUICK, **HELD, campaign={"name": name})
    process, deployment = served(server, in_background, eventually, path, name)
    run = ordered(server, deployment, 3)
    eventually(lambda: len(pressed_stacks(LEDGER)) == 1, "the first stack on the press")
    answer = server(f"flow_runs/{run}/set_state", {"state": {
        "type": "PAUSED", "name": "Suspended", "state_details": {
            "pause_reschedule": True,
            "pause_timeout": (datetime.now(UTC) + timedelta(hours=1)).isoformat()}}})
    assert answer["status"] == "ACCEPT", answer
    let_end(LEDGER)
    eventually(lambda: last_entry(name).how == "stopped", "the end of the process")
    assert "Suspended in Prefect until it is resumed: no cycle was running" in (
        last_entry(name).detail)
    assert {t.state for t in trials_of(LEDGER, name)} == {State.EVALUATED}
    assert len(trials_of(LEDGER, name)) < 3
    server(f"flow_runs/{run}/resume", {})
    assert eventually(lambda: ended(server, run), "the end of the order")[
        "type"] == "COMPLETED"
    process.send_signal(signal.SIGINT)
    process.wait(150)
    assert pressed_stacks(LEDGER) == stacks(1, 2, 3, campaign=name)


def last_entry(campaign: str) -> Ended:
    """How the last run ended; a made-up end while none has."""
    with closing(Ledger.open("sqlite:///lab.db")) as ledger:
        word = ledger.facts(campaign)[-1][1]
    return word if isinstance(word, Ended) else Ended("not yet")


def test_a_second_server_never_presses_beside_the_orphan_of_the_first(
        server: Any, tmp_path: Path, in_background: Start, eventually: Wait) -> None:
    name = f"orphan {tmp_path.name}"
    path = write_settings(tmp_path, **QUICK, **HELD, campaign={"name": name})
    first, deployment = served(server, in_background, eventually, path, name)
    alone = ordered(server, deployment, 2)
    eventually(lambda: len(pressed_stacks(LEDGER)) == 1, "the first stack on the press")
    orphan = child_of(first.pid)
    assert orphan is not None
    first.kill()
    first.wait()
    try:
        second, deployment = served(server, in_background, eventually, path, name)
        beside = ordered(server, deployment, 2)
        eventually(lambda: server(f"flow_runs/{beside}")["state"]["name"] not in (
            "Scheduled", "Late"), "the second server's look at its order")
        assert pressed_stacks(LEDGER) == stacks(1, campaign=name)
        let_end(LEDGER)
        eventually(lambda: ended(server, alone), "the end of the orphan")
        assert pressed_stacks(LEDGER)[:2] == stacks(1, 2, campaign=name)
        assert eventually(lambda: ended(server, beside), "the end of the second order")[
            "type"] == "COMPLETED"
        second.send_signal(signal.SIGINT)
        second.wait(150)
    finally:
        with suppress(ProcessLookupError):
            os.kill(orphan, signal.SIGKILL)
    assert pressed_stacks(LEDGER) == stacks(1, 2, 3, 4, campaign=name)
    assert {t.state for t in trials_of(LEDGER, name)} == {State.EVALUATED}
    with closing(Ledger.open("sqlite:///lab.db")) as ledger:
        assert prove(ledger, name).sound
        assert [opened.target for opened in ledger.openings(name)] == [2, 4]
