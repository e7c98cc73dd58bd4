"""Truths that are drawn from fitted models are as likely as the models say."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from pressloop.optimizer.beliefs.fitting import fit_models
from pressloop.optimizer.candidates import spread as all_over
from pressloop.optimizer.models import Models
from pressloop.optimizer.problem import Problem
from pressloop.studies.replay.emulator import SAMPLED
from pressloop.surrogates import predict
from pressloop.surrogates.failures.threshold import ThresholdGP
from pressloop.surrogates.models.physics_gp import PhysicsGP
from pressloop.surrogates.parts.ensemble_gp import EnsembleGP
from pressloop.surrogates.parts.stack_scatter import surrogate_of
from pressloop.surrogates.surfaces import from_rows
from pressloop.trials.outcome import FailureMode
from tests.studies.stacks import SPACE, pressed, spread

pytestmark = pytest.mark.slow

X = torch.from_numpy(SPACE.encode(spread(6, seed=5)))
Z = all_over(3, SAMPLED, 0)


@pytest.fixture(scope="module")
def models() -> Models:
    return fit_models(Problem(SPACE), pressed(spread(24)))


def fitted(models: Models, what: str) -> PhysicsGP | ThresholdGP:
    found = models.failures[FailureMode.CRUSHED]
    assert isinstance(found, ThresholdGP)
    return surrogate_of(models.log_resistance) if what == "resistance" else found


@pytest.mark.parametrize("what", ["resistance", "crushing"])
def test_one_member_is_one_of_those_that_are_averaged(models: Models, what: str) -> None:
    model = fitted(models, what)
    mean, variance = model.members(X)
    for at in range(model.scatter.numel()):
        own, sd = model.member(at).moments(X)
        assert torch.allclose(own, mean[at], atol=1e-8)
        assert torch.allclose(sd.square(), variance[at], rtol=1e-5, atol=1e-9)


@pytest.mark.parametrize("what", ["resistance", "crushing"])
def test_drawn_surfaces_spread_as_the_model_doubts(models: Models, what: str) -> None:
    model = fitted(models, what)
    seeds = range(300)
    told = torch.stack([from_rows(model, torch.zeros(3), np.random.default_rng(seed), Z).at(X)
                        for seed in seeds])
    mean, sd = predict.moments(model, X)
    assert ((told.mean(0) - mean).abs() < 4.0 * sd / np.sqrt(len(seeds)) + 1e-3).all()
    assert told.std(0).numpy() == pytest.approx(sd.numpy(), rel=0.2)


def test_a_drawn_surface_is_a_function(models: Models) -> None:
    """However many points are asked for at once."""
    surface = from_rows(fitted(models, "resistance"), torch.zeros(3), np.random.default_rng(1), Z)
    whole = surface.at(X)
    assert torch.allclose(torch.cat([surface.at(one) for one in X.split(1)]), whole, atol=1e-8)


def test_influence_is_what_the_mean_moves_by_without_the_row(models: Models) -> None:
    one = fitted(models, "resistance").member(0)
    weights = torch.tensor([1.0, -1.0, 0.5, 0.0, 2.0, -0.5], dtype=torch.float64)
    moved = one.influence(X, weights)
    for row in (0, 5, 11):
        kept = torch.arange(one.rows.shape[0]) != row
        without = EnsembleGP(one.rows[kept], one.train_targets[:, kept],
                             one.likelihood.noise[:, kept], one.mean_module, one.covar_module,
                             scatter=one.scatter)
        assert float(weights @ (one.mean_at(X) - without.mean_at(X))) == pytest.approx(
            float(moved[row]), abs=1e-7)
