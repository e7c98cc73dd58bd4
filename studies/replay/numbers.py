"""What replayed campaigns add up to: medians, paired differences, intervals."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pressloop.studies.paired import ALPHA, exchange_p, holm
from pressloop.studies.replay.campaigns import Campaign
from pressloop.studies.replay.options import Options

RESAMPLED = 2000
RANGE = (0.1, 0.9)
"""Eight of ten replays lie between these quantiles. They differ by luck and by what the stacks
leave open, so this is where one campaign on the real press is to be expected."""


@dataclass(frozen=True, slots=True)
class Point:
    """One strategy after so many stacks.

    By how many percent the recipe it would recommend is dearer than the best. Median, the range of
    eight of ten replays, what 80 % of them keep to, mean, and how well so many replays tell the
    median (95 % interval)."""

    strategy: str
    stacks: int
    median_percent: float
    low_percent: float
    high_percent: float
    percent_in_80_of_100: float
    mean_percent: float
    median_low_percent: float
    median_high_percent: float


@dataclass(frozen=True, slots=True)
class Needed:
    """Stacks until the recommended recipe stays within the goal.

    Median, the range of eight of ten replays, and how well so many replays tell the median (95 %
    interval). `budget` + 1 and more means longer than the budget. `never` of the replays did not
    get there; lost stacks are means a campaign with their 95 % interval, `risky` the share of
    replays whose last recipe breaks the lab's limits."""

    strategy: str
    stacks: float
    low: float
    high: float
    median_low: float
    median_high: float
    never: int
    replays: int
    budget: int
    crushed: float
    failed: float
    lost: float
    lost_low: float
    lost_high: float
    risky: float


@dataclass(frozen=True, slots=True)
class Pair:
    """Another strategy minus the baseline on the same truths.

    Stacks needed (those that never got there count as the budget and one batch, so that it is
    rather too small), lost stacks, and ln regret at the end in percent; means with 95 %
    intervals."""

    strategy: str
    baseline: str
    more_stacks: float
    more_low: float
    more_high: float
    more_lost: float
    more_lost_low: float
    more_lost_high: float
    worse_percent: float
    worse_low: float
    worse_high: float
    p: float
    p_corrected: float
    """Of the stacks, by exchanging the two in each replay; corrected for the number of pairs."""

    @property
    def real(self) -> bool:
        """True where both the interval and the corrected p of the stacks leave out luck."""
        return self.p_corrected < ALPHA and self._outside

    @property
    def likely(self) -> bool:
        """True where one of them does, or would for this pair alone."""
        return not self.real and (self.p < ALPHA or self._outside)

    @property
    def _outside(self) -> bool:
        return not self.more_low <= 0.0 <= self.more_high


def curve(campaigns: Sequence[Campaign]) -> tuple[Point, ...]:
    """The regret of one strategy over stacks."""
    name, found = campaigns[0].strategy, []
    for stacks in sorted({n for c in campaigns for n in c.stacks}):
        regret = 100.0 * np.expm1([c.regret_after(stacks) for c in campaigns])
        found.append(Point(
            name, stacks, float(np.median(regret)), *range_of(regret),
            float(np.quantile(regret, 0.8)), float(regret.mean()),
            *interval_of(regret, np.median)))
    return tuple(found)


def range_of(values: Any) -> tuple[float, float]:
    """Where eight of ten values (n,) like these lie.

    One more value is between the ends in 80 % of cases, whatever n from 9 on (order statistics at
    multiples of n + 1)."""
    low, high = np.quantile(values, RANGE, method="weibull")
    return float(low), float(high)


def interval_of(values: Any, statistic: Callable[..., Any]) -> tuple[float, float]:
    """95 % bootstrap interval of a statistic of values (n,), by percentiles."""
    values = np.asarray(values, dtype=np.float64)
    draw = np.random.default_rng(0)
    found = statistic(values[draw.integers(0, values.size, (RESAMPLED, values.size))], axis=1)
    low, high = np.quantile(found, (0.025, 0.975))
    return float(low), float(high)


def _stacks(found: Sequence[Campaign], options: Options) -> Any:
    """Stacks needed by each campaign; beyond the budget where it never got there."""
    goal = math.log1p(options.within_percent / 100.0)
    never = options.budget + options.batch
    return np.array([c.needed(goal) or never for c in found], dtype=np.float64)


def needed(found: Sequence[Campaign], options: Options) -> Needed:
    """Of one strategy."""
    stacks = _stacks(found, options)
    lost = np.array([c.crushed + c.failed for c in found], dtype=np.float64)
    return Needed(
        found[0].strategy, float(np.median(stacks)), *range_of(stacks),
        *interval_of(stacks, np.median), never=int((stacks > options.budget).sum()),
        replays=len(found), budget=options.budget,
        crushed=float(np.mean([c.crushed for c in found])),
        failed=float(np.mean([c.failed for c in found])), lost=float(lost.mean()),
        **dict(zip(("lost_low", "lost_high"), interval_of(lost, np.mean), strict=True)),
        risky=float(np.mean([not c.feasible[-1] for c in found])))


def pairs(others: Sequence[Sequence[Campaign]], baseline: Sequence[Campaign],
           options: Options) -> tuple[Pair, ...]:
    """Each of the others against the baseline, replay by replay."""
    base = _stacks(baseline, options)
    p = [exchange_p(_stacks(found, options) - base, np.arange(len(found)), seed=0)
         for found in others]
    return tuple(_pair(found, baseline, options, raw, corrected)
                 for found, raw, corrected in zip(others, p, holm(p), strict=True))


def _pair(found: Sequence[Campaign], baseline: Sequence[Campaign], options: Options, p: float,
          p_corrected: float) -> Pair:
    more = _stacks(found, options) - _stacks(baseline, options)
    both = list(zip(found, baseline, strict=True))
    lost = np.array([a.crushed + a.failed - b.crushed - b.failed for a, b in both])
    worse = 100.0 * np.array([a.regret[-1] - b.regret[-1] for a, b in both])
    return Pair(found[0].strategy, baseline[0].strategy,
                float(more.mean()), *interval_of(more, np.mean),
                float(lost.mean()), *interval_of(lost, np.mean),
                float(worse.mean()), *interval_of(worse, np.mean), p, p_corrected)
