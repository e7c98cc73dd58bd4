"""Rows of the tests' choosing, as surrogates take them."""

from __future__ import annotations

import torch
from botorch.utils.datasets import SupervisedDataset
from torch import Tensor

from pressloop.optimizer.physics_prior import of_failure, of_log_resistance
from pressloop.optimizer.risk_limits import RiskLimits
from pressloop.optimizer.space import Space
from pressloop.surrogates.parts.prior import Prior, ThresholdPrior
from pressloop.trials.outcome import FailureMode

SPACE = Space((50.0, 500.0), (10.0, 1800.0), (25.0, 140.0))


def priors(draws: int | None = None) -> tuple[Prior, ThresholdPrior]:
    """What a campaign believes of ln R and of crushing before its first stack."""
    return (of_log_resistance(SPACE, RiskLimits(), draws=draws),
            of_failure(SPACE, FailureMode.CRUSHED, draws=draws))


def grid(count: int, inputs: int = 3, seed: int = 0) -> Tensor:
    """Points spread over the cube, shape (count, inputs)."""
    return torch.quasirandom.SobolEngine(inputs, scramble=True, seed=seed).draw(
        count, dtype=torch.float64)


def line(*points: float) -> Tensor:
    """Points of one input."""
    return torch.tensor(points, dtype=torch.float64).unsqueeze(-1)


def noise(count: int, sd: float, seed: int = 3) -> Tensor:
    """Normal scatter, shape (count,)."""
    draw = torch.Generator().manual_seed(seed)
    return sd * torch.randn(count, generator=draw, dtype=torch.float64)


def table(x: Tensor, y: Tensor, error: float = 1e-3, group: Tensor | None = None
          ) -> SupervisedDataset:
    """Rows x (n, d), y (n,), all read with the same standard error."""
    of = torch.zeros(len(x)) if group is None else group
    return SupervisedDataset(
        torch.cat([x, of.double().unsqueeze(-1)], 1), y.unsqueeze(-1),
        Yvar=torch.full_like(y.unsqueeze(-1), error**2), outcome_names=["y"],
        feature_names=[f"x{i}" for i in range(x.shape[1] + 1)])


def falling(x: Tensor) -> Tensor:
    """ln R falls by 1 with pressure and by a half with dwell."""
    return 3.5 - x[:, 0] - 0.5 * x[:, 1]


def crushed(x: Tensor, above: float = 0.65) -> Tensor:
    """1 where pressure is above a share of its range, else 0."""
    return (x[:, 0] > above).double()
