"""The process that weighs the laws of pressing: what it learns, doubts and does not know."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import torch
from botorch.utils.datasets import SupervisedDataset
from rows_told import falling, grid, line, noise, priors, table

from pressloop.surrogates import predict
from pressloop.surrogates.models import physics_gp, plain_gp
from pressloop.surrogates.models.physics_gp import PhysicsGP, left_out_density
from pressloop.surrogates.parts.prior import Prior, Term
from pressloop.surrogates.parts.rows import TELLING

PLAIN = Prior(scatter=(0.02, 0.8))
FALLING = Term(slopes=(3.0,), slope_sd=(1.0,), origin=(0.0,), amplitude=2.0, amplitude_sd=2.0)


def smooth(x: torch.Tensor) -> torch.Tensor:
    return 3.0 + torch.sin(4.0 * x).sum(-1)


def law(x: torch.Tensor) -> torch.Tensor:
    return 3.0 + 2.0 * torch.exp(-3.0 * x[:, 0])


def process(x, y, error=1e-3, prior=PLAIN, group=None, variance=None) -> PhysicsGP:
    data = table(x, y, error, group)
    if variance is not None:
        data = SupervisedDataset(data.X, data.Y, Yvar=variance.unsqueeze(-1), outcome_names=["y"],
                                 feature_names=data.feature_names)
    return physics_gp.fit(data, prior)


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


def test_a_law_that_is_right_predicts_where_there_are_no_rows():
    x, ahead = 0.4 * grid(8, 1), line(0.6, 0.8, 1.0)
    y = law(x) + noise(8, 0.02)
    informed, plain = (process(x, y, prior=replace(PLAIN, residual=(0.05, 1.0), terms=terms))
                       .moments(ahead) for terms in ((FALLING,), ()))
    assert (informed[0] - law(ahead)).abs().max() < 0.5 * (plain[0] - law(ahead)).abs().max()
    assert ((informed[0] - law(ahead)).abs() < 2.0 * informed[1]).all()


def test_the_residual_takes_over_from_a_law_that_is_wrong():
    """The rows rise where the law says that they fall steeply, and by how much it is sure."""
    wrong = replace(PLAIN, residual=(0.05, 1.0),
                    terms=(replace(FALLING, slope_sd=(0.3,), amplitude_sd=0.2),))
    x, new = grid(24, 1), 0.05 + 0.9 * grid(30, 1, seed=1)
    y = -law(x) + noise(24, 0.02)
    mean, sd = process(x, y, prior=wrong).moments(new)
    assert (mean + law(new)).abs().max() < 0.1
    assert ((mean + law(new)).abs() < 2.5 * sd).double().mean() > 0.9


@pytest.mark.parametrize("seed", range(4))
def test_an_absurd_row_is_doubted_and_moves_little_elsewhere(seed):
    """A reading fifty times too high, 3.9 in its logarithm, where the others follow the law."""
    x = grid(15, 1, seed=seed)
    y = law(x) + noise(15, 0.05, seed)
    odd = int((x[:, 0] - 0.5).abs().argmin())
    far = line(*(v for v in (0.1, 0.2, 0.3, 0.4, 0.6, 0.7, 0.8, 0.9)
                 if abs(v - float(x[odd, 0])) > 0.1))
    absurd = y.clone()
    absurd[odd] += 3.9
    prior = replace(PLAIN, terms=(FALLING,), residual=(0.05, 1.0), scatter=(0.05, 0.25))
    sound, spoilt = (process(x, v, prior=prior) for v in (y, absurd))
    assert spoilt.doubted.nonzero().flatten().tolist() == [odd]
    assert not sound.doubted.any()
    moved = (spoilt.moments(far)[0] - sound.moments(far)[0]).abs()
    assert (moved < 1.96 * spoilt.moments(far)[1]).all()
    assert (moved < 0.2).all()


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


def test_slope_is_that_of_the_mean_where_only_the_law_matters():
    x = grid(12, 2)
    prior = Prior(terms=(Term((3.0, 0.5), (1.0, 0.5), (0.0, 0.0), 2.0, 1.0),),
                  residual=(1e-6, 0.0), scatter=(0.02, 0.2))
    model = process(x, law(x), prior=prior)
    at = 0.1 + 0.8 * grid(6, 2, seed=2)
    steps = [(model.moments(at + step)[0] - model.moments(at - step)[0]) / 2e-4
             for step in 1e-4 * torch.eye(2, dtype=torch.float64)]
    assert torch.allclose(predict.slope(model, at), torch.stack(steps, -1), atol=1e-3)


def test_a_straight_law_is_a_tangent_where_it_outgrows_the_rest():
    bent = replace(FALLING, slope_sd=(1e-6,), amplitude_sd=1e-6, start=1.5, straight=True)
    prior = replace(PLAIN, terms=(bent,), residual=(1e-4, 0.0), level=0.0, level_sd=1e-3)
    model = process(line(1.0), torch.tensor([2.0 * math.exp(-1.5)]).double(), prior=prior)
    x = line(0.0, 0.25, 0.5, 1.0)
    expected = 2.0 * torch.tensor([2.5, 1.75, 1.0, math.exp(-1.5)], dtype=torch.float64)
    assert torch.allclose(model.moments(x)[0], expected, atol=0.01)
    steep = -6.0 * torch.tensor([1.0, 1.0, 1.0, math.exp(-1.5)], dtype=torch.float64)
    assert torch.allclose(predict.slope(model, x)[:, 0], steep, atol=0.05)


def test_a_row_on_a_cliff_says_less_where_inputs_may_be_off():
    x, y = line(0.02, 0.06, 0.3, 0.5, 0.7, 0.9), law(line(0.02, 0.06, 0.3, 0.5, 0.7, 0.9))
    prior = replace(PLAIN, terms=(FALLING,), residual=(0.05, 0.5))
    exact, off = (process(x, y, prior=replace(prior, input_sd=(sd,))) for sd in (0.0, 0.05))
    wider = off.moments(x)[1] / exact.moments(x)[1]
    assert wider[0] > 1.5
    assert wider[0] > wider[-1]


def test_scatter_grows_with_the_law_where_it_comes_with_it():
    x = grid(12, 1)
    told = replace(PLAIN, terms=(FALLING,), misfit=0.3, laws=1.0)
    scatter = process(x, law(x), prior=told).scatter_at(line(0.0, 0.3, 1.0))
    assert scatter[0] > 2.0 * scatter[1] > 2.0 * scatter[2]
    even = process(x, law(x), prior=replace(told, misfit=0.0)).scatter_at(line(0.0, 0.3, 1.0))
    assert float(even.std()) == pytest.approx(0.0, abs=1e-12)


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


def test_the_row_that_the_others_expect_least_has_the_lowest_density():
    x = grid(15, 1)
    y = law(x) + noise(15, 0.03)
    y[4] += 0.3
    model = process(x, y, prior=replace(PLAIN, terms=(FALLING,)))
    assert int(left_out_density(model).argmin()) == 4


CUBE = Prior(terms=(Term((3.0, 0.5, 0.5), (1.0, 0.5, 0.5), (0.0, 0.0, 0.0), 2.0, 2.0),),
             residual=(0.05, 1.0), scatter=(0.1, 0.4))


@pytest.mark.parametrize("seed", range(3))
def test_rows_that_follow_the_laws_speak_for_them(seed):
    x = grid(14, 3, seed=seed)
    y = 3.0 + 2.0 * torch.exp(-3.0 * x[:, 0] - 0.5 * x[:, 1] - 0.5 * x[:, 2]) + noise(14, 0.1, seed)
    assert process(x, y, prior=CUBE).laws > 0.5


@pytest.mark.parametrize("seed", range(3))
def test_rows_that_contradict_the_laws_speak_against_them(seed):
    """They rise where the laws fall, and bend."""
    def true(x):
        return 3.0 + 3.0 * x[:, 0] + torch.sin(6.0 * x[:, 2])

    x, new = grid(40, 3, seed=seed), 0.1 + 0.8 * grid(40, 3, seed=9)
    model = process(x, true(x) + noise(40, 0.1, seed), prior=priors()[0])
    assert model.laws < 0.25
    assert (model.moments(new)[0] - true(new)).abs().mean() < 0.3


def test_laws_can_be_switched_off_or_taken_for_granted():
    x = grid(14, 1)
    y = law(x) + noise(14, 0.05)
    told = replace(PLAIN, terms=(FALLING,), residual=(0.05, 1.0))
    off, none = (process(x, y, prior=p) for p in (replace(told, laws=0.0), PLAIN))
    assert off.laws in (None, 0.0) and none.laws is None
    assert torch.allclose(off.moments(x)[0], none.moments(x)[0], atol=1e-6)
    assert process(x, y, prior=replace(told, laws=1.0)).laws == 1.0
    plain = plain_gp.fit(table(x, y), told)
    assert torch.allclose(plain.moments(x)[0], none.moments(x)[0], atol=1e-6)


@pytest.mark.parametrize("count", [12, 40])
@pytest.mark.parametrize("factor", [100.0, 0.01, 1e-6])
def test_a_reading_a_hundred_times_off_is_doubted_and_moves_the_others_little(count, factor):
    x = grid(count, 3)
    y = falling(x) + noise(count, 0.1)
    at = int((x - 0.5).norm(dim=1).argmin())
    absurd = y.clone()
    absurd[at] += math.log(factor)
    sound, spoilt = (process(x, v, prior=CUBE) for v in (y, absurd))
    assert not sound.doubted.any()
    assert spoilt.doubted.nonzero().flatten().tolist() == [at]
    new = grid(60, 3, seed=9)
    assert (spoilt.moments(new)[0] - sound.moments(new)[0]).abs().mean() < 0.15


def test_one_row_that_is_far_better_is_no_outlier_for_long():
    """A narrow basin: a second stack beside the first that found it, and it is believed."""
    x = torch.cat([grid(16, 3), torch.tensor([[0.8, 0.8, 0.8], [0.82, 0.79, 0.8]]).double()])
    y = 3.5 + noise(18, 0.1) - 2.0 * torch.exp(-40.0 * (x - 0.8).square().sum(-1))
    model = process(x, y, prior=CUBE)
    assert not model.doubted.any()
    assert float(model.moments(x[-1:])[0]) < 2.5
