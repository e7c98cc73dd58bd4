"""Whether readings drift, jump or differ between lots, as control stacks tell.

A control is an intact stack pressed by the reference recipe, whatever it was pressed for: the same
recipe again and again, so that what changes is not the recipe. Resistances are compared as ln R.
Pure, and blind to the order of the history: controls are taken in the order of their numbers.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy import stats

from pressloop.optimizer.history.training import Origin
from pressloop.trials.checks import FloatArray
from pressloop.trials.outcome import Intact
from pressloop.trials.recipe import Recipe
from pressloop.trials.trial import Trial
from pressloop.trials.wording import counted

FEWEST = 4
"""Controls below which nothing is said of a drift: three points make a line of almost anything."""
FEWEST_OF_LOT = 2
FALSE_ALARMS = 0.05
"""Share of steady campaigns in which an alarm is raised, trend and step together."""
STEADY = 1999
"""Steady campaigns drawn to tell how clear a change must be."""
SCATTER = 0.12
"""Scatter of ln R from stack to stack that weights assume beside a reading's own error."""


@dataclass(frozen=True, slots=True)
class Control:
    """One stack at the reference recipe; resistance in ohm cm2 with its standard error."""

    number: int
    lot: str
    operator: str
    resistance_ohm_cm2: float
    resistance_se_ohm_cm2: float | None
    press: str = ""

    @property
    def origin(self) -> Origin:
        """Lot and operator, and the press where it has a name."""
        return (self.lot, self.operator, self.press) if self.press else (self.lot, self.operator)


@dataclass(frozen=True, slots=True)
class Change:
    """A change of ln R with its 95 % interval."""

    ln: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Step:
    """Controls after stack `last_before` against those up to it; `first_after` is the first."""

    last_before: int
    first_after: int
    change: Change


@dataclass(frozen=True, slots=True)
class LotShift:
    """Controls of one origin against those of the latest one."""

    lot: str
    operator: str
    change: Change
    press: str = ""


@dataclass(frozen=True, slots=True)
class Drift:
    """What the controls say.

    `trend` is per stack, None below FEWEST controls of this campaign. `alarm` is "trend" or "step",
    whichever the controls show more clearly, or "" where a steady press would show as much with a
    probability of `chance`, FALSE_ALARMS or more. `shifts` compare other lots and operators with
    the latest. `sentences` say all this in words.
    """

    controls: tuple[Control, ...]
    trend: Change | None
    step: Step | None
    alarm: str
    chance: float | None
    shifts: tuple[LotShift, ...]
    sentences: tuple[str, ...]


def drift(history: Iterable[Trial], reference: Recipe | None, *, earlier: Iterable[Trial] = ()
          ) -> Drift | None:
    """The verdict of the controls; None without a reference recipe.

    `earlier` stacks, and imported ones, whose order is not known, tell of their lots only."""
    if reference is None:
        return None
    trials = tuple(history)
    here = _controls((t for t in trials if t.pressed_here), reference)
    others = _controls((*(t for t in trials if not t.pressed_here), *earlier), reference)
    shifts = _shifts(here, others)
    table = _table(here)
    if len(here) < FEWEST or table.freedom < 1:
        few = (f"{counted(len(here), 'control')} so far: it takes {FEWEST}, not all of different "
               "lots, to tell a drift.")
        return Drift(here, None, None, "", None, shifts, (few, *map(_shift_words, shifts)))
    trend, steps = _change(table, table.numbers), _steps(table)
    alarm, chance = _alarm(table, [s.last_before for s in steps])
    best = max(steps, key=lambda s: _clearness(s.change), default=None)
    step = best if alarm == "step" else None
    words = _words(here, trend, step, alarm)
    return Drift(here, trend, step, alarm, chance, shifts, (words, *map(_shift_words, shifts)))


def _controls(trials: Iterable[Trial], reference: Recipe) -> tuple[Control, ...]:
    found = [Control(t.number, t.stack.lot, t.stack.operator, t.outcome.resistance_ohm_cm2,
                     t.outcome.resistance_se_ohm_cm2, t.press)
             for t in trials if isinstance(t.outcome, Intact) and t.recipe == reference
             and t.outcome.resistance_ohm_cm2 is not None]
    return tuple(sorted(found, key=lambda c: (c.number, *c.origin, c.resistance_ohm_cm2)))


@dataclass(frozen=True, slots=True, eq=False)
class _Table:
    """Controls as columns of shape (n,): stack number, ln R, origin, root of the weight."""

    numbers: FloatArray
    y: FloatArray
    group: FloatArray
    root_weight: FloatArray

    @property
    def freedom(self) -> int:
        """Degrees of freedom of a line with a level for each origin."""
        return self.y.size - np.unique(self.group).size - 1

    def within(self, columns: FloatArray) -> FloatArray:
        """Columns (..., n) less their weighted means over each origin, times the root of weight.

        That is what a change of lot or operator cannot explain."""
        weight = self.root_weight**2
        out = np.array(columns, dtype=np.float64)
        for one in np.unique(self.group):
            mine = self.group == one
            mean = (out[..., mine] * weight[mine]).sum(-1, keepdims=True) / weight[mine].sum()
            out[..., mine] -= mean
        return out * self.root_weight


def _table(controls: Sequence[Control]) -> _Table:
    origins = sorted({c.origin for c in controls})
    error = np.array([(c.resistance_se_ohm_cm2 or 0.0) / c.resistance_ohm_cm2 for c in controls])
    return _Table(np.array([float(c.number) for c in controls]), _ln(controls),
                  np.array([origins.index(c.origin) for c in controls], dtype=float),
                  SCATTER / np.hypot(SCATTER, error))


def _ln(controls: Sequence[Control]) -> FloatArray:
    return np.log(np.array([c.resistance_ohm_cm2 for c in controls]))


def _change(table: _Table, column: FloatArray) -> Change | None:
    """Weighted least squares of ln R on a column, a level for each origin beside it.

    Student's t with the scatter that is left. None where the origins explain the column."""
    x, y = table.within(column), table.within(table.y)
    square = float(x @ x)
    if square < 1e-12:
        return None
    slope = float(x @ y) / square
    left = y - slope * x
    return _interval(slope, float(left @ left) / table.freedom / square, table.freedom)


def _interval(value: float, variance: float, freedom: int) -> Change:
    half = float(stats.t.ppf(0.975, freedom)) * math.sqrt(max(variance, 0.0))
    return Change(value, value - half, value + half)


def _clearness(change: Change) -> float:
    """|t|, up to a factor that all changes of one table share."""
    return abs(change.ln) / max(change.high - change.ln, 1e-12)


def _splits(table: _Table) -> list[tuple[float, float]]:
    """Last number before and first after each possible step, two controls on either side."""
    numbers = np.unique(table.numbers)
    return [(a, b) for a, b in pairwise(numbers)
            if (table.numbers <= a).sum() >= 2 and (table.numbers >= b).sum() >= 2]


def _steps(table: _Table) -> list[Step]:
    found = [(a, b, _change(table, (table.numbers > a).astype(float)))
             for a, b in _splits(table)]
    return [Step(int(a), int(b), change) for a, b, change in found if change is not None]


def _alarm(table: _Table, ends: Sequence[int]) -> tuple[str, float]:
    """What is clearer, a trend or one step, and the chance of as clear a one by accident.

    The largest correlation of ln R with the number or with a step after any of `ends` is compared
    with that of normal scatter at the same stacks, so that one chance holds for all the looks
    together (single-step maximum test, Westfall and Young 1993). The size of the scatter drops out.
    """
    columns = [table.numbers, *((table.numbers > end).astype(float) for end in ends)]
    x = _unit(table.within(np.array(columns)))
    seen = np.abs(x @ _unit(table.within(table.y)))
    scatter = np.random.default_rng(0).standard_normal((STEADY, table.y.size)) / table.root_weight
    steady = _unit(table.within(scatter))
    most = np.abs(steady @ x.T).max(1)
    chance = float((1 + (most >= seen.max()).sum()) / (1 + STEADY))
    if chance >= FALSE_ALARMS:
        return "", chance
    return ("trend" if seen.argmax() == 0 else "step"), chance


def _unit(rows: FloatArray) -> FloatArray:
    """Each row with length one; a row of nothing stays so."""
    return rows / np.maximum(np.linalg.norm(rows, axis=-1, keepdims=True), 1e-12)


def _shifts(here: Sequence[Control], others: Sequence[Control]) -> tuple[LotShift, ...]:
    """Means of ln R by origin, with the scatter that all origins share."""
    of: dict[Origin, list[Control]] = {}
    for control in (*here, *others):
        of.setdefault(control.origin, []).append(control)
    told = {origin: _ln(c) for origin, c in sorted(of.items()) if len(c) >= FEWEST_OF_LOT}
    latest = here[-1].origin if here else None
    if latest not in told or len(told) < 2:
        return ()
    freedom = sum(y.size - 1 for y in told.values())
    variance = sum(float(((y - y.mean()) ** 2).sum()) for y in told.values()) / freedom
    now = told.pop(latest)
    return tuple(LotShift(lot, operator, _interval(
        float(y.mean() - now.mean()), variance * (1.0 / y.size + 1.0 / now.size), freedom),
        *press) for (lot, operator, *press), y in told.items())


def _words(here: Sequence[Control], trend: Change | None, step: Step | None, alarm: str) -> str:
    if step is not None:
        return (f"Controls from stack {step.first_after} on read {_higher(step.change)} than those "
                f"up to stack {step.last_before}: look for what was changed in between.")
    if trend is None:
        return f"{counted(len(here), 'control')}: lots explain all that changes."
    low, high = sorted(abs(v) for v in (_percent(trend.low), _percent(trend.high)))
    if alarm:
        stacks = min(10, here[-1].number - here[0].number)
        off = abs(_percent(stacks * trend.ln))
        return (f"Controls {'rise' if trend.ln > 0 else 'fall'} by {abs(_percent(trend.ln)):.1f} % "
                f"per stack ({low:.1f} to {high:.1f}): the last {counted(stacks, 'stack')} may "
                f"read {off:.0f} % {'high' if trend.ln > 0 else 'low'}.")
    return (f"{counted(len(here), 'control')} show no clear drift: {_percent(trend.ln):+.1f} % per "
            f"stack ({_percent(trend.low):+.1f} to {_percent(trend.high):+.1f}).")


def _shift_words(shift: LotShift) -> str:
    where = f", on press {shift.press}" if shift.press else ""
    return (f"Controls of lot {shift.lot}, {shift.operator}{where}, read {_higher(shift.change)} "
            f"than those of the latest {'lot and press' if where else 'lot'}.")


def _higher(change: Change) -> str:
    """A change in words; an interval of both signs is written with them."""
    sign = 1.0 if change.ln >= 0.0 else -1.0
    ends = sorted(sign * _percent(v) for v in (change.low, change.high))
    return (f"{abs(_percent(change.ln)):.0f} % {'higher' if sign > 0 else 'lower'} "
            f"({ends[0]:.0f} to {ends[1]:.0f})")


def _percent(ln: float) -> float:
    return 100.0 * math.expm1(ln)
