"""Strategies on a truth with one narrow optimum: what they see, ask for and recommend."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import pytest

from pressloop.optimizer.risk_limits import RiskLimits
from pressloop.studies.data import StudyData
from pressloop.studies.replay import strategies
from pressloop.studies.replay.campaigns import campaign
from pressloop.studies.replay.ground_truth import Judge
from pressloop.studies.replay.replay import Options, findings, replays
from pressloop.studies.replay.strategies import best_measured
from pressloop.trials.outcome import Failed, FailureMode, Intact
from pressloop.trials.recipe import Recipe
from tests.studies.replay.replayed import ALL, GIVEN
from tests.studies.stacks import REFERENCE, SPACE, pressed, spread

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Bowl:
    """A truth with one narrow optimum, which breaks nothing unless told to."""

    steep: float = 12.0
    breaks: bool = False
    scatter: float = 0.05
    table: tuple[Recipe, ...] = ()

    def press(self, recipe, number, seed, again):
        if self.breaks:
            return Failed(FailureMode.SHORTED, "always")
        noise = self.scatter * np.random.default_rng([seed, number]).standard_normal()
        value = float(self.resistance([recipe])[0]) * math.exp(noise)
        return Intact(value, 0.004 * value)

    def resistance(self, recipes):
        gap = SPACE.encode(recipes) - np.array([0.63, 0.31, 0.22])
        return 20.0 * np.exp(self.steep * np.square(gap).sum(1))

    def survival(self, recipes):
        return np.full(len(recipes), 0.0 if self.breaks else 1.0)

    def feasible(self, recipes):
        return np.full(len(recipes), not self.breaks)


def on_bowl(name, seed=0, budget=18, bowl=None, batch=3):
    bowl = bowl or Bowl()
    return campaign(name, replace(GIVEN, seed=seed), bowl, Judge(bowl, SPACE, RiskLimits()),
                    budget=budget, batch=batch, seed=seed, repeat=seed)


def test_no_strategy_sees_an_outcome_before_it_has_asked(tmp_path, monkeypatch):
    """A strategy of the lab's own that writes down what it was shown."""
    folder = tmp_path / "lab_of_ours"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    (folder / "watching.py").write_text(
        "SEEN = []\n"
        "def ask(given, history, count):\n"
        "    SEEN.append([t.number for t in history])\n"
        "    return [given.reference] * count\n")
    monkeypatch.syspath_prepend(tmp_path)
    on_bowl("lab_of_ours.watching", budget=7)
    from lab_of_ours.watching import SEEN

    assert SEEN == [[], [1, 2, 3], [1, 2, 3, 4, 5, 6]]


def test_failed_stacks_count_as_lost_and_teach_no_resistance():
    found = on_bowl("random", budget=6, bowl=Bowl(breaks=True))
    assert (found.crushed, found.failed) == (0, 6)
    assert best_measured(GIVEN, ()) is None
    assert all(not keeps for keeps in found.feasible)


def test_what_is_recommended_was_measured_well_more_than_once_and_never_broke():
    from pressloop.trials.stack import Stack
    from pressloop.trials.trial import State, Trial

    a, b, c = (Recipe(p, 60.0, 25.0) for p in (100.0, 200.0, 300.0))
    told = [(a, Intact(10.0)), (a, Intact(40.0)), (b, Intact(15.0)), (c, Intact(5.0)),
            (c, Failed(FailureMode.CRUSHED, "cracked"))]
    history = [Trial(i, Stack("s", "l", "o", 1.0, 500.0), r, State.EVALUATED, outcome=o)
               for i, (r, o) in enumerate(told, 1)]
    assert best_measured(GIVEN, history) == b


def test_pressloop_finds_a_narrow_optimum_sooner_than_random_recipes():
    ours, theirs = ([on_bowl(name, seed, batch=6).regret[-1] for seed in range(2)]
                    for name in ("pressloop", "random"))
    assert np.mean(ours) < 0.5 * np.mean(theirs)


def test_more_scatter_leaves_a_lab_farther_from_the_best():
    empty = StudyData("nothing", (), SPACE, RiskLimits(), REFERENCE)
    quiet, loud = (np.median([c.regret[-1] for c in replays(
        Bowl(4.0, scatter=scatter), empty, Options(("random",), repeats=20))])
        for scatter in (0.02, 0.6))
    assert loud > 1.3 * quiet


@pytest.mark.parametrize("name", [n for n in ALL if n != "pressloop"])
def test_every_strategy_asks_for_as_many_recipes_of_the_space_as_it_should(name):
    for done in (0, 4, 30):
        asked = strategies.strategy(name).ask(GIVEN, history_of(done), 5)
        assert len(asked) == 5
        assert all(SPACE.contains(r) for r in asked)


def history_of(count):
    return pressed(spread(max(count, 1), seed=8))[:count]


def test_one_set_point_at_a_time_changes_only_that_one():
    asked = strategies.strategy("one_at_a_time").ask(GIVEN, (), 5)
    assert len({r.pressure_mpa for r in asked}) == 5
    assert {(r.dwell_s, r.temperature_c) for r in asked} == {
        (REFERENCE.dwell_s, REFERENCE.temperature_c)}


def test_replays_of_a_given_truth_need_no_emulator():
    empty = StudyData("nothing", (), SPACE, RiskLimits(), REFERENCE)
    found = findings(replays(Bowl(), empty, Options(("random",), budget=6, repeats=3)),
                     Options(("random",), budget=6, repeats=3))
    assert found.error is None
    assert len(found.curve) == 2
