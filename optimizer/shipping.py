"""Which recipe would be shipped now."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from optimizer.beliefs import Beliefs
from optimizer.candidates import near, spread
from optimizer.setpoint import around

SPREAD, CLOUD, ROBUST = 768, 32, 32
"""Points all over the cube, in each cloud for each input, and how many are averaged over the
set-point error."""
WIDTHS = (0.15, 0.1, 0.05, 0.05, 0.02, 0.02, 0.01, 0.005)
"""Of the clouds round the best point so far: a corner between limits is found in small steps."""
RISK = 1.0
"""Standard deviations added to the mean, so that an untried recipe must promise more."""


Offset = Callable[[Beliefs, Tensor], Tensor]
"""What an objective adds to ln R at points (m, d), shape (m,)."""


def no_offset(beliefs: Beliefs, points: Tensor) -> Tensor:
    """Resistance alone."""
    return torch.zeros(points.shape[0], dtype=torch.float64)


def may_be_shipped(beliefs: Beliefs, points: Tensor, max_crush: float | None = None) -> Tensor:
    """Which points (m, d) keep to the limits on failure, shape (m,)."""
    limits, risk = beliefs.caution, beliefs.risk(points)
    crush = limits.max_crush_probability if max_crush is None else max_crush
    return ((risk.crush <= crush)
            & (risk.fail <= max(limits.max_failure_probability, max_crush or 0.0)))


def shipped(beliefs: Beliefs, offset_of: Offset = no_offset) -> tuple[Tensor, bool]:
    """Best point of the cube, and whether it keeps to the limits: else it is the safest one. The
    best candidate is followed by the best of ever smaller neighbourhoods of it."""
    assert beliefs.log_resistance is not None
    tried = torch.from_numpy(beliefs.data.log_resistance.x).clamp(0.0, 1.0)
    points = torch.cat([spread(tried.shape[-1], SPREAD, 0), tried])
    best, cautious = _pick(beliefs, points, offset_of)
    for turn, width in enumerate(WIDTHS):
        cloud = near(best.unsqueeze(0), width, CLOUD * tried.shape[-1], turn)
        best, cautious = _pick(beliefs, torch.cat([cloud, best.unsqueeze(0)]), offset_of)
    return best, cautious


def _pick(beliefs: Beliefs, points: Tensor, offset_of: Offset) -> tuple[Tensor, bool]:
    """The point of lowest robust value, losses counted, among those that keep the limits; where
    none does, the one most likely to survive."""
    gp = beliefs.log_resistance
    assert gp is not None
    allowed = may_be_shipped(beliefs, points)
    if not bool(allowed.any()):
        return points[int(beliefs.log_survival(points).argmax())], False
    lost, points = losses(beliefs, points)[allowed], points[allowed]
    mean, sd = gp.predict(points)
    added = lost + offset_of(beliefs, points)
    # Averaging over the set-point error is dear, so only the best are averaged.
    best = (mean + RISK * sd + added).argsort()[:ROBUST]
    return points[best][int((robust(beliefs, points[best]) + added[best]).argmin())], True


def losses(beliefs: Beliefs, points: Tensor) -> Tensor:
    """What lost stacks add to ln R, points (m, d) to (m,): -ln P(survive), so that a percent of
    resistance is traded for a percent of stacks. A limit alone would ship at its very edge."""
    return -beliefs.caution.losses * beliefs.log_survival(points)


def robust(beliefs: Beliefs, points: Tensor) -> Tensor:
    """ln R, mean plus RISK standard deviations, averaged over the set-point error; points (m, d)
    to (m,)."""
    assert beliefs.log_resistance is not None
    shifts = around(beliefs.off)
    moved = (points.unsqueeze(1) + shifts).reshape(-1, points.shape[-1])
    mean, sd = beliefs.log_resistance.predict(moved)
    return (mean + RISK * sd).reshape(points.shape[0], -1).mean(1)
