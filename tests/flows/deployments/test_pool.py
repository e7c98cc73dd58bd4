"""Deployments of a work pool on a real Prefect server, done by a real process worker."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from few_stacks import QUICK
from held import HELD, let_end
from lab_files import write_settings
from press_memory import pressed_stacks, stacks, trials_of

from pressloop.trials import State

pytestmark = [pytest.mark.prefect, pytest.mark.slow]
LEDGER = Path("lab.db")
Wait = Callable[..., Any]
ENDS = ("COMPLETED", "FAILED", "CRASHED", "CANCELLED")


class Pool:
    """A campaign deployed to a pool of its own, and what becomes of its runs."""

    def __init__(self, server: Any, eventually: Wait, start: Callable[..., Any], name: str) -> None:
        self.server, self.eventually, self._start, self.name = server, eventually, start, name

    def worker(self) -> subprocess.Popen[str]:
        process: subprocess.Popen[str] = self._start(
            "worker", "--pool", self.name, PREFECT_WORKER_QUERY_SECONDS="1",
            PREFECT_WORKER_PREFETCH_SECONDS="1", PREFECT_LOGGING_LEVEL="INFO")
        return process

    def deployment(self, word: str) -> dict[str, Any]:
        return self.named(f"{self.name}: {word}")

    def named(self, name: str) -> dict[str, Any]:
        found, = self.server("deployments/filter", {"deployments": {"name": {"any_": [name]}}})
        return dict(found)

    def ordered(self, word: str, parameters: Any = None, start: datetime | None = None) -> str:
        return self.ordered_of(f"{self.name}: {word}", parameters, start)

    def ordered_of(self, name: str, parameters: Any, start: datetime | None = None) -> str:
        state: dict[str, Any] = {"type": "SCHEDULED"}
        if start is not None:
            state["state_details"] = {"scheduled_time": start.isoformat()}
        run = self.server(f"deployments/{self.named(name)['id']}/create_flow_run", {
            "parameters": parameters or {}, "state": state})
        return str(run["id"])

    def run(self, run: str) -> dict[str, Any]:
        return dict(self.server(f"flow_runs/{run}"))

    def ended(self, run: str) -> dict[str, Any]:
        def look() -> Any:
            found = self.run(run)
            return found if found["state"]["type"] in ENDS else None

        return dict(self.eventually(look, "the end of the run", 300))

    def is_done_with(self, run: str) -> None:
        """Waits until the worker has nothing more to say of this killed run.

        It reports a crash twice, a second or two apart, and its second report ends a retry that is
        asked for in between. What it logs last, of memory, follows both."""
        self.eventually(
            lambda: any("memory" in told["message"] for told in self.server("logs/filter", {
                "logs": {"flow_run_id": {"any_": [run]}}}) if told["name"].endswith("worker")),
            "the worker's last word on the run")

    def done(self, word: str, parameters: Any = None) -> dict[str, Any]:
        """The state in which an ordered run ends."""
        return dict(self.ended(self.ordered(word, parameters))["state"])


@pytest.fixture
def pool(server: Any, eventually: Wait, tmp_path: Path,
         in_background: Callable[..., subprocess.Popen[str]]) -> Iterator[Pool]:
    yield Pool(server, eventually, in_background, f"pool {tmp_path.name}")


def written(pool: Pool, tmp_path: Path, **changes: Any) -> Path:
    told = QUICK | changes
    told["campaign"] = {"name": pool.name, **told.get("campaign", {})}
    return write_settings(tmp_path, **told)


def test_what_a_pool_is_offered_is_done_and_named(
        pool: Pool, pressloop: Callable[..., Any], tmp_path: Path) -> None:
    path = written(pool, tmp_path, campaign={"trials": 3})
    answer = pressloop("deploy", path, "--pool", pool.name, "--per-run", 2, "--backups", "kept",
                       "--study-cron", "", "--json")
    assert answer.code == 0, answer.err
    assert len(answer.json["deployments"]) == 6
    assert pool.deployment("campaign")["parameters"]["order"]["stacks"] == 2
    worker = pool.worker()

    run = pool.ended(pool.ordered("campaign", {"order": {"stacks": 2, "notes": "from the form"}}))
    assert run["state"]["name"] == "Completed", run["state"]
    assert [t.state for t in trials_of(LEDGER, pool.name)] == [State.EVALUATED] * 2
    assert run["name"].startswith(f"{pool.name}: press 2 stacks on ")
    kinds = {tag.partition(":")[0] for tag in run["tags"]}
    assert kinds == {"campaign", "press", "lot"}
    assert "lot:L-1" in run["tags"]
    told = [one["message"] for one in pool.server("logs/filter", {
        "logs": {"flow_run_id": {"any_": [run["id"]]}}})]
    assert any("asked" in one and "reached" in one and "Ω·cm²" in one for one in told), told

    assert "has all that press" in pool.done("reconcile")["message"]
    assert pool.done("reevaluate", {"order": {"max_relative_se": 0.1, "note": "stricter"}})[
        "message"].startswith("2 stacks read again")
    assert "form is empty" in pool.done("reevaluate")["message"]
    assert pool.done("report")["message"].endswith("report.html")
    assert list(tmp_path.glob("reports/*/report.html"))
    assert "equal" in pool.done("backup", {"order": {"keep": 1}})["message"]
    assert len(list((tmp_path / "kept").glob("*.db"))) == 1
    last = pool.done("campaign", {"order": {"stacks": 9}})
    assert last["name"] == "Completed"
    assert pool.done("campaign")["name"] == "BudgetSpent"
    assert pressed_stacks(LEDGER) == stacks(1, 2, 3, campaign=pool.name)
    worker.send_signal(signal.SIGTERM)
    worker.wait(60)


def test_the_forms_show_bounds_and_help_and_refuse_what_is_outside(
        pool: Pool, pressloop: Callable[..., Any], tmp_path: Path) -> None:
    assert pressloop("deploy", written(pool, tmp_path), "--pool", pool.name).code == 0
    deployment = pool.deployment("campaign")
    form = deployment["parameter_openapi_schema"]["definitions"]["CampaignOrder"]["properties"]
    assert (form["stacks"]["minimum"], form["stacks"]["maximum"]) == (1, 1000)
    assert "budget" in form["stacks"]["description"]
    hertz = pool.deployment("reevaluate")["parameter_openapi_schema"]["definitions"][
        "ReevaluateOrder"]["properties"]["min_hz"]
    assert hertz["title"] == "Lowest frequency (Hz)"
    create = f"deployments/{deployment['id']}/create_flow_run"
    for wrong in ({"stacks": 0}, {"stacks": 1001}, {"stacks": "many"}, {"seed": -1},
                  {"when_busy": "push"}, {"notes": "x" * 2001}, {"settings": "/etc/passwd"}):
        assert 400 <= pool.server.refusal(create, {"parameters": {"order": wrong}}) < 500, wrong


def scheduled(pool: Pool) -> list[dict[str, Any]]:
    """Runs that the schedule has made and that are due, the first first."""
    found = pool.server("flow_runs/filter", {
        "deployments": {"id": {"any_": [pool.deployment("campaign")["id"]]}},
        "flow_runs": {"expected_start_time": {"before_": datetime.now(UTC).isoformat()}}})
    return sorted((one for one in found if one["auto_scheduled"]),
                  key=lambda one: str(one["expected_start_time"]))


def late(run: dict[str, Any]) -> float:
    """Seconds after its time."""
    return (datetime.now(UTC) - datetime.fromisoformat(run["expected_start_time"])).total_seconds()


def test_a_schedule_fires_by_itself_and_runs_that_were_missed_do_not_press_one_after_the_other(
        pool: Pool, pressloop: Callable[..., Any], tmp_path: Path, eventually: Wait) -> None:
    path = written(pool, tmp_path, campaign={"trials": 2})
    assert pressloop("deploy", path, "--pool", pool.name, "--per-run", 1, "--study-cron", "",
                     "--interval", "1min").code == 0
    deployment = pool.deployment("campaign")
    schedule, = deployment["schedules"]
    eventually(lambda: len(scheduled(pool)) >= 2 and late(scheduled(pool)[0]) > 75,
               "two runs that nobody does")
    missed = scheduled(pool)
    worker = pool.worker()
    eventually(lambda: any(one["state"]["name"] == "BudgetSpent" for one in scheduled(pool)),
               "the end of the budget", 400)
    pool.server(f"deployments/{deployment['id']}/schedules/{schedule['id']}", method="DELETE")
    assert pressed_stacks(LEDGER) == stacks(1, 2, campaign=pool.name), "one for each run in time"
    ends = {one["id"]: pool.run(one["id"]) for one in missed[:-1]}
    assert {one["state"]["name"] for one in ends.values()} == {"SkippedMissed"}
    pressed = [one for one in scheduled(pool) if one["state"]["name"] == "Completed"]
    assert len(pressed) == 2
    assert "stack" in pressed[0]["state"]["message"]
    shown = pool.server("artifacts/filter", {"artifacts": {"flow_run_id": {"any_": [
        pressed[-1]["id"]]}}})
    assert {"table", "progress"} <= {one["type"] for one in shown}
    worker.send_signal(signal.SIGTERM)
    worker.wait(60)


def killed(run: dict[str, Any]) -> None:
    """Ends the process of this run, as a crash does."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            told = (folder / "environ").read_bytes()
            words = (folder / "cmdline").read_bytes()
        except OSError:
            continue
        if f"PREFECT__FLOW_RUN_ID={run['id']}".encode() in told and b"prefect.engine" in words:
            os.kill(int(folder.name), signal.SIGKILL)


def test_retry_at_the_page_presses_no_more_than_the_order_said(
        pool: Pool, pressloop: Callable[..., Any], tmp_path: Path, eventually: Wait) -> None:
    path = written(pool, tmp_path, campaign={"trials": 9}, **HELD)
    assert pressloop("deploy", path, "--pool", pool.name, "--study-cron", "").code == 0
    worker = pool.worker()
    run = pool.ordered("campaign", {"order": {"stacks": 3}})
    let_end(LEDGER, 1)
    eventually(lambda: len(pressed_stacks(LEDGER)) == 2, "the second stack on the press", 240)
    killed(pool.run(run))
    assert pool.ended(run)["state"]["type"] == "CRASHED"
    pool.is_done_with(run)

    let_end(LEDGER)
    answer = pool.server(f"flow_runs/{run}/set_state", {"state": {
        "type": "SCHEDULED", "name": "AwaitingRetry", "message": "Retry from the UI"}})
    assert answer["status"] == "ACCEPT", answer
    eventually(lambda: pool.run(run)["state"]["type"] == "COMPLETED", "the end of the order", 240)
    found = pool.run(run)
    assert (found["id"], found["run_count"]) == (run, 2)
    assert pressed_stacks(LEDGER) == stacks(1, 2, 3, campaign=pool.name)
    assert [t.state for t in trials_of(LEDGER, pool.name)] == [State.EVALUATED] * 3
    # Once more: its order is done, and nothing moves.
    pool.server(f"flow_runs/{run}/set_state", {"force": True, "state": {
        "type": "SCHEDULED", "name": "AwaitingRetry"}})
    eventually(lambda: pool.run(run)["run_count"] == 3 and pool.run(run)["state"]["type"] in ENDS,
               "the third attempt", 240)
    assert len(pressed_stacks(LEDGER)) == 3
    worker.send_signal(signal.SIGTERM)
    worker.wait(60)


def test_presses_of_one_campaign_are_deployed_each(
        pool: Pool, pressloop: Callable[..., Any], tmp_path: Path) -> None:
    """Each by its name, with an order of its own, also while the other presses."""
    path = written(pool, tmp_path, campaign={"trials": 4})
    path.write_text(path.read_text().replace("[press]\n", '[[press]]\nname = "north"\n') + (
        '\n[[press]]\nname = "south"\ndriver = "simulated"\ntime_scale = 0\n'))
    refused = pressloop("deploy", path, "--pool", pool.name)
    assert refused.code == 2
    assert "north" in refused.err
    for press in ("north", "south"):
        answer = pressloop("deploy", path, "--pool", pool.name, "--press", press, "--json")
        assert answer.code == 0, answer.err
    by_schedule = {press: len(pool.named(f"{pool.name} on {press}: nightly-study")["schedules"])
                   for press in ("north", "south")}
    assert by_schedule == {"north": 1, "south": 0}, "one study of a campaign, not one a press"
    worker = pool.worker()
    order = {"order": {"stacks": 2}}
    ordered = [pool.ordered_of(f"{pool.name} on {press}: campaign", order)
               for press in ("south", "north")]
    runs = [pool.ended(run) for run in ordered]
    assert [run["state"]["name"] for run in runs] == ["Completed"] * 2
    assert ["press:south" in runs[0]["tags"], "press:north" in runs[1]["tags"]] == [True, True]
    trials = trials_of(LEDGER, pool.name)
    assert sorted((t.press, t.state) for t in trials) == [
        *[("north", State.EVALUATED)] * 2, *[("south", State.EVALUATED)] * 2]
    worker.send_signal(signal.SIGTERM)
    worker.wait(60)
