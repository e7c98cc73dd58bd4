"""The incumbent: the recipe that would be recommended now."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from pressloop.optimizer.beliefs.risk import OTHER_MODES, WHOLE, Risk
from pressloop.optimizer.candidates import near, other_kinds, spread
from pressloop.optimizer.models import Models
from pressloop.optimizer.setpoint import around
from pressloop.trials.outcome import FailureMode

SPREAD, CLOUD, ROBUST = 768, 32, 32
"""Points all over the cube, in each cloud for each input, and how many are averaged over the
set-point error."""
WIDTHS = (0.15, 0.1, 0.05, 0.05, 0.02, 0.02, 0.01, 0.005)
"""Of the clouds round the best point so far: a corner between limits is found in small steps."""
RISK_AVERSION = 0.5
"""Standard deviations added to the mean, so that an untried recipe must promise more."""

MAY_MISS = 0.2
"""Highest chance that a recommended recipe does not keep the limit of a measured quantity."""

Offset = Callable[[Models, Tensor], Tensor]
"""What an objective adds to ln R at points (m, d), shape (m,)."""


def no_offset(models: Models, points: Tensor) -> Tensor:
    """Resistance alone. Points (m, d) to (m,)."""
    return torch.zeros(points.shape[0], dtype=torch.float64)


def within_limits(models: Models, risk: Risk, max_crush: float | None = None) -> Tensor:
    """Which points keep to the limits on failure and on measured quantities, shape (m,)."""
    limits = models.limits
    crush = limits.max_crush_probability if max_crush is None else max_crush
    kept = ((risk.crush <= crush)
            & (risk.fail <= max(limits.max_failure_probability, max_crush or 0.0)))
    # A stack that is tried may miss the limit of a quantity: nothing breaks by it.
    return kept if risk.miss is None or max_crush is not None else kept & (risk.miss <= MAY_MISS)


def incumbent(models: Models, offset_of: Offset = no_offset) -> tuple[Tensor, bool]:
    """Best point of the cube (d,), and whether it keeps to the limits: else it is the safest one.

    The best candidate is followed by the best of ever smaller neighbourhoods of it."""
    tried = models.tried
    points = models.searched(torch.cat([spread(tried.shape[-1], SPREAD, 0), tried]))
    best, safe = _pick(models, points, offset_of)
    for turn, width in enumerate(WIDTHS):
        centre = best.unsqueeze(0)
        cloud = models.searched(torch.cat([
            near(centre, width, CLOUD * tried.shape[-1], turn),
            other_kinds(centre, models.space.kinds)]))
        best, safe = _pick(models, torch.cat([cloud, centre]), offset_of)
    return best, safe


def _pick(models: Models, points: Tensor, offset_of: Offset) -> tuple[Tensor, bool]:
    """The point of lowest robust value, losses counted, among those that keep the limits.

    Where none does, the one most likely to survive."""
    if models.limited:
        # A limit is met by what can be set.
        points = models.unit(models.space.decode_all(points.numpy()))
    risk = models.risk(points)
    allowed = within_limits(models, risk)
    if not bool(allowed.any()):
        # Where no limit of a quantity is near, the nearest recipe to it is.
        good = risk.log_good() if risk.miss is None else risk.log_good() - models.shortfall(points)
        return points[int(good.argmax())], False
    lost, points = losses(models, risk)[allowed], points[allowed]
    mean, sd = models.moments(points)
    added = lost + offset_of(models, points)
    # Averaging over the set-point error is dear, so only the best are averaged.
    best = (mean + RISK_AVERSION * sd + added).argsort()[:ROBUST]
    return points[best][int((robust(models, points[best]) + added[best]).argmin())], True


def losses(models: Models, risk: Risk) -> Tensor:
    """What lost stacks add to ln R, shape (m,).

    -losses ln P(survive), so that resistance is traded for stacks. A limit alone would recommend at
    its very edge. A way to fail that no stack has shown is held by its limit alone: what is only
    feared is no price."""
    total = torch.zeros_like(risk.crush)
    for modes, chance in (((FailureMode.CRUSHED,), risk.crush), (OTHER_MODES, risk.fail)):
        if any(mode in models.shown for mode in modes):
            total = total - (1.0 - chance).clamp_min(WHOLE).log()
    return models.limits.losses * total


def robust(models: Models, points: Tensor) -> Tensor:
    """ln R, mean plus RISK_AVERSION standard deviations, averaged over the set-point error.

    Points (m, d) to (m,)."""
    shifts = around(models.off)
    moved = (points.unsqueeze(1) + shifts).reshape(-1, points.shape[-1])
    mean, sd = models.moments(moved)
    return (mean + RISK_AVERSION * sd).reshape(points.shape[0], -1).mean(1)


def may_be_recommended(models: Models, points: Tensor, max_crush: float | None = None) -> Tensor:
    """Which of points (m, d) keep to the limits on failure, shape (m,)."""
    return within_limits(models, models.risk(points), max_crush)
