"""Fits of BoTorch's own models and of forests: rows without their group, from an own seed."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch
from botorch.fit import fit_gpytorch_mll
from botorch.models import SingleTaskGP
from botorch.utils.datasets import SupervisedDataset
from gpytorch.mlls import ExactMarginalLogLikelihood
from torch import Tensor

from pressloop.surrogates.parts.rows import thinned

TELLING = 256
"""Rows that hyperparameters are fitted to, evenly taken; all rows are conditioned on."""


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Draws inside come from this seed, and the caller's random state is left alone.

    Few or equal rows make BoTorch warn of what the model's own interval shows."""
    with torch.random.fork_rng(devices=[]), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.manual_seed(seed)
        yield


def pooled(data: SupervisedDataset) -> tuple[Tensor, Tensor]:
    """Inputs (n, d) without their group, and targets (n, 1)."""
    return data.X[:, :-1], data.Y


def failing(readings: SupervisedDataset | None, labels: SupervisedDataset | None
            ) -> tuple[Tensor, Tensor]:
    """Inputs (n, d) and f (n, 1), as one quantity.

    1 where a stack failed, -1 where it did not, and readings of f in between."""
    parts = [] if readings is None else [(readings.X, readings.Y.clamp(-1.0, 1.0))]
    parts += [] if labels is None else [(labels.X, 2.0 * labels.Y - 1.0)]
    x, y = (torch.cat(part) for part in zip(*parts, strict=True))
    return x[:, :-1], y


def fitted(make: Callable[[Tensor, Tensor], SingleTaskGP], x: Tensor, y: Tensor, seed: int
           ) -> SingleTaskGP:
    """The model of rows x (n, d), y (n, 1), hyperparameters at the maximum of their posterior."""
    few = thinned(torch.zeros(len(y)), TELLING)
    # In one order, so that the optimum is the same to the last digit.
    order = torch.tensor(sorted(range(len(y)), key=lambda i: (*x[i].tolist(), float(y[i]))))
    x, y = x[order], y[order]
    with seeded(seed):
        model = make(x[few], y[few])
        fit_gpytorch_mll(ExactMarginalLogLikelihood(model.likelihood, model))
        if len(few) < len(y):
            told = model.state_dict()
            model = make(x, y)
            model.load_state_dict(told)
    return model.eval().requires_grad_(False)
