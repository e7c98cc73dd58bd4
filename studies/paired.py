"""Do two models differ, or was it luck? Paired over the stacks that both predicted.

The interval of a difference is a bootstrap over clusters of stacks whose errors go together (lots
where there are four or more, else recipes): percentiles of `resamples` draws (clusters: Field and
Welsh 2007, doi 10.1111/j.1467-9868.2007.00593.x), taken farther out where clusters are few
(Hesterberg 2015, doi 10.1080/00031305.2015.1089789). Its p is that of exchanging the two models'
losses cluster by cluster, exact for few clusters, so that a handful of stacks proves nothing. As
many models are compared with one, p is corrected (Holm 1979, jstor 4615733).

Folds share most of what they learn from, which neither knows of (Nadeau and Bengio 2003, doi
10.1023/A:1024068626366). On made-up tables of 10 to 80 stacks, with models that are equally wrong,
p is below 5 % in 2 to 9 of 100 tables, before the correction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from scipy.stats import norm, permutation_test
from scipy.stats import t as student

from pressloop.trials.checks import FloatArray, IntArray

REAL, LIKELY, NO_EVIDENCE, TOO_FEW = "real", "likely", "no evidence", "too few"
"""How strong a difference is: p below 5 % after the correction, before it, not at all, and where
there are so few telling clusters that even the clearest difference would not be."""
ALPHA = 0.05
CHUNK = 200
PERMUTATIONS, MANY = 1999, 200
SAME = 1e-9
"""Losses this close, relative or absolute, are equal."""
ENOUGH_LOTS = 4
Told = Callable[[FloatArray], FloatArray]
"""From the mean of a loss to the number that is told."""


@dataclass(frozen=True, slots=True)
class Difference:
    """`score` of `model` minus that of the baseline, with a 95 % interval.

    P as it is and after the correction; `strength` is one of REAL, LIKELY, NO_EVIDENCE, TOO_FEW.
    `telling` counts the clusters that it rests on: of crushing those with the rarer outcome."""

    scheme: str
    model: str
    score: str
    value: float
    low: float
    high: float
    p: float
    p_corrected: float
    strength: str
    stacks: int
    clusters: int
    telling: int


@dataclass(frozen=True, slots=True, eq=False)
class Losses:
    """Losses of one model for rows `index` (n,) of a table, ascending."""

    index: IntArray
    loss: FloatArray


def clusters_of(lot: IntArray, recipe: IntArray) -> IntArray:
    """Lots where they are enough to stand for lots in general, else recipes."""
    return lot if len(np.unique(lot)) >= ENOUGH_LOTS else recipe


def bootstrap(losses: FloatArray, cluster: IntArray, *, resamples: int, seed: int) -> FloatArray:
    """Means of losses (n, k) over resampled clusters (n,), shape (resamples, k)."""
    _, which = np.unique(cluster, return_inverse=True)
    count = int(which.max()) + 1
    sums = np.zeros((count, losses.shape[1]))
    np.add.at(sums, which, losses)
    sizes = np.bincount(which).astype(np.float64)
    parts = []
    for often in np.array_split(_often(count, resamples, seed), max(1, resamples // CHUNK)):
        weights = often.astype(np.float64)
        parts.append((weights @ sums) / (weights @ sizes)[:, None])
    return np.concatenate(parts)


def bootstrap_median(values: FloatArray, cluster: IntArray, *, resamples: int, seed: int
                     ) -> FloatArray:
    """(Lower) medians of values (n,) over resampled clusters (n,), shape (resamples,)."""
    order = np.argsort(values, kind="stable")
    _, which = np.unique(cluster, return_inverse=True)
    parts = []
    for often in np.array_split(_often(int(which.max()) + 1, resamples, seed),
                                max(1, resamples // CHUNK)):
        below = np.cumsum(often[:, which[order]], axis=1, dtype=np.int64)
        parts.append(values[order][(2 * below >= below[:, -1:]).argmax(1)])
    return np.concatenate(parts)


@lru_cache(maxsize=4)
def _often(count: int, resamples: int, seed: int) -> npt.NDArray[np.uint16]:
    """How often each of `count` clusters is drawn, shape (resamples, count).

    The same for every model, as it costs more than all that is done with it."""
    draw = np.random.default_rng(seed)
    return np.concatenate([
        draw.multinomial(count, np.full(count, 1.0 / count), len(part)).astype(np.uint16)
        for part in np.array_split(np.arange(resamples), max(1, resamples // CHUNK))])


def interval(values: FloatArray, clusters: int) -> tuple[float, float]:
    """95 % interval from resampled values, expanded for few clusters. Shape (resamples,)."""
    freedom = max(clusters - 1, 1)
    tail = norm.cdf(-np.sqrt(clusters / freedom) * student.ppf(0.975, freedom))
    low, high = np.quantile(values, [tail, 1.0 - tail])
    return float(low), float(high)


def differences(found: Mapping[str, Losses], baseline: str, cluster: IntArray, told: Told, *,
                scheme: str, score: str, resamples: int, seed: int,
                outcome: FloatArray | None = None) -> tuple[Difference, ...]:
    """Each model against the baseline; empty where that predicted nothing.

    `cluster` and `outcome`, of 0 or 1, are of all rows of the table (n,). A model that has no row
    in common with the baseline is left out. One crushed stack shows no model to foresee crushing,
    however many stayed intact: where there are outcomes, the rarer one's clusters are counted."""
    if baseline not in found:
        return ()
    pairs = [(name, *_common(losses, found[baseline])) for name, losses in found.items()
             if name != baseline]
    pairs = [pair for pair in pairs if pair[1].size]
    raw = [exchange_p(both[:, 0] - both[:, 1], cluster[index], seed=seed)
           for _, index, both in pairs]
    corrected = holm(raw)
    return tuple(
        _difference((scheme, name, score), both, cluster[index], told, (p, fixed, len(pairs)),
                    _telling(cluster[index], None if outcome is None else outcome[index]),
                    resamples, seed)
        for (name, index, both), p, fixed in zip(pairs, raw, corrected, strict=True))


def exchange_p(gap: FloatArray, cluster: IntArray, *, seed: int) -> float:
    """Two-sided p of gaps (n,) of paired losses when either sign is as likely.

    Whole clusters at a time: exact for few clusters, drawn for more, for many by the normal law
    that it tends to."""
    sums = np.bincount(np.unique(cluster, return_inverse=True)[1], gap)
    if sums.size < 2 or not np.any(sums):
        return 1.0
    if sums.size > MANY:
        return float(2.0 * norm.sf(abs(sums.sum()) / np.sqrt(sums @ sums)))
    return float(permutation_test(
        (sums,), lambda values, axis: values.mean(axis), permutation_type="samples",
        vectorized=True, n_resamples=PERMUTATIONS, batch=CHUNK,
        rng=np.random.default_rng(seed)).pvalue)


def holm(p: Sequence[float]) -> tuple[float, ...]:
    """p corrected for their number, in the given order."""
    fixed, worst = [1.0] * len(p), 0.0
    for rank, i in enumerate(np.argsort(p, kind="stable").tolist()):
        worst = max(worst, min(1.0, (len(p) - rank) * p[i]))
        fixed[i] = worst
    return tuple(fixed)


def by_strength(found: Sequence[Difference], strength: str) -> Iterator[Difference]:
    """Those of one strength."""
    return (one for one in found if one.strength == strength)


def _common(a: Losses, b: Losses) -> tuple[IntArray, FloatArray]:
    """Rows that both have, and their losses (n, 2)."""
    index, at_a, at_b = np.intersect1d(a.index, b.index, assume_unique=True, return_indices=True)
    one, other = a.loss[at_a], b.loss[at_b]
    # Two ways to the same prediction differ in the last digits, always to the same side.
    return index, np.column_stack([np.where(np.isclose(one, other, SAME, SAME), other, one), other])


def _telling(cluster: IntArray, outcome: FloatArray | None) -> int:
    """Clusters (n,) that a difference rests on: with the rarer outcome (n,), where there is one."""
    if outcome is None:
        return len(np.unique(cluster))
    return min(len(np.unique(cluster[outcome == one])) for one in (0.0, 1.0))


def _difference(key: tuple[str, str, str], both: FloatArray, cluster: IntArray, told: Told,
                p: tuple[float, float, int], telling: int, resamples: int, seed: int
                ) -> Difference:
    means = bootstrap(both, cluster, resamples=resamples, seed=seed)
    count = len(np.unique(cluster))
    low, high = interval(told(means[:, 0]) - told(means[:, 1]), count)
    mean = both.mean(0)
    return Difference(*key, float(told(mean[0]) - told(mean[1])), low, high, p[0], p[1],
                      _strength(low, high, p, telling), len(both), count, telling)


def _strength(low: float, high: float, p: tuple[float, float, int], telling: int) -> str:
    raw, corrected, models = p
    # The clearest difference of all has the same sign in every cluster: p = 2 / 2^clusters.
    if models * 2.0 ** (1 - telling) > ALPHA:
        return TOO_FEW
    outside = not low <= 0.0 <= high
    if corrected < ALPHA and outside:
        return REAL
    return LIKELY if raw < ALPHA or outside else NO_EVIDENCE
