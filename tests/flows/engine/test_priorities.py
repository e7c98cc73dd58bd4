"""Several campaigns at one press: by priority, then in the order in which they came."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from lab_files import write_settings
from press_memory import pressed_stacks
from several_presses import QUICK, history

from pressloop.trials import State

pytestmark = [pytest.mark.prefect, pytest.mark.slow]
Start = Callable[..., "subprocess.Popen[str]"]
LEDGER = Path("lab.db")
SLOW: dict[str, Any] = QUICK | {"press": {"time_scale": 0.02}}


def campaign(folder: Path, name: str, trials: int, **keys: Any) -> Path:
    return write_settings(folder, f"{name}.toml", **SLOW,
                          campaign={"name": name, "trials": trials, **keys})


def ended(process: subprocess.Popen[str], log: Path) -> str:
    assert process.wait(300) == 0, log.read_text()
    return log.read_text()


def test_an_urgent_campaign_is_let_in_between_two_stacks(
        server: Any, in_background: Start, eventually: Callable[..., Any], tmp_path: Path) -> None:
    long = in_background("run", campaign(tmp_path, "long", 7))
    eventually(lambda: pressed_stacks(LEDGER), "the long campaign at the press")
    urgent = in_background("run", campaign(tmp_path, "urgent", 2, priority=5))
    ended(urgent, tmp_path / "process-1.log")
    ended(long, tmp_path / "process-0.log")
    order = [name.split("-")[0] for name in pressed_stacks(LEDGER)]
    assert sorted(order) == ["long"] * 7 + ["urgent"] * 2
    at = order.index("urgent")
    assert order[at:at + 2] == ["urgent", "urgent"], order
    assert order[-1] == "long", order
    for name in ("long", "urgent"):
        assert {t.state for t in history("sqlite:///lab.db", name)} == {State.EVALUATED}


@pytest.mark.nightly
def test_campaigns_of_one_priority_take_turns_where_they_say_so(
        server: Any, in_background: Start, eventually: Callable[..., Any], tmp_path: Path) -> None:
    one = in_background("run", campaign(tmp_path, "one", 6, stacks_at_a_time=2))
    eventually(lambda: pressed_stacks(LEDGER), "the first campaign at the press")
    other = in_background("run", campaign(tmp_path, "other", 4, stacks_at_a_time=1))
    for index, process in enumerate((one, other)):
        ended(process, tmp_path / f"process-{index}.log")
    order = [name.split("-")[0] for name in pressed_stacks(LEDGER)]
    assert sorted(order) == ["one"] * 6 + ["other"] * 4
    first = order.index("other")
    # While both are at it, neither presses more at a time than it says.
    both = "".join("A" if name == "one" else "B" for name in order[first:])
    assert "BB" not in both.rstrip("B") and "AAA" not in both.rstrip("A"), order
