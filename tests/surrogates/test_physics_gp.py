"""The process that weighs the laws of pressing: what it learns, doubts and does not know."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from processes_fitted import PLAIN, law, process, smooth
from rows_told import grid, line, noise

from pressloop.surrogates.models.physics_gp import PhysicsGP
from pressloop.surrogates.parts.prior import Prior, Term
from pressloop.surrogates.parts.rows import TELLING


@pytest.mark.parametrize("inputs", [1, 2, 3])
def test_recovers_a_smooth_function_within_its_stated_interval(inputs):
    x = grid(16 * inputs, inputs)
    model = process(x, smooth(x))
    assert torch.allclose(model.moments(x)[0], smooth(x), atol=0.05)
    new = 0.1 + 0.8 * grid(40, inputs, seed=1)
    mean, sd = model.moments(new)
    assert (mean - smooth(new)).abs().max() < 0.2
    assert ((mean - smooth(new)).abs() < 2.0 * sd).double().mean() > 0.9


def test_interval_holds_as_often_as_it_says():
    """Over noisy tables of five to twenty rows, nine in ten of the 95 % intervals and more."""
    held = []
    for seed in range(12):
        x = grid(5 + seed, 2, seed)
        y = smooth(x) + noise(len(x), 0.1, seed)
        new = grid(50, 2, seed + 100)
        mean, sd = process(x, y, prior=replace(PLAIN, scatter=(0.1, 0.3))).moments(new)
        held.append(((mean - smooth(new)).abs() < 1.96 * sd).double().mean())
    assert torch.stack(held).mean() > 0.88


def test_doubt_grows_away_from_data():
    x = 0.3 * grid(8, 1)
    _, sd = process(x, smooth(x)).moments(line(0.15, 0.5, 0.75, 1.0))
    assert (sd[1:] > sd[:-1]).all()
    assert sd[-1] > 5.0 * sd[0]


def test_two_alike_rows_do_not_make_everything_look_flat():
    model = process(line(0.4, 0.5), torch.tensor([3.0, 3.0001], dtype=torch.float64))
    assert float(model.moments(line(1.0))[1]) > 0.05


def test_one_row_is_enough_to_start():
    x = torch.tensor([[0.5, 0.5], [0.0, 1.0]], dtype=torch.float64)
    mean, sd = process(x[:1], torch.tensor([3.7], dtype=torch.float64)).moments(x)
    assert float(mean[0]) == pytest.approx(3.7, abs=0.01)
    assert sd[1] > sd[0] > 0.0


def test_identical_rows_do_not_break_the_fit():
    x = torch.full((10, 2), 0.5, dtype=torch.float64)
    mean, sd = process(x, torch.full((10,), 3.0, dtype=torch.float64), error=0.0).moments(x[:1])
    assert float(mean) == pytest.approx(3.0, abs=1e-3)
    assert 0.0 < float(sd) < 0.05


def test_replicates_narrow_the_interval():
    x = line(0.1, 0.5, 0.9)
    y = torch.tensor([3.1, 2.9, 3.0], dtype=torch.float64)
    once = process(x, y, error=0.1)
    often = process(x.repeat(6, 1), y.repeat(6), error=0.1)
    assert (often.moments(x)[1] < 0.7 * once.moments(x)[1]).all()


def test_row_known_badly_counts_less():
    x = line(0.1, 0.5, 0.5, 0.9)
    y = torch.tensor([3.0, 3.0, 3.4, 3.0], dtype=torch.float64)
    middles = [float(process(x, y, variance=torch.tensor([1e-4, 1e-4, sd**2, 1e-4]).double(),
                             prior=replace(PLAIN, scatter=(0.2, 0.3))).moments(x[1:2])[0])
               for sd in (0.01, 3.0)]
    assert middles[0] > middles[1] + 0.03
    assert middles[1] < 3.05


@pytest.mark.parametrize("true", [0.05, 0.2])
def test_learns_the_scatter_of_repeats(true):
    x = grid(60, 1)
    model = process(x, smooth(x) + noise(60, true), error=0.01,
                    prior=replace(PLAIN, scatter=(0.1, 0.8)))
    scatter = model.scatter_at(x[:3])
    assert (0.7 * true < scatter).all() and (scatter < 1.4 * true).all()
    # The prediction is of the recipe, not of one more stack.
    assert float(model.moments(x)[1].median()) < 0.6 * float(scatter[0])


@pytest.mark.parametrize(("factor", "offset"), [(10.0, 0.0), (1.0, 100.0), (0.1, -5.0)])
def test_units_do_not_matter(factor, offset):
    x, at = grid(12, 1), grid(10, 1, seed=5)
    prior = Prior(plain_residual=(0.5 * factor, 0.7), scatter=(0.05 * factor, 0.2), level_sd=factor)
    one = process(x, smooth(x), prior=Prior(scatter=(0.05, 0.2))).moments(at)
    two = process(x, smooth(x) * factor + offset, error=1e-3 * factor, prior=prior).moments(at)
    assert torch.allclose(one[0] * factor + offset, two[0], atol=5e-3 * factor)
    assert torch.allclose(one[1] * factor, two[1], rtol=3e-2)


def test_what_another_group_has_of_its_own_is_learned_as_its_own():
    x = grid(12, 1)
    y = smooth(x) + noise(12, 0.03)
    others = grid(12, 1, seed=4)
    theirs = smooth(others) + 1.0 + noise(12, 0.03, 5)
    group = torch.cat([torch.zeros(12), torch.ones(12)]).long()
    both, told = torch.cat([x, others]), torch.cat([y, theirs])
    alone = process(x, y)
    apart, mixed = process(both, told, group=group), process(both, told)
    at = line(0.1, 0.4, 0.6, 0.9)
    assert (apart.moments(at)[0] - alone.moments(at)[0]).abs().max() < 0.1
    assert (mixed.moments(at)[0] - alone.moments(at)[0]).abs().max() > 0.3


def test_a_few_rows_of_its_own_make_another_group_useful():
    """Two own rows alone say little; with another lot's shape they say a lot."""
    x, others, at = line(0.1, 0.9), grid(15, 1, seed=4), line(0.3, 0.5, 0.7)
    group = torch.cat([torch.zeros(2), torch.ones(15)]).long()
    alone = process(x, smooth(x)).moments(at)
    helped = process(torch.cat([x, others]), torch.cat([smooth(x), smooth(others) + 0.3]),
                     group=group).moments(at)
    assert (helped[0] - smooth(at)).abs().max() < 0.5 * (alone[0] - smooth(at)).abs().max()
    assert (helped[1] < alone[1]).all()


@pytest.fixture(scope="module")
def two_inputs() -> PhysicsGP:
    """Twenty rows of two groups around a law of two inputs."""
    x = grid(20, 2)
    prior = replace(PLAIN, terms=(Term((3.0, 0.5), (1.0, 0.5), (0.0, 0.0), 1.0, 1.0),))
    return process(x, law(x) + 0.3 * x[:, 1] + noise(20, 0.05), prior=prior,
                   group=(torch.arange(20) % 4 == 0).long())


def test_covariance_is_that_of_the_moments(two_inputs):
    a, b = grid(7, 2, seed=2), grid(5, 2, seed=3)
    between = two_inputs.covariance(a, a)
    assert torch.allclose(between.diagonal(), two_inputs.moments(a)[1].square(), rtol=1e-6)
    assert torch.allclose(between, between.T, atol=1e-12)
    assert torch.linalg.eigvalsh(between).min() > -1e-10
    assert torch.allclose(two_inputs.covariance(a, b), two_inputs.covariance(b, a).T, atol=1e-12)


def test_same_rows_twice_give_the_same_draws():
    x = grid(12, 2)
    one, other = (process(x, smooth(x), prior=replace(PLAIN, terms=(Term(
        (1.0, 0.0), (1.0, 1.0), (0.0, 0.0), 1.0, 1.0),))) for _ in range(2))
    assert torch.equal(one.draws.lengths, other.draws.lengths)
    assert torch.equal(one.draws.slopes[0], other.draws.slopes[0])
    assert torch.equal(one.moments(x)[1], other.moments(x)[1])


@pytest.mark.slow
def test_many_rows_are_all_conditioned_on():
    """Hyperparameters come from a part of the rows, predictions from all."""
    count = 2 * TELLING + 1
    x = grid(count, 2)
    y = smooth(x) + noise(count, 0.1)
    prior = replace(PLAIN, scatter=(0.1, 0.3))
    many, some = process(x, y, prior=prior), process(x[:TELLING], y[:TELLING], prior=prior)
    new = 0.1 + 0.8 * grid(30, 2, seed=7)
    assert many.rows.shape[0] == count and many.weights.shape[1] == count
    assert many.moments(new)[1].mean() < some.moments(new)[1].mean()
    for row in (0, 1, count - 2, count - 1):
        told = y.clone()
        told[row] += 0.2
        assert not torch.allclose(process(x, told, prior=prior).moments(x[row:row + 1])[0],
                                  many.moments(x[row:row + 1])[0], atol=1e-3)


def test_many_rows_of_others_do_not_crowd_out_the_own():
    x, others = grid(10, 1), grid(3 * TELLING, 1, seed=4)
    group = torch.cat([torch.ones(3 * TELLING), torch.zeros(10)]).long()
    model = process(torch.cat([others, x]),
                    torch.cat([smooth(others) + 1.0, smooth(x)]) + noise(3 * TELLING + 10, 0.03),
                    group=group)
    assert (model.moments(x)[0] - smooth(x)).abs().max() < 0.1
