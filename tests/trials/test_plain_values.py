"""What is kept beside the ledger is read as earlier versions wrote it, and written so."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import TypeAdapter, ValidationError

from pressloop.hardware.attended.memory import CycleMemory, Progress
from pressloop.hardware.emulators.plc_memory import powered_up
from pressloop.hardware.plc.journal import ENDED, SENT, Journal
from pressloop.hardware.simulation.bench import ACCEPTED, Bench
from pressloop.hardware.supervisor import wire
from pressloop.trials.errors import BadInput
from pressloop.trials.plain_values import PlainRecipe, PlainStack, PlainTrace
from pressloop.trials.recipe import Recipe
from pressloop.trials.stack import Stack
from pressloop.trials.trace import Trace

STACK = Stack("a-1", "L-1", "ana", 0.785, 600.0, 375.0)
RECIPE = Recipe.of({"pressure_mpa": 200.0, "dwell_s": 60.0, "temperature_c": 25.0,
                    "ramp_mpa_per_s": 5.0, "collector": "foil", "humidity": 0.5})
TRACE = Trace(np.array([0.0, 0.1]), np.array([0.0, 1.0 / 3.0]), None, np.array([25.0, 25.1]), None,
              78.5, held_s=60.0, gap="no log for 3 s", conditions={"o2_ppm": 0.5})
PLAIN_STACK = {"stack_id": "a-1", "lot": "L-1", "operator": "ana", "area_cm2": 0.785,
               "thickness_um": 600.0, "pre_press_mpa": 375.0, "anode_press_mpa": None}
PLAIN_RECIPE = {"pressure_mpa": 200.0, "dwell_s": 60.0, "temperature_c": 25.0,
                "ramp_mpa_per_s": 5.0, "release_mpa_per_s": None,
                "others": {"collector": "foil", "humidity": 0.5}}


@dataclass(frozen=True)
class Kept:
    """What a place may keep."""

    stack: PlainStack
    recipe: PlainRecipe | None = None
    trace: PlainTrace | None = None


KEPT = TypeAdapter(Kept)


@pytest.mark.parametrize("kept", [Kept(STACK), Kept(STACK, RECIPE),
                                  Kept(STACK, Recipe(200.0, 60.0, 25.0), TRACE)], ids=str)
def test_facts_come_back(kept: Kept) -> None:
    text = json.dumps(KEPT.dump_python(kept, mode="json"), allow_nan=False)
    back = KEPT.validate_json(text)
    assert (back.stack, back.recipe) == (kept.stack, kept.recipe)
    assert repr(back.trace) == repr(kept.trace)


def test_they_are_written_as_before() -> None:
    assert KEPT.dump_python(Kept(STACK, RECIPE)) == {
        "stack": PLAIN_STACK, "recipe": PLAIN_RECIPE, "trace": None}
    assert "others" not in KEPT.dump_python(Kept(STACK, Recipe(200.0, 60.0, 25.0)))["recipe"]


@pytest.mark.parametrize(("change", "error"), [
    ({"recipe": {**PLAIN_RECIPE, "dwell_s": -1.0}}, BadInput),
    ({"recipe": {**PLAIN_RECIPE, "dwell_s": "60"}}, BadInput),
    ({"stack": {**PLAIN_STACK, "area_cm2": True}}, BadInput),
    ({"recipe": {**PLAIN_RECIPE, "force": 1.0}}, TypeError),
    ({"recipe": 3}, None), ({"stack": None}, None)], ids=str)
def test_what_is_no_fact_is_refused(change: dict[str, Any], error: type[Exception] | None) -> None:
    """By the fact's own checks: nothing is taken for what it is not."""
    with pytest.raises(error or ValidationError):
        KEPT.validate_python({"stack": PLAIN_STACK, "recipe": PLAIN_RECIPE} | change)


def test_the_memory_of_a_simulated_press(tmp_path: Path) -> None:
    line = {"cycle_id": 3, "stack": PLAIN_STACK, "recipe": PLAIN_RECIPE, "preset": "reference",
            "seed": 7, "started_s": 1.5, "duration_s": 90.0}
    path = tmp_path / "old.press.jsonl"
    path.write_text(json.dumps(line) + "\n" + json.dumps({"released": 3, "at_s": 2.5}) + "\n")
    found, = Bench(path).cycles().values()
    assert (found.stack, found.recipe, found.released_s) == (STACK, RECIPE, 2.5)
    assert ACCEPTED.dump_python(found, exclude={"released_s"}) == line
    with pytest.raises(ValidationError):
        ACCEPTED.validate_python(line | {"later": 1})


def test_the_journal_of_a_press(tmp_path: Path) -> None:
    sent = {"cycle_id": 3, "stack_id": "a-1", "recipe": PLAIN_RECIPE, "sequence": 9,
            "boot_counter": 2, "acked": 8, "at_s": 12.25}
    ended = {"cycle_id": 3, "result": "done", "reason": "", "peak_force_n": 15700.0, "held_s": 60.0,
             "at_s": 99.5}
    path = tmp_path / "journal"
    path.write_text(json.dumps({"sent": sent}) + "\n" + json.dumps({"ended": ended}) + "\n")
    read = Journal(path)
    assert read.sent[3].recipe == RECIPE
    assert SENT.dump_python(read.sent[3]) == sent
    assert ENDED.dump_python(read.ended[3]) == ended


def test_the_memory_of_an_emulated_press(tmp_path: Path) -> None:
    path = tmp_path / "plc.json"
    kept = {"boot_counter": 4, "last_accepted_id": 3, "last_finished_id": 3, "running_id": 0,
            "last_result": "done", "alarm": "none", "cycle_count": 3, "peak_force": 1.5,
            "dwell_held": 60.0, "elapsed": 70.0, "echo": {"pressure": 200.0}, "accepted": [1, 2, 3]}
    path.write_text(json.dumps(kept))
    powered_up(path)
    assert json.loads(path.read_text()) == kept | {"boot_counter": 5}


def test_the_memory_of_an_attended_press(tmp_path: Path) -> None:
    memory = CycleMemory(tmp_path / "night", lambda: 5.0)
    memory.ask(1, STACK, RECIPE)
    memory.tell(1, Progress.FINISHED, "all well", TRACE)
    asked, told = map(json.loads, next(tmp_path.iterdir()).read_text().splitlines())
    assert asked == {"cycle_id": 1, "step": "asked", "utc_s": 5.0, "stack": PLAIN_STACK,
                     "recipe": PLAIN_RECIPE}
    assert told["trace"]["force_n"] == [0.0, 1.0 / 3.0]
    cycle, = memory.cycles().values()
    assert (cycle.stack, cycle.recipe, cycle.step) == (STACK, RECIPE, Progress.FINISHED)
    assert repr(cycle.trace) == repr(TRACE)


def test_the_arguments_of_a_call_to_the_supervisor() -> None:
    given = {"cycle_id": 3, "stack": STACK, "recipe": RECIPE}
    said = json.loads(wire.dump(wire.plain_arguments(given)))
    assert said == {"cycle_id": 3, "stack": PLAIN_STACK, "recipe": PLAIN_RECIPE}
    assert wire.arguments("start", said) == given
    with pytest.raises(KeyError):
        wire.arguments("unload_everything", {})
