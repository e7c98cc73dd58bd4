"""The Gaussian process: follows the data, doubts where there are none."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from surrogates.noisy_gp import NoisyGP, Typical, fit_noisy_gp


def grid(count: int, inputs: int = 1, seed: int = 0) -> torch.Tensor:
    return torch.quasirandom.SobolEngine(inputs, scramble=True, seed=seed).draw(
        count, dtype=torch.float64)


def smooth(x: torch.Tensor) -> torch.Tensor:
    return 3.0 + torch.sin(4.0 * x).sum(-1)


def process(x, y, error=1e-3, typical=0.02, spread=0.5, **trend) -> NoisyGP:
    return fit_noisy_gp(x, y, torch.full_like(y, error**2), Typical(spread, typical, **trend))


@pytest.mark.parametrize("inputs", [1, 2, 3])
def test_goes_through_data_of_low_noise_and_between_them(inputs):
    x = grid(16 * inputs, inputs)
    model = process(x, smooth(x), typical=0.005)
    assert torch.allclose(model.predict(x)[0], smooth(x), atol=0.02)
    new = 0.1 + 0.8 * grid(40, inputs, seed=1)
    mean, sd = model.predict(new)
    assert (mean - smooth(new)).abs().max() < 0.15
    assert ((mean - smooth(new)).abs() < 3.0 * sd + 0.02).double().mean() > 0.9


def test_doubt_grows_away_from_data():
    x = 0.3 * grid(8)
    at = torch.tensor([[0.15], [0.5], [0.75], [1.0]], dtype=torch.float64)
    _, sd = process(x, smooth(x)).predict(at)
    assert (sd[1:] > sd[:-1]).all()
    assert sd[-1] > 5.0 * sd[0]


def test_replicates_narrow_the_interval():
    x = torch.tensor([[0.1], [0.5], [0.9]], dtype=torch.float64)
    y = torch.tensor([3.1, 2.9, 3.0], dtype=torch.float64)
    once = process(x, y, error=0.1, typical=0.1)
    often = process(x.repeat(6, 1), y.repeat(6), error=0.1, typical=0.1)
    assert (often.predict(x)[1] < 0.7 * once.predict(x)[1]).all()


def test_row_known_badly_counts_less():
    x = torch.tensor([[0.1], [0.5], [0.5], [0.9]], dtype=torch.float64)
    y = torch.tensor([3.0, 3.0, 4.0, 3.0], dtype=torch.float64)
    errors = torch.tensor([0.01, 0.01, 1.0, 0.01], dtype=torch.float64)
    middle = fit_noisy_gp(x, y, errors**2, Typical(0.5, 0.05)).predict(x[1:2])[0]
    assert abs(float(middle) - 3.0) < 0.1


@pytest.mark.parametrize("true", [0.05, 0.2])
def test_learns_the_scatter_from_stack_to_stack(true):
    x = grid(60)
    draw = torch.Generator().manual_seed(3)
    y = smooth(x) + true * torch.randn(60, generator=draw, dtype=torch.float64)
    model = process(x, y, error=0.01, typical=0.1)
    assert model.fitted
    assert 0.6 * true < model.scatter < 1.6 * true


def test_prediction_is_of_the_recipe_not_of_one_more_stack():
    x = grid(60)
    draw = torch.Generator().manual_seed(3)
    y = smooth(x) + 0.2 * torch.randn(60, generator=draw, dtype=torch.float64)
    model = process(x, y, error=0.01, typical=0.2)
    assert float(model.predict(x)[1].median()) < 0.6 * model.scatter


@pytest.mark.parametrize(("factor", "offset"), [(10.0, 0.0), (1.0, 100.0), (0.1, -5.0)])
def test_units_do_not_matter(factor, offset):
    x = grid(12)
    plain, other = smooth(x), smooth(x) * factor + offset
    one = process(x, plain, error=0.02, typical=0.05)
    two = process(x, other, error=0.02 * factor, typical=0.05 * factor, spread=0.5 * factor,
                  rise_sd=0.1 * factor)
    at = grid(10, seed=5)
    assert torch.allclose(one.predict(at)[0] * factor + offset, two.predict(at)[0],
                          atol=2e-2 * factor)
    assert torch.allclose(one.predict(at)[1] * factor, two.predict(at)[1], rtol=0.1)


def test_one_row_is_enough_to_start():
    x = torch.tensor([[0.5, 0.5]], dtype=torch.float64)
    model = process(x, torch.tensor([3.7], dtype=torch.float64), typical=0.12)
    mean, sd = model.predict(torch.tensor([[0.5, 0.5], [0.0, 1.0]], dtype=torch.float64))
    assert float(mean[0]) == pytest.approx(3.7, abs=0.01)
    assert sd[1] > sd[0] > 0.0


def test_identical_rows_do_not_break_the_fit():
    x = torch.full((10, 2), 0.5, dtype=torch.float64)
    y = torch.full((10,), 3.0, dtype=torch.float64)
    mean, sd = process(x, y, error=0.0, typical=0.12).predict(x[:1])
    assert float(mean) == pytest.approx(3.0, abs=1e-3)
    assert np.isfinite(float(sd))


def test_fit_is_deterministic():
    x = grid(12, 2)
    one, other = (process(x, smooth(x)) for _ in range(2))
    assert torch.equal(one.predict(x)[1], other.predict(x)[1])


def test_moments_are_differentiable_and_agree_with_predict():
    x = grid(12, 2)
    model = process(x, smooth(x))
    at = grid(5, 2, seed=2).requires_grad_()
    mean, sd = model.moments(at.reshape(5, 1, 2))
    assert mean.shape == sd.shape == (5, 1)
    assert torch.allclose(mean.squeeze(-1), model.predict(at.detach())[0])
    gradient, = torch.autograd.grad((mean + sd).sum(), at)
    assert torch.isfinite(gradient).all() and (gradient != 0.0).any()


def test_two_alike_rows_do_not_make_everything_look_flat():
    x = torch.tensor([[0.4], [0.5]], dtype=torch.float64)
    far = torch.tensor([[1.0]], dtype=torch.float64)
    _, sd = process(x, torch.tensor([3.0, 3.0001], dtype=torch.float64)).predict(far)
    assert float(sd) > 0.05


def test_what_is_known_to_rise_rises_where_there_are_no_data():
    x = 0.4 * grid(8)
    y = 0.3 * x[:, 0]
    ahead = torch.tensor([[0.5], [0.75], [1.0]], dtype=torch.float64)
    known = {"rise": 0.6, "rise_sd": 0.3, "always_rises": True}
    rising = process(x, y, spread=0.2, **known).predict(ahead)[0]
    assert (rising.diff() > 0.02).all()
    falling = process(x, -y, spread=0.2, **known).predict(torch.ones(1, 1, dtype=torch.float64))[0]
    free = process(x, -y, spread=0.2).predict(torch.ones(1, 1, dtype=torch.float64))[0]
    assert float(falling) > float(free)


def test_known_rise_gives_way_to_data():
    x = grid(20)
    model = process(x, smooth(x), typical=0.005, rise=0.5, rise_sd=0.2, always_rises=True)
    assert (model.predict(x)[0] - smooth(x)).abs().max() < 0.05


def test_fit_that_fails_says_so_and_falls_back_to_the_data_mean():
    """A typical scatter that no double can square, as a settings file may hold."""
    x, y = grid(3), torch.tensor([1.0, 2.0, 3.0], dtype=torch.float64)
    model = process(x, y, typical=1e160)
    assert not model.fitted
    assert process(x, y).fitted
    mean, sd = model.predict(x)
    assert torch.allclose(mean, torch.full_like(mean, 2.0))
    assert (sd > 0.5).all()
