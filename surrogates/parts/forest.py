"""A random forest (Breiman 2001, doi 10.1023/A:1010933404324) as a BoTorch ensemble of its trees.

How far the trees disagree stands for what is not known of a recipe. It does not grow away from the
rows, and there is no gradient: for sets of recipes to choose among.

Shapes: s trees, m or q points, d inputs.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from botorch.models.ensemble import EnsembleModel
from botorch.posteriors.ensemble import EnsemblePosterior
from sklearn.ensemble import RandomForestRegressor
from torch import Tensor

TREES = 100
NODES = 8
"""Values that stand for the scatter of one more stack about the value of one tree."""


class Forest(EnsembleModel):
    """Trees over points without a group.

    `scatter` is the standard deviation of one more stack about what they say."""

    def __init__(self, trees: RandomForestRegressor, scatter: float) -> None:
        super().__init__()
        self._num_outputs = 1
        self.trees, self.scatter = trees, scatter

    @property
    def batch_shape(self) -> torch.Size:
        """None: a forest is one model."""
        return torch.Size([])

    def forward(self, X: Tensor) -> Tensor:
        """What each tree says at X (..., q, d), shape (..., s, q, 1)."""
        x = X.detach().reshape(-1, X.shape[-1]).numpy().astype(np.float32)
        said = np.stack([tree.predict(x, check_input=False) for tree in self.trees.estimators_])
        values = torch.from_numpy(said).reshape(-1, *X.shape[:-1])
        return values.movedim(0, -2).unsqueeze(-1)

    def posterior(self, X: Tensor, output_indices: list[int] | None = None,
                  posterior_transform: Any = None, observation_noise: bool = False, **_: Any
                  ) -> Any:
        """The trees at X (..., q, d).

        With `observation_noise`, each tree as often as there are NODES, scattered."""
        values = self.forward(X)
        if observation_noise:
            values = values.repeat_interleave(NODES, -3) + self.scatter * self._scattered(X)
        found = EnsemblePosterior(values)
        return found if posterior_transform is None else posterior_transform(found)

    def scatter_at(self, x: Tensor) -> Tensor:
        """Standard deviation of one more stack about the trees at points x (m, d), shape (m,)."""
        return x.new_full(x.shape[:1], self.scatter)

    def _scattered(self, X: Tensor) -> Tensor:
        """Standard normal nodes, all of them about each tree at each point, (s * NODES, q, 1).

        In an order of its own at each, as stacks scatter apart."""
        steps = (torch.arange(NODES, dtype=torch.float64) + 0.5) / NODES
        nodes = torch.special.ndtri(steps)
        draw = torch.Generator().manual_seed(0)
        order = torch.rand(len(self.trees.estimators_), NODES, X.shape[-2], generator=draw)
        return (nodes / nodes.square().mean().sqrt())[order.argsort(1)].flatten(0, 1).unsqueeze(-1)


def grown(x: Tensor, y: Tensor, expected: float, seed: int) -> Forest:
    """The forest of rows x (n, d), y (n, 1).

    The scatter is what is left of rows that trees have not seen, beyond how far the trees
    disagree there (at least half of it is scatter); with the one that is `expected` counted as
    one row more."""
    order = np.lexsort((y.squeeze(-1).numpy(), *x.numpy().T))
    rows, target = x.numpy()[order], y.squeeze(-1).numpy()[order]
    trees = RandomForestRegressor(TREES, random_state=seed).fit(rows, target)
    said = np.stack([tree.predict(rows) for tree in trees.estimators_])
    unseen = np.ones_like(said, dtype=bool)
    for one, seen in zip(unseen, trees.estimators_samples_, strict=True):
        one[seen] = False
    told = unseen.sum(0) >= 2
    said = np.where(unseen, said, np.nan)[:, told]
    left = (target[told] - np.nanmean(said, 0)) ** 2
    scatter = np.maximum(left.sum() - np.nanvar(said, 0).sum(), 0.5 * left.sum())
    return Forest(trees, float(np.sqrt((scatter + expected**2) / (told.sum() + 1))))
