"""The benchmark's problems are what its report says they are."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import qmc

from benchmarks.optimizers import problems
from benchmarks.optimizers.methods.central_composite import design
from benchmarks.optimizers.methods.full_factorial import levels
from benchmarks.optimizers.run import Job, campaign

PUBLISHED = [f"published/{title}" for title in problems.PUBLISHED]


@pytest.mark.parametrize("name", PUBLISHED)
def test_no_feasible_point_is_better_than_the_stated_optimum(name: str) -> None:
    problem = problems.problem(name)
    value, limits = problem.evaluate(qmc.Sobol(problem.dim, rng=3).random(2**15))
    feasible = (limits <= 0.0).all(axis=1)
    assert feasible.mean() > 0.05
    assert value[feasible].min() >= problem.optimum


@pytest.mark.slow
@pytest.mark.parametrize("name", [PUBLISHED[0], "press/fragile"])
def test_a_stack_has_its_own_noise_whatever_was_pressed_before_it(name: str) -> None:
    problem = problems.problem(name)
    x = np.full(problem.dim, 0.5)
    with problem.bench(4) as one, problem.bench(4) as other, problem.bench(5) as elsewhere:
        other.observe(0.9 * x, 1)
        assert one.observe(x, 2).value == other.observe(x, 2).value
        assert one.observe(x, 3).value != elsewhere.observe(x, 3).value


def test_what_is_infeasible_or_missing_counts_as_the_typical_recipe() -> None:
    problem = problems.problem("published/WeldedBeam")
    rows = campaign(Job("sobol", problem.name, 0, 9, 3))
    assert [r.stacks for r in rows] == [3, 6, 9] and not any(r.error for r in rows)
    lost = np.log(problem.typical / problem.optimum)
    assert all(r.ln_regret == pytest.approx(lost, abs=1e-4) for r in rows if r.feasible != 1)


@pytest.mark.slow
def test_pressloop_searches_a_published_problem() -> None:
    """Its parts on a plain cube, which is no space of recipes."""
    rows = campaign(Job("pressloop", "published/WeldedBeam", 0, 6, 3))
    assert [r.stacks for r in rows] == [3, 6] and not any(r.error for r in rows)


def test_a_method_that_cannot_take_a_problem_says_so() -> None:
    row, = campaign(Job("central_composite", "published/SpeedReducer", 0, 30, 3))
    assert row.error.startswith("not offered")


@pytest.mark.parametrize("dim", [3, 4, 7])
def test_factorial_has_every_pair_of_levels_equally_often(dim: int) -> None:
    rows = levels(dim)
    for i in range(dim):
        for j in range(i):
            assert set(np.unique(rows[:, [i, j]], axis=0, return_counts=True)[1]) == {3}


def test_central_composite_stays_within_the_cube_and_fills_whole_batches() -> None:
    for dim in (3, 4):
        points = design(dim)
        assert points.min() == 0.0 and points.max() == 1.0 and len(points) % 3 == 0
