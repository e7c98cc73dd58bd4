"""What lots, operators and the stack pressure make of the scatter that the recipe leaves over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from scipy import stats

from optimizer import knowledge
from optimizer.fitting import fitted
from optimizer.setpoint import input_sd
from optimizer.training import Rows, training
from studies.data import StudyData
from surrogates.pressing_gp import OUTLYING, PressingGP
from trials.checks import FloatArray
from trials.outcome import Intact
from trials.trial import Trial

FEWEST = 6
"""Stacks from which on scatter is taken apart."""
WIDEST_GROUPS = 0.5
"""Standard deviation of ln R between groups that is hardly ever exceeded: a factor of e between
lots is not a lot's doing."""
USUAL_SD = 0.4
"""Standard deviation of the logarithm of the scatter within a group about what the lab expects."""
TOGETHER = 0.5
"""Share of a variable's variance that lies between the groups from which on both are said to vary
together."""


@dataclass(frozen=True, slots=True)
class GroupSpread:
    """Standard deviations of ln R between groups of stacks and within one, medians with 95 %
    intervals, and the share of the variance that lies between groups. `together` names the free
    variables that vary with the groups, so that neither can be told from the other."""

    kind: str
    groups: int
    stacks: int
    between: float
    between_low: float
    between_high: float
    within: float
    share: float
    share_low: float
    share_high: float
    together: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HeldPressure:
    """By which fraction resistance changes when the stack pressure held during impedance doubles,
    with its 95 % interval; `together` as for groups."""

    stacks: int
    lowest_mpa: float
    highest_mpa: float
    per_doubling: float
    low: float
    high: float
    together: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Residual:
    """ln R of one stack less what the other stacks let expect, and the variance of that."""

    trial: Trial
    value: float
    variance: float


def residuals(data: StudyData, fit_on: Sequence[Trial]) -> tuple[Residual, ...]:
    """Of each intact stack, from a surrogate for which all rows are alike and that has not seen the
    stack: those of `fit_on` are left out one by one."""
    seen = [t for t in fit_on if isinstance(t.outcome, Intact)]
    gp, rows = _alike(data, seen)
    # The order of training is its own, so that each row finds its stack by its reading.
    left = {_reading(rows, i): pair for i, pair in enumerate(_left_out(gp))}
    known = {t.number for t in seen}
    others = [t for t in data.intact if t.number not in known and data.space.comparable(t.recipe)]
    found = [Residual(t, *left[_reading(one, 0)]) for t in seen
             if (one := training([t], data.space).log_resistance).y.size]
    if others:
        them = [training([t], data.space).log_resistance for t in others]
        x = torch.from_numpy(np.concatenate([one.x for one in them]))
        mean = gp.predict(x)[0].numpy()
        variance = (gp.predict(x)[1].square() + gp.scatter_at(x).square() - gp.scatter**2).numpy()
        found += [_doubted(t, float(one.y[0] - m), max(float(v + one.variance[0]), 0.0), gp.scatter)
                  for t, one, m, v in zip(others, them, mean, variance, strict=True)]
    return tuple(sorted(found, key=lambda r: r.trial.number))


def _doubted(trial: Trial, value: float, variance: float, scatter: float) -> Residual:
    """A spoilt stack keeps only as much weight as its distance allows, as in the surrogate."""
    far = abs(value) > OUTLYING * float(np.hypot(scatter, np.sqrt(variance)))
    return Residual(trial, value, max(variance, value**2) if far else variance)


def _alike(data: StudyData, seen: Sequence[Trial]) -> tuple[PressingGP, Rows]:
    rows = training(seen, data.space, None).log_resistance
    found = fitted(rows, knowledge.of_log_resistance(data.space, data.caution),
                   input_sd(data.space, data.caution), "log resistance")
    assert found is not None
    return found.gp, rows


def _reading(rows: Rows, at: int) -> tuple[float, ...]:
    return (*rows.x[at].tolist(), float(rows.y[at]), float(rows.variance[at]))


def _left_out(gp: PressingGP) -> list[tuple[float, float]]:
    """Residual of each row as the others predict it, and its variance without the scatter that all
    stacks have (Rasmussen 2006, eq. 5.12)."""
    inverse = torch.cholesky_inverse(gp.factor).diagonal(dim1=1, dim2=2)
    value = (gp.weights.squeeze(-1) / inverse).mean(0)
    variance = ((1.0 / inverse).mean(0) - gp.scatter**2).clamp_min(0.0)
    return list(zip(value.tolist(), variance.tolist(), strict=True))


def spread_of(kind: str, found: Sequence[Residual], names: Sequence[str], data: StudyData
              ) -> GroupSpread | None:
    """How much the groups of these names, one for each residual, differ; None where there is one
    group only, too few stacks, or as many groups as stacks.

    One-way random effects by restricted likelihood on a grid of both standard deviations, times
    weak knowledge of both, that keeps few groups from an endless upper end.
    """
    groups = sorted(set(names))
    if not (1 < len(groups) < len(found)) or len(found) < FEWEST:
        return None
    index = np.array([groups.index(name) for name in names])
    between, within, weight = _posterior(index, np.array([r.value for r in found]),
                                         np.array([r.variance for r in found]),
                                         data.caution.stack_scatter)
    share = between**2 / (between**2 + within**2)
    b, w, s = (_quantiles(v, weight) for v in (between, within, share))
    return GroupSpread(kind, len(groups), len(found), *b, w[0], *s,
                       together=_together(index, found, data))


def _posterior(index: FloatArray, value: FloatArray, variance: FloatArray, usual: float
               ) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Grids of the standard deviations between and within groups, and their weights."""
    between, within = np.linspace(0.002, 1.5, 400), np.geomspace(0.01, 1.0, 60)
    log = np.empty((len(within), len(between)))
    for i, scatter in enumerate(within):
        precision = 1.0 / (scatter**2 + variance)
        s0, s1, s2 = (np.bincount(index, precision * value**k) for k in range(3))
        shrunk = 1.0 + np.square(between)[:, None] * s0
        log[i] = -0.5 * (-np.log(precision).sum() + np.log(shrunk).sum(1) + s2.sum()
                         - (np.square(between)[:, None] * s1**2 / shrunk).sum(1))
        # The common mean is integrated out, which is what restricts the likelihood.
        a, b = (s0 / shrunk).sum(1), (s1 / shrunk).sum(1)
        log[i] += 0.5 * b**2 / a - 0.5 * np.log(a)
    log -= 0.5 * np.square(between / WIDEST_GROUPS)
    log -= 0.5 * np.square(np.log(within / usual) / USUAL_SD)[:, None]
    weight = np.exp(log - log.max())
    mesh = np.meshgrid(within, between, indexing="ij")
    return mesh[1].ravel(), mesh[0].ravel(), weight.ravel() / weight.sum()


def _quantiles(value: FloatArray, weight: FloatArray) -> tuple[float, float, float]:
    """Median and the ends of the 95 % interval."""
    order = np.argsort(value)
    below = np.cumsum(weight[order])
    median, low, high = (float(value[order][min(int(np.searchsorted(below, q)), len(order) - 1)])
                         for q in (0.5, 0.025, 0.975))
    return median, low, high


def _together(index: FloatArray, found: Sequence[Residual], data: StudyData) -> tuple[str, ...]:
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


def held_pressure(found: Sequence[Residual], data: StudyData) -> HeldPressure | None:
    """What the stack pressure held during impedance does; None where it does not vary by a tenth
    or fewer than FEWEST stacks tell it."""
    rows = [(r, o.stack_pressure_mpa) for r in found
            if isinstance(o := r.trial.outcome, Intact) and o.stack_pressure_mpa]
    held = np.array([p for _, p in rows])
    if len(rows) < FEWEST or not held.min() * 1.1 <= held.max():
        return None
    log = np.log2(held)
    line = stats.linregress(log, [r.value for r, _ in rows])
    half = float(stats.t.ppf(0.975, len(rows) - 2) * line.stderr)
    x = data.space.encode([r.trial.recipe for r, _ in rows])
    together = tuple(name for i, name in enumerate(data.space.free)
                     if np.ptp(x[:, i]) > 1e-9
                     and abs(float(np.corrcoef(x[:, i], log)[0, 1])) ** 2 >= TOGETHER)
    change, low, high = (float(np.expm1(line.slope + d)) for d in (0.0, -half, half))
    return HeldPressure(len(rows), float(held.min()), float(held.max()), change, low, high,
                        together)
