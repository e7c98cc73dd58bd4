"""Rows that a surrogate is conditioned on."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from botorch.utils.datasets import SupervisedDataset
from torch import Tensor

TELLING = 64
"""Rows that hyperparameters are drawn from: more tell them no better, at a cost that grows with
their cube. All rows are conditioned on."""
KEPT, FEWEST_KEPT = 12, 4
"""Draws kept for few rows and for many. More change predictions by less than their own uncertainty.
"""


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Inputs with their group (n, d + 1), targets (n,), known variances (n,)."""

    x: Tensor
    y: Tensor
    variance: Tensor

    def __getitem__(self, index: Tensor) -> Rows:
        return Rows(self.x[index], self.y[index], self.variance[index])

    @property
    def inputs(self) -> int:
        """Inputs without the group."""
        return self.x.shape[-1] - 1

    @property
    def grouped(self) -> bool:
        """True where rows are of more than one group, or of another than predictions are for."""
        return bool(self.x[:, -1].any())


def rows_of(data: SupervisedDataset) -> Rows:
    """The rows of a data set of one output; without `Yvar`, readings have no known error."""
    variance = torch.zeros_like(data.Y) if data.Yvar is None else data.Yvar
    return Rows(data.X, data.Y.squeeze(-1), variance.squeeze(-1))


def draws_kept(rows: int) -> int:
    """How many draws to average: fewer where many rows have made them alike."""
    return max(FEWEST_KEPT, min(KEPT, 400 // max(rows, 1)))


def thinned(group: Tensor, most: int = TELLING) -> Tensor:
    """Indices of at most `most` rows, evenly taken: group 0 first, as predictions are for it.

    Shapes (n,) to (at most `most`,)."""
    n = group.numel()
    if n <= most:
        return torch.arange(n)
    order = torch.argsort((group != 0).long(), stable=True)
    own = int((group == 0).sum())
    from_own = min(own, max(most // 2, most - (n - own)))
    picks = [order[:own][_evenly(own, from_own)], order[own:][_evenly(n - own, most - from_own)]]
    return torch.cat(picks).sort().values


def _evenly(there: int, wanted: int) -> Tensor:
    return torch.linspace(0.0, max(there - 1, 0), min(wanted, there)).round().long()
