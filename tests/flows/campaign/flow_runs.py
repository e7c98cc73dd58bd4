"""Runs that were started at the command line, as Prefect's page shows and stops them."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

from few_stacks import QUICK
from held import HELD, let_end
from press_memory import pressed_stacks

from pressloop.trials.wording import counted

LEDGER = Path("lab.db")
BUSY: dict[str, Any] = QUICK | HELD
"""Each cycle lasts until the test lets it end."""
Start = Callable[..., subprocess.Popen[str]]
Wait = Callable[..., Any]


def run_of(server: Any, settings: Path, stacks: int = 4) -> dict[str, Any]:
    """The flow run of this test's settings file, {} while the server has none."""
    found = server("flow_runs/filter", {"sort": "START_TIME_DESC", "flow_runs": {"name": {
        "any_": [f"{settings}: {counted(stacks, 'stack')}"]}}})
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
