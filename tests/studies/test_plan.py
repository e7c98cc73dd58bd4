"""Planning: the numbers of the books, and what to expect before the first stack."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from pressloop.optimizer.decision_analysis import stacks_to_prove
from pressloop.optimizer.risk_limits import RiskLimits
from pressloop.studies.data import StudyData
from pressloop.studies.replay.plan import Findings, Options, plan, scatter_of
from pressloop.studies.replay.replay import Options as ReplayOptions
from pressloop.studies.replay.replay import replay
from pressloop.studies.replay.sample_size import (
    power_of,
    replicates,
    smallest_difference_percent,
    stacks_by_t_test,
    stacks_per_arm,
)
from pressloop.trials.errors import BadInput
from pressloop.trials.outcome import Failed, FailureMode
from pressloop.views.study.words.plan import sentences
from tests.studies.stacks import REFERENCE, SPACE, pressed, spread

pytestmark = pytest.mark.slow

KNOWN = {8: {5: 43, 10: 12, 20: 4, 30: 2},
         15: {5: 149, 10: 39, 20: 11, 30: 6, 50: 3},
         25: {5: 412, 10: 108, 20: 30, 30: 15, 50: 6}}
NO_STACKS = StudyData("no stacks", (), SPACE, RiskLimits(), REFERENCE)
CHEAP = ("full_factorial", "random")


def searched(found: Findings, **changed: object) -> Findings:
    """The same plan after other searches."""
    return replace(found, search=replace(found.search, **changed))  # type: ignore[arg-type]


scatters, differences = st.floats(1.0, 60.0), st.floats(2.0, 100.0)


@pytest.mark.parametrize(("scatter", "difference", "stacks"), [
    (scatter, difference, stacks) for scatter, row in KNOWN.items()
    for difference, stacks in row.items()])
def test_the_numbers_of_the_table(scatter, difference, stacks):
    assert stacks_per_arm(scatter, difference) == stacks


@settings(max_examples=50, deadline=None)
@given(scatters, differences, st.floats(0.5, 0.95))
def test_more_scatter_or_a_smaller_difference_never_needs_fewer(scatter, difference, power):
    stacks = stacks_per_arm(scatter, difference, power=power)
    assert stacks_per_arm(1.3 * scatter, difference, power=power) >= stacks
    assert stacks_per_arm(scatter, 0.7 * difference, power=power) >= stacks
    assert stacks_per_arm(scatter, difference, power=0.97) >= stacks


@settings(max_examples=50, deadline=None)
@given(scatters, differences)
def test_the_t_test_never_needs_fewer_and_hardly_more(scatter, difference):
    found = replicates(scatter, difference)
    # The quantiles of the formula are rounded, which a thousandth of the stacks shows.
    assert found.stacks <= found.stacks_t_test <= 1.002 * found.stacks + 3


@settings(max_examples=50, deadline=None)
@given(st.integers(2, 200), scatters)
def test_the_smallest_difference_takes_just_these_stacks(stacks, scatter):
    difference = smallest_difference_percent(stacks, scatter)
    if 0.3 < difference < 900.0:
        assert stacks_by_t_test(scatter, 1.001 * difference) <= stacks
        assert stacks_by_t_test(scatter, 0.999 * difference) > stacks


def test_it_is_the_formula_of_a_recommendation():
    """Apart from the rounding of the quantiles."""
    for scatter, row in KNOWN.items():
        for difference in row:
            told = stacks_to_prove(math.log1p(difference / 100.0), scatter / 100.0)
            assert abs(told - stacks_per_arm(scatter, difference)) <= 1


@pytest.mark.parametrize(("stacks", "scatter", "difference"), [(3, 15.0, 50.0), (12, 15.0, 20.0)])
def test_power_is_how_often_a_t_test_sees_the_difference(stacks, scatter, difference):
    draw = np.random.default_rng(0)
    a = scatter / 100.0 * draw.standard_normal((8000, stacks))
    b = scatter / 100.0 * draw.standard_normal((8000, stacks)) + math.log1p(difference / 100.0)
    seen = np.mean(stats.ttest_ind(a, b, axis=1).pvalue < 0.05)
    assert power_of(stacks, scatter, difference) == pytest.approx(seen, abs=0.02)


def test_so_many_stacks_have_the_power_and_one_fewer_has_not():
    stacks = stacks_by_t_test(15.0, 20.0, power=0.9)
    assert power_of(stacks, 15.0, 20.0) >= 0.9 > power_of(stacks - 1, 15.0, 20.0)


@pytest.mark.parametrize("wrong", [(0.0, 10.0), (10.0, 0.0), (-5.0, 10.0), (math.nan, 10.0)])
def test_nonsense_is_refused(wrong):
    with pytest.raises(BadInput):
        replicates(*wrong)


def test_a_plan_without_stacks():
    found = plan(NO_STACKS, Options(budget=6, repeats=4, strategies=CHEAP, stacks_per_day=3.0))
    text = " ".join(sentences(found))
    assert not found.from_data
    assert (found.scatter.percent, found.scatter.source) == (12.0, "usual")
    assert "No stacks were given" in text
    assert "2 working days" in text
    assert [p.stacks for p in found.search.of("random")] == [3, 6]
    assert all(p.low_percent <= p.median_percent <= p.high_percent for p in found.search.curve)
    tables = found.tables()
    assert {r["stacks"] for r in tables["plan_expected_regret"]} == {3, 6}
    for rows in tables.values():
        assert all(isinstance(v, (str, int, float, bool)) for row in rows for v in row.values())


def test_a_plan_is_the_same_however_the_jobs_are_spread():
    def backwards(work, jobs, what):
        done = {i: work(jobs[i]) for i in reversed(range(len(jobs)))}
        return (done[i] for i in range(len(jobs)))

    options = Options(budget=6, repeats=3, strategies=CHEAP)
    assert plan(NO_STACKS, options).tables() == plan(NO_STACKS, options, each=backwards).tables()


def test_stacks_pressed_alike_tell_the_scatter():
    trials = pressed(list(spread(4)) * 8)
    found = scatter_of(trials, Options(), None)
    assert found.source == "repeats"
    assert 5.0 < found.percent < 25.0
    assert scatter_of(trials, Options(scatter_percent=9.0), None).source == "settings"


def test_stacks_are_used_where_there_are_any():
    data = StudyData("simulated stacks", pressed(spread(40)), SPACE, RiskLimits(), REFERENCE, True)
    found = plan(data, Options(budget=6, repeats=2, strategies=CHEAP))
    assert found.from_data
    assert found.scatter.source == "model"
    assert "agree with the stacks given" in " ".join(sentences(found))


def test_a_plan_and_a_replay_tell_the_same_of_the_same_stacks():
    """One page shows both: what fails by chance is counted the same way."""
    data = StudyData("simulated stacks", pressed(spread(64)), SPACE, RiskLimits(), REFERENCE, True)
    planned = plan(data, Options(budget=6, repeats=3, strategies=CHEAP))
    replayed = replay(data, ReplayOptions(budget=6, repeats=3, strategies=CHEAP))
    assert planned.search.curve == replayed.curve
    failed = sum(isinstance(t.outcome, Failed) and t.outcome.mode is not FailureMode.CRUSHED
                 for t in data.trials)
    assert failed > 6
    assert planned.failed_percent < 5.0, "recipes explain the others"


def test_who_does_better_than_pressloop_is_named():
    found = plan(NO_STACKS, Options(budget=6, repeats=4, strategies=CHEAP))
    better = replace(found.search.pairs[0], worse_percent=-3.0, worse_low=-4.6, worse_high=-1.2)
    said = sentences(searched(found, pairs=(better,)))
    [named] = [s for s in said if "lower than a full factorial design" in s]
    assert "random recipes by 3.0 % (1.2 % to 4.6 %)" in named
    perhaps = replace(better, worse_high=0.5)
    assert len(sentences(searched(found, pairs=(perhaps,)))) == len(said) - 1


def test_who_breaks_the_limits_in_the_end_is_told():
    found = plan(NO_STACKS, Options(budget=6, repeats=4, strategies=CHEAP))
    kept = tuple(replace(c, feasible=(True, True)) for c in found.search.campaigns)
    assert not any("limits allow" in s for s in sentences(searched(found, campaigns=kept)))
    lost = (*kept[:-1], replace(kept[-1], feasible=(True, False)))
    [told] = [s for s in sentences(searched(found, campaigns=lost)) if "limits allow" in s]
    assert "a full factorial design 0, random recipes 25." in told


@pytest.mark.parametrize("wrong", [
    {"scatter_percent": -1.0}, {"power": 1.5}, {"budget": 0}, {"differences_percent": ()},
    {"strategies": ("magic",)}, {"repeats": 1}, {"failed_percent": 120.0}])
def test_options_that_make_no_sense_are_refused(wrong):
    with pytest.raises(BadInput):
        Options(**wrong)
