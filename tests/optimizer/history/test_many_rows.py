"""More stacks than models can hold: which are learned from, in how much time and memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from pressloop.optimizer.history.subset import LEARNED, MOST_OTHERS, MOST_ROWS, learned_from
from pressloop.optimizer.history.training import origin_of
from pressloop.trials.outcome import Failed, FailureMode, Intact
from pressloop.trials.recipe import Recipe
from pressloop.trials.stack import Stack
from pressloop.trials.trial import State, Trial

pytestmark = pytest.mark.slow

BEST = np.array([0.7, 0.6, 0.4])
"""Where resistance is lowest, in the unit cube."""


def many(space, count: int, lots: int = 1, seed: int = 0) -> list[Trial]:
    """Stacks over the space with a bowl of resistance, scatter of 10 %, and crushing above."""
    draw, found = np.random.default_rng(seed), []
    for number in range(1, count + 1):
        x = draw.uniform(size=3)
        read = 40.0 * np.exp(3.0 * ((x - BEST) ** 2).sum() + 0.1 * draw.standard_normal())
        outcome = Intact(float(read)) if x[0] + 0.1 * draw.standard_normal() < 0.85 else Failed(
            FailureMode.CRUSHED, "broke")
        stack = Stack(f"s{number}", f"lot {number % lots}", "me", 0.785, 600.0, 375.0)
        found.append(Trial(number, stack, space.decode(x), State.EVALUATED, outcome=outcome))
    return found


@pytest.fixture(scope="module")
def chosen(space):
    trials = many(space, 6000)
    kept, note = learned_from(trials, (), space, origin_of(trials[0]))
    return trials, list(kept), note


def test_up_to_the_bound_nothing_is_chosen(space):
    trials = many(space, MOST_ROWS)
    kept, note = learned_from(trials, (), space, origin_of(trials[0]))
    assert list(kept) == trials
    assert note == ""


def test_trials_that_teach_nothing_do_not_count(space):
    trials = many(space, MOST_ROWS)
    aside = [Trial(9000 + i, t.stack, t.recipe, State.FAULTED) for i, t in
             enumerate(trials[:50])]
    assert learned_from([*trials, *aside], (), space, None)[1] == ""


def test_what_is_done_is_said(chosen):
    _, kept, note = chosen
    assert len(kept) == LEARNED
    assert "6000 stacks" in note and f"{LEARNED} are used" in note


def test_the_choice_follows_from_the_stacks_alone(chosen, space):
    trials, kept, _ = chosen
    shuffled = [trials[i] for i in np.random.default_rng(1).permutation(len(trials))]
    again, _ = learned_from(shuffled, (), space, origin_of(trials[0]))
    assert [t.number for t in again] == [t.number for t in kept]


def test_readings_around_the_best_recipe_are_kept_high_and_low_alike(chosen, space):
    """Only the lowest would teach a resistance that no recipe has."""
    trials, kept, _ = chosen
    def near(found):
        return [t for t in found if isinstance(t.outcome, Intact)
                and np.linalg.norm(space.encode([t.recipe])[0] - BEST) < 0.15]
    assert len(near(trials)) > 40
    assert {t.number for t in near(kept)} == {t.number for t in near(trials)}


def test_failures_next_to_the_best_are_kept(chosen, space):
    trials, kept, _ = chosen
    failed = [t for t in trials if isinstance(t.outcome, Failed)]
    from_best = np.linalg.norm(space.encode([t.recipe for t in failed]) - BEST, axis=1)
    nearest = {failed[i].number for i in np.argsort(from_best)[:40]}
    assert nearest <= {t.number for t in kept}


def test_the_rest_fills_the_space(chosen, space):
    trials, kept, _ = chosen
    def cells(found):
        return {tuple(c) for c in (space.encode([t.recipe for t in found]) * 4.999).astype(int)}
    assert cells(kept) == cells(trials)


def test_open_stacks_are_always_kept(space):
    trials = many(space, MOST_ROWS + 1)
    waiting = Trial(9999, trials[0].stack, Recipe(100.0, 60.0, 30.0), State.PLANNED)
    kept, _ = learned_from([*trials, waiting], (), space, None)
    assert waiting in kept
    assert len(kept) == LEARNED + 1


def test_of_many_lots_the_wanted_one_and_the_largest_are_used(space):
    trials = many(space, 4000, lots=8)
    origin = ("lot 5", "me")
    kept, note = learned_from(trials, (), space, origin)
    lots = {t.stack.lot for t in kept}
    assert "lot 5" in lots and len(lots) == 1 + MOST_OTHERS
    assert sum(t.stack.lot == "lot 5" for t in kept) > LEARNED / (1 + MOST_OTHERS)
    assert "4000 stacks" in note


def test_a_lot_with_enough_stacks_needs_no_other(space):
    kept, _ = learned_from(many(space, 4000, lots=4), (), space, ("lot 1", "me"))
    assert {t.stack.lot for t in kept} == {"lot 1"} and len(kept) == LEARNED


def test_a_campaign_learns_from_all_of_its_own_beside_thousands_of_earlier_ones(space):
    """Also from those of a lot that it was begun with, and of none that it is asked for."""
    earlier, mine = many(space, 3000), many(space, 60, lots=5, seed=1)
    for origin in (origin_of(mine[0]), ("a new lot", "me"), None):
        kept, note = learned_from(mine, earlier, space, origin)
        assert set(map(id, mine)) <= set(map(id, kept))
        assert len(kept) == LEARNED
        assert "3060 stacks" in note
        again, _ = learned_from(mine[::-1], earlier[::-1], space, origin)
        assert set(map(id, again)) == set(map(id, kept))
    kept, _ = learned_from(many(space, 1000, seed=1), earlier, space, origin_of(earlier[0]))
    assert len(kept) == LEARNED, "a long campaign is chosen from as any other"


def test_only_failures_and_equal_recipes_do_no_harm(space):
    same = [Trial(n, Stack(f"s{n}", "lot", "me", 0.785, 600.0, 375.0), Recipe(100.0, 60.0, 30.0),
                  State.EVALUATED, outcome=Failed(FailureMode.CRUSHED, "broke"))
            for n in range(1, MOST_ROWS + 2)]
    assert len(learned_from(same, (), space, None)[0]) == LEARNED


SUGGEST = """
import json, sys, time
from pathlib import Path
sys.path.insert(0, {here!r})
from test_many_rows import many
from pressloop.optimizer import Problem, Space, fit_models, propose
space = Space((50.0, 500.0), (10.0, 1800.0), (25.0, 140.0))
trials = many(space, 10_000, lots=4)
began = time.process_time()
models = fit_models(Problem(space), trials, origin=("lot 0", "me"))
found = propose(models, 1, 0)
# Not `ru_maxrss`: that begins at the memory of the process which started this one.
status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
print(json.dumps({{"s": time.process_time() - began, "notes": models.notes,
                   "mb": int(status["VmHWM"].split()[0]) / 1024,
                   "pressure": found[0].recipe.pressure_mpa}}))
"""


@pytest.mark.slow
def test_a_suggestion_from_ten_thousand_stacks_takes_seconds_and_less_than_a_gigabyte():
    here = Path(__file__).parent
    done = subprocess.run(
        [sys.executable, "-c", SUGGEST.format(here=str(here))], capture_output=True, text=True,
        timeout=300, check=True, env=os.environ | {"PYTHONPATH": str(here.parents[2])})
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["s"] < 10.0
    assert told["mb"] < 1000.0
    assert "10000 stacks" in told["notes"][0]
    assert 50.0 <= told["pressure"] <= 500.0
