"""`pressloop serve`.

Schedule, form and lateness, and with them the two known breakages of Prefect's dependencies: a
server that does not import, and a scheduler that makes no runs."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from lab_files import SETTINGS, write_settings
from press_memory import pressed_stacks, stacks, trials_of

from pressloop.flows.deployments.served_campaign import validated
from pressloop.flows.deployments.starting import SETTINGS_VARIABLE, lateness_s, settings_path
from pressloop.flows.engine import prefect_environment
from pressloop.trials import Ledger, Opened, State
from pressloop.trials.errors import BadInput

LEDGER = Path("lab.db")
LAB = ZoneInfo("Asia/Tokyo")
NOW = datetime(2026, 3, 2, 20, 0, tzinfo=UTC)


def test_lateness_counts_from_the_plan() -> None:
    assert lateness_s(NOW - timedelta(minutes=40), NOW) == 2400.0
    assert lateness_s(NOW + timedelta(minutes=1), NOW) == 0.0
    assert lateness_s(None, NOW) == 0.0


@pytest.mark.parametrize("trials, seed, notes, field", [
    (0, None, "", "trials"), (1001, None, "", "trials"), (2.0, None, "", "trials"),
    ("2", None, "", "trials"), (True, None, "", "trials"), (2, -1, "", "seed"),
    (2, 2**31, "", "seed"), (2, None, "x" * 2001, "notes"), (2, None, None, "notes")])
def test_the_form_is_validated_on_our_side(trials: Any, seed: Any, notes: Any,
                                           field: str) -> None:
    with pytest.raises(BadInput, match=f"^{field} = "):
        validated(trials, seed, notes)


def test_the_form_takes_what_is_right() -> None:
    form = validated(2, None, "night shift")
    assert (form.trials, form.seed, form.notes) == (2, None, "night shift")


def test_the_settings_file_is_not_chosen_by_the_form() -> None:
    os.environ.pop(SETTINGS_VARIABLE, None)
    with pytest.raises(BadInput, match="pressloop serve"):
        settings_path()
    os.environ[SETTINGS_VARIABLE] = "/lab/night.toml"
    assert settings_path() == Path("/lab/night.toml")


def test_nothing_leaves_the_machine_unless_asked_to() -> None:
    for name in prefect_environment.PRIVATE:
        os.environ.pop(name, None)
    os.environ["DO_NOT_TRACK"] = "0"
    prefect_environment.prepare(quiet=False)
    assert os.environ["PREFECT_SERVER_ANALYTICS_ENABLED"] == "false"
    assert os.environ["PREFECT_SERVER_UI_V2_ENABLED"] == "false"
    assert os.environ["DO_NOT_TRACK"] == "0", "what a person has set stays"


# With a server.


@pytest.fixture
def deployment(server: Any, tmp_path: Path, in_background: Callable[..., subprocess.Popen[str]],
               eventually: Callable[..., Any]) -> Iterator[dict[str, Any]]:
    """The campaign as `pressloop serve` offers it, daily at an hour that is not near."""
    name = f"served {tmp_path.name}"
    write_settings(tmp_path, campaign={"name": name, "skip_when_late_s": 1800.0}, space={
        "dwell_s": [10, 120], "temperature_c": 25}, reference={"dwell_s": 60})
    hour = (datetime.now(LAB).hour + 12) % 24
    process = in_background("serve", SETTINGS, "--cron", f"0 {hour} * * *", "--timezone", LAB.key,
                            "--per-run", 2, PREFECT_RUNNER_POLL_FREQUENCY="1")

    def look() -> Any:
        assert process.poll() is None, (tmp_path / "process-0.log").read_text()
        return server("deployments/filter", {"deployments": {"name": {"any_": [name]}}})

    found, = eventually(look, "the deployment")
    yield found
    process.send_signal(signal.SIGINT)
    process.wait(150)
    assert "Traceback" not in (tmp_path / "process-0.log").read_text()


def asked(server: Any, deployment: dict[str, Any], start: datetime | None = None,
          **form: Any) -> str:
    """A run of the deployment, as the form in the UI makes it; its id."""
    state: dict[str, Any] = {"type": "SCHEDULED"}
    if start is not None:
        state["state_details"] = {"scheduled_time": start.isoformat()}
    run = server(f"deployments/{deployment['id']}/create_flow_run",
                 {"parameters": form, "state": state})
    return str(run["id"])


def ended(server: Any, eventually: Callable[..., Any], run: str) -> dict[str, Any]:
    """The final state of a run."""
    def look() -> Any:
        state = server(f"flow_runs/{run}")["state"]
        return state if state["type"] in ("COMPLETED", "FAILED", "CRASHED", "CANCELLED") else None

    return dict(eventually(look, "the end of the run"))


@pytest.mark.nightly
@pytest.mark.prefect
def test_a_night_in_the_lab(server: Any, deployment: dict[str, Any],
                            eventually: Callable[..., Any]) -> None:
    name = deployment["name"]

    def scheduled() -> Any:
        return server("flow_runs/filter", {
            "flow_runs": {"state": {"type": {"any_": ["SCHEDULED"]}}},
            "deployments": {"id": {"any_": [deployment["id"]]}}})

    planned = eventually(scheduled, "a scheduled run (does the scheduler work?)")
    assert all(run["auto_scheduled"] for run in planned)
    schedule = deployment["schedules"][0]["schedule"]
    assert schedule["timezone"] == LAB.key
    times = [datetime.fromisoformat(run["expected_start_time"]) for run in planned]
    assert {f"{time.astimezone(LAB):%-H:%M}" for time in times} == {
        f"{schedule['cron'].split()[1]}:00"}
    assert deployment["parameters"] == {"trials": 2}

    create = f"deployments/{deployment['id']}/create_flow_run"
    for form in ({"trials": 0}, {"trials": 1001}, {"trials": "many"}, {"seed": -1},
                 {"notes": "x" * 2001}):
        assert 400 <= server.refusal(create, {"parameters": form}) < 500, form

    missed = asked(server, deployment, datetime.now(UTC) - timedelta(hours=2), trials=1)
    state = ended(server, eventually, missed)
    assert (state["type"], state["name"]) == ("COMPLETED", "SkippedLate")
    assert not LEDGER.exists()
    assert pressed_stacks(LEDGER) == []

    run = asked(server, deployment, trials=2, seed=3, notes="from the form")
    assert ended(server, eventually, run)["name"] == "Completed"
    trials = trials_of(LEDGER, name)
    assert [t.state for t in trials] == [State.EVALUATED] * 2
    assert pressed_stacks(LEDGER) == stacks(1, 2, campaign=name)
    with closing(Ledger.open("sqlite:///lab.db")) as ledger:
        opened = ledger.opened(name)
    assert isinstance(opened, Opened)
    assert (opened.seed, opened.note) == (3, "from the form")

    # Two orders at once: the second one waits for its turn.
    both = [asked(server, deployment, trials=1) for _ in range(2)]
    assert [ended(server, eventually, one)["name"] for one in both] == ["Completed"] * 2
    assert pressed_stacks(LEDGER) == stacks(1, 2, 3, 4, campaign=name)

    # The campaign's budget of four is spent, whatever a form asks for.
    state = ended(server, eventually, asked(server, deployment, trials=3))
    assert (state["type"], state["name"]) == ("COMPLETED", "BudgetSpent")
    assert "4 of 4 stacks" in state["message"]
    assert pressed_stacks(LEDGER) == stacks(1, 2, 3, 4, campaign=name)


@pytest.mark.prefect
def test_the_server_tells_nobody(server: Any) -> None:
    settings = server("admin/settings")
    assert settings["server"]["analytics_enabled"] is False
    assert settings["server"]["ui"]["v2_enabled"] is False
