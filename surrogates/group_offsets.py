"""Offsets of groups of rows, such as lots and operators, found together with what inputs do.

    y_i = f(x_i) + lot_i + operator_i + e_i,    e_i ~ N(0, scatter^2 + known_i)

f is a process before it has seen any row, for each draw of its hyperparameters; groups and f are
found together, so that a lot that was pressed elsewhere is not mistaken for what its recipes do,
nor the other way round (mixed model, Rasmussen 2006, section 2.7).

Shapes: n rows, k groups of all kinds, r features of the process, t sizes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import stats
from scipy.linalg import cho_factor, cho_solve
from scipy.optimize import brentq

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Interval = tuple[float, float, float]
"""Median and the ends of a 95 % interval."""
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
    """What the stacks say of the offsets of k groups at one scatter.

    Their precision (k, k), their pull (k,), and the log density, without groups (`log`) and with
    groups of any size (`flat`). For many sizes of other groups at once, all but the scatter have an
    axis (t,) in front."""

    scatter: float
    log: FloatArray
    flat: float
    precision: FloatArray
    pull: FloatArray


def seen_at(gap: FloatArray, features: FloatArray, known: FloatArray, z: FloatArray, usual: float
            ) -> list[Seen]:
    """At scatters that close in on the likely ones, evenly spaced in the logarithm.

    `gap` (n,) of y to the mean of a process whose covariance is the product of its features (n, r);
    `known` (n,) variances that are no scatter; z (n, k) which group each row is of; `usual` the
    scatter that is expected."""
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
        one.log + _expected(sizes) + 0.5 * (kept * along**2).sum(1)
        + 0.5 * np.log(kept / sizes[:, None] ** 2).sum(1),
        one.flat, precision - np.einsum("io,to,jo->tij", across, kept, across),
        pull - np.einsum("io,to,o->ti", across, kept, along))


def _expected(sizes: FloatArray) -> FloatArray:
    """Log density of sizes between groups before there are stacks, over the logarithm of a size."""
    return np.asarray(np.log(sizes) - 0.5 * np.square(sizes / WIDEST_GROUPS))


def _of_normals(mean: FloatArray, sd: FloatArray, weight: FloatArray, share: float) -> float:
    """Quantile of a mixture of normal distributions."""
    return float(brentq(lambda v: float(weight @ stats.norm.cdf((v - mean) / sd)) - share,
                        float((mean - 9.0 * sd).min()), float((mean + 9.0 * sd).max())))


def _weights_of(logs: Sequence[FloatArray] | Sequence[float]) -> FloatArray:
    """Weights of one draw from log densities: every draw of hyperparameters counts the same."""
    log = np.concatenate([np.atleast_1d(v) for v in logs])
    weight = np.exp(log - log.max())
    return np.asarray(weight / weight.sum())


def quantiles(value: FloatArray, weight: FloatArray) -> Interval:
    """Of weighted values. Median and the ends of 95 %; shape (n,) each."""
    values, at = np.unique(value, return_inverse=True)
    share = np.bincount(at, weight / weight.sum())
    below = np.cumsum(share) - 0.5 * share
    median, low, high = (float(np.interp(q, below, values)) for q in (0.5, 0.025, 0.975))
    return median, low, high


def scatter_of(seen: Sequence[Sequence[Seen]]) -> Interval:
    """The scatter within groups; `seen` for each draw of hyperparameters."""
    return quantiles(np.array([one.scatter for each in seen for one in each]),
                     np.concatenate([_weights_of([one.flat for one in each]) for each in seen]))


def between(parts: Sequence[Sequence[Seen]]) -> tuple[Interval, Interval]:
    """Standard deviation between groups of a kind that is `alone`.

    Also its share of the variance between and within."""
    sizes, shares, weights = [], [], []
    for each in parts:
        logs = []
        for one in each:
            values, axes = np.linalg.eigh(one.precision)
            along = np.einsum("tij,ti->tj", axes, one.pull)
            kept = 1.0 / (np.clip(values, 0.0, None)[:, None] + SIZES[:, None] ** -2.0)
            log = (one.log[:, None] + _expected(SIZES) + 0.5 * (
                kept * along[:, None] ** 2 + np.log(kept / SIZES[:, None] ** 2)).sum(2))
            logs.append(np.logaddexp.reduce(log, 0))
            sizes.append(SIZES)
            shares.append(SIZES**2 / (SIZES**2 + one.scatter**2))
        weights.append(_weights_of(logs))
    weight = np.concatenate(weights)
    return quantiles(np.concatenate(sizes), weight), quantiles(np.concatenate(shares), weight)


def gaps(parts: Sequence[Sequence[Seen]], pairs: Sequence[tuple[int, int]], chance: float
         ) -> list[Interval]:
    """Offset of the first less that of the second of each pair of groups of a kind that is `alone`.

    The wider the more pairs there are, so that `chance` is that any interval misses."""
    means, covariances, weights = [], [], []
    for each in parts:
        logs = []
        for one in each:
            precision = one.precision + np.eye(one.pull.shape[1]) / ANY_SIZE**2
            covariance = np.linalg.inv(precision)
            mean = np.einsum("tij,tj->ti", covariance, one.pull)
            logs.append(one.log + 0.5 * (mean * one.pull).sum(1)
                        - 0.5 * np.linalg.slogdet(precision)[1])
            means.append(mean)
            covariances.append(covariance)
        weights.append(_weights_of(logs))
    mean, covariance = np.concatenate(means), np.concatenate(covariances)
    weight, tail, found = np.concatenate(weights), chance / 2 / len(pairs), []
    for i, j in pairs:
        sd = np.sqrt(covariance[:, i, i] + covariance[:, j, j] - 2.0 * covariance[:, i, j])
        middle, low, high = (_of_normals(mean[:, i] - mean[:, j], sd, weight / weight.sum(), q)
                             for q in (0.5, tail, 1.0 - tail))
        found.append((middle, low, high))
    return found
