"""A campaign that is long: it holds on to no trial, tells one story, and can be stopped late."""

from __future__ import annotations

import gc
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from itertools import chain, starmap
from pathlib import Path
from typing import Any

import pytest
from lab_files import write_settings
from press_memory import pressed_stacks, stacks, trials_of

from pressloop.trials import Ended, Ledger, Opened, State
from pressloop.trials.ledger.verification import prove

pytestmark = [pytest.mark.prefect, pytest.mark.nightly]
LEDGER = Path("lab.db")
DESIGN_ONLY: dict[str, Any] = {"space": {"dwell_s": [10, 120], "temperature_c": 25},
                               "reference": {"dwell_s": 60}, "search": {"start_with": 1000}}
HEAVY = ("Spectrum", "Trace", "State", "StateDetails", "TaskRun")
"""What one trial needs while it lasts: its readings, and Prefect's account of its steps."""
IN_WORK = 8
"""So many of a kind may belong to the trial in work at one look and not at the other."""


def alive() -> Counter[str]:
    """How many of each heavy kind this process holds."""
    gc.collect()
    gc.disable()
    try:
        # One call of the interpreter: a second reference to a tuple that the campaign's thread is
        # about to fill makes that thread fail, so no other thread may run while the list lives.
        kinds = list(map(type, chain.from_iterable(starmap(gc.get_objects, [()]))))
    finally:
        gc.enable()
    names = Counter(kind.__name__ for kind in kinds)
    return Counter({kind: names[kind] for kind in HEAVY})


@contextmanager
def looks_at(*ended: int) -> Iterator[list[Counter[str]]]:
    """Within the block a thread counts when so many stacks have been pressed."""
    seen: list[Counter[str]] = []
    over = threading.Event()

    def look() -> None:
        for number in ended:
            while len(pressed_stacks(LEDGER)) < number and not over.is_set():
                time.sleep(0.02)
            seen.append(alive())

    looker = threading.Thread(target=look)
    looker.start()
    try:
        yield seen
    finally:
        over.set()
        looker.join()


def proved_one_story(opened: int, ended: list[str]) -> None:
    """The chain is whole, and the runs' openings and ends are those that took place."""
    with closing(Ledger.open(f"sqlite:///{LEDGER}")) as ledger:
        proof = prove(ledger, "night")
        facts = [entry for _, entry in ledger.facts("night")]
    assert proof.sound, proof
    assert proof.open_trials == ()
    assert sum(isinstance(entry, Opened) for entry in facts) == opened
    assert [entry.how for entry in facts if isinstance(entry, Ended)] == ended


def test_a_campaign_is_one_story_and_none_is_held_on_to(
        server: Any, pressloop: Callable[..., Any], tmp_path: Path) -> None:
    path = write_settings(tmp_path, campaign={"trials": 28}, **DESIGN_ONLY)
    with looks_at(8, 26) as seen:
        answer = pressloop("run", path)
    assert answer.code == 0, answer.err
    earlier, later = seen
    assert all(later[kind] <= earlier[kind] + IN_WORK for kind in HEAVY), (earlier, later)

    assert pressed_stacks(LEDGER) == stacks(*range(1, 29))
    assert {trial.state for trial in trials_of(LEDGER)} == {State.EVALUATED}
    proved_one_story(1, ["finished"])
    runs = server("flow_runs/filter", {"flow_runs": {"name": {"any_": [f"{path}: 28 stacks"]}}})
    assert [run["state"]["type"] for run in runs] == ["COMPLETED"]


def test_a_long_campaign_is_cancelled_late_and_goes_on(
        server: Any, pressloop: Callable[..., Any], tmp_path: Path,
        in_background: Callable[..., subprocess.Popen[str]],
        eventually: Callable[..., Any]) -> None:
    path = write_settings(tmp_path, campaign={"trials": 900}, **DESIGN_ONLY)
    process = in_background("run", path)
    eventually(lambda: len(pressed_stacks(LEDGER)) >= 20, "the twentieth stack on the press")
    run, = server("flow_runs/filter", {"flow_runs": {"name": {"any_": [f"{path}: 900 stacks"]}}})
    server(f"flow_runs/{run['id']}/set_state", {"state": {"type": "CANCELLING"}})
    assert process.wait(150) == 143
    state = server(f"flow_runs/{run['id']}")["state"]
    assert (state["type"], state["message"][:20]) == ("CANCELLED", "Cancelled in Prefect")

    whole = len(pressed_stacks(LEDGER)) + 3
    assert pressloop("run", path, "--trials", whole).code == 0
    assert pressed_stacks(LEDGER) == stacks(*range(1, whole + 1))
    proved_one_story(2, ["stopped", "finished"])
