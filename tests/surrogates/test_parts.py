"""The parts that surrogates are made of, held against numbers from elsewhere."""

from __future__ import annotations

import math

import pytest
import torch
from gpytorch.distributions import MultivariateNormal
from gpytorch.kernels import MaternKernel
from rows_told import grid, line

from pressloop.surrogates.parts.expectation_propagation import Sites, approximate
from pressloop.surrogates.parts.importance_sampling import effective, resampled, sample
from pressloop.surrogates.parts.physics import matern
from pressloop.surrogates.parts.prior import Prior, Term
from pressloop.surrogates.parts.rows import draws_kept, thinned


def covariance(x: torch.Tensor, size: float = 1.5, length: float = 0.3) -> torch.Tensor:
    """Squared exponential, one draw."""
    return size**2 * torch.exp(-0.5 * (x - x.T).square() / length**2).unsqueeze(0)


def double(*values: float) -> torch.Tensor:
    return torch.tensor(values, dtype=torch.float64)


X = line(0.05, 0.3, 0.55, 0.8)
MEAN, WIDTH = double(-0.4, 0.1, 0.3, 0.6), 0.5


def by_brute_force(sites: Sites, draws: int = 400_000):
    """Log evidence and posterior mean of f, from draws of the prior weighted by all sites."""
    f = MultivariateNormal(MEAN, covariance(X)[0] + 1e-9 * torch.eye(4).double()).sample(
        torch.Size([draws]))
    w = sites.variance[0].sqrt()
    phi = torch.special.ndtr(sites.label * (f - sites.bar) / w)
    chance = (1.0 - sites.by_chance) * phi + sites.by_chance * (sites.label > 0.0)
    read = torch.exp(-0.5 * ((sites.bar - f) / w).square()) / (w * math.sqrt(2.0 * math.pi))
    weight = torch.where(sites.label == 0.0, read, chance).prod(-1)
    return weight.mean().log(), (weight.unsqueeze(-1) * f).sum(0) / weight.sum()


@pytest.mark.parametrize("label", [(-1.0, -1.0, 1.0, 1.0), (1.0, -1.0, 1.0, -1.0),
                                   (-1.0, 0.0, 1.0, 0.0), (1.0, 1.0, 1.0, 1.0)])
@pytest.mark.parametrize("by_chance", [1e-9, 0.05])
def test_expectation_propagation_agrees_with_brute_force(label, by_chance):
    torch.manual_seed(0)
    sites = Sites(double(*label), torch.where(double(*label) == 0.0, 0.4, 0.0).double(),
                  torch.full((1, 4), WIDTH**2).double(), by_chance)
    found = approximate(MEAN.unsqueeze(0), covariance(X), sites)
    evidence, mean = by_brute_force(sites)
    assert float(found.log_evidence) == pytest.approx(float(evidence), abs=0.03)
    noisy = covariance(X)[0] + torch.diag(found.noise[0])
    at_rows = MEAN + covariance(X)[0] @ torch.linalg.solve(noisy, found.target[0] - MEAN)
    assert torch.allclose(at_rows, mean, atol=0.06)


def test_with_readings_only_the_evidence_is_the_exact_one():
    y, variance = double(0.2, -0.1, 0.5, 0.9), double(0.04, 0.1, 0.25, 0.01)
    found = approximate(MEAN.unsqueeze(0), covariance(X),
                        Sites(torch.zeros(4).double(), y, variance.unsqueeze(0), 0.05))
    exact = MultivariateNormal(MEAN, covariance(X)[0] + torch.diag(variance)).log_prob(y)
    assert float(found.log_evidence) == pytest.approx(float(exact), abs=1e-8)
    assert torch.allclose(found.target[0], y) and torch.allclose(found.noise[0], variance)


def test_a_failure_that_may_be_by_chance_says_less():
    labels = double(-1.0, -1.0, 1.0, -1.0)
    sure, unsure = (approximate(MEAN.unsqueeze(0), covariance(X), Sites(
        labels, torch.zeros(4).double(), torch.full((1, 4), 0.01).double(), chance))
        for chance in (1e-9, 0.2))
    assert unsure.noise[0, 2] > sure.noise[0, 2]
    assert unsure.log_evidence > sure.log_evidence


@pytest.mark.parametrize("size", [1, 3])
def test_importance_sampling_finds_a_known_normal(size):
    """Prior N(0, 1) times a likelihood N(z; 2, 0.5^2): posterior N(1.6, 0.2)."""
    found = sample(lambda z: -0.5 * ((z - 2.0) / 0.5).square().sum(-1), size, 128)
    weights = torch.softmax(found.log_weights, 0)
    mean = weights @ found.z
    variance = weights @ (found.z - mean).square()
    assert torch.allclose(mean, torch.full((size,), 1.6).double(), atol=0.1)
    assert torch.allclose(variance, torch.full((size,), 0.2).double(), rtol=0.35)
    assert found.effective > 0.25 * 128
    again = sample(lambda z: -0.5 * ((z - 2.0) / 0.5).square().sum(-1), size, 128)
    assert torch.equal(found.z, again.z)


def test_a_density_that_is_none_in_places_is_left_out():
    found = sample(lambda z: torch.where(z[:, 0] > 0.0, -z[:, 0], torch.nan), 1, 64)
    weights = torch.softmax(found.log_weights, 0)
    assert weights[found.z[:, 0] <= 0.0].sum() == 0.0 and effective(found.log_weights) > 5.0


def test_draws_are_taken_as_often_as_they_weigh():
    assert resampled(double(0.5, 0.25, 0.25), 8).tolist() == [0, 0, 0, 0, 1, 1, 2, 2]
    assert resampled(double(1.0, 0.0), 3).tolist() == [0, 0, 0]


def test_rows_are_thinned_evenly_and_own_ones_first():
    group = torch.cat([torch.ones(300), torch.zeros(20)])
    kept = thinned(group, 64)
    assert len(kept) == 64 == len(set(kept.tolist()))
    assert (group[kept] == 0).sum() == 20
    assert thinned(torch.zeros(10), 64).tolist() == list(range(10))
    assert draws_kept(1) >= draws_kept(40) >= draws_kept(5000) >= 1


@pytest.mark.parametrize("shape", [(7, 3), (2, 1, 7, 3), (4, 7, 3)])
@pytest.mark.parametrize("asked", ["nothing", "gradient", "diagonal"])
def test_the_kernel_is_gpytorchs(shape, asked):
    """Of plain points, batches of points and points of each draw; equal points included."""
    x = grid(math.prod(shape[:-1]), 3).reshape(shape).requires_grad_(asked == "gradient")
    other, lengths = x.detach().flip(-2), 0.02 + grid(4, 3, seed=1)
    theirs = MaternKernel(2.5, ard_num_dims=3, batch_shape=torch.Size([4])).double()
    theirs.lengthscale = lengths.unsqueeze(-2)
    diag = asked == "diagonal"
    found = matern(lengths).forward(x, other, diag=diag)
    assert torch.allclose(found, theirs.forward(x, other, diag=diag), atol=1e-10)
    assert found.requires_grad == (asked == "gradient")


def test_priors_are_values():
    one = Prior(terms=(Term((1.0,), (1.0,), (0.0,), 1.0, 1.0),))
    assert one == Prior(terms=one.terms) and hash(one) == hash(Prior(terms=one.terms))
