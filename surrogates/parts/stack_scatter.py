"""The parts of what the surrogate expects one more stack to scatter by."""

from __future__ import annotations

import torch
from torch import Tensor

from pressloop.surrogates import predict
from pressloop.surrogates.models.physics_gp import PhysicsGP
from pressloop.surrogates.parts.ensemble_gp import EnsembleGP
from pressloop.surrogates.parts.physics import Misfit, PhysicsFeatures
from pressloop.surrogates.parts.prior import Prior


def of_stacks(model: EnsembleGP) -> float:
    """Standard deviation from stack to stack of one recipe, as it was learned."""
    return float(model.scatter.square().mean().sqrt())


def of_set_points(model: EnsembleGP, x: Tensor, off: Tensor) -> Tensor:
    """Variance by set points that are missed by `off` (d,), at points x (m, d), shape (m,)."""
    return (predict.slope(model, x) * off).square().sum(-1)


def of_wrong_laws(model: PhysicsGP, x: Tensor, prior: Prior | None = None) -> Tensor:
    """Variance that is allowed for laws that may be wrong, at points x (m, d), shape (m,).

    By another prior than the model's where it is given. It is no scatter of stacks: where a law is
    wrong, all stacks of a recipe are off by the same."""
    prior = prior or model.prior
    if not prior.terms:
        return x.new_zeros(x.shape[0])
    grouped = torch.cat([x[:, :model.inputs], x.new_zeros(x.shape[0], 1)], 1)
    missed = Misfit(prior, PhysicsFeatures(prior, model.draws))(grouped)
    return missed.square().mean(0)


def surrogate_of(model: object) -> PhysicsGP:
    """The same, of which studies know that it is the default surrogate."""
    assert isinstance(model, PhysicsGP)
    return model
