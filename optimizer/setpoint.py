"""How far the press may be off its set point, in the unit cube of a space."""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor

from pressloop.optimizer.risk_limits import RiskLimits
from pressloop.optimizer.space import NAMES, Space
from pressloop.trials.checks import FloatArray
from pressloop.trials.recipe import Recipe


def input_sd(space: Space, limits: RiskLimits) -> FloatArray:
    """Standard deviation of each free variable about its set point, shape (d,)."""
    middle = Recipe(*(0.5 * sum(getattr(space, name)) for name in NAMES))
    steps = {"pressure_mpa": limits.pressure_error * middle.pressure_mpa,
             "temperature_c": limits.temperature_error_c}
    return np.array([space.per_unit(name, middle, steps[name]) if name in steps else 0.0
                     for name in space.free])


def around(off: Tensor) -> Tensor:
    """Shifts over which a recipe is averaged, shape (k, d).

    None, and both sides of each variable that is set with an error, at sqrt(3/2) standard
    deviations so that the mean square of two such variables is kept."""
    steps = torch.diag(off)[off > 0.0] * math.sqrt(1.5)
    return torch.cat([torch.zeros(1, off.numel(), dtype=torch.float64), steps, -steps])
