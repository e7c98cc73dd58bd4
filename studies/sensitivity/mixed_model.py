"""Offsets of groups of stacks, found together with what recipes do, at every likely scatter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import stats
from scipy.linalg import cho_factor, cho_solve
from scipy.optimize import brentq

from pressloop.studies.data import StudyData
from pressloop.studies.sensitivity.recipe_left import Left
from pressloop.trials.checks import FloatArray, IntArray

WIDEST_GROUPS = 0.5
"""Standard deviation of ln R between groups that is hardly ever exceeded: a factor of e between
lots is not a lot's doing."""
ANY_SIZE = 2.0
"""Standard deviation of ln R between groups where groups are told apart by name: so
wide that nothing is drawn towards none."""
USUAL_SD = 0.8
"""Standard deviation of the logarithm of the scatter within a group about what the lab expects."""
SIZES = np.geomspace(0.002, 1.5, 60)
"""Standard deviations between groups that are tried."""


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """What the stacks say of the offsets of k groups at one scatter: their precision (k, k), their
    pull (k,), and the log density, without groups (`log`) and with groups of any size (`flat`).
    For many sizes of other groups at once, all but the scatter have an axis (t,) in front."""

    scatter: float
    log: FloatArray
    flat: float
    precision: FloatArray
    pull: FloatArray


def seen_at(gap: FloatArray, features: FloatArray, left: Left, z: FloatArray, data: StudyData
          ) -> list[Seen]:
    """At scatters that close in on the likely ones, evenly spaced in the logarithm."""
    known = np.array([r.known for r in left.residuals])
    usual = data.limits.stack_scatter
    low, high = np.log(0.005), np.log(1.5)
    for last in (False, False, True):
        logs = np.linspace(low, high, 15)
        found = [_at(float(np.exp(v)), gap, features, known, z, usual) for v in logs]
        likely = np.flatnonzero(np.array([f.flat for f in found])
                                > max(f.flat for f in found) - 12.5)
        if last:
            break
        step = logs[1] - logs[0]
        low, high = logs[likely[0]] - 0.9 * step, logs[likely[-1]] + 0.9 * step
    return found


def _at(scatter: float, gap: FloatArray, features: FloatArray, known: FloatArray, z: FloatArray,
        usual: float) -> Seen:
    weight = 1.0 / (scatter**2 + known)
    weighted, columns = features * weight[:, None], np.column_stack([z, gap])
    root = cho_factor(np.eye(features.shape[1]) + features.T @ weighted, lower=True)
    cross = weighted.T @ columns
    told = columns.T @ (columns * weight[:, None]) - cross.T @ cho_solve(root, cross)
    log = -0.5 * (told[-1, -1] - np.log(weight).sum()) - np.log(np.diag(root[0])).sum()
    log -= 0.5 * (np.log(scatter / usual) / USUAL_SD) ** 2
    any_size = told[:-1, :-1] + np.eye(z.shape[1]) / ANY_SIZE**2
    flat = log + 0.5 * told[:-1, -1] @ np.linalg.solve(any_size, told[:-1, -1]) - 0.5 * (
        np.linalg.slogdet(ANY_SIZE**2 * any_size)[1])
    return Seen(scatter, np.array([log]), float(flat), told[None, :-1, :-1], told[None, :-1, -1])


def alone(one: Seen, mine: IntArray, apart: bool) -> Seen:
    """Of some groups, the others averaged over every third of the sizes that they may have."""
    others = np.setdiff1d(np.arange(one.pull.shape[1]), mine)
    precision, pull = one.precision[0][np.ix_(mine, mine)], one.pull[0][mine]
    if not (others.size and apart):
        return replace(one, precision=precision[None], pull=pull[None])
    sizes = SIZES[::3]
    values, axes = np.linalg.eigh(one.precision[0][np.ix_(others, others)])
    kept = 1.0 / (np.clip(values, 0.0, None) + sizes[:, None] ** -2.0)
    across, along = one.precision[0][np.ix_(mine, others)] @ axes, axes.T @ one.pull[0][others]
    return Seen(
        one.scatter,
        one.log + expected(sizes) + 0.5 * (kept * along**2).sum(1)
        + 0.5 * np.log(kept / sizes[:, None] ** 2).sum(1),
        one.flat, precision - np.einsum("io,to,jo->tij", across, kept, across),
        pull - np.einsum("io,to,o->ti", across, kept, along))


def expected(sizes: FloatArray) -> FloatArray:
    """Log density of sizes between groups before there are stacks, over the logarithm of a size."""
    return np.asarray(np.log(sizes) - 0.5 * np.square(sizes / WIDEST_GROUPS))


def of_normals(mean: FloatArray, sd: FloatArray, weight: FloatArray, share: float) -> float:
    """Quantile of a mixture of normal distributions."""
    return float(brentq(lambda v: float(weight @ stats.norm.cdf((v - mean) / sd)) - share,
                        float((mean - 9.0 * sd).min()), float((mean + 9.0 * sd).max())))


def weights_of(logs: Sequence[FloatArray] | Sequence[float]) -> FloatArray:
    """Weights of one draw from log densities: every draw of hyperparameters counts the same."""
    log = np.concatenate([np.atleast_1d(v) for v in logs])
    weight = np.exp(log - log.max())
    return np.asarray(weight / weight.sum())


def quantiles(value: FloatArray, weight: FloatArray) -> tuple[float, float, float]:
    """Median and the ends of the 95 % interval."""
    values, at = np.unique(value, return_inverse=True)
    share = np.bincount(at, weight / weight.sum())
    below = np.cumsum(share) - 0.5 * share
    median, low, high = (float(np.interp(q, below, values)) for q in (0.5, 0.025, 0.975))
    return median, low, high
