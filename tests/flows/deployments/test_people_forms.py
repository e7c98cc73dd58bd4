"""What people decide at Prefect's page, by the forms that `pressloop serve` offers."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from few_stacks import QUICK, press_few
from lab_files import SETTINGS
from press_memory import trials_of

from pressloop.trials import Ledger, Recipe

pytestmark = pytest.mark.prefect
LEDGER = Path("lab.db")
FORMS = ("queue a recipe", "take a suggestion", "predict a recipe", "attach a stack")


@pytest.fixture
def forms(server: Any, tmp_path: Path, in_background: Callable[..., subprocess.Popen[str]],
          eventually: Callable[..., Any]) -> Iterator[dict[str, str]]:
    """Ids of the deployments by the word behind the campaign's name."""
    press_few(tmp_path, 3, **QUICK)
    process = in_background("serve", SETTINGS, PREFECT_RUNNER_POLL_FREQUENCY="1")

    def look() -> Any:
        assert process.poll() is None, (tmp_path / "process-0.log").read_text()
        names = [f"night: {word}" for word in FORMS]
        found = server("deployments/filter", {"deployments": {"name": {"any_": names}}})
        return found if len(found) == len(names) else None

    yield {one["name"].removeprefix("night: "): one["id"]
           for one in eventually(look, "the forms")}
    process.send_signal(signal.SIGINT)
    process.wait(150)
    assert "Traceback" not in (tmp_path / "process-0.log").read_text()


@pytest.mark.timeout(600)
def test_people_decide_by_form(server: Any, forms: dict[str, str],
                               eventually: Callable[..., Any]) -> None:
    where = f"deployments/{forms['queue a recipe']}/create_flow_run"
    for bad in ({"pressure_mpa": "x"}, {"pressure_mpa": "-1"}, {"reason": ""}):
        values = {"pressure_mpa": "300", "dwell_s": "60", "temperature_c": "25",
                  "reason": "why"} | bad
        assert server.refusal(where, {"parameters": values}) in (409, 422)

    def filled(word: str, **values: Any) -> dict[str, Any]:
        run = server(f"deployments/{forms[word]}/create_flow_run",
                     {"parameters": values, "state": {"type": "SCHEDULED"}})["id"]

        def look() -> Any:
            state = server(f"flow_runs/{run}")["state"]
            return state if state["type"] in ("COMPLETED", "FAILED", "CRASHED") else None

        return dict(eventually(look, f"the end of {word}"))

    recipe = {"pressure_mpa": "320,0", "dwell_s": "1:30", "temperature_c": "25"}
    queued = filled("queue a recipe", **recipe, reason="as the partner does")
    assert queued["message"].startswith("Recipe 1 in the queue: 320\N{NO-BREAK SPACE}MPa")
    taken = filled("take a suggestion", number=2, of=2, reason="easier to set")
    assert "suggestion 2 of 2" in taken["message"]
    predicted = filled("predict a recipe", **recipe)
    assert "95 %" in predicted["message"]
    assert "trial 2" in predicted["message"], "what it rests on"
    attached = filled("attach a stack", **recipe, stack="old-7", resistance_ohm_cm2="61,5",
                      reason="pressed by hand")
    assert attached["message"] == "old-7 is trial 4."
    refused = filled("queue a recipe", **recipe | {"pressure_mpa": "900"}, reason="too hard")
    assert refused["type"] == "FAILED"
    assert "limit of the die" in refused["message"]

    failed = filled("attach a stack", **recipe, stack="old-8", resistance_ohm_cm2=None,
                    failed="crushed", reason="pressed by hand")
    assert failed["message"] == "old-8 is trial 5."

    trial, _ = trials_of(LEDGER)[-2:]
    assert (trial.stack.stack_id, trial.pressed_here) == ("old-7", False)
    with closing(Ledger.open("sqlite:///lab.db")) as ledger:
        waiting = ledger.queue("night").waiting
    assert waiting[1].recipe == Recipe(320.0, 90.0, 25.0)
    assert len(waiting) == 2
