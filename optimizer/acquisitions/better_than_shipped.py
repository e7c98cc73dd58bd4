"""Expected improvement on the recipe that would be shipped now.

g(x) = E[max(0, v(s) - v(x))] with v the value of a recipe, s the one shipped, both uncertain and
correlated: d ~ N(m, t^2) is their difference and g = t (z Phi(z) + phi(z)), z = m/t (expected
improvement, Jones 1998, doi 10.1023/A:1008306431147, over a bar that is believed, not read).
It goes to the edge of what survives, and learns where that is by stacks that do not: for limits
that cost little to break while searching. Where stacks are dear, `shipping_gain` loses fewer.
"""

from __future__ import annotations

import math
from functools import lru_cache

import torch
from torch import Tensor

from optimizer.acquisitions.shipping_gain import while_pending
from optimizer.beliefs import Beliefs
from optimizer.shipping import Offset, shipped

LEAST = 1e-10
"""Smallest variance of a difference."""


def gain(beliefs: Beliefs, points: Tensor, pending: Tensor, offset_of: Offset, seed: int
         ) -> Tensor:
    """Expected fall of ln R below that of what is shipped, as the objective sees it, at each of
    points (m, d), shape (m,); the seed is not used."""
    gp = beliefs.log_resistance
    assert gp is not None
    both = torch.cat([_bar(beliefs, offset_of), points])
    mean, sd = gp.predict(both)
    value = mean + offset_of(beliefs, both)
    variance, shared = sd.square(), gp.covariance(both[:1], both).squeeze(0)
    if pending.shape[0]:
        noise = beliefs.stack_scatter(pending).square()
        known, of_points, variance = while_pending(gp, both, pending, noise, variance)
        shared = shared - of_points[0] @ known
    spread = (variance[1:] + variance[0] - 2.0 * shared[1:]).clamp_min(LEAST).sqrt()
    return _expected(value[0] - value[1:], spread)


@lru_cache(maxsize=4)
def _bar(beliefs: Beliefs, offset_of: Offset) -> Tensor:
    """The recipe that would be shipped, (1, d), for one batch after the other."""
    return shipped(beliefs, offset_of)[0].unsqueeze(0)


def _expected(mean: Tensor, sd: Tensor) -> Tensor:
    """E[max(0, d)] of d ~ N(mean, sd^2)."""
    z = mean / sd
    density = torch.exp(-0.5 * z.square()) / math.sqrt(2.0 * math.pi)
    return sd * (z * torch.special.ndtr(z) + density)
