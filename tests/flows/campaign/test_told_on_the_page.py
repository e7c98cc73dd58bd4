"""Prefect's page of a run and its log say what happens to each stack, and who is awaited."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from attended_lab import attended_lab
from lab_files import write_settings
from prefect_form import Forms

pytestmark = pytest.mark.prefect
# Other tests keep Prefect quiet; a run against a server of the lab's logs there.
LOUD = {"PREFECT_LOGGING_LEVEL": "INFO"}


def run_of(server: Any, name: str) -> Any:
    """The flow run of the settings file, if it is there."""
    runs = server("flow_runs/filter", {"flow_runs": {"name": {"like_": name}}})
    return runs[0] if runs else None


def log_of(server: Any, run: str) -> list[str]:
    """Lines of the run's log, oldest first."""
    rows = server("logs/filter", {"logs": {"flow_run_id": {"any_": [run]}},
                                  "sort": "TIMESTAMP_ASC", "limit": 200})
    return [row["message"].replace("\N{NO-BREAK SPACE}", " ") for row in rows]


def test_each_stack_is_told(server: Any, tmp_path: Path, eventually: Callable[..., Any],
                            in_background: Callable[..., subprocess.Popen[str]]) -> None:
    path = write_settings(tmp_path, campaign={"trials": 1})
    process = in_background("run", path, **LOUD)
    run = eventually(lambda: run_of(server, str(path)), "the run")["id"]
    assert process.wait(150) == 0
    told = eventually(lambda: (log := log_of(server, run)) and any(
        "Ω·cm²" in line for line in log) and log, "the log")
    assert any("MPa, " in line and " asked, " in line and " reached, " in line for line in told)
    assert not any(line == "Finished in state Completed()" for line in told), told
    tasks = server("task_runs/filter", {"flow_runs": {"id": {"any_": [run]}}})
    assert {one["name"] for one in tasks} == {
        f"{word} stack 1" for word in ("plan", "press", "measure", "evaluate")}
    for one in tasks:
        assert one["state"]["message"].startswith("Stack night-001"), one["state"]
    screen = (tmp_path / "process-0.log").read_text()
    assert "Finished in state" not in screen, "the terminal draws its own progress"


def test_a_person_and_a_spectrum_are_awaited(
        server: Any, tmp_path: Path, eventually: Callable[..., Any],
        in_background: Callable[..., subprocess.Popen[str]]) -> None:
    path = attended_lab(tmp_path)
    process = in_background("run", path, PRESSLOOP_ASK="form", PRESSLOOP_FORM_POLL_S="1", **LOUD)
    run = eventually(lambda: run_of(server, str(path)), "the run")["id"]
    forms = Forms(server, run, eventually)
    forms.answer(answer="start")
    forms.answer(answer="pressed")
    forms.answer(peak="1,12", dwell="3:00")
    assert process.wait(150) == 0, (tmp_path / "process-0.log").read_text()
    told = "\n".join(eventually(lambda: (log := log_of(server, run)) and any(
        "Ω·cm²" in line for line in log) and log, "the log"))
    assert "A person is awaited: Press stack night-001." in told
    assert f"Waiting for the spectrum of stack night-001: export it to {tmp_path}" in told
    assert "night-001.csv: taken for stack night-001" in told
    assert "140 MPa (1.12 t), 180 s, 25 °C asked, 139.8 MPa and 180 s reached" in told
    screen = (tmp_path / "process-0.log").read_text()
    assert "Waiting for the spectrum of stack night-001" in screen and "Deadline" in screen
