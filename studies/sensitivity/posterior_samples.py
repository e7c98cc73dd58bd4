"""Functions drawn from what is believed, on a grid on which their averages are exact."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from botorch.models.model import Model

from pressloop.surrogates import predict
from pressloop.trials.checks import FloatArray

NODES = {1: 33, 2: 15, 3: 7}
"""Nodes along each axis by the number of axes: laws and processes of pressing are smooth, so that
Gauss's rule with seven of them is exact to a part in a thousand."""


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """A tensor grid over a box of the unit cube.

    Nodes (k,) and weights (k,) of each axis, the weights of one axis adding up to 1; points (k^d,
    d) with the last axis running fastest."""

    axes: tuple[FloatArray, ...]
    weights: tuple[FloatArray, ...]
    points: FloatArray

    @property
    def shape(self) -> tuple[int, ...]:
        """Nodes of each axis."""
        return tuple(len(axis) for axis in self.axes)


def grid(box: Sequence[tuple[float, float]]) -> Grid:
    """Gauss-Legendre nodes in each interval of the box."""
    nodes, weights = np.polynomial.legendre.leggauss(NODES[len(box)])
    axes = tuple(low + 0.5 * (high - low) * (nodes + 1.0) for low, high in box)
    mesh = np.meshgrid(*axes, indexing="ij")
    return Grid(axes, (weights / 2.0,) * len(box), np.stack([m.ravel() for m in mesh], 1))


def drawn(model: Model, points: FloatArray, count: int, seed: int) -> FloatArray:
    """Functions drawn at points (m, d) together, shape (count, m).

    Normal draws with the mean and covariance of the average over hyperparameters, so that they
    differ by what the rows leave open and by what is not known of the hyperparameters."""
    x = torch.from_numpy(np.ascontiguousarray(points))
    with torch.no_grad():
        return predict.draws(model, x, count, seed).numpy()


def averaged(values: FloatArray, of: Grid, over: Sequence[int]) -> FloatArray:
    """Values (count, *shape) averaged over some of the axes, which stay with a length of 1."""
    for axis in over:
        shape = [1] * values.ndim
        shape[axis + 1] = -1
        values = np.sum(values * of.weights[axis].reshape(shape), axis=axis + 1, keepdims=True)
    return values
