"""What lots and operators make of the scatter that the recipe leaves over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from scipy import stats

from pressloop.studies.data import StudyData
from pressloop.studies.sensitivity.residuals import FEWEST, TOGETHER, Left, Residual
from pressloop.surrogates.group_offsets import Seen, alone, between, gaps, seen_at
from pressloop.surrogates.group_offsets import scatter_of as scatter_within
from pressloop.trials.checks import IntArray

FEW_GROUPS = 5
"""Groups up to which they are told apart by name: so few say little of how others would differ."""
CHANCE = 0.05
"""Of an interval that misses the truth."""


@dataclass(frozen=True, slots=True)
class GroupSpread:
    """Standard deviations of ln R between groups of stacks, and from stack to stack.

    The latter is of one recipe, lot and operator (`within`, the same for every kind); medians with
    95 % intervals, and the share of the variance that lies between groups. `together` names the
    free variables that vary with the groups, so that neither can be told from the other."""

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
class GroupDifference:
    """By how much ln R of stacks of the group `upper` is above that of `lower`, at one recipe.

    With an interval that holds for all `pairs` of its kind together in 95 of 100 tables."""

    kind: str
    upper: str
    lower: str
    difference: float
    low: float
    high: float
    pairs: int


@dataclass(frozen=True, slots=True)
class VarianceComponents:
    """Scatter from stack to stack of one recipe, lot and operator, and what groups add.

    Standard deviation of ln R, with a 95 % interval; groups are lots and operators. `differences`
    are of groups that are few."""

    within: tuple[float, float, float]
    groups: tuple[GroupSpread, ...]
    differences: tuple[GroupDifference, ...]


def scatter_of(left: Left, names: Mapping[str, Sequence[str]], data: StudyData
               ) -> VarianceComponents:
    """Takes apart what the recipe leaves.

    `names` has the group of each stack for each kind of group; a kind counts where it has several
    groups, and fewer than stacks."""
    stacks = len(left.residuals)
    kinds = {kind: np.unique(np.array(given), return_inverse=True)
             for kind, given in names.items()
             if stacks >= FEWEST and 1 < len(set(given)) < stacks}
    columns = [np.eye(len(groups))[at] for groups, at in kinds.values()]
    known = np.array([r.known for r in left.residuals])
    seen = [seen_at(gap, features, known, np.hstack([np.zeros((stacks, 0)), *columns]),
                    data.limits.stack_scatter) for gap, features in left.draws]
    within = scatter_within(seen)
    spreads, differences, begin = [], [], 0
    for kind, (groups, at) in kinds.items():
        mine = np.arange(begin, begin + len(groups))
        begin += len(groups)
        # A lot that one operator pressed differs from others by what that operator does as well.
        includes = [k for k, (_, other) in kinds.items() if k != kind and _tells(at, other)]
        parts = [[alone(one, mine, not includes) for one in each] for each in seen]
        size, share = between(parts)
        spreads.append(GroupSpread(
            kind, len(groups), stacks, *size, *within, *share, ", ".join(includes),
            together=_together(at, left.residuals, data)))
        if len(groups) <= FEW_GROUPS:
            differences += _differences(kind, [str(g) for g in groups], parts)
    return VarianceComponents(within, tuple(spreads), tuple(differences))


def _tells(mine: IntArray, other: IntArray) -> bool:
    """True where all stacks of each of my groups are of one of the others."""
    return len(set(zip(mine.tolist(), other.tolist(), strict=True))) == len(np.unique(mine))


def _differences(kind: str, groups: Sequence[str], parts: Sequence[Sequence[Seen]]
                 ) -> list[GroupDifference]:
    """Of each pair of groups, the one that reads higher first; the largest first."""
    pairs, found = list(combinations(range(len(groups)), 2)), []
    for (i, j), (middle, low, high) in zip(pairs, gaps(parts, pairs, CHANCE), strict=True):
        found.append(GroupDifference(kind, groups[i], groups[j], middle, low, high, len(pairs))
                     if middle >= 0.0 else
                     GroupDifference(kind, groups[j], groups[i], -middle, -high, -low, len(pairs)))
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
