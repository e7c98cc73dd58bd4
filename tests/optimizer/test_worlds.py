"""Worlds are drawn by number, are searchable, and tell what their telling says."""

from __future__ import annotations

import argparse

import numpy as np
import pytest
from scipy.stats import qmc

from benchmarks.optimizers import problems
from benchmarks.optimizers.problems.worlds import FAMILIES, TELLINGS, names
from benchmarks.optimizers.problems.worlds.judge import FLAT, drawn
from benchmarks.optimizers.problems.worlds.problem import WorldProblem
from benchmarks.optimizers.run import Job, _problems, campaign
from pressloop.trials.outcome import Failed, FailureMode, Intact, SetAside

pytestmark = pytest.mark.slow

POINTS = qmc.Sobol(3, rng=9).random(64)


def seen(problem: WorldProblem, seed: int = 0) -> list:
    with problem.bench(seed) as bench:
        return [bench.observe(x, i + 1) for i, x in enumerate(POINTS)]


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_can_be_searched(family: str) -> None:
    for instance in range(3):
        problem = WorldProblem(family, "index", instance)
        assert problem.judge.share >= 0.15
        assert 4.9 < problem.optimum < 50.1
        assert family in FLAT or np.log(problem.typical / problem.optimum) >= 0.02
        reference = problem.space.encode([problem.reference])[0]
        assert problem.space.contains(problem.reference) and problem.truth(reference).feasible


@pytest.mark.parametrize("family", FAMILIES)
def test_the_optimum_is_feasible_and_no_point_is_better(family: str) -> None:
    problem = WorldProblem(family, "index", 1)
    value, x = problem.judge.best
    assert np.isfinite(problem.judge.value(x)).all()
    assert problem.judge.value(qmc.Sobol(3, rng=4).random(2**13)).min() >= 0.999 * value


@pytest.mark.parametrize("family", FAMILIES)
def test_instances_differ_and_are_the_same_by_number(family: str) -> None:
    one, other = (WorldProblem(family, "index", i) for i in (0, 1))
    before = one.optimum, one.truth(POINTS[0])
    assert one.truth(POINTS[0]).value != other.truth(POINTS[0]).value
    drawn.cache_clear()
    again = WorldProblem(family, "index", 0)
    assert (again.optimum, again.truth(POINTS[0])) == before


@pytest.mark.parametrize("family", FAMILIES)
def test_a_stack_is_the_same_however_it_is_told(family: str) -> None:
    index, labels, bare = (seen(WorldProblem(family, t, 2)) for t in TELLINGS)
    assert [o.value for o in index] == [o.value for o in labels] == [o.value for o in bare]
    assert [o.failed for o in index] == [o.failed for o in labels] == [o.failed for o in bare]
    assert any(isinstance(o.outcome, Intact) for o in index)


@pytest.mark.parametrize("family", FAMILIES)
def test_a_telling_tells_what_it_should(family: str) -> None:
    for telling in TELLINGS:
        problem = WorldProblem(family, telling, 1)
        for o in seen(problem):
            if isinstance(o.outcome, SetAside):
                assert o.set_aside and not o.measured
                continue
            assert set(o.measured) == set(problem.limits)
            assert (o.outcome.damage is not None) == (telling == "index")
            assert o.works == (o.failed is None) == isinstance(o.outcome, Intact)
            if telling == "index" and o.failed in (None, FailureMode.CRUSHED):
                assert (o.outcome.damage.index > 0.05) == (o.failed is not None)
            if isinstance(o.outcome, Intact):
                assert (o.outcome.resistance_se_ohm_cm2 is None) == (telling == "bare")
                assert (o.value_se == 0.0) == (telling == "bare")
            else:
                assert isinstance(o.outcome, Failed) and o.value is None


def test_noise_depends_on_campaign_and_number_alone() -> None:
    problem, x = WorldProblem("corner", "labels", 1), POINTS[3]
    with problem.bench(0) as one, problem.bench(0) as other, problem.bench(1) as elsewhere:
        other.observe(POINTS[4], 1)
        assert one.observe(x, 2).value == other.observe(x, 2).value
        assert one.observe(x, 3).value != elsewhere.observe(x, 3).value


@pytest.mark.slow
def test_stacks_fail_as_often_as_is_told() -> None:
    for family in ("heckel", "elastic_contacts", "soft_extrusion", "hardly_any_effect"):
        problem = WorldProblem(family, "labels", 3)
        with problem.bench(0) as bench:
            failed = [bench.observe(POINTS[n % 64], n + 1).failed is not None for n in range(1280)]
        told = problem.failure_probability(POINTS).mean()
        assert np.mean(failed) == pytest.approx(told, abs=0.02)


def test_lots_take_turns_and_the_last_one_is_judged() -> None:
    problem = WorldProblem("reversed_lot", "labels", 0)
    lots = [problem.stack(n).lot for n in range(1, 31)]
    assert set(lots) == {"first", "second"} and lots[0] == "first"
    weaker = {lot.name: lot.weaker for lot in problem.world.lots}[lots[-1]]
    at = problem._rounded(POINTS)
    assert np.array_equal(problem.crush_probability(POINTS),
                          problem.world.crush_probability(*at, weaker=weaker))


def test_tellings_rotate_and_families_expand() -> None:
    assert names("ridge", "rotate", range(3)) == [f"worlds/ridge/{t}/{i}"
                                                  for i, t in enumerate(TELLINGS)]
    args = argparse.Namespace(problems="press/fragile,worlds/ridge", instances="1-2",
                              tellings="all")
    assert len(_problems(args)) == 7
    assert problems.problem("worlds/ridge/bare/2").name == "worlds/ridge/bare/2"
    with pytest.raises(KeyError):
        problems.problem("worlds/nowhere/bare/2")


def test_a_campaign_runs_to_its_end() -> None:
    rows = campaign(Job("sobol", "worlds/rough_readings/bare/2", 0, 30, 3))
    assert rows[-1].stacks == 30 and not rows[-1].error and rows[-1].hopeless != ""
