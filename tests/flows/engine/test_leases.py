"""What becomes of a run with a stack in the press when a slot of Prefect runs out: nothing.

Also with one in a person's hands."""

from __future__ import annotations

import os
import signal
import subprocess
import time
import urllib.error
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from crash_lab import NAME, emulated_lab
from few_stacks import QUICK
from free_ports import free_port
from held import HELD, let_end
from lab_files import SETTINGS, write_settings
from prefect_form import Forms
from press_memory import pressed_stacks, stacks, trials_of

from pressloop.flows.engine.press_queue import BEAT_S, slot_name
from pressloop.trials import State
from tests.flows.campaign.flow_runs import run_of
from tests.flows.faults.test_orphans import child_of
from tests.flows.faults.test_rough_nights import home, prefect_server  # noqa: F401 - a fixture
from tests.flows.operator.test_person_asked import attended_lab, pressed_by_hand

pytestmark = pytest.mark.prefect
LEDGER = Path("lab.db")
HERE = Path(__file__).parents[2] / "support"
IMPATIENT = {"PYTHONPATH": os.pathsep.join(map(str, (
    HERE / "quick_leases", HERE.parents[1], HERE))), "PREFECT_RUNNER_POLL_FREQUENCY": "1",
    "PRESSLOOP_FORM_POLL_S": "1"}
LEASE_S = 3.0
"""How often a process of `quick_leases` renews a lease."""
Start = Callable[..., subprocess.Popen[str]]
Wait = Callable[..., Any]


def ordered(server: Any, eventually: Wait, name: str, **form: Any) -> str:
    """A run of the deployment of this name; its id."""
    found, = eventually(lambda: server("deployments/filter", {
        "deployments": {"name": {"any_": [name]}}}), "the deployment")
    return str(server(f"deployments/{found['id']}/create_flow_run", {
        "parameters": form, "state": {"type": "SCHEDULED"}})["id"])


def ended(server: Any, run: str) -> Any:
    state = server(f"flow_runs/{run}")["state"]
    return state if state["type"] in ("COMPLETED", "FAILED", "CRASHED", "CANCELLED") else None


def begun(how: str, server: Any, start: Start, eventually: Wait, settings: Path, name: str
          ) -> str:
    """A run of one stack, served or a script, whose person is at Prefect's page; its id."""
    if how == "served":
        start("serve", settings, **IMPATIENT)
        return ordered(server, eventually, name, trials=1)
    start("run", settings, "--trials", 1, **IMPATIENT, PRESSLOOP_ASK="form")
    return str(eventually(lambda: run_of(server, settings, 1), "the script's run")["id"])


both = pytest.mark.parametrize("how", ["served", "script"])


@pytest.mark.nightly
@both
def test_a_question_waits_for_longer_than_a_lease_lasts(
        how: str, server: Any, tmp_path: Path, in_background: Start, eventually: Wait) -> None:
    """Of an attended press, paused twice for three leases and more."""
    name = f"patient {tmp_path.name}"
    path = attended_lab(tmp_path, name)
    run = begun(how, server, in_background, eventually, path, name)
    forms = Forms(server, run, eventually)
    forms.answer(answer="start")
    forms.answer(answer="pressed")
    time.sleep(4 * LEASE_S)
    assert "must be" not in forms.answer(peak="12", dwell="180")
    time.sleep(4 * LEASE_S)
    forms.answer(peak="1.12", dwell="181")
    state = eventually(lambda: ended(server, run), "the end of the run")
    assert state["type"] == "COMPLETED", state
    pressed_by_hand(*trials_of(LEDGER, name))


def text_of_the_form(server: Any, run: str, eventually: Wait) -> str:
    """What stands above the question that the run asks."""
    keys = eventually(lambda: server(f"flow_runs/{run}")["state"]["state_details"].get(
        "run_input_keyset"), "the question")
    path = f"flow_runs/{run}/input/{keys['description']}"
    eventually(lambda: server.refusal(path, None) == 0, "the text of the question")
    return path


def text_at(server: Any, path: str) -> str:
    """What stands there; "" for nothing."""
    try:
        return str(server(path))
    except urllib.error.HTTPError as error:
        if error.code != 404:
            raise
        return ""


def test_the_form_of_a_run_that_has_ended_says_so(
        server: Any, tmp_path: Path, in_background: Start, eventually: Wait) -> None:
    """A served run whose process is killed, and a script that is cancelled, while they ask."""
    name = f"ended {tmp_path.name}"
    attended_lab(tmp_path, name)
    serving = in_background("serve", SETTINGS, **IMPATIENT)
    run = ordered(server, eventually, name, trials=1)
    form = text_of_the_form(server, run, eventually)
    assert "1.12 t on the gauge" in server(form)
    child = child_of(serving.pid)
    assert child is not None
    os.kill(child, signal.SIGKILL)
    assert eventually(lambda: ended(server, run), "the mark of a dead run")["type"] == "CRASHED"
    # Its text is replaced: for a moment there is none.
    eventually(lambda: "This run has ended" in text_at(server, form), "the word of the form")
    assert server(f"flow_runs/{run}/resume", {"run_input": {"answer": "start"}})[
        "status"] == "ABORT"
    serving.send_signal(signal.SIGINT)

    path = tmp_path / SETTINGS
    script = in_background("run", path, **IMPATIENT, PRESSLOOP_ASK="form")
    run = eventually(lambda: run_of(server, path, 1), "the script's run")["id"]
    form = text_of_the_form(server, run, eventually)
    server(f"flow_runs/{run}/set_state", {"state": {"type": "CANCELLING"}})
    assert script.wait(150) == 143
    assert "This run has ended" in server(form)


def test_a_limit_that_somebody_puts_on_the_deployment_presses_nothing(
        server: Any, tmp_path: Path, in_background: Start, eventually: Wait) -> None:
    """Its lease could end a run in mid press. The next `serve` takes it away."""
    name = f"limited {tmp_path.name}"
    write_settings(tmp_path, **QUICK, campaign={"name": name, "trials": 1})
    first = in_background("serve", SETTINGS, **IMPATIENT)
    deployment, = eventually(lambda: server("deployments/filter", {
        "deployments": {"name": {"any_": [name]}}}), "the deployment")
    server(f"deployments/{deployment['id']}", {"concurrency_limit": 1}, "PATCH")
    run = ordered(server, eventually, name, trials=1)
    state = eventually(lambda: ended(server, run), "the end of the run")
    assert state["type"] == "FAILED"
    assert "concurrency limit of the deployment" in state["message"]
    assert pressed_stacks(LEDGER) == []
    first.send_signal(signal.SIGINT)
    first.wait(150)
    in_background("serve", SETTINGS, **IMPATIENT)
    eventually(lambda: server(f"deployments/{deployment['id']}")["global_concurrency_limit"]
               is None, "the end of the limit")
    run = ordered(server, eventually, name, trials=1)
    assert eventually(lambda: ended(server, run), "the end of the run")["type"] == "COMPLETED"
    assert pressed_stacks(LEDGER) == stacks(1, campaign=name)


@pytest.mark.nightly
@both
@pytest.mark.sockets
def test_a_plc_press_paused_for_longer_than_a_lease_lasts(
        how: str, server: Any, tmp_path: Path, in_background: Start, eventually: Wait) -> None:
    """With a stack in the press."""
    with emulated_lab(tmp_path / "plc", in_background, 0, 20.0) as lab:
        os.environ["PRESSLOOP_LOCKS"] = str(lab.folder)
        run = begun(how, server, in_background, eventually, lab.settings, NAME)
        eventually(lambda: lab.trials and lab.trials[-1].state is State.COMMANDED,
                   "a stack in the press")
        answer = server(f"flow_runs/{run}/set_state", {"state": {
            "type": "PAUSED", "name": "Paused"}})
        assert answer["status"] == "ACCEPT", answer
        time.sleep(4 * LEASE_S)
        server(f"flow_runs/{run}/resume", {})
        state = eventually(lambda: ended(server, run), "the end of the run")
        assert state["type"] == "COMPLETED", state
        assert lab.pressed() == lab.as_remembered(1)


def test_a_script_goes_on_when_its_slot_is_taken_away(
        server: Any, tmp_path: Path, in_background: Start, eventually: Wait) -> None:
    """With a stack in the press."""
    path = write_settings(tmp_path, **QUICK, **HELD, campaign={"trials": 1})
    script = in_background("run", path, **IMPATIENT)
    name = slot_name(str((tmp_path / "lab.db.press.jsonl").resolve()))
    slot, = eventually(lambda: [one for one in server("v2/concurrency_limits/filter", {})
                                if one["name"] == name and one["active_slots"]], "the slot")
    eventually(lambda: len(pressed_stacks(LEDGER)) == 1, "the stack in the press")
    server(f"v2/concurrency_limits/{slot['id']}", method="DELETE")
    time.sleep(BEAT_S + 2)
    let_end(LEDGER)
    assert script.wait(150) == 0
    assert pressed_stacks(LEDGER) == stacks(1)


@pytest.mark.nightly
def test_a_served_run_goes_on_while_its_server_is_away_for_longer_than_a_lease(
        server: Any, tmp_path: Path, in_background: Start, eventually: Wait,
        home: Path) -> None:  # noqa: F811
    """With a stack in the press; what Prefect shows catches up."""
    name, port = f"away {tmp_path.name}", free_port()
    own = {"PREFECT_API_URL": f"http://127.0.0.1:{port}/api", "PREFECT_HOME": str(home)}
    write_settings(tmp_path, **QUICK, **HELD, campaign={"name": name, "trials": 2})
    ask = type(server)(own["PREFECT_API_URL"])
    with prefect_server(home, port, eventually):
        serving = in_background("serve", SETTINGS, **IMPATIENT | own)
        run = ordered(ask, eventually, name, trials=2)
        eventually(lambda: len(pressed_stacks(LEDGER)) == 1, "a stack in the press")
    time.sleep(4 * LEASE_S)
    with prefect_server(home, port, eventually):
        let_end(LEDGER)
        state = eventually(lambda: ended(ask, run), "the end of the run")
        assert state["type"] == "COMPLETED", state
        assert pressed_stacks(LEDGER) == stacks(1, 2, campaign=name)
        serving.send_signal(signal.SIGINT)
        serving.wait(150)
