"""Recipes that people ask for: pressed exactly once, whatever happens between queue and press."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from crash_lab import CrashLab, simulated_lab
from crash_points import points_of
from few_stacks import QUICK, press_few
from killed_run import Zygote, forking
from lab_files import SETTINGS, write_settings
from press_memory import trials_of

from pressloop.flows.campaign.decisions.own_recipes import prove_queue, queue_recipe, unqueue
from pressloop.flows.campaign.lab import open_run, order_of
from pressloop.flows.campaign.suggestions import models_of, suggestions, take_suggestion
from pressloop.flows.campaign.trial import plan
from pressloop.flows.settings.campaign import read_settings
from pressloop.trials import (
    BadInput,
    Ledger,
    LedgerProblem,
    OutOfEnvelope,
    Planned,
    Queued,
    Recipe,
    Unqueued,
)
from pressloop.trials.ledger.verification import prove

pytestmark = pytest.mark.slow

LEDGER = Path("lab.db")
URL = "sqlite:///lab.db"
OWN = [Recipe(180.0, 105.0, 25.0), Recipe(210.0, 115.0, 25.0), Recipe(160.0, 100.0, 25.0)]
SECONDS = 300.0
KILLED_AT = [
    "planned: before the append", "planned: between insert and commit",
    "planned: right after the commit", "commanded: before the append",
    "commanded: between insert and commit", "commanded: right after the commit",
    "press: inside its start, before it has it on record",
    "press: has accepted, the campaign does not know"]
"""From the queue to the press, each on the stack that the run before left open."""


@pytest.fixture(scope="module")
def forks(one_server: str) -> Iterator[Zygote]:
    with forking(one_server) as ready:
        yield ready


def asked_for(lab: CrashLab) -> list[Recipe]:
    """What the press itself remembers, in order."""
    memory = lab.folder / "lab.db.press.jsonl"
    lines = [json.loads(line) for line in memory.read_text().splitlines()]
    return [Recipe(**line["recipe"]) for line in lines if "stack" in line]


@pytest.mark.prefect
@pytest.mark.timeout(900)
def test_an_own_recipe_is_pressed_once_by_a_run_that_is_killed_on_the_way(
        tmp_path: Path, forks: Zygote, server: Any) -> None:
    lab = simulated_lab(tmp_path / "lab", {"driver": "odd_lab.counted_press"},
                        campaign={"trials": len(OWN) + 1}, search={"start_with": 9})
    settings = read_settings(lab.settings)
    with closing(Ledger.open(f"sqlite:///{lab.ledger}")) as ledger:
        for recipe in OWN:
            queue_recipe(ledger, settings, recipe, "as the other lab does")
    points = {point.name: point for point in points_of("simulated")}

    for name in KILLED_AT:
        run = forks.run(lab.folder, lab.settings, point=points[name], stack=1)
        assert (run.wait(SECONDS), run.reached) == (-signal.SIGKILL, name), run.said()
    for name in KILLED_AT[:3]:
        run = forks.run(lab.folder, lab.settings, point=points[name], stack=2)
        assert (run.wait(SECONDS), run.reached) == (-signal.SIGKILL, name), run.said()
    last = forks.run(lab.folder, lab.settings)
    assert last.wait(SECONDS) == 0, last.said()

    assert asked_for(lab)[:3] == OWN
    assert len(asked_for(lab)) == len(OWN) + 1
    assert [t.purpose for t in lab.trials] == ["own recipe"] * 3 + ["reference"]
    assert [t.recipe for t in lab.trials[:3]] == OWN
    assert lab.proof().sound
    with closing(Ledger.open(f"sqlite:///{lab.ledger}")) as ledger:
        assert not ledger.queue("night").waiting
        assert [e.queued for _, e in ledger.facts("night") if isinstance(e, Planned)] == [
            1, 2, 3, None]


def test_the_next_stack_is_planned_by_the_recipe_that_waits_longest(tmp_path: Path) -> None:
    path = write_settings(tmp_path, **QUICK)
    settings = read_settings(path)
    with closing(Ledger.open(URL)) as ledger:
        queue_recipe(ledger, settings, Recipe(120, 60, 25), "first")
        queue_recipe(ledger, settings, Recipe(130, 60, 25), "never mind")
        queue_recipe(ledger, settings, Recipe(140, 30, 25), "second")
        unqueue(ledger, "night", 2, "changed my mind")
    press_few(tmp_path, 3)
    trials = trials_of(LEDGER)
    assert [t.recipe for t in trials[:2]] == [Recipe(120, 60, 25), Recipe(140, 30, 25)]
    assert [t.purpose for t in trials] == ["own recipe", "own recipe", "reference"]
    with closing(Ledger.open(URL)) as ledger:
        reasons = [e.reason for _, e in ledger.facts("night") if isinstance(e, Planned)]
        assert reasons[0].startswith("A recipe that a person has asked for: ")
        assert reasons[0].endswith("first")
        with pytest.raises(BadInput, match=r"--drop = 1: must be a recipe that waits \(none does"):
            unqueue(ledger, "night", 1, "too late")


def test_a_recipe_that_the_envelope_no_longer_bears_ends_the_run_before_anything_moves(
        tmp_path: Path) -> None:
    path = write_settings(tmp_path, **QUICK)
    with closing(Ledger.open(URL)) as ledger:
        queue_recipe(ledger, read_settings(path), Recipe(480, 60, 25), "hard")
        with pytest.raises(OutOfEnvelope, match="pressure_mpa = 700"):
            queue_recipe(ledger, read_settings(path), Recipe(700, 60, 25), "too hard")
        with pytest.raises(BadInput, match="--reason"):
            queue_recipe(ledger, read_settings(path), Recipe(200, 60, 25), "  ")
    softer = QUICK | {"space": QUICK["space"] | {"pressure_mpa": [50, 300]},
                      "envelope": {"die_max_pressure_mpa": 320}}
    settings = read_settings(write_settings(tmp_path, **softer))
    with open_run(settings, order_of(settings)) as run:
        for work in (lambda: prove_queue(run), lambda: plan.fn(run, 1)):
            with pytest.raises(OutOfEnvelope, match=r"recipe 1 in the queue: pressure_mpa = 480"):
                work()
        assert run.history() == ()
        unqueue(run.ledger, "night", 1, "the die is smaller now")
        plan.fn(run, 1)
        assert run.history()[0].purpose == "reference"


def test_a_recipe_is_taken_out_of_the_queue_once(tmp_path: Path) -> None:
    settings = read_settings(write_settings(tmp_path, **QUICK))
    stack = settings.stack_named("night-001")
    with closing(Ledger.open(URL)) as ledger:
        asked = queue_recipe(ledger, settings, Recipe(120, 60, 25), "once")
        ledger.append("night", 1, Planned(stack, asked.recipe, "own recipe", queued=1))
        again = Planned(settings.stack_named("night-002"), asked.recipe, "own recipe", queued=1)
        for number, entry in ((2, again), (None, Unqueued(1, "late"))):
            with pytest.raises(LedgerProblem, match="queued recipe = 1: must be one that waits"):
                ledger.append("night", number, entry)
        with pytest.raises(LedgerProblem, match="number 2"):
            ledger.append("night", None, Queued(5, asked.recipe, "skips some"))
        assert len(ledger.history("night")) == 1
        assert prove(ledger, "night").sound


def test_another_suggestion_is_taken(tmp_path: Path, pressloop: Callable[..., Any]) -> None:
    path = write_settings(tmp_path, **QUICK)
    press_few(tmp_path, 3)
    settings = read_settings(path)
    with closing(Ledger.open(URL)) as ledger:
        three = suggestions(models_of(ledger, settings, URL), settings, 3)
        asked = take_suggestion(ledger, settings, URL, 2, 3, "easier to set")
        assert asked.recipe == three[1].recipe
        assert asked.source.startswith("suggestion 2 of 3: ")
        after = suggestions(models_of(ledger, settings, URL), settings, 1)
        assert after[0].recipe != asked.recipe, "what waits is in work"
    told = pressloop("suggest", SETTINGS, "--count", 2, "--json").json
    assert told["stacks"] == 4
    assert len(told["suggestions"]) == 2
    pressloop("queue", SETTINGS, "--suggestion", 4, "--reason", "x").refused("--suggestion = 4")


def test_the_command_says_what_waits_and_what_cannot_be(
        tmp_path: Path, pressloop: Callable[..., Any]) -> None:
    write_settings(tmp_path, **QUICK, campaign={"trials": 1})
    pressloop("queue", SETTINGS).refused("lab.db")
    assert not LEDGER.exists()
    first = pressloop("queue", SETTINGS, "--recipe", "300,60,25", "--reason", "as before")
    assert (first.code, first.err) == (0, f"Ledger: {tmp_path / 'lab.db'}\n")
    second = pressloop("queue", SETTINGS, "--recipe", "40,60,25", "--reason", "soft", "--json")
    assert second.json["added"] == 2
    assert [one["pressure_mpa"] for one in second.json["queue"]] == [300.0, 40.0]
    assert "outside the searched space" in second.err
    assert "raise [campaign] trials" in second.err
    off = pressloop("queue", SETTINGS, "--recipe", "300,60,60", "--reason", "hot")
    assert "[space] fixes" in off.err
    pressloop("queue", SETTINGS, "--recipe", "9000,60,25", "--reason", "x").refused("envelope")
    pressloop("queue", SETTINGS, "--recipe", "nan,60,25", "--reason", "x").refused("finite")
    pressloop("queue", SETTINGS, "--recipe", "300,60,25").refused("--reason")
    pressloop("queue", SETTINGS, "--recipe", "1,2", "--reason", "x").refused("140,180,25")
    pressloop("queue", SETTINGS, "--drop", 9, "--reason", "x").refused("--drop = 9", "1, 2, 3")
    both = ("--drop", 1, "--recipe", "300,60,25", "--reason", "x")
    pressloop("queue", SETTINGS, *both).refused("--recipe")
    left = pressloop("queue", SETTINGS, "--drop", 2, "--reason", "no time", "--json").json
    assert [one["number"] for one in left["queue"]] == [1, 3]
