"""Points of the unit cube among which a recipe is chosen."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from pressloop.optimizer.constraints.sobol import sobol

WIDTHS = (0.2, 0.05)
"""Standard deviations of the clouds round points that matter."""


def spread(inputs: int, count: int, seed: int) -> Tensor:
    """Points all over the cube, shape (count, inputs)."""
    return torch.from_numpy(sobol(inputs, count, seed))


def near(centres: Tensor, width: float, count: int, seed: int) -> Tensor:
    """A cloud of `count` points round each centre (k, d), kept in the cube.

    Half of them move in some of the inputs only, as the best change of many is often one of few."""
    draw = np.random.default_rng(seed)
    shape = (centres.shape[0], count, centres.shape[1])
    step = width * draw.standard_normal(shape)
    few = draw.uniform(size=shape) < np.where(np.arange(count) % 2 == 0, 1.0, 0.5)[None, :, None]
    moved = centres.unsqueeze(1) + torch.from_numpy(step * few)
    return moved.reshape(-1, centres.shape[1]).clamp(0.0, 1.0)


def other_kinds(centres: Tensor, kinds: Sequence[int]) -> Tensor:
    """Each centre (k, d) once for every other kind of each input that has `kinds`.

    The rest is as it is; a cloud would not reach them."""
    moved = []
    for i, count in enumerate(kinds):
        for place in torch.linspace(0.0, 1.0, count, dtype=torch.float64) if count > 1 else ():
            one = centres.clone()
            one[:, i] = place
            moved.append(one)
    return torch.cat(moved) if moved else centres[:0]
