"""What to leave out: every stack is predicted by models that have not seen it.

| scheme | what is left out | which question it answers |
|---|---|---|
| recipe | one recipe with all its stacks | how well for a recipe that is new? |
| stack | one stack | how well for one more stack? |
| lot | one lot | how well for the first stacks of a new lot? |
| forward | all that came later | how well while the data were being gathered? |

Replicates tell a model nearly all about one another, so that leaving out single stacks would praise
whatever looks up the nearest one: whole recipes are left out unless asked otherwise.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from pressloop.optimizer.history.training import Origin, Rows, origin_of
from pressloop.optimizer.history.value_scale import OF_RESISTANCE, ValueScale, value_scale
from pressloop.optimizer.space import Space
from pressloop.trials.checks import FloatArray, IntArray
from pressloop.trials.outcome import Failed, FailureMode, Intact
from pressloop.trials.quantity import RESISTANCE, Quantity
from pressloop.trials.trial import Trial

Mask = npt.NDArray[np.bool_]
SCHEMES = RECIPE, STACK, LOT, FORWARD = "recipe", "stack", "lot", "forward"
"""The most telling first."""
FIRST, FIRST_SHARE = 5, 0.2
"""Forward in time begins after this many stacks, or this share of them where that is more."""
OTHERS = 6
"""Other lots and operators that a thinned fold is learned from: each is a fit or more, as models
ask whether it helps, whether it helps."""


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Stacks with a known answer y (n,), in an order that only their content decides.

    `variance` (n,) is that of the reading; `origin`, `lot` and `recipe` (n,) number what is alike;
    `number` (n,) is the order in time. Trials come without traces and spectra."""

    trials: tuple[Trial, ...]
    x: FloatArray
    y: FloatArray
    variance: FloatArray
    number: IntArray
    origin: IntArray
    lot: IntArray
    recipe: IntArray
    origins: tuple[Origin, ...]
    lots: tuple[str, ...]
    scale: ValueScale = OF_RESISTANCE
    """Of y, where it is no chance."""

    def rows(self, index: Sequence[int], origin: int) -> Rows:
        """Training rows, with group 0 for those of the origin that is predicted."""
        at = np.asarray(index, dtype=np.int64)
        group = np.where(self.origin[at] == origin, 0, self.origin[at] + 1)
        return Rows(self.x[at], self.y[at], self.variance[at], group)

    def __len__(self) -> int:
        return len(self.y)


@dataclass(frozen=True, slots=True)
class Fold:
    """Rows to learn from and rows to predict, all of one origin, or of one lot that is new."""

    train: tuple[int, ...]
    test: tuple[int, ...]
    origin: int


def intact_table(trials: Iterable[Trial], space: Space, of: Quantity = RESISTANCE) -> Table:
    """Stacks with a reading of the quantity; failed ones have none and are left out.

    y is it on the scale of the models, ln R in ln(ohm cm2) by default."""
    read = [(t, reading) for t in trials if isinstance(t.outcome, Intact)
            and (reading := t.outcome.reading(of.name)) is not None]
    scale = value_scale(of, [reading for _, reading in read])
    found = _table([(t, scale.z(one.value), scale.variance(one)) for t, one in read], space)
    return replace(found, scale=scale)


def crush_table(trials: Iterable[Trial], space: Space, crushed_above: float) -> Table:
    """Stacks of which it is known whether they were crushed; y is 1 where they were.

    Of a stack that failed otherwise only a damage index can tell."""
    return _table([(t, answer, 0.0) for t in trials
                   if (answer := _crushed(t, crushed_above)) is not None], space)


def leave_out(table: Table, what: str, *, refit_up_to: int, blocks: int, seed: int
              ) -> tuple[Fold, ...]:
    """Each recipe or stack (`what`) on its own, or in random groups.

    On its own in tables of at most `refit_up_to` stacks, else in `blocks` groups."""
    unit = table.recipe if what == RECIPE else np.arange(len(table))
    units = np.unique(unit)
    groups = [np.array([one]) for one in units]
    if len(table) > refit_up_to and len(units) > blocks:
        order = np.random.default_rng(seed).permutation(units)
        groups = np.array_split(order, blocks)
    return tuple(fold for group in groups for fold in _folds(table, np.isin(unit, group)))


def leave_lot_out(table: Table) -> tuple[Fold, ...]:
    """Each lot on its own; none where there is one lot."""
    found = []
    for lot in np.unique(table.lot):
        test = table.lot == lot
        if not test.all():
            # No stack of this lot is learned from, whoever pressed it.
            found.append(Fold(_rows(~test), _rows(test), int(table.origin[test][0])))
    return tuple(found)


def forward(table: Table, *, blocks: int) -> tuple[Fold, ...]:
    """The next stacks from all before them, in at most `blocks` steps."""
    numbers = np.unique(table.number)
    begin = max(FIRST, round(FIRST_SHARE * len(numbers)))
    later = numbers[begin:]
    steps = np.array_split(later, min(blocks, len(later))) if len(later) else []
    return tuple(fold for step in steps for fold in _folds(
        table, np.isin(table.number, step), table.number < step[0]))


def drawn(folds: Sequence[Fold], most: int, seed: int) -> tuple[Fold, ...]:
    """At most so many folds, drawn at random."""
    if len(folds) <= most:
        return tuple(folds)
    kept = np.random.default_rng(seed).choice(len(folds), most, replace=False)
    return tuple(folds[i] for i in sorted(kept))


def thinned(fold: Fold, table: Table, most: int, seed: int) -> Fold:
    """The fold with at most `most` rows to learn from.

    Half of them equally from at most OTHERS other origins, the rest from the origin that is
    predicted; where that one has none, from all origins in turn.

    Rows are drawn at random, but in the same order for every fold, and others give as many whatever
    the own one has: models look at each other origin anew where its rows change.
    """
    train = np.array(fold.train, dtype=np.int64)
    if train.size <= most:
        return fold
    order = np.random.default_rng(seed).permutation(len(table))
    train = order[np.isin(order, train)]
    origin = table.origin[train]
    own, turn = origin == fold.origin, _turns(origin)
    if own.any():
        others = list(dict.fromkeys(origin[~own].tolist()))[:OTHERS]
        each = most // 2 // max(len(others), 1)
        given = np.isin(origin, others) & (turn < each)
        kept = train[given | own & (turn < most - int(given.sum()))]
    else:
        kept = train[np.argsort(turn, kind="stable")][:most]
    return replace(fold, train=tuple(sorted(kept.tolist())))


def _turns(groups: IntArray) -> IntArray:
    """How many rows of the same group come before each, shape (n,)."""
    turns = np.zeros_like(groups)
    for group in np.unique(groups):
        mine = groups == group
        turns[mine] = np.arange(int(mine.sum()))
    return turns


def _folds(table: Table, test: Mask, train: Mask | None = None) -> Iterator[Fold]:
    """One fold per origin of the rows to predict, as models predict for one at a time."""
    train = ~test if train is None else train
    if train.any():
        for origin in np.unique(table.origin[test]):
            yield Fold(_rows(train), _rows(test & (table.origin == origin)), int(origin))


def _rows(mask: Mask) -> tuple[int, ...]:
    return tuple(np.flatnonzero(mask).tolist())


def _table(answers: Iterable[tuple[Trial, float, float]], space: Space) -> Table:
    """Of trials, their answers and variances."""
    comparable = sorted((a for a in answers if space.comparable(a[0].recipe)),
                        key=lambda a: _content(a[0]))
    known = [t for t, *_ in comparable]
    x = space.encode([t.recipe for t in known])
    origins = tuple(sorted({origin_of(t) for t in known}))
    lots = tuple(sorted({t.stack.lot for t in known}))
    recipe = np.unique(np.round(x, 6), axis=0, return_inverse=True)[1].reshape(-1)
    return Table(
        trials=tuple(replace(t, trace=None, spectra=()) for t in known), x=x,
        y=np.array([y for _, y, _ in comparable], dtype=np.float64),
        variance=np.array([v for *_, v in comparable], dtype=np.float64),
        number=np.array([t.number for t in known], dtype=np.int64),
        origin=np.array([origins.index(origin_of(t)) for t in known], dtype=np.int64),
        lot=np.array([lots.index(t.stack.lot) for t in known], dtype=np.int64),
        recipe=recipe.astype(np.int64), origins=origins, lots=lots)


def _content(trial: Trial) -> tuple[object, ...]:
    return (repr(trial.recipe), repr(trial.outcome), trial.state, *origin_of(trial), trial.number)


def _crushed(trial: Trial, crushed_above: float) -> float | None:
    """1 crushed, 0 not, None where the outcome cannot tell."""
    outcome = trial.outcome
    if isinstance(outcome, Intact):
        return 0.0
    if not isinstance(outcome, Failed):
        return None
    if outcome.mode is FailureMode.CRUSHED:
        return 1.0
    return None if outcome.damage is None else float(outcome.damage.index > crushed_above)
