"""From trials to arrays: what each model may learn from each outcome.

| outcome | resistance | damage index | crushed label | shorted label | delaminated label |
|---|---|---|---|---|---|
| intact | yes | if measured | no, if no index | no | no |
| crushed | - | if measured | yes, if no index | - | no |
| shorted | - | if measured | - | yes | - |
| delaminated | - | if measured | - | - | yes |
| failed, nobody knows how | - | if measured | - | - | - |
| set aside, spoilt, withdrawn, faulted, settled, open | - | - | - | - | - |
| a named parameter not told | - | - | - | - | - |

Stacks are learned from at what the press really did, where that is not what it was asked. Once a
stack has failed in a way that nobody knows, such failures have a label of their own: yes for these,
no for intact stacks.

Non-uniformity, where segmented electrodes give it, is learned with the resistance. Where the
objective measures other quantities, each has rows of its own, on the scale of `value_scale`; the
first of them stands where resistance stands else.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from pressloop.optimizer.history.reading_conditions import as_read
from pressloop.optimizer.history.value_scale import OF_RESISTANCE, ValueScale, value_scale
from pressloop.optimizer.space import Space
from pressloop.trials.checks import FloatArray, IntArray
from pressloop.trials.outcome import Damage, Failed, FailureMode, Intact
from pressloop.trials.quantity import RESISTANCE, Quantity
from pressloop.trials.recipe import Recipe
from pressloop.trials.trial import Trial

LARGEST_INDEX = 0.99
EVENEST = 1e-3
"""Smallest non-uniformity whose logarithm is taken: none is measured finer."""


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Inputs (n, d), targets (n,), known variances (n,) and groups (n,) of one model.

    Group 0 is the origin that recipes are wanted for."""

    x: FloatArray
    y: FloatArray
    variance: FloatArray
    group: IntArray

    def __getitem__(self, kept: FloatArray | slice) -> Rows:
        return Rows(self.x[kept], self.y[kept], self.variance[kept], self.group[kept])

    @property
    def none(self) -> Rows:
        """No row of the same inputs."""
        return self[:0]


@dataclass(frozen=True, slots=True, eq=False)
class Training:
    """What the models learn from, plus the recipes still in work.

    `log_resistance` has what the search looks at, on `scale`: ln R unless the objective measures
    another quantity; `others` the same of every other quantity. `other_presses` are the groups of
    the same lot and operator as group 0, on another press. `log_hazard` is ln(H/H*) of the
    hazard H = -ln(1 - D) of the damage index D, H* that of the index above which a stack counts as
    crushed: a straight line over ln P where D is Weibull's."""

    log_resistance: Rows
    log_hazard: Rows
    labels: dict[FailureMode, Rows]
    pending: FloatArray
    log_nonuniformity: Rows
    scale: ValueScale = OF_RESISTANCE
    others: tuple[tuple[ValueScale, Rows], ...] = ()
    other_presses: frozenset[int] = frozenset()

    @property
    def largest(self) -> int:
        """Rows of the model that has most."""
        return max(self.log_resistance.y.size, *(
            self.log_hazard.y.size + rows.y.size for rows in self.labels.values()))


Origin = tuple[str, ...]
"""Lot and operator of a stack and, where it has a name, the press: what offsets all its readings
alike."""


def origin_of(trial: Trial) -> Origin:
    """Where a trial's stack came from."""
    stack = trial.stack
    return (stack.lot, stack.operator, trial.press) if trial.press else (stack.lot, stack.operator)


def latest_origin(history: Sequence[Trial]) -> Origin | None:
    """The origin of the newest stack, None without one. Blind to the order of the history."""
    return origin_of(max(history, key=lambda t: (t.number, *origin_of(t)))) if history else None


def origin_for(wanted: Origin, trials: Sequence[Trial]) -> tuple[Origin, str]:
    """The origin that stands for the wanted one, and a sentence where that is another one.

    As long as nobody of that name has pressed a stack of the lot, the newest stack of the same lot
    is of the same powder. Another lot stands for nothing but itself."""
    telling = [t for t in trials if isinstance(t.outcome, (Intact, Failed))]
    if any(origin_of(t) == wanted for t in telling):
        return wanted, ""
    lot, operator, *press = wanted
    of_lot = [t for t in telling if t.stack.lot == lot]
    other_press = latest_origin([t for t in of_lot if press and t.stack.operator == operator])
    if other_press is not None:
        where = f"press {other_press[2]}" if len(other_press) > 2 else "a press without a name"
        return other_press, (f"No stack of lot {lot} by operator {operator} on press {press[0]} is "
                             f"known yet: those on {where} stand for them")
    same_lot = latest_origin(of_lot)
    if same_lot is None:
        return wanted, ""
    return same_lot, (f"No stack of lot {lot} by operator {operator} is known yet: those by "
                      f"{same_lot[1]} stand for them")


def training(history: Iterable[Trial], space: Space, crushed_above: float,
             origin: Origin | None = None, quantities: Sequence[Quantity] = (RESISTANCE,)
             ) -> Training:
    """Sorted by content, so that the order of the history cannot matter.

    `origin` is where the stacks come from that recipes are wanted for; without one all rows are
    alike. Raises BadInput for a reading that the scale of its quantity has no place for."""
    crushed = -np.log1p(-crushed_above)
    trials = sorted((t for t in history if space.comparable(t.pressed)), key=content_of)
    groups = _groups(trials, origin)
    intact = [(t, t.outcome) for t in trials if isinstance(t.outcome, Intact)]
    damaged = [(t, d) for t in trials if (d := _damage(t)) is not None]
    even = [(t, o.nonuniformity) for t, o in intact if o.nonuniformity is not None]
    (scale, rows), *others = (_measured(space, groups, intact, one) for one in quantities)
    return Training(
        log_resistance=rows,
        log_hazard=_rows(space, groups, [t for t, _ in damaged],
                         [float(np.log(_hazard(d) / crushed)) for _, d in damaged],
                         [_log_hazard_variance(d) for _, d in damaged]),
        labels={mode: _labels(trials, space, groups, mode) for mode in FailureMode},
        pending=space.encode([t.recipe for t in trials if t.is_open]),
        log_nonuniformity=_read(space, groups, [t for t, _ in even],
                                [float(np.log(max(value, EVENEST))) for _, value in even],
                                [0.0] * len(even)),
        scale=scale, others=tuple(others),
        other_presses=frozenset(number for one, number in groups.items() if number
                                and origin is not None and one[:2] == origin[:2]),
    )


def _measured(space: Space, groups: dict[Origin, int], intact: Sequence[tuple[Trial, Intact]],
              quantity: Quantity) -> tuple[ValueScale, Rows]:
    """The readings of one quantity on its scale."""
    told = [(t, reading) for t, o in intact if (reading := o.reading(quantity.name)) is not None]
    scale = value_scale(quantity, [reading for _, reading in told])
    return scale, _read(space, groups, [t for t, _ in told],
                        [scale.z(reading.value) for _, reading in told],
                        [scale.variance(reading) for _, reading in told])


def _groups(trials: Sequence[Trial], origin: Origin | None) -> dict[Origin, int]:
    """A number for each origin; the one that is wanted has 0, even if no stack is from it yet."""
    if origin is None:
        return {origin_of(t): 0 for t in trials}
    others = sorted({origin_of(t) for t in trials} - {origin})
    return {origin: 0} | {one: i for i, one in enumerate(others, 1)}


def content_of(trial: Trial) -> tuple[str, ...]:
    """What trials are sorted by, so that the order of a history cannot matter."""
    return (repr(trial.recipe), repr(trial.outcome), trial.state, *origin_of(trial))


def untold(trials: Iterable[Trial], space: Space) -> str:
    """A sentence on stacks that say nothing of a parameter that varies, "" where there are none.

    They are not learned from."""
    left = [t for t in trials if isinstance(t.outcome, (Intact, Failed))
            and not space.comparable(t.pressed)]
    if not left:
        return ""
    lacking, strange = list[str](), list[str]()
    for p in space.parameters:
        odd = {value for t in left if not p.agrees(value := t.pressed.value(p.name))}
        lacking += [p.name] * (None in odd)
        strange += [f"{p.name} = {value}" for value in sorted(map(str, odd - {None}))]
    count = f"{len(left)} stack{'s' * (len(left) != 1)}"
    why = [f"{', '.join(lacking)} is not told: give it a default in [space] if it was always the "
           "same"] * bool(lacking) + [
        f"{', '.join(strange)} is none of the kinds in [space]: add it there, or go on calling it "
        "as before"] * bool(strange)
    return f"{count} {'is' if len(left) == 1 else 'are'} not learned from, as {'; '.join(why)}."


def _damage(trial: Trial) -> Damage | None:
    return trial.outcome.damage if isinstance(trial.outcome, (Intact, Failed)) else None


def _index(damage: Damage) -> float:
    """The index, at least its standard error, whose logarithm can be taken.

    One whose hazard is infinite counts as 99 %."""
    return min(max(damage.index, damage.standard_error, 1e-4), LARGEST_INDEX)


def _hazard(damage: Damage) -> float:
    """-ln(1 - D)."""
    return float(-np.log1p(-_index(damage)))


def _log_hazard_variance(damage: Damage) -> float:
    """Variance of ln H by the standard error of D, (dH/dD / H)^2 se^2."""
    error = max(damage.standard_error, 1e-4)
    return float((error / ((1.0 - _index(damage)) * _hazard(damage))) ** 2)


def _labels(trials: Sequence[Trial], space: Space, groups: dict[Origin, int], mode: FailureMode
            ) -> Rows:
    pairs = [(t, label) for t in trials if (label := _label(t, mode)) is not None]
    if mode is FailureMode.UNKNOWN and not any(label for _, label in pairs):
        # What no stack has shown is no way to fail of its own.
        pairs = []
    return _rows(space, groups, [t for t, _ in pairs], [label for _, label in pairs],
                 [0.0] * len(pairs))


def _label(trial: Trial, mode: FailureMode) -> float | None:
    """1 failed so, 0 did not, None where the outcome cannot tell."""
    outcome = trial.outcome
    if not isinstance(outcome, (Intact, Failed)):
        return None
    if mode is FailureMode.CRUSHED and outcome.damage is not None:
        return None
    if isinstance(outcome, Intact):
        return 0.0
    if outcome.mode is mode:
        return 1.0
    # A crushed stack has good contact; a shorted or delaminated one could have been either.
    return 0.0 if (outcome.mode, mode) == (FailureMode.CRUSHED, FailureMode.DELAMINATED) else None


def _read(space: Space, groups: dict[Origin, int], trials: list[Trial], y: list[float],
          variance: list[float]) -> Rows:
    """Rows of a reading, which the stack pressure changes; whether a stack breaks, it does not."""
    return _rows(space, groups, trials, y, variance, [as_read(t, space) for t in trials])


def _rows(space: Space, groups: dict[Origin, int], trials: list[Trial], y: list[float],
          variance: list[float], recipes: list[Recipe] | None = None) -> Rows:
    return Rows(space.encode([t.pressed for t in trials] if recipes is None else recipes),
                np.array(y, dtype=np.float64), np.array(variance, dtype=np.float64),
                np.array([groups[origin_of(t)] for t in trials], dtype=np.int64))
