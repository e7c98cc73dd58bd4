"""The closed loop on a Prefect server, from settings to recommendation."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from held import HELD, let_end
from lab_files import SETTINGS, write_settings
from press_memory import pressed_stacks, stacks, told, trials_of

from pressloop.flows.campaign.lab import open_run, order_of
from pressloop.flows.settings.campaign import read_settings
from pressloop.trials import Commanded, Intact, Ledger, Opened, Recipe, SetAside, State
from pressloop.trials.wording import counted, plain_name

pytestmark = pytest.mark.prefect
LEDGER = Path("lab.db")
QUICK: dict[str, Any] = {"space": {"dwell_s": [10, 120], "temperature_c": 25},
                         "reference": {"dwell_s": 60}}
BUSY: dict[str, Any] = QUICK | HELD
"""Each cycle lasts until the test lets it end, so that a run can be caught pressing."""


def names_of(server: Any, settings: Path, stacks: int) -> set[str]:
    """Names of the task runs that the server has of a run."""
    runs = server("flow_runs/filter", {"flow_runs": {"name": {"any_": [
        f"{settings}: {counted(stacks, 'stack')}"]}}})
    assert len(runs) == 1
    assert runs[0]["state"]["type"] == "COMPLETED"
    tasks = server("task_runs/filter", {"task_runs": {"flow_run_id": {"any_": [runs[0]["id"]]}}})
    for task in tasks:
        if task["name"].startswith("press"):
            assert task["empirical_policy"]["retries"] == 0
    return {task["name"] for task in tasks}


def stored_results() -> set[Path]:
    """Files of Prefect's result storage; a served run that fails leaves its error there."""
    return {p for p in (Path(os.environ["PREFECT_HOME"]) / "storage").rglob("*") if p.is_file()}


def test_four_stacks_from_settings_to_recommendation(
        server: Any, pressloop: Callable[..., Any], tmp_path: Path,
        eventually: Callable[..., Any]) -> None:
    name = "Nacht 3/7"
    path = write_settings(tmp_path, campaign={"name": name})
    stored_before = stored_results()
    answer = pressloop("run", path, "--json")
    assert answer.code == 0, answer.err

    trials = trials_of(LEDGER, name)
    assert [t.number for t in trials] == [1, 2, 3, 4]
    assert {t.state for t in trials} == {State.EVALUATED}
    assert [t.purpose for t in trials[:3]] == ["reference", *["space-filling"] * 2]
    assert trials[3].purpose in ("explore", "exploit", "replicate")
    assert trials[0].recipe == Recipe(140.0, 180.0, 25.0)
    assert all(t.trace is not None and t.spectra and t.outcome for t in trials)
    assert pressed_stacks(LEDGER) == stacks(1, 2, 3, 4, campaign=name)
    with closing(Ledger.open("sqlite:///lab.db")) as ledger:
        facts = ledger.facts(name)
    assert sum(isinstance(entry, Commanded) for _, entry in facts) == 4
    opened, = (entry for _, entry in facts if isinstance(entry, Opened))
    assert opened.seed == 7
    assert opened.versions["prefect"].startswith("3.8")

    found = answer.json
    assert (found["campaign"], found["simulated"], found["stacks"]) == (name, True, 4)
    assert found["recommendation"]["intact"] + found["recommendation"]["failed"] == 4
    assert "SIMULATED" in answer.err
    assert "4 of 4 stacks" in answer.err

    wanted = {f"{step} stack {n}" for step in ("plan", "press", "measure", "evaluate")
              for n in (1, 2, 3, 4)}
    eventually(lambda: names_of(server, path, 4) == wanted, "all task runs on the server")
    key = plain_name(name)
    shown = {a["key"]: a for a in server("artifacts/latest/filter", {"artifacts": {"key": {
        "like_": key}}})}
    assert shown.keys() == {f"{key}-{w}" for w in ("progress", "trials", "recommendation")}
    assert shown[f"{key}-progress"]["data"] == 100.0
    assert "SIMULATED" in shown[f"{key}-trials"]["description"]
    assert len(eval_rows(shown[f"{key}-trials"]["data"])) == 4
    assert "MPa" in shown[f"{key}-recommendation"]["data"]
    assert stored_results() == stored_before, "Prefect stores no step's result"

    readable = pressloop("recommend", "--ledger", "sqlite:///lab.db")
    assert "SIMULATED" in readable.out
    report = pressloop("report", "--ledger", "sqlite:///lab.db")
    assert report.code == 0
    assert (tmp_path / "report.html").stat().st_size > 100_000


def eval_rows(table: Any) -> list[Any]:
    """A table artifact's rows, which Prefect keeps as JSON text."""
    import json

    return list(json.loads(table) if isinstance(table, str) else table)


def test_one_seed_means_one_campaign(server: Any, pressloop: Callable[..., Any], tmp_path: Path,
                                     uninterrupted: Callable[..., list[Any]]) -> None:
    """Asked for at the command line, or by the settings."""
    write_settings(tmp_path, **QUICK)
    assert pressloop("run", SETTINGS, "--seed", 3, "--ledger", "sqlite:///a.db").code == 0
    same, other = told(trials_of(Path("a.db"))), uninterrupted(**QUICK)
    assert len(same) == 4
    assert same == uninterrupted(**QUICK, campaign={"seed": 3})
    assert [t[2] for t in same][1:] != [t[2] for t in other][1:]


def test_a_longer_budget_goes_on(server: Any, pressloop: Callable[..., Any], tmp_path: Path,
                                 uninterrupted: Callable[..., list[Any]]) -> None:
    """As one long run would have gone; a budget that is spent presses nothing."""
    write_settings(tmp_path, **QUICK)
    assert pressloop("run", SETTINGS, "--trials", "2").code == 0
    assert pressloop("run", SETTINGS, "--trials", "4").code == 0
    assert pressloop("run", SETTINGS, "--trials", "4").code == 0
    assert told(trials_of(LEDGER)) == uninterrupted(**QUICK)
    assert pressed_stacks(LEDGER) == stacks(1, 2, 3, 4)


def stopped_while_pressing(process: subprocess.Popen[str], eventually: Callable[..., Any],
                           how: signal.Signals) -> int:
    """Stops a run while the ram is down on its second stack; its exit code."""
    let_end(LEDGER, 1)
    eventually(lambda: len(pressed_stacks(LEDGER)) == 2, "the second stack on the press")
    process.send_signal(how)
    code = process.wait(150)
    assert len(trials_of(LEDGER)) == 2
    return code


def test_killed_runs_go_on_and_a_second_run_is_refused(
        server: Any, pressloop: Callable[..., Any], tmp_path: Path,
        in_background: Callable[..., subprocess.Popen[str]], eventually: Callable[..., Any],
        uninterrupted: Callable[..., list[Any]]) -> None:
    """Refused at once where no common server shows a queue to wait in."""
    write_settings(tmp_path, **BUSY)
    process = in_background("run", SETTINGS)
    eventually(lambda: len(pressed_stacks(LEDGER)) == 1, "the first stack on the press")
    there = os.environ.pop("PREFECT_API_URL")
    second = pressloop("run", SETTINGS, "--json")
    os.environ["PREFECT_API_URL"] = there
    assert second.code == 1
    assert second.json["error"]["kind"] == "PressHeld"
    assert f"held by another run (process {process.pid})" in second.err
    assert "Traceback" not in second.err

    stopped_while_pressing(process, eventually, signal.SIGKILL)
    let_end(LEDGER)
    assert pressloop("run", SETTINGS).code == 0
    assert told(trials_of(LEDGER)) == uninterrupted(**QUICK)
    assert pressed_stacks(LEDGER) == stacks(1, 2, 3, 4)


@pytest.mark.parametrize("how, code", [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_stopped_runs_say_so_and_go_on(
        how: signal.Signals, code: int, server: Any, pressloop: Callable[..., Any], tmp_path: Path,
        in_background: Callable[..., subprocess.Popen[str]],
        eventually: Callable[..., Any]) -> None:
    """Ctrl-C on the temporary server of the demo, SIGTERM on a server that goes on running."""
    write_settings(tmp_path, **BUSY)
    own = {"PREFECT_API_URL": ""} if how is signal.SIGINT else {}
    process = in_background("run", SETTINGS, **own)
    assert stopped_while_pressing(process, eventually, how) == code
    log = (tmp_path / "process-0.log").read_text()
    assert "Traceback" not in log
    assert ("temporary server" in log) is bool(own)
    assert "start again on the same ledger" in log
    write_settings(tmp_path, **QUICK)
    assert pressloop("run", SETTINGS).code == 0
    assert {t.state for t in trials_of(LEDGER)} == {State.EVALUATED}
    assert pressed_stacks(LEDGER) == stacks(1, 2, 3, 4)


@pytest.mark.parametrize("crash", [
    *("commanded", "pressed"),
    *(pytest.param(one, marks=pytest.mark.nightly) for one in ("planned", "started", "measured"))])
def test_crash_points_go_on_to_the_same_end(
        crash: str, server: Any, pressloop: Callable[..., Any], tmp_path: Path,
        uninterrupted: Callable[..., list[Any]]) -> None:
    from pressloop.flows.campaign.trial import measure, plan, press_stack

    path = write_settings(tmp_path, campaign={"trials": 2}, **QUICK)
    settings = read_settings(path)
    with open_run(settings, order_of(settings)) as run:
        plan.fn(run, 1)
        if crash in ("commanded", "started"):
            run.ledger.append(run.campaign, 1, Commanded(1))
        trial, = run.ledger.history(run.campaign)
        if crash == "started":
            run.press.start(1, trial.stack, trial.recipe)
        if crash in ("pressed", "measured"):
            press_stack.fn(run, 1)
        if crash == "measured":
            measure.fn(run, 1)
        assert run.ledger.history(run.campaign)[0].is_open
    assert pressloop("run", SETTINGS).code == 0
    assert told(trials_of(LEDGER)) == uninterrupted(**QUICK)[:2]
    assert pressed_stacks(LEDGER) == stacks(1, 2)


def test_a_fault_ends_the_run_and_the_next_one_goes_on(
        server: Any, pressloop: Callable[..., Any], tmp_path: Path) -> None:
    write_settings(tmp_path, press={"driver": "odd_lab.faulty_press", "cycle": 2}, **QUICK)
    answer = pressloop("run", SETTINGS, "--json")
    assert answer.code == 1
    said = answer.err.splitlines()[-1]
    assert answer.json["error"]["message"] == said.removeprefix("pressloop: ")
    assert said.startswith("pressloop: cycle 2 was released")
    assert "alarm 17" in said
    assert "Traceback" not in answer.err
    assert [t.state for t in trials_of(LEDGER)] == [State.EVALUATED, State.FAULTED]
    assert pressloop("run", SETTINGS).code == 0
    states = [t.state for t in trials_of(LEDGER)]
    assert states == [State.EVALUATED, State.FAULTED, State.EVALUATED, State.EVALUATED]
    assert pressed_stacks(LEDGER) == stacks(1, 2, 3, 4)


def test_an_unknown_end_blocks_until_it_is_settled(
        server: Any, pressloop: Callable[..., Any], tmp_path: Path) -> None:
    write_settings(tmp_path, campaign={"trials": 3}, press={
        "driver": "odd_lab.faulty_press", "cycle": 2, "trouble": "lost link"}, **QUICK)
    for _start in range(2):
        answer = pressloop("run", SETTINGS)
        assert answer.code == 1
        assert "Look at the stack" in answer.err.splitlines()[-1]
        assert [t.state for t in trials_of(LEDGER)] == [State.EVALUATED, State.COMMANDED]
    settled = pressloop("settle", "--ledger", "sqlite:///lab.db", "--trial", "2", "--reason",
                        "it was pressed, binned")
    assert settled.code == 0
    assert pressloop("run", SETTINGS).code == 0
    assert [t.state for t in trials_of(LEDGER)] == [State.EVALUATED, State.SETTLED,
                                                    State.EVALUATED]
    assert pressed_stacks(LEDGER) == stacks(1, 2, 3)


def test_a_meter_that_is_silent_once_is_asked_again(
        server: Any, pressloop: Callable[..., Any], tmp_path: Path) -> None:
    write_settings(tmp_path, campaign={"trials": 1}, meter={
        "driver": "odd_lab.faulty_meter", "glitch_fraction": None, "silent": 1}, **QUICK)
    assert pressloop("run", SETTINGS).code == 0
    trial, = trials_of(LEDGER)
    assert (trial.state, trial.sweeps) == (State.EVALUATED, 1)
    assert pressed_stacks(LEDGER) == stacks(1)


def test_a_meter_that_stays_silent_costs_no_stack(
        server: Any, pressloop: Callable[..., Any], tmp_path: Path) -> None:
    write_settings(tmp_path, campaign={"trials": 1}, meter={
        "driver": "odd_lab.faulty_meter", "glitch_fraction": None, "silent": 99}, **QUICK)
    answer = pressloop("run", SETTINGS)
    assert answer.code == 1
    assert answer.err.splitlines()[-1].startswith("pressloop: the meter does not answer")
    assert [t.state for t in trials_of(LEDGER)] == [State.PRESSED]
    write_settings(tmp_path, campaign={"trials": 1}, **QUICK)
    assert pressloop("run", SETTINGS).code == 0
    trial, = trials_of(LEDGER)
    assert isinstance(trial.outcome, Intact)
    assert pressed_stacks(LEDGER) == stacks(1)


def test_sweeps_that_cannot_be_trusted_are_repeated_then_set_aside(
        server: Any, pressloop: Callable[..., Any], tmp_path: Path) -> None:
    """Every sweep has a point that is 10 % off."""
    write_settings(tmp_path, campaign={"trials": 1}, meter={"glitch_fraction": 1.0},
                   evaluation={"leave_out_points": 0}, **QUICK)
    answer = pressloop("run", SETTINGS, "--json")
    assert answer.code == 0, answer.err
    assert answer.json == {"campaign": "night", "stacks": 1, "recommendation": None}
    trial, = trials_of(LEDGER)
    assert isinstance(trial.outcome, SetAside)
    assert trial.outcome.reason.startswith("spectrum: the point at")
    assert trial.sweeps == 3
    assert pressed_stacks(LEDGER) == stacks(1)


def test_one_bad_sweep_is_cured_by_the_next(
        server: Any, pressloop: Callable[..., Any], tmp_path: Path) -> None:
    """With this seed the first sweep of the first stack has a bad point, the second has none."""
    write_settings(tmp_path, campaign={"trials": 1, "seed": 4}, meter={"glitch_fraction": 0.5},
                   evaluation={"leave_out_points": 0}, **QUICK)
    assert pressloop("run", SETTINGS).code == 0
    trial, = trials_of(LEDGER)
    assert isinstance(trial.outcome, Intact)
    assert trial.sweeps == 2
    assert pressed_stacks(LEDGER) == stacks(1)
