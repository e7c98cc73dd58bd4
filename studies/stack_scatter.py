"""The parts of what the surrogate expects one more stack to scatter by, beside the scatter from
stack to stack."""

from __future__ import annotations

from torch import Tensor

from surrogates.pressing_gp import PressingGP


def of_set_points(gp: PressingGP, x: Tensor, off: Tensor) -> Tensor:
    """Variance by set points that are missed by `off` (d,), at points x (m, d), shape (m,)."""
    return (gp.scatter_with(x, off).square() - gp.scatter_at(x).square()).clamp_min(0.0)


def of_wrong_laws(gp: PressingGP, x: Tensor) -> Tensor:
    """Variance that is allowed for laws that may be wrong, at points x (m, d), shape (m,). It is no
    scatter of stacks: where a law is wrong, all stacks of a recipe are off by the same."""
    return (gp.scatter_at(x).square() - gp.scatter**2).clamp_min(0.0)
