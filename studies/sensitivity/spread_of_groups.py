"""What lots and operators make of the scatter that the recipe leaves over.

    ln R_i = f(recipe_i) + lot_i + operator_i + e_i,    e_i ~ N(0, scatter^2 + known_i)

f is the process of the surrogate before it has seen any row, for each draw of its hyperparameters;
lots, operators and f are found together, so that a lot that was pressed elsewhere is not mistaken
for what its recipes do, nor the other way round (mixed model, Rasmussen 2006, section 2.7).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from scipy import stats

from pressloop.studies.data import StudyData
from pressloop.studies.sensitivity.mixed_model import (
    ANY_SIZE,
    SIZES,
    Seen,
    alone,
    expected,
    of_normals,
    quantiles,
    seen_at,
    weights_of,
)
from pressloop.studies.sensitivity.recipe_left import FEWEST, TOGETHER, Left, Residual
from pressloop.trials.checks import IntArray

FEW_GROUPS = 5
"""Groups up to which they are told apart by name: so few say little of how others would differ."""
CHANCE = 0.05
"""Of an interval that misses the truth."""


@dataclass(frozen=True, slots=True)
class GroupSpread:
    """Standard deviations of ln R between groups of stacks, and from stack to stack of one recipe,
    lot and operator (`within`, the same for every kind), medians with 95 % intervals, and the share
    of the variance that lies between groups. `together` names the free variables that vary with the
    groups, so that neither can be told from the other."""

    kind: str
    groups: int
    stacks: int
    between: float
    between_low: float
    between_high: float
    within: float
    within_low: float
    within_high: float
    share: float
    share_low: float
    share_high: float
    includes: str
    """The other kind where each group has one of it only, which adds to what the groups differ by.
    """
    together: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """By how much ln R of stacks of the group `upper` is above that of `lower`, at one recipe, with
    an interval that holds for all `pairs` of its kind together in 95 of 100 tables."""

    kind: str
    upper: str
    lower: str
    difference: float
    low: float
    high: float
    pairs: int


@dataclass(frozen=True, slots=True)
class Scatter:
    """From stack to stack of one recipe, lot and operator (standard deviation of ln R, with a 95 %
    interval), and what lots and operators add. `differences` are of groups that are few."""

    within: tuple[float, float, float]
    groups: tuple[GroupSpread, ...]
    differences: tuple[Difference, ...]


def scatter_of(left: Left, names: Mapping[str, Sequence[str]], data: StudyData) -> Scatter:
    """Takes apart what the recipe leaves. `names` has the group of each stack for each kind of
    group; a kind counts where it has several groups, and fewer than stacks."""
    stacks = len(left.residuals)
    kinds = {kind: np.unique(np.array(given), return_inverse=True)
             for kind, given in names.items()
             if stacks >= FEWEST and 1 < len(set(given)) < stacks}
    columns = [np.eye(len(groups))[at] for groups, at in kinds.values()]
    seen = [seen_at(gap, features, left, np.hstack([np.zeros((stacks, 0)), *columns]), data)
            for gap, features in left.draws]
    scatter = np.array([one.scatter for each in seen for one in each])
    within = quantiles(scatter, np.concatenate([weights_of([one.flat for one in e]) for e in seen]))
    spreads, differences, begin = [], [], 0
    for kind, (groups, at) in kinds.items():
        mine = np.arange(begin, begin + len(groups))
        begin += len(groups)
        # A lot that one operator pressed differs from others by what that operator does as well.
        includes = [k for k, (_, other) in kinds.items() if k != kind and _tells(at, other)]
        parts = [[alone(one, mine, not includes) for one in each] for each in seen]
        between, share = _between(parts)
        spreads.append(GroupSpread(
            kind, len(groups), stacks, *between, *within, *share, ", ".join(includes),
            together=_together(at, left.residuals, data)))
        if len(groups) <= FEW_GROUPS:
            differences += _differences(kind, [str(g) for g in groups], parts)
    return Scatter(within, tuple(spreads), tuple(differences))


def _tells(mine: IntArray, other: IntArray) -> bool:
    """True where all stacks of each of my groups are of one of the others."""
    return len(set(zip(mine.tolist(), other.tolist(), strict=True))) == len(np.unique(mine))


def _between(parts: Sequence[Sequence[Seen]]
             ) -> tuple[tuple[float, float, float], tuple[float, float, float]]:
    """Size between groups, and its share of the variance."""
    sizes, shares, weights = [], [], []
    for each in parts:
        logs = []
        for one in each:
            values, axes = np.linalg.eigh(one.precision)
            along = np.einsum("tij,ti->tj", axes, one.pull)
            kept = 1.0 / (np.clip(values, 0.0, None)[:, None] + SIZES[:, None] ** -2.0)
            log = (one.log[:, None] + expected(SIZES) + 0.5 * (
                kept * along[:, None] ** 2 + np.log(kept / SIZES[:, None] ** 2)).sum(2))
            logs.append(np.logaddexp.reduce(log, 0))
            sizes.append(SIZES)
            shares.append(SIZES**2 / (SIZES**2 + one.scatter**2))
        weights.append(weights_of(logs))
    weight = np.concatenate(weights)
    return quantiles(np.concatenate(sizes), weight), quantiles(np.concatenate(shares), weight)


def _differences(kind: str, groups: Sequence[str], parts: Sequence[Sequence[Seen]]
                 ) -> list[Difference]:
    """Of each pair of groups; wider the more pairs there are, so that all hold together."""
    means, covariances, weights = [], [], []
    for each in parts:
        logs = []
        for one in each:
            precision = one.precision + np.eye(len(groups)) / ANY_SIZE**2
            covariance = np.linalg.inv(precision)
            mean = np.einsum("tij,tj->ti", covariance, one.pull)
            logs.append(one.log + 0.5 * (mean * one.pull).sum(1)
                        - 0.5 * np.linalg.slogdet(precision)[1])
            means.append(mean)
            covariances.append(covariance)
        weights.append(weights_of(logs))
    mean, covariance = np.concatenate(means), np.concatenate(covariances)
    weight, found = np.concatenate(weights), []
    pairs = list(combinations(range(len(groups)), 2))
    for i, j in pairs:
        gap = mean[:, i] - mean[:, j]
        sd = np.sqrt(covariance[:, i, i] + covariance[:, j, j] - 2.0 * covariance[:, i, j])
        middle, low, high = (of_normals(gap, sd, weight / weight.sum(), q)
                             for q in (0.5, CHANCE / 2 / len(pairs), 1.0 - CHANCE / 2 / len(pairs)))
        found.append(Difference(kind, groups[i], groups[j], middle, low, high, len(pairs))
                     if middle >= 0.0 else
                     Difference(kind, groups[j], groups[i], -middle, -high, -low, len(pairs)))
    return sorted(found, key=lambda d: -d.difference)


def _together(index: IntArray, found: Sequence[Residual], data: StudyData) -> tuple[str, ...]:
    """Free variables most of whose variance lies between the groups, beyond chance."""
    x = data.space.encode([r.trial.recipe for r in found])
    names = []
    for i, name in enumerate(data.space.free):
        parts = [x[index == g, i] for g in np.unique(index)]
        whole = float(np.var(x[:, i])) * len(x)
        inside = float(sum(np.var(p) * len(p) for p in parts))
        if whole <= 1e-9 or not 1.0 - inside / whole >= TOGETHER:
            continue
        if inside <= 1e-9 or float(stats.f_oneway(*parts).pvalue) < 0.01:
            names.append(name)
    return tuple(names)
