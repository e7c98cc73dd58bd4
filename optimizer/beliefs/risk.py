"""Probabilities that one more stack fails."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from pressloop.trials.outcome import FailureMode

WHOLE = 1e-9
"""Smallest probability of survival whose logarithm is taken."""
OTHER_MODES = (FailureMode.SHORTED, FailureMode.DELAMINATED, FailureMode.UNKNOWN)


@dataclass(frozen=True, slots=True, eq=False)
class Risk:
    """Probabilities that one more stack is crushed, that it fails otherwise, or misses a limit.

    Otherwise: it shorts, delaminates, or fails as nobody knows, because of the recipe. `miss` is
    that the recipe does not keep the limits of measured quantities, None where none has a limit.
    Each is of the shape of the points asked for."""

    crush: Tensor
    fail: Tensor
    miss: Tensor | None = None

    def log_survival(self) -> Tensor:
        """ln of the probability of survival; never -inf."""
        return ((1.0 - self.crush).clamp_min(WHOLE).log()
                + (1.0 - self.fail).clamp_min(WHOLE).log())

    def log_good(self) -> Tensor:
        """ln of the probability of survival within the limits of measured quantities."""
        whole = self.log_survival()
        return whole if self.miss is None else whole + (1.0 - self.miss).clamp_min(WHOLE).log()

    def danger(self) -> Tensor:
        """The larger of both chances of failing."""
        return torch.maximum(self.crush, self.fail)

    def __getitem__(self, index: Tensor) -> Risk:
        return Risk(self.crush[index], self.fail[index],
                    None if self.miss is None else self.miss[index])
