"""Fits a surrogate to rows, once for the same rows, and says so where it had to fall back."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

from optimizer.training import Rows
from surrogates.pressing_gp import PressingGP, Prior, fallback_prior, fit_pressing_gp
from trials.checks import FloatArray

FARTHEST = 10.0
"""How far most rows may be from a mean that is one of theirs, in logarithms of resistance or roots
of hazard: e^10 is not a reading."""


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """A surrogate, and what is to be told of how it came about ("" where nothing is)."""

    gp: PressingGP
    note: str = ""


def fitted(rows: Rows, prior: Prior, input_sd: FloatArray, what: str) -> Fitted | None:
    """The surrogate of `what` for these rows; None where there are none.

    Falls back once, to a process without terms, where the numbers of the first cannot be had, as
    far from where the laws were told. Raises ValueError where there are none of that either.
    """
    if rows.y.size == 0:
        return None
    # More threads than these small matrices can use make everything slower.
    torch.set_num_threads(1)
    arrays = tuple(np.ascontiguousarray(a) for a in (rows.x, rows.y, rows.variance, rows.group,
                                                     input_sd))
    return _fitted(tuple(a.tobytes() for a in arrays), rows.x.shape[-1], prior, what)


def forget() -> None:
    """Lets go of what has been fitted, so that the next fit can be timed."""
    _fitted.cache_clear()


@lru_cache(maxsize=16)
def _fitted(told: tuple[bytes, ...], inputs: int, prior: Prior, what: str) -> Fitted:
    x, y, variance, group, input_sd = (
        torch.tensor(np.frombuffer(part, dtype=np.int64 if i == 3 else np.float64))
        for i, part in enumerate(told))
    x = x.reshape(-1, inputs)
    try:
        return Fitted(_sound(fit_pressing_gp(x, y, variance, prior, group=group,
                                             input_sd=input_sd), y))
    except (RuntimeError, ValueError, FloatingPointError) as error:
        why = _first_line(error)
    try:
        plain = _sound(fit_pressing_gp(x, y, variance, fallback_prior(prior), group=group), y)
    except (RuntimeError, ValueError, FloatingPointError) as error:
        raise ValueError(f"no process fits {what} ({_first_line(error)}): are all of its "
                         f"{y.numel()} rows numbers?") from error
    return Fitted(plain, f"The fit of {what} failed ({why}): a process without prior knowledge "
                         "stands in.")


def _sound(gp: PressingGP, y: Tensor) -> PressingGP:
    """The same, or ValueError where its numbers are none or have nothing to do with the rows."""
    if not (math.isfinite(gp.scatter) and bool(torch.isfinite(gp.weights).all())):
        raise ValueError("no finite posterior")
    if not float((gp.predict(gp.x)[0] - y).abs().median()) <= FARTHEST:
        raise ValueError("the mean is far from the rows")
    return gp


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:120].rstrip(".")
