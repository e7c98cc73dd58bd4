"""BoTorch's own acquisitions and optimisers, unmodified, on our surrogates."""

from __future__ import annotations

import pytest
import torch
from botorch.acquisition.logei import (
    qLogNoisyExpectedImprovement,
    qLogProbabilityOfFeasibility,
)
from botorch.acquisition.objective import GenericMCObjective
from botorch.exceptions.errors import UnsupportedError
from botorch.models import ModelListGP, SingleTaskGP
from botorch.optim import optimize_acqf, optimize_acqf_discrete
from botorch.sampling import SobolQMCNormalSampler
from rows_told import crushed, falling, grid, noise, priors, table

from pressloop.surrogates import predict
from pressloop.surrogates.failures import threshold
from pressloop.surrogates.models import physics_gp
from pressloop.surrogates.parts.ensemble_gp import JITTER, EnsembleGP

ROWS, DRAWS = 16, 8
BOUNDS = torch.tensor([[0.0] * 3, [1.0] * 3], dtype=torch.float64)
LOWEST = GenericMCObjective(lambda samples, X=None: -samples[..., 0])
SURVIVES = [lambda samples: samples[..., 1]]
X = grid(ROWS)
EXACT = 2e-8
"""Our joint posterior has a jitter of 1e-8 on its diagonal."""


def sampler() -> SobolQMCNormalSampler:
    return SobolQMCNormalSampler(torch.Size([32]), seed=0)


@pytest.fixture(scope="module")
def resistance() -> physics_gp.PhysicsGP:
    """Rows of two lots around a fall with pressure and dwell."""
    group = (torch.arange(ROWS) % 4 == 0).double()
    y = falling(X) + 0.3 * group + noise(ROWS, 0.05)
    return physics_gp.fit(table(X, y, 0.01, group), priors(DRAWS)[0])


@pytest.fixture(scope="module")
def crushing() -> threshold.ThresholdGP:
    return threshold.fit(None, table(X, crushed(X), 0.0), priors(DRAWS)[1])


@pytest.fixture(scope="module")
def both(resistance, crushing) -> ModelListGP:
    return ModelListGP(resistance, crushing)


def improvement(model, **other) -> qLogNoisyExpectedImprovement:
    return qLogNoisyExpectedImprovement(model, X_baseline=X, sampler=sampler(), objective=LOWEST,
                                        **other)


def best(acquisition, q: int = 1, **other) -> tuple[torch.Tensor, torch.Tensor]:
    return optimize_acqf(acquisition, BOUNDS, q=q, num_restarts=2, raw_samples=16,
                         options={"maxiter": 15, "seed": 0}, **other)


@pytest.mark.parametrize("which", ["resistance", "crushing"])
@pytest.mark.parametrize("shape", [(5, 1, 3), (4, 3, 3), (2, 2, 2, 3)])
def test_posterior_is_the_one_that_gpytorch_computes(which, shape, request):
    model: EnsembleGP = request.getfixturevalue(which)
    x = grid(100, seed=2)[:torch.Size(shape[:-1]).numel()].reshape(shape)
    ours = model.posterior(x)
    grouped = torch.cat([x, x.new_zeros(*shape[:-1], 1)], -1).unsqueeze(-3)
    theirs = SingleTaskGP.posterior(model, grouped)
    assert ours.mean.shape == (*shape[:-2], DRAWS, shape[-2], 1)
    assert torch.allclose(ours.mean, theirs.mean, atol=1e-8)
    assert torch.allclose(ours.variance - JITTER, theirs.variance, atol=1e-8)
    own = ours.distribution.covariance_matrix - JITTER * torch.eye(shape[-2]).double()
    assert torch.allclose(own, theirs.distribution.covariance_matrix, atol=1e-8)


@pytest.mark.parametrize("which", ["resistance", "crushing"])
def test_moments_and_covariance_are_those_of_the_posterior(which, request):
    model: EnsembleGP = request.getfixturevalue(which)
    x = grid(6, seed=2)
    found = model.posterior(x)
    mean, sd = predict.moments(model, x)
    assert torch.allclose(mean, found.mixture_mean.squeeze(-1), atol=1e-8)
    assert torch.allclose(sd.square(), found.mixture_variance.squeeze(-1), atol=EXACT)
    assert torch.allclose(predict.covariance(model, x, x), torch.as_tensor(
        found.mixture_covariance_matrix.to_dense()), atol=EXACT)


def test_observation_noise_is_the_scatter_of_one_more_stack(resistance, crushing):
    x = grid(6, seed=2)
    for model in (resistance, crushing):
        known, noisy = (model.posterior(x, observation_noise=told).mixture_variance.squeeze(-1)
                        for told in (False, True))
        assert torch.allclose(noisy - known, predict.scatter(model, x).square(), atol=1e-8)
    given = torch.full((6, 1), 0.5, dtype=torch.float64)
    told = resistance.posterior(x, observation_noise=given).mixture_variance
    assert torch.allclose(told - resistance.posterior(x).mixture_variance, given, atol=1e-8)


@pytest.mark.parametrize("options", [{}, {"cache_root": False}, {"prune_baseline": True},
                                     {"X_pending": X[:2] + 0.01, "cache_root": False}])
def test_noisy_improvement_is_optimised_by_gradient(resistance, options):
    points, value = best(improvement(resistance, **options))
    start = improvement(resistance, **options)(X[:1].unsqueeze(0))
    assert points.shape == (1, 3) and value.isfinite() and value > start
    assert points[0, 0] > 0.6


def test_gradient_of_an_acquisition_is_its_slope(resistance, both):
    for found in (improvement(resistance), improvement(both, constraints=SURVIVES)):
        x = torch.tensor([[[0.55, 0.5, 0.5]]], dtype=torch.float64, requires_grad=True)
        gradient, = torch.autograd.grad(found(x).sum(), x)
        step = torch.tensor([1e-5, 0.0, 0.0], dtype=torch.float64)
        with torch.no_grad():
            rise = (found(x + step) - found(x - step)) / 2e-5
        assert float(gradient[0, 0, 0]) == pytest.approx(float(rise), rel=1e-2, abs=1e-3)


def test_several_at_once_and_one_after_the_other(resistance):
    for sequential in (False, True):
        points, value = best(improvement(resistance, cache_root=not sequential), 2,
                             sequential=sequential)
        assert points.shape == (2, 3) and value.isfinite().all()


@pytest.mark.slow
@pytest.mark.parametrize("cache", [True, False])
def test_constraints_keep_the_search_where_stacks_survive(resistance, crushing, both, cache):
    free = improvement(resistance, cache_root=cache)
    held = improvement(both, constraints=SURVIVES, cache_root=cache)
    points, value = best(held)
    assert value.isfinite() and value > held(X[:1].unsqueeze(0))
    assert float(crushing.failure_probability(points)) < 0.99
    # Less of the same gain is left where stacks break.
    safe, harsh = (torch.tensor([[[at, 1.0, 0.5]]]).double() for at in (0.5, 0.99))
    with torch.no_grad():
        assert held(harsh) - free(harsh) < held(safe) - free(safe) - 1.0


def test_both_models_are_one_of_two_outputs(resistance, crushing, both):
    x = grid(6, seed=2).reshape(3, 2, 3)
    found = both.posterior(x)
    assert both.batch_shape == (DRAWS,)
    assert found.mixture_mean.shape == (3, 2, 2)
    for at, model in enumerate((resistance, crushing)):
        own = model.posterior(x)
        assert torch.allclose(found.mixture_mean[..., at], own.mixture_mean.squeeze(-1))
        assert torch.allclose(found.mixture_variance[..., at], own.mixture_variance.squeeze(-1))


def test_models_of_different_numbers_of_draws_are_refused(resistance):
    other = threshold.fit(None, table(X, crushed(X), 0.0), priors(DRAWS // 2)[1])
    with pytest.raises((NotImplementedError, RuntimeError)):
        ModelListGP(resistance, other).posterior(X)


def test_a_set_of_recipes_is_chosen_from(resistance, both):
    choices = grid(40, seed=5)
    for found in (improvement(resistance, cache_root=False),
                  improvement(both, constraints=SURVIVES, cache_root=False)):
        points, value = optimize_acqf_discrete(found, q=2, choices=choices, X_avoid=choices[:5])
        assert points.shape == (2, 3) and value.isfinite().all()
        assert torch.cdist(points, choices[5:]).min(1).values.max() < 1e-6


def test_probability_of_feasibility(crushing, both):
    for model, limit in ((crushing, [lambda samples: samples[..., 0]]), (both, SURVIVES)):
        found = qLogProbabilityOfFeasibility(model, constraints=limit, sampler=sampler())
        points, value = best(found)
        assert float(value.exp()) > 0.9 > float(found(torch.ones(1, 1, 3).double()).exp())
        assert float(crushing.failure_probability(points)) < 0.3


def test_readings_can_be_added_without_a_new_fit(resistance, crushing):
    x = torch.tensor([[0.9, 0.1, 0.9]], dtype=torch.float64)
    before = resistance.moments(x)
    told = resistance.condition_on_observations(x, before[0].unsqueeze(-1) + 0.5)
    after = told.moments(x)
    assert type(told) is type(resistance) and told.laws == resistance.laws
    assert before[0] < after[0] < before[0] + 0.5 and after[1] < before[1]
    assert torch.equal(resistance.moments(x)[0], before[0])
    sure = resistance.condition_on_observations(
        x, before[0].unsqueeze(-1) + 0.5, noise=torch.full((1, 1), 1e-6).double())
    assert sure.moments(x)[1] < after[1]
    failed = crushing.condition_on_observations(x, torch.full((1, 1), 3.0).double())
    assert failed.failure_probability(x) > crushing.failure_probability(x)
    with pytest.raises(UnsupportedError, match="give"):
        resistance.condition_on_observations(x.expand(2, 1, 3), torch.zeros(2, 1, 1).double())
