"""Readings that all others contradict: one judge, of the data check and of what matters."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch

from pressloop.optimizer.history.training import Rows
from pressloop.optimizer.model_files import dataset
from pressloop.surrogates import predict
from pressloop.surrogates.models import physics_gp, plain_gp
from pressloop.surrogates.models.physics_gp import PhysicsGP, left_out_density
from pressloop.surrogates.parts.prior import Prior
from pressloop.trials.checks import BoolArray, FloatArray

FEW = 6
"""Rows below which nobody can judge."""
OUTLYING, SUSPECTS, MOST = 5.5, 3, 15
"""Standard deviations beyond which a row is contradicted, rows looked at in turn, and most of them.
"""
LOT_ROWS = 5
"""Stacks of a lot from which on its offset says much."""


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """Of n rows of ln R.

    What the others let one expect of each (n,), with the standard deviation `sd` (n,) of one
    more stack, and which are doubted (n,). `gp` learned from the others, whose groups are alike
    to it."""

    expected: FloatArray
    sd: FloatArray
    doubted: BoolArray
    gp: PhysicsGP


def judged(rows: Rows, prior: Prior) -> Judged:
    """Each row within its own group: what lots and operators differ by is no outlier."""
    offset = _offsets(rows, prior)
    rows = replace(rows, y=rows.y - offset, group=np.zeros_like(rows.group))
    kept: Any = _undoubted(rows, prior)
    gp = _fit(rows[kept], prior)
    guess, sd = predicted(gp, rows.x)
    guess[kept] = rows.y[kept] - gp.left_out()[0].mean(0).numpy()
    return Judged(guess + offset, sd, ~kept, gp)


def predicted(gp: PhysicsGP, x: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Mean of ln R and standard deviation of one more stack at x (m, d), shape (m,) each."""
    at = torch.from_numpy(np.ascontiguousarray(x))
    with torch.no_grad():
        mean, sd = predict.moments(gp, at)
        return mean.numpy(), np.hypot(sd.numpy(), predict.scatter(gp, at).numpy())


def _offsets(rows: Rows, prior: Prior) -> FloatArray:
    """What the group of each row lies off what all rows tell, shape (n,).

    Drawn towards none where it has few rows; medians, which no wild row moves."""
    offset, groups = np.zeros(rows.y.size), np.unique(rows.group)
    if len(groups) < 2:
        return offset
    alike = replace(rows, group=np.zeros_like(rows.group))
    left = rows.y - predicted(_fit(alike, prior), rows.x)[0]
    for group in groups:
        mine = rows.group == group
        offset[mine] = np.median(left[mine]) * mine.sum() / (mine.sum() + LOT_ROWS)
    return offset


def _undoubted(rows: Rows, prior: Prior) -> BoolArray:
    """Which rows the others do not contradict, shape (n,).

    The row that is least expected is predicted by a surrogate that has never seen it, as a wild one
    makes the scatter look wide enough for itself; where it is contradicted it is taken out, and the
    next one is looked at."""
    kept = np.ones(rows.y.size, dtype=bool)
    while kept.sum() >= FEW and (~kept).sum() < MOST:
        here = np.flatnonzero(kept)
        density = left_out_density(_fit(rows[kept], prior)).numpy()
        suspects = here[np.argsort(density, kind="stable")[:SUSPECTS]]
        far = [_deviations(rows, kept, int(row), prior) for row in suspects]
        if max(far) < OUTLYING:
            break
        kept[suspects[int(np.argmax(far))]] = False
    return kept


def _deviations(rows: Rows, kept: BoolArray, row: int, prior: Prior) -> float:
    """How many standard deviations a row is off what the others say of one more stack."""
    others = kept & (np.arange(rows.y.size) != row)
    mean, sd = predicted(_fit(rows[others], prior), rows.x[row:row + 1])
    return float(abs(rows.y[row] - mean[0]) / math.sqrt(sd[0] ** 2 + rows.variance[row]))


def _fit(rows: Rows, prior: Prior) -> PhysicsGP:
    """Without the laws where they have no numbers, as for a dwell of 1e300 s."""
    try:
        return physics_gp.fit(dataset(rows), prior)
    except (RuntimeError, ValueError):
        return plain_gp.fit(dataset(rows), prior)
