"""Replayed campaigns: fair to every strategy, honest about what it costs, the same every time."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import given as hypothetically
from hypothesis import settings
from hypothesis import strategies as st

from pressloop.optimizer.beliefs.fitting import fit_models
from pressloop.optimizer.problem import Problem
from pressloop.optimizer.risk_limits import RiskLimits
from pressloop.studies.data import StudyData
from pressloop.studies.replay import strategies
from pressloop.studies.replay.campaigns import Campaign, campaign
from pressloop.studies.replay.ground_truth import Judge, TableTruth, usable
from pressloop.studies.replay.numbers import range_of
from pressloop.studies.replay.options import STRATEGIES
from pressloop.studies.replay.replay import Options, findings, replay, replays
from pressloop.studies.replay.strategies import Given, best_measured
from pressloop.trials.errors import BadInput
from pressloop.trials.outcome import Failed, FailureMode, Intact
from pressloop.trials.plugins import file_names
from pressloop.trials.recipe import Recipe
from pressloop.views.study.words.replay import sentences
from tests.studies.stacks import REFERENCE, SPACE, pressed, spread

pytestmark = pytest.mark.slow

CHEAP = ("as_listed", "full_factorial", "random")
ALL = file_names(strategies)
GIVEN = Given(Problem(SPACE, reference=REFERENCE), 0, spread(12), spread(12, seed=4))


def table(count=40, repeated=6):
    """Stacks of which some were pressed alike."""
    recipes = spread(count)
    trials = pressed([*recipes, *recipes[:repeated]])
    return StudyData("simulated stacks", trials, SPACE, RiskLimits(), REFERENCE, True)


@pytest.fixture(scope="module")
def data():
    return table()


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


def test_results_are_the_same_however_the_jobs_are_spread(data):
    def backwards(work, jobs, what):
        done = {i: work(jobs[i]) for i in reversed(range(len(jobs)))}
        return (done[i] for i in range(len(jobs)))

    options = Options(CHEAP[1:], budget=6, repeats=2)
    first = replay(data, options)
    assert first.tables() == replay(data, options, each=backwards).tables()
    assert first.tables() != replay(data, options, seed=1).tables()


@pytest.mark.parametrize("name", [n for n in ALL if n != "pressloop"])
def test_a_table_is_pressed_once_and_nothing_else_is(name, data):
    check_table(name, data)


def test_pressloop_keeps_to_the_table(data):
    check_table("pressloop", data)


def test_a_table_ends_the_campaigns_on_it():
    short = table(14, 2)
    found = replay(short, Options(("random",), budget=30, repeats=2, on="pool"))
    rows = len(usable(short.trials, SPACE))
    assert found.options.budget == rows
    assert all(c.stacks[-1] == rows for c in found.campaigns)


def check_table(name, data):
    """Every row of the table happens, each once, and then there is none left."""
    found = Watched(data)
    ended = campaign(name, GIVEN, found, Judge(found.truth, SPACE, RiskLimits()),
                     budget=60, batch=4, seed=3)
    rows = usable(data.trials, SPACE)
    assert ended.stacks[-1] == len(rows)
    assert sorted(id(o) for o in found.told) == sorted(id(t.outcome) for t in rows)
    assert set(found.asked) == {t.recipe for t in rows}


class Watched:
    """The table's truth, which remembers what it was asked. Models play no part in pressing."""

    def __init__(self, data):
        rows = usable(data.trials, SPACE)
        self.truth = TableTruth(rows, fit_models(Problem(SPACE), rows))
        self.table = self.truth.table
        self.asked, self.told = [], []

    def press(self, recipe, number, seed, again):
        outcome = self.truth.press(recipe, number, seed, again)
        self.asked.append(recipe)
        self.told.append(outcome)
        return outcome

    def feasible(self, recipes):
        return self.truth.feasible(recipes)


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


@settings(deadline=None)
@hypothetically(st.lists(st.floats(0.0, 2.0), min_size=1, max_size=12), st.floats(0.01, 1.0))
def test_stacks_needed_are_those_after_which_it_stays_within_the_goal(regret, goal):
    stacks = tuple(3 * i for i in range(1, len(regret) + 1))
    needed = Campaign("random", 0, stacks, tuple(regret), (True,) * len(regret), 0, 0).needed(goal)
    after = [r for n, r in zip(stacks, regret, strict=True) if needed is not None and n >= needed]
    before = [r for n, r in zip(stacks, regret, strict=True)
              if needed is None or n == needed - 3]
    assert all(r <= goal for r in after)
    assert not before or before[-1] > goal


def test_a_recipe_that_breaks_the_limits_is_no_find():
    stacks, near = (3, 6, 9, 12), (0.01,) * 4
    assert Campaign("random", 0, stacks, near, (True,) * 4, 0, 0).needed(0.1) == 3
    assert Campaign("random", 0, stacks, near, (True, False, True, True), 0, 0).needed(0.1) == 9
    assert Campaign("random", 0, stacks, near, (True, True, True, False), 0, 0).needed(0.1) is None


def test_who_breaks_the_limits_in_the_end_is_told():
    options = Options(("pressloop", "random"))
    broken = [replace(c, feasible=(*c.feasible[:-1], c.repeat > 4)) for c in made("random", [9])]
    found = findings([*made("pressloop", [9]), *broken], options)
    assert "limits allow: pressloop 0, random recipes 25." in " ".join(sentences(found))
    kept = findings([*made("pressloop", [9]), *made("random", [9])], options)
    assert "limits allow" not in " ".join(sentences(kept))


def test_eight_of_ten_more_values_lie_in_the_range():
    draw = np.random.default_rng(0)
    inside = []
    for _ in range(4000):
        low, high = range_of(draw.standard_normal(20))
        inside.append(low <= draw.standard_normal() <= high)
    assert np.mean(inside) == pytest.approx(0.8, abs=0.03)


def test_a_pool_is_drawn_anew_for_each_replay(data):
    """A fixed order on a fixed table would be the same campaign over and over, without luck."""
    found = replay(data, Options(("as_listed", "random"), budget=12, repeats=8, on="pool"))
    listed = [c for c in found.campaigns if c.strategy == "as_listed"]
    assert len({c.regret for c in listed}) > 4
    assert "another table" in " ".join(sentences(found))
    rows = TableTruth(data.trials, None).resampled([0, 1])
    assert len(rows.told) == len(data.trials) > len(set(rows.told))
    assert [t.number for t in rows.told] == sorted(t.number for t in rows.told)


def made(name, needed, repeats=20, budget=30):
    """Campaigns that get there after so many stacks each."""
    stacks = tuple(range(3, budget + 1, 3))
    return [Campaign(name, i, stacks, tuple(0.01 if n >= needed[i % len(needed)] else 0.5
                                            for n in stacks), (True,) * len(stacks), 1, 0)
            for i in range(repeats)]


def test_a_clear_difference_is_called_real_and_luck_is_not():
    options = Options(("pressloop", "random"))
    clear = findings([*made("pressloop", [9, 12]), *made("random", [24, 27])], options)
    same = findings([*made("pressloop", [9, 12]), *made("random", [12, 9])], options)
    assert clear.pairs[0].real
    assert "differences in stacks needed are real for: random recipes" in " ".join(sentences(clear))
    assert not same.pairs[0].real
    assert "No evidence" in " ".join(sentences(same))


def test_what_is_likely_is_neither_real_nor_nothing():
    options = Options(("pressloop", "random"))
    pair = findings([*made("pressloop", [9, 12]), *made("random", [24])], options).pairs[0]
    perhaps = replace(pair, p=0.03, p_corrected=0.06, more_low=0.5, more_high=9.0)
    found = replace(findings([*made("pressloop", [9]), *made("random", [24])], options),
                    pairs=(perhaps,))
    assert "Probably different from pressloop in stacks needed, but not proved: random recipes " \
        "(0.5 more to 9.0 more)." in " ".join(sentences(found))


def test_three_replays_prove_nothing_and_say_so():
    options = Options(("pressloop", "random"), repeats=3)
    found = findings([*made("pressloop", [9], 3), *made("random", [27], 3)], options)
    assert not found.pairs[0].real
    assert "Too few replays" in " ".join(sentences(found))


def test_replays_that_never_get_there_are_told():
    found = findings([*made("pressloop", [9]), *made("random", [99])],
                     Options(("pressloop", "random")))
    assert [n.never for n in found.needed] == [0, 20]
    assert "more than 30" in sentences(found)[0]


def test_tables_are_tidy_rows(data):
    found = replay(data, Options(CHEAP[:2], budget=6, repeats=2))
    tables = found.tables()
    assert len(tables["replay_campaigns"]) == 2 * 2 * 2
    for rows in tables.values():
        assert len({tuple(row) for row in rows}) == 1
        assert all(isinstance(v, (str, int, float, bool)) for row in rows for v in row.values())


def test_the_labs_design_is_replayed(data):
    design = ((100.0, 60.0, 25.0), (200.0, 60.0, 60.0))
    found = replay(data, Options(("random",), budget=6, repeats=2, design=design))
    assert {c.strategy for c in found.campaigns} == {"random", "design"}
    with pytest.raises(BadInput, match="inside of the space"):
        replay(data, Options(("random",), design=((900.0, 60.0, 25.0),)))


@pytest.mark.parametrize(("wrong", "says"), [
    ({"on": "moon"}, "pool"), ({"strategies": ("magic",)}, "as_listed"),
    ({"repeats": 1}, "luck"), ({"strategies": ("design",)}, "design"),
    ({"budget": 0}, "stacks"), ({"within_percent": 0.0}, "above 0"),
    ({"design": ((1.0, 2.0),)}, "three numbers")])
def test_options_that_make_no_sense_are_refused(wrong, says):
    with pytest.raises(BadInput, match=says):
        Options(**wrong)


def test_the_default_strategies_exist():
    assert set(STRATEGIES) <= set(ALL)


def test_replays_of_a_given_truth_need_no_emulator():
    empty = StudyData("nothing", (), SPACE, RiskLimits(), REFERENCE)
    found = findings(replays(Bowl(), empty, Options(("random",), budget=6, repeats=3)),
                     Options(("random",), budget=6, repeats=3))
    assert found.error is None
    assert len(found.curve) == 2
