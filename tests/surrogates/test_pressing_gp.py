"""The process around known laws: follows the rows, believes the laws until the rows say otherwise,
and knows what it does not know."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import torch
from botorch.acquisition.logei import qLogNoisyExpectedImprovement
from botorch.sampling import SobolQMCNormalSampler

from surrogates.as_botorch import AsBoTorch
from surrogates.pressing_gp import (
    TELLING,
    PressingGP,
    Prior,
    Term,
    fallback_prior,
    fit_pressing_gp,
    left_out_density,
)

PLAIN = Prior(scatter=(0.02, 0.8))
FALLING = Term(slopes=(3.0,), slope_sd=(1.0,), origin=(0.0,), amplitude=2.0, amplitude_sd=2.0)


def grid(count: int, inputs: int = 1, seed: int = 0) -> torch.Tensor:
    return torch.quasirandom.SobolEngine(inputs, scramble=True, seed=seed).draw(
        count, dtype=torch.float64)


def line(*points: float) -> torch.Tensor:
    return torch.tensor(points, dtype=torch.float64).unsqueeze(-1)


def smooth(x: torch.Tensor) -> torch.Tensor:
    return 3.0 + torch.sin(4.0 * x).sum(-1)


def law(x: torch.Tensor) -> torch.Tensor:
    return 3.0 + 2.0 * torch.exp(-3.0 * x[:, 0])


def noise(count: int, sd: float, seed: int = 3) -> torch.Tensor:
    draw = torch.Generator().manual_seed(seed)
    return sd * torch.randn(count, generator=draw, dtype=torch.float64)


def process(x, y, error=1e-3, prior=PLAIN, **other) -> PressingGP:
    return fit_pressing_gp(x, y, torch.full_like(y, error**2), prior, **other)


@pytest.mark.parametrize("inputs", [1, 2, 3])
def test_recovers_a_smooth_function_within_its_stated_interval(inputs):
    x = grid(16 * inputs, inputs)
    model = process(x, smooth(x))
    assert torch.allclose(model.predict(x)[0], smooth(x), atol=0.05)
    new = 0.1 + 0.8 * grid(40, inputs, seed=1)
    mean, sd = model.predict(new)
    assert (mean - smooth(new)).abs().max() < 0.2
    assert ((mean - smooth(new)).abs() < 2.0 * sd).double().mean() > 0.9


def test_interval_holds_as_often_as_it_says():
    """Over noisy tables of five to twenty rows, nine in ten of the 95 % intervals and more."""
    held = []
    for seed in range(12):
        x = grid(5 + seed, 2, seed)
        y = smooth(x) + noise(len(x), 0.1, seed)
        new = grid(50, 2, seed + 100)
        mean, sd = process(x, y, prior=replace(PLAIN, scatter=(0.1, 0.3))).predict(new)
        held.append(((mean - smooth(new)).abs() < 1.96 * sd).double().mean())
    assert torch.stack(held).mean() > 0.88


def test_doubt_grows_away_from_data():
    x = 0.3 * grid(8)
    _, sd = process(x, smooth(x)).predict(line(0.15, 0.5, 0.75, 1.0))
    assert (sd[1:] > sd[:-1]).all()
    assert sd[-1] > 5.0 * sd[0]


def test_two_alike_rows_do_not_make_everything_look_flat():
    model = process(line(0.4, 0.5), torch.tensor([3.0, 3.0001], dtype=torch.float64))
    assert float(model.predict(line(1.0))[1]) > 0.05


def test_one_row_is_enough_to_start():
    x = torch.tensor([[0.5, 0.5], [0.0, 1.0]], dtype=torch.float64)
    mean, sd = process(x[:1], torch.tensor([3.7], dtype=torch.float64)).predict(x)
    assert float(mean[0]) == pytest.approx(3.7, abs=0.01)
    assert sd[1] > sd[0] > 0.0


def test_identical_rows_do_not_break_the_fit():
    x = torch.full((10, 2), 0.5, dtype=torch.float64)
    mean, sd = process(x, torch.full((10,), 3.0, dtype=torch.float64), error=0.0).predict(x[:1])
    assert float(mean) == pytest.approx(3.0, abs=1e-3)
    assert 0.0 < float(sd) < 0.05


def test_replicates_narrow_the_interval():
    x = line(0.1, 0.5, 0.9)
    y = torch.tensor([3.1, 2.9, 3.0], dtype=torch.float64)
    once = process(x, y, error=0.1)
    often = process(x.repeat(6, 1), y.repeat(6), error=0.1)
    assert (often.predict(x)[1] < 0.7 * once.predict(x)[1]).all()


def test_row_known_badly_counts_less():
    x = line(0.1, 0.5, 0.5, 0.9)
    y = torch.tensor([3.0, 3.0, 3.4, 3.0], dtype=torch.float64)
    middles = [float(fit_pressing_gp(x, y, torch.tensor([1e-4, 1e-4, sd**2, 1e-4],
                                                        dtype=torch.float64), PLAIN)
                     .predict(x[1:2])[0]) for sd in (0.01, 1.0)]
    assert middles[0] > 3.1
    assert middles[1] < 3.05


@pytest.mark.parametrize("true", [0.05, 0.2])
def test_learns_the_scatter_of_repeats(true):
    x = grid(60)
    model = process(x, smooth(x) + noise(60, true), error=0.01,
                    prior=replace(PLAIN, scatter=(0.1, 0.8)))
    assert 0.7 * true < model.scatter < 1.4 * true
    assert model.scatter_at(x[:3]).tolist() == pytest.approx([model.scatter] * 3)
    # The prediction is of the recipe, not of one more stack.
    assert float(model.predict(x)[1].median()) < 0.6 * model.scatter


@pytest.mark.parametrize(("factor", "offset"), [(10.0, 0.0), (1.0, 100.0), (0.1, -5.0)])
def test_units_do_not_matter(factor, offset):
    x, at = grid(12), grid(10, seed=5)
    prior = Prior(residual=(0.5 * factor, 0.8), scatter=(0.05 * factor, 0.2), level_sd=factor)
    one = process(x, smooth(x), prior=Prior(scatter=(0.05, 0.2))).predict(at)
    two = process(x, smooth(x) * factor + offset, error=1e-3 * factor, prior=prior).predict(at)
    assert torch.allclose(one[0] * factor + offset, two[0], atol=1e-3 * factor)
    assert torch.allclose(one[1] * factor, two[1], rtol=1e-2)


def test_a_law_that_is_right_predicts_where_there_are_no_rows():
    x, ahead = 0.4 * grid(8), line(0.6, 0.8, 1.0)
    y = law(x) + noise(8, 0.02)
    informed, plain = (process(x, y, prior=replace(PLAIN, residual=(0.05, 1.0), terms=terms))
                       .predict(ahead) for terms in ((FALLING,), ()))
    assert (informed[0] - law(ahead)).abs().max() < 0.5 * (plain[0] - law(ahead)).abs().max()
    assert ((informed[0] - law(ahead)).abs() < 2.0 * informed[1]).all()


def test_the_residual_takes_over_from_a_law_that_is_wrong():
    """The rows rise where the law says that they fall steeply, and by how much it is sure."""
    wrong = replace(PLAIN, residual=(0.05, 1.0),
                    terms=(replace(FALLING, slope_sd=(0.3,), amplitude_sd=0.2),))
    x, new = grid(24), 0.05 + 0.9 * grid(30, seed=1)
    y = -law(x) + noise(24, 0.02)
    mean, sd = process(x, y, prior=wrong).predict(new)
    assert (mean + law(new)).abs().max() < 0.1
    assert ((mean + law(new)).abs() < 2.5 * sd).double().mean() > 0.9


@pytest.mark.parametrize("seed", range(3))
def test_an_absurd_row_is_doubted_and_moves_little_elsewhere(seed):
    """A reading fifty times too high, 3.9 in its logarithm, where the others follow the law."""
    x = grid(15, seed=seed)
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
    moved = (spoilt.predict(far)[0] - sound.predict(far)[0]).abs()
    assert (moved < 1.96 * spoilt.predict(far)[1]).all()
    assert (moved < 0.2).all()


def test_what_another_group_has_of_its_own_is_learned_as_its_own():
    x = grid(12)
    y = smooth(x) + noise(12, 0.03)
    others = grid(12, seed=4)
    theirs = smooth(others) + 1.0 + noise(12, 0.03, 5)
    group = torch.cat([torch.zeros(12), torch.ones(12)]).long()
    both, told = torch.cat([x, others]), torch.cat([y, theirs])
    alone = process(x, y)
    apart, mixed = process(both, told, group=group), process(both, told)
    at = line(0.1, 0.4, 0.6, 0.9)
    assert (apart.predict(at)[0] - alone.predict(at)[0]).abs().max() < 0.1
    assert (mixed.predict(at)[0] - alone.predict(at)[0]).abs().max() > 0.3


def test_a_few_rows_of_its_own_make_another_group_useful():
    """Two own rows alone say little; with another lot's shape they say a lot."""
    x, others, at = line(0.1, 0.9), grid(15, seed=4), line(0.3, 0.5, 0.7)
    group = torch.cat([torch.zeros(2), torch.ones(15)]).long()
    alone = process(x, smooth(x)).predict(at)
    helped = process(torch.cat([x, others]), torch.cat([smooth(x), smooth(others) + 0.3]),
                     group=group).predict(at)
    assert (helped[0] - smooth(at)).abs().max() < 0.5 * (alone[0] - smooth(at)).abs().max()
    assert (helped[1] < alone[1]).all()


@pytest.fixture(scope="module")
def two_inputs() -> PressingGP:
    """Twenty rows of two groups around a law of two inputs."""
    x = grid(20, 2)
    prior = replace(PLAIN, terms=(Term((3.0, 0.5), (1.0, 0.5), (0.0, 0.0), 1.0, 1.0),))
    return process(x, law(x) + 0.3 * x[:, 1] + noise(20, 0.05), prior=prior,
                   group=(torch.arange(20) % 4 == 0).long())


def test_covariance_is_that_of_the_moments(two_inputs):
    a, b = grid(7, 2, seed=2), grid(5, 2, seed=3)
    between = two_inputs.covariance(a, a)
    assert torch.allclose(between.diagonal(), two_inputs.predict(a)[1].square(), rtol=1e-6)
    assert torch.allclose(between, between.T, atol=1e-12)
    assert torch.linalg.eigvalsh(between).min() > -1e-10
    assert torch.allclose(two_inputs.covariance(a, b), two_inputs.covariance(b, a).T, atol=1e-12)


def test_moments_are_differentiable_and_agree_with_predict(two_inputs):
    at = grid(5, 2, seed=2).requires_grad_()
    mean, sd = two_inputs.moments(at.reshape(5, 1, 2))
    assert mean.shape == sd.shape == (5, 1)
    assert torch.allclose(mean.squeeze(-1), two_inputs.predict(at.detach())[0])
    gradient, = torch.autograd.grad((mean + sd).sum(), at)
    assert torch.isfinite(gradient).all() and (gradient != 0.0).any()


def test_slope_is_that_of_the_mean_where_only_the_law_matters():
    x = grid(12, 2)
    prior = Prior(terms=(Term((3.0, 0.5), (1.0, 0.5), (0.0, 0.0), 2.0, 1.0),),
                  residual=(1e-6, 0.0), scatter=(0.02, 0.2))
    model = process(x, law(x), prior=prior)
    at = 0.1 + 0.8 * grid(6, 2, seed=2)
    steps = [(model.predict(at + step)[0] - model.predict(at - step)[0]) / 2e-4
             for step in 1e-4 * torch.eye(2, dtype=torch.float64)]
    assert torch.allclose(model.slope(at), torch.stack(steps, -1), atol=1e-3)


def test_a_straight_law_is_a_tangent_where_it_outgrows_the_rest():
    bent = replace(FALLING, slope_sd=(1e-6,), amplitude_sd=1e-6, start=1.5, straight=True)
    prior = replace(PLAIN, terms=(bent,), residual=(1e-4, 0.0), level=0.0, level_sd=1e-3)
    model = process(line(1.0), torch.tensor([2.0 * math.exp(-1.5)]).double(), prior=prior)
    x = line(0.0, 0.25, 0.5, 1.0)
    expected = 2.0 * torch.tensor([2.5, 1.75, 1.0, math.exp(-1.5)], dtype=torch.float64)
    assert torch.allclose(model.predict(x)[0], expected, atol=0.01)
    steep = -6.0 * torch.tensor([1.0, 1.0, 1.0, math.exp(-1.5)], dtype=torch.float64)
    assert torch.allclose(model.slope(x)[:, 0], steep, atol=0.05)


def test_points_told_anew_are_looked_at_anew(two_inputs):
    """Answers are remembered by points: changed in place, they are other points."""
    at = grid(4, 2, seed=6)
    first = two_inputs.predict(at)[0].clone()
    at += 0.2
    assert torch.equal(two_inputs.predict(at)[0], two_inputs.predict(at.clone())[0])
    assert not torch.allclose(two_inputs.predict(at)[0], first)


def test_a_row_on_a_cliff_says_less_where_inputs_may_be_off():
    x, y = line(0.02, 0.06, 0.3, 0.5, 0.7, 0.9), law(line(0.02, 0.06, 0.3, 0.5, 0.7, 0.9))
    prior = replace(PLAIN, terms=(FALLING,), residual=(0.05, 0.5))
    exact, off = (process(x, y, prior=prior, input_sd=torch.tensor([sd], dtype=torch.float64))
                  for sd in (0.0, 0.05))
    wider = off.predict(x)[1] / exact.predict(x)[1]
    assert wider[0] > 1.5
    assert wider[0] > wider[-1]


def test_scatter_grows_with_the_law_where_it_comes_with_it():
    x = grid(12)
    told = replace(PLAIN, terms=(FALLING,), misfit=0.3)
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
    assert torch.equal(one.predict(x)[1], other.predict(x)[1])


def test_many_rows_are_all_conditioned_on():
    """Hyperparameters come from a part of the rows, predictions from all."""
    count = 2 * TELLING + 1
    x = grid(count, 2)
    y = smooth(x) + noise(count, 0.1)
    prior = replace(PLAIN, scatter=(0.1, 0.3))
    many, some = process(x, y, prior=prior), process(x[:TELLING], y[:TELLING], prior=prior)
    new = 0.1 + 0.8 * grid(30, 2, seed=7)
    assert many.x.shape[0] == count and many.weights.shape[1] == count
    assert many.predict(new)[1].mean() < some.predict(new)[1].mean()
    for row in (0, 1, count - 2, count - 1):
        told = y.clone()
        told[row] += 0.2
        assert not torch.allclose(process(x, told, prior=prior).predict(x[row:row + 1])[0],
                                  many.predict(x[row:row + 1])[0], atol=1e-3)


def test_many_rows_of_others_do_not_crowd_out_the_own():
    x, others = grid(10), grid(3 * TELLING, seed=4)
    group = torch.cat([torch.ones(3 * TELLING), torch.zeros(10)]).long()
    model = process(torch.cat([others, x]),
                    torch.cat([smooth(others) + 1.0, smooth(x)]) + noise(3 * TELLING + 10, 0.03),
                    group=group)
    assert (model.predict(x)[0] - smooth(x)).abs().max() < 0.1


def test_without_laws_it_is_a_plain_process():
    x = grid(16)
    prior = fallback_prior(replace(PLAIN, terms=(FALLING,), residual=(1e-3, 0.1)))
    assert prior.terms == ()
    assert torch.allclose(process(x, smooth(x), prior=prior).predict(x)[0], smooth(x), atol=0.05)


def test_botorch_sees_the_same_posterior(two_inputs):
    x = grid(12, 2, seed=8).reshape(3, 4, 2)
    posterior = AsBoTorch(two_inputs).posterior(x)
    mean, sd = two_inputs.predict(x)
    assert torch.allclose(posterior.mean.squeeze(-1), mean)
    assert torch.allclose(posterior.variance.squeeze(-1), sd.square(), rtol=1e-4, atol=1e-7)


def test_botorch_acquisitions_run_on_it(two_inputs):
    improvement = qLogNoisyExpectedImprovement(
        AsBoTorch(two_inputs), X_baseline=two_inputs.x,
        sampler=SobolQMCNormalSampler(torch.Size([32]), seed=0), cache_root=False)
    # The process falls along the first input, so what improves (upwards) lies at its start.
    value = improvement(torch.tensor([[[0.0, 0.9]], [[0.95, 0.5]]], dtype=torch.float64))
    assert torch.isfinite(value).all()
    assert value[0] > value[1]


def test_the_row_that_the_others_expect_least_has_the_lowest_density():
    x = grid(15)
    y = law(x) + noise(15, 0.03)
    y[4] += 0.3
    model = process(x, y, prior=replace(PLAIN, terms=(FALLING,)))
    assert int(left_out_density(model).argmin()) == 4
