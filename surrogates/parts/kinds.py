"""Inputs that are kinds rather than numbers: each kind is a corner of its own.

A column of kinds lies at even distances from 0 to 1, so that one column stands for one input
wherever points are drawn; what is between two kinds is the nearer one. Kernels see the corners, at
equal distances from one another: under a Matern kernel stacks of two kinds are correlated as if
they lay `APART` in the unit cube, which is what kinds have in common (the categorical kernel of
BoTorch's `MixedSingleTaskGP`, with the same product of both).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor

APART = 0.5
"""Distance of two kinds in the unit cube: half the way from one bound of a number to the other."""


def corners(x: Tensor, kinds: Sequence[int]) -> Tensor:
    """Points x (..., m, d) with a column for each kind, 1 where it is the one, (..., m, d')."""
    if not any(kinds):
        return x
    columns = []
    for i, count in enumerate(kinds):
        if count:
            at = (x[..., i] * (count - 1)).round().clamp(0, count - 1).long()
            columns.append(torch.nn.functional.one_hot(at, count).to(x.dtype))
        else:
            columns.append(x[..., i:i + 1])
    return torch.cat(columns, -1)


def each_corner(values: Tensor, kinds: Sequence[int]) -> Tensor:
    """Values (..., d), one for each input, as one for each column of `corners`, (..., d')."""
    if not any(kinds):
        return values
    count = torch.tensor([max(k, 1) for k in kinds])
    return values.repeat_interleave(count, dim=-1)


def apart(kinds: Sequence[int]) -> Tensor:
    """What each column of `corners` is multiplied with, so that two kinds lie `APART`, (d',).

    Of shape (d',)."""
    scale = [APART / math.sqrt(2.0) if k else 1.0 for k in kinds for _ in range(max(k, 1))]
    return torch.tensor(scale, dtype=torch.float64)
