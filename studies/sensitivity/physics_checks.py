"""Whether the readings contradict what is known of pressing, and which rows say so.

Each check asks for the slope of one quantity with one variable, averaged over the stacks of one
part of the space, in a process that knows no law of pressing, so that only rows can speak. It is
raised where the slope has the wrong sign beyond doubt; all checks together raise a false alarm in
at most `false_alarms` of tables.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from scipy import stats

from pressloop.optimizer.history.training import Rows, origin_of, training
from pressloop.optimizer.model_files import dataset
from pressloop.optimizer.models import Models
from pressloop.optimizer.physics_prior import of_log_resistance
from pressloop.optimizer.space import Space
from pressloop.studies.data import StudyData
from pressloop.studies.outliers import FEW, judged
from pressloop.studies.sensitivity.physics_rules import (
    CRUSHED,
    DAMAGE,
    RESISTANCE,
    RULES,
    Look,
    looks,
)
from pressloop.surrogates import predict
from pressloop.surrogates.models import plain_gp
from pressloop.surrogates.models.physics_gp import PhysicsGP
from pressloop.surrogates.parts.prior import Prior
from pressloop.trials.checks import FloatArray
from pressloop.trials.outcome import FailureMode
from pressloop.trials.trial import Trial
from pressloop.trials.wording import counted

FEWEST, MOST_POINTS, LINE = 4, 60, 5
NARROWEST = 0.15
"""Share of a variable's range that the stacks must span where a slope is to be told."""
SMOOTH = (1.0, 0.5)
"""Length scales of what is looked at: slopes over a good part of a range."""
OF_ROOT_HAZARD = Prior(plain_residual=(0.3, 0.8), plain_length=SMOOTH, scatter=(0.015, 0.4),
                       offset=(0.01, 1.0), own=(0.01, 1.0), level_sd=0.03, level=0.0)
"""Of sqrt(-ln(1 - D)), D the damage index."""
CAUSES = 5
"""Most rows that are left out one after the other to see whether a flag goes."""


@dataclass(frozen=True, slots=True)
class CheckedRule:
    """What one check came to.

    `slope` is per doubling, or per 10 degC, in ln R, in damage or in the chance of crushing, with
    its 95 % interval; None where `why_not` says why it cannot be told. `rows` are the numbers of
    the trials that cause a flag; `cured` is True where it is gone without them."""

    look: Look
    stacks: int
    slope: float | None = None
    low: float | None = None
    high: float | None = None
    flagged: bool = False
    rows: tuple[int, ...] = ()
    cured: bool = False
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class Odd:
    """A stack that the others contradict: measured and expected with 95 % interval, ohm cm2."""

    number: int
    measured_ohm_cm2: float
    expected_ohm_cm2: float
    low_ohm_cm2: float
    high_ohm_cm2: float


def sanity(data: StudyData, trials: Sequence[Trial], models: Models, *, least: float,
           false_alarms: float) -> tuple[CheckedRule, ...]:
    """What every check that this space allows came to, for these trials of the data."""
    crushing = crushing_from(models)
    return tuple(found for look in looks(data.space, crushing, least) if (
        found := _found(data, trials, look, false_alarms / RULES)) is not None)


def crushing_from(models: Models) -> float | None:
    """The highest pressure below which stacks are crushed with 5 % at most.

    On average over dwell and temperature; None where there is none, or pressure is fixed."""
    space = models.space
    if "pressure_mpa" not in space.free:
        return None
    inputs, at = len(space.free), space.free.index("pressure_mpa")
    others = stats.qmc.Sobol(inputs, rng=0).random(64)
    chances = []
    for step in np.linspace(0.0, 1.0, 41):
        others[:, at] = step
        with torch.no_grad():
            chances.append(float(models.crush_probability(torch.from_numpy(others)).mean()))
    past = np.flatnonzero(np.array(chances) > models.limits.max_crush_probability)
    last = 40 if past.size == 0 else int(past[0]) - 1
    if last < 1:
        return None
    unit = np.full((1, inputs), last / 40.0)
    return float(space.values("pressure_mpa", unit)[0])


def odd_rows(data: StudyData, trials: Sequence[Trial]) -> tuple[Odd, ...]:
    """Intact stacks that all others contradict."""
    rows, numbers = _rows(data, trials, RESISTANCE)
    if len(numbers) < FEW:
        return ()
    found = judged(rows, of_log_resistance(data.space, data.limits))
    half = 1.96 * found.sd
    return tuple(Odd(numbers[i], *(float(np.exp(v)) for v in (
        rows.y[i], found.expected[i], found.expected[i] - half[i], found.expected[i] + half[i])))
        for i in np.flatnonzero(found.doubted).tolist())


def _found(data: StudyData, trials: Sequence[Trial], look: Look, level: float
           ) -> CheckedRule | None:
    """One check on these trials; None where none of them tells its quantity."""
    rows, numbers = _rows(data, trials, look.quantity)
    if not numbers:
        return None
    inside = _inside(data.space, rows.x, look)
    if why := _too_little(data.space, rows, inside, look):
        return CheckedRule(look, int(inside.sum()), why_not=why)
    gp = plain_process(data, rows, look.quantity)
    points, weights = _slope(data.space, rows.x[inside], look)
    slope, sd = _told(gp, points, weights)
    finding = CheckedRule(look, int(inside.sum()), slope, slope - 1.96 * sd, slope + 1.96 * sd,
                      _wrong(slope, sd, look, level))
    if not finding.flagged:
        return finding
    order = _by_influence(gp, points, weights, look)
    causes, cured = _causes(data, rows, order, points, weights, look, level)
    return _readable(replace(finding, rows=tuple(sorted(numbers[i] for i in causes)),
                             cured=cured), rows, inside)


def _wrong(slope: float, sd: float, look: Look, level: float) -> bool:
    """True where chance alone would tell a slope like this with less than `level`.

    The slope being no worse than allowed."""
    return bool(stats.norm.sf((look.wrong * slope - look.beyond) / max(sd, 1e-9)) < level)


def _rows(data: StudyData, trials: Sequence[Trial], quantity: str) -> tuple[Rows, list[int]]:
    """Rows of a quantity with the numbers of their trials; group 0 is the most frequent origin."""
    kept = []
    for trial in trials:
        every = training([trial], data.space, data.limits.crushed_above)
        one = {RESISTANCE: every.log_resistance, DAMAGE: _root_hazard(every.log_hazard, data),
               CRUSHED: every.labels[FailureMode.CRUSHED]}[quantity]
        if one.y.size:
            kept.append((trial, one))
    origins = [origin_of(t) for t, _ in kept]
    order = sorted(set(origins), key=lambda o: (-origins.count(o), o))
    x = np.concatenate([np.zeros((0, len(data.space.free))), *(one.x for _, one in kept)])
    y, variance = (np.array([getattr(one, name)[0] for _, one in kept], dtype=np.float64)
                   for name in ("y", "variance"))
    group = np.array([order.index(o) for o in origins], dtype=np.int64)
    return Rows(x, y, variance, group), [t.number for t, _ in kept]


def _root_hazard(rows: Rows, data: StudyData) -> Rows:
    """From ln(H/H*) to sqrt(H), of which a count near zero is known as well as any other."""
    crushed = -math.log1p(-data.limits.crushed_above)
    root = np.sqrt(crushed * np.exp(rows.y))
    return replace(rows, y=root, variance=0.25 * root**2 * rows.variance)


def plain_process(data: StudyData, rows: Rows, quantity: str) -> PhysicsGP:
    """A process that knows no laws, of one or more rows of a quantity."""
    prior = OF_ROOT_HAZARD if quantity == DAMAGE else replace(
        of_log_resistance(data.space, data.limits), plain_residual=(0.3, 1.0), plain_length=SMOOTH)
    if quantity == CRUSHED:
        prior = replace(prior, scatter=(0.3, 0.5), input_sd=())
    return plain_gp.fit(dataset(rows), prior)


def _inside(space: Space, x: FloatArray, look: Look) -> FloatArray:
    """Which rows lie in the box."""
    inside = np.ones(len(x), dtype=bool)
    for name, (low, high) in look.box.items():
        values = space.values(name, x)
        inside &= (values >= low * (1.0 - 1e-9) - 1e-9) & (values <= high * (1.0 + 1e-9) + 1e-9)
    return inside


def _too_little(space: Space, rows: Rows, inside: FloatArray, look: Look) -> str:
    """Why a slope cannot be told from the rows in the box; "" where it can."""
    count = int(inside.sum())
    if count < FEWEST:
        return f"{counted(count, 'stack') if count else 'no stacks'} there, {FEWEST} are needed"
    along = rows.x[inside, space.free.index(look.variable)]
    if np.ptp(along) < NARROWEST:
        return "hardly varied there"
    if look.quantity != RESISTANCE and np.ptp(rows.y) <= 0.0:
        return "all stacks alike in this"
    return ""


def _slope(space: Space, x: FloatArray, look: Look) -> tuple[FloatArray, FloatArray]:
    """Points and weights whose weighted sum of a function is its slope per step, at each row.

    Averaged over lines along the variable, through the box."""
    at = space.free.index(look.variable)
    if len(x) > MOST_POINTS:
        x = x[np.linspace(0, len(x) - 1, MOST_POINTS).round().astype(int)]
    # No further than the rows span: beyond them nothing could be told.
    line = np.linspace(max(x[:, at].min(), 0.0), min(x[:, at].max(), 1.0), LINE)
    points = np.repeat(x, LINE, axis=0)
    points[:, at] = np.tile(line, len(x))
    values = space.values(look.variable, points[:LINE])
    steps = values / 10.0 if look.variable == "temperature_c" else np.log2(values)
    centred = steps - steps.mean()
    return points, np.tile(centred / np.square(centred).sum() / len(x), len(x))


def _told(gp: PhysicsGP, points: FloatArray, weights: FloatArray) -> tuple[float, float]:
    """Mean and standard deviation of a weighted sum of the function."""
    x, w = torch.from_numpy(points), torch.from_numpy(weights)
    with torch.no_grad():
        mean, _ = predict.moments(gp, x)
    variance = float(w @ predict.covariance(gp, x, x) @ w)
    return float(w @ mean), math.sqrt(max(variance, 0.0))


def _by_influence(gp: PhysicsGP, points: FloatArray, weights: FloatArray, look: Look) -> list[int]:
    """Rows by how much each alone pushes the slope the wrong way."""
    pushes = look.wrong * gp.influence(torch.from_numpy(points), torch.from_numpy(weights)).numpy()
    return np.argsort(-pushes, kind="stable").tolist()


def _causes(data: StudyData, rows: Rows, order: list[int], points: FloatArray, weights: FloatArray,
            look: Look, level: float) -> tuple[list[int], bool]:
    """The fewest of the most influential rows without which there is no flag, and True.

    The most influential ones and False where leaving them out does not do."""
    for count in range(1, min(CAUSES, len(order) - FEWEST) + 1):
        kept = np.ones(len(order), dtype=bool)
        kept[order[:count]] = False
        slope, sd = _told(plain_process(data, rows[kept], look.quantity), points, weights)
        if not _wrong(slope, sd, look, level):
            return order[:count], True
    return order[:CAUSES], False


def _readable(finding: CheckedRule, rows: Rows, inside: FloatArray) -> CheckedRule:
    """The slope of a root of hazard as that of the crushed fraction, D = 1 - exp(-h^2)."""
    if finding.look.quantity != DAMAGE:
        return finding
    h = float(np.clip(rows.y[inside], 0.0, None).mean())
    factor = 2.0 * h * math.exp(-h * h)
    return replace(finding, **{name: factor * getattr(finding, name)
                               for name in ("slope", "low", "high")})
