"""A stack that the press cannot account for.

The campaign waits for a person, at the terminal or at Prefect's page, and nothing that is said
there presses anything."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from few_stacks import QUICK
from lab_files import SETTINGS, write_settings
from prefect_form import Forms
from press_memory import pressed_stacks, stacks, trials_of

from pressloop.trials import State

pytestmark = pytest.mark.prefect
LEDGER = Path("lab.db")
LOST: dict[str, Any] = QUICK | {
    "campaign": {"trials": 3},
    "press": {"driver": "odd_lab.faulty_press", "cycle": 2, "trouble": "lost link"}}
"""Nobody can say what became of the second cycle."""
ROOT = Path(__file__).parents[3]
SUPPORT = ROOT / "tests" / "support"


def states() -> list[State]:
    return [trial.state for trial in trials_of(LEDGER)]


def test_at_the_terminal(server: Any, tmp_path: Path) -> None:
    """Asks again where nothing was said of the stack; then the campaign goes on by itself."""
    write_settings(tmp_path, **LOST)
    done = subprocess.run(
        [sys.executable, "-m", "pressloop", "run", SETTINGS], text=True, capture_output=True,
        input="ask the press again\nit is connected\nwrite\n\nwrite\npressed, torn, binned\n",
        timeout=300, check=False, env={
            **os.environ, "PYTHONPATH": f"{ROOT}:{SUPPORT}",
            "PRESSLOOP_ASK": "terminal"})
    assert done.returncode == 0, done.stderr
    assert "Stack 2 of night: what became of it?" in done.stderr
    assert "say what you saw" in done.stderr
    assert states() == [State.EVALUATED, State.SETTLED, State.EVALUATED]
    assert trials_of(LEDGER)[1].fault == "pressed, torn, binned"
    assert pressed_stacks(LEDGER) == stacks(1, 2, 3)


def test_by_the_form_of_the_paused_run(
        server: Any, pressloop: Callable[..., Any], tmp_path: Path,
        in_background: Callable[..., subprocess.Popen[str]],
        eventually: Callable[..., Any]) -> None:
    """The run ends where the person wants it to, and the stack stays open for the next one."""
    path = write_settings(tmp_path, **LOST, notify={"command": ["sh", "-c", "cat >> told"]})
    process = in_background("run", path, PRESSLOOP_ASK="form", PRESSLOOP_FORM_POLL_S="1",
                            PYTHONPATH=f"{ROOT}:{SUPPORT}")
    query = {"flow_runs": {"name": {"any_": [f"{path}: 3 stacks"]}}}
    run = eventually(lambda: server("flow_runs/filter", query), "the run")[0]["id"]
    forms = Forms(server, run, eventually)
    forms.refused(verdict="press it again", seen="")
    forms.refused(seen="no verdict")
    assert "night" in forms.answer(verdict="write the stack off", seen=" ")
    assert "say what you saw" in forms.answer(verdict="end the run", seen="")
    assert process.wait(150) == 1
    assert [line.partition(".")[0] for line in Path("told").read_text().splitlines()] == [
        "pressloop: night asks", "pressloop: night has failed"]
    assert states() == [State.EVALUATED, State.COMMANDED]
    assert pressloop("settle", "--ledger", "sqlite:///lab.db", "--trial", 2, "--reason",
                     "binned").code == 0
    assert pressloop("run", SETTINGS).code == 0
    assert states() == [State.EVALUATED, State.SETTLED, State.EVALUATED]
    assert pressed_stacks(LEDGER) == stacks(1, 2, 3)
