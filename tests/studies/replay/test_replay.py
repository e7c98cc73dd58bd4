"""Campaigns replayed on a table: fair to every strategy, the same every time."""

from __future__ import annotations

import pytest

from pressloop.optimizer.beliefs.fitting import fit_models
from pressloop.optimizer.problem import Problem
from pressloop.optimizer.risk_limits import RiskLimits
from pressloop.studies.data import StudyData
from pressloop.studies.replay.campaigns import campaign
from pressloop.studies.replay.ground_truth import Judge, TableTruth, usable
from pressloop.studies.replay.options import STRATEGIES
from pressloop.studies.replay.replay import Options, replay
from pressloop.trials.errors import BadInput
from pressloop.views.study.words.replay import sentences
from tests.studies.replay.replayed import ALL, GIVEN
from tests.studies.stacks import REFERENCE, SPACE, pressed, spread

pytestmark = pytest.mark.slow

CHEAP = ("as_listed", "full_factorial", "random")


def table(count=40, repeated=6):
    """Stacks of which some were pressed alike."""
    recipes = spread(count)
    trials = pressed([*recipes, *recipes[:repeated]])
    return StudyData("simulated stacks", trials, SPACE, RiskLimits(), REFERENCE, True)


@pytest.fixture(scope="module")
def data():
    return table()


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


def test_a_pool_is_drawn_anew_for_each_replay(data):
    """A fixed order on a fixed table would be the same campaign over and over, without luck."""
    found = replay(data, Options(("as_listed", "random"), budget=12, repeats=8, on="pool"))
    listed = [c for c in found.campaigns if c.strategy == "as_listed"]
    assert len({c.regret for c in listed}) > 4
    assert "another table" in " ".join(sentences(found))
    rows = TableTruth(data.trials, None).resampled([0, 1])
    assert len(rows.told) == len(data.trials) > len(set(rows.told))
    assert [t.number for t in rows.told] == sorted(t.number for t in rows.told)


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
