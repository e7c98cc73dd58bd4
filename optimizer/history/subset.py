"""Which stacks are learned from where there are more than a model can hold (decision 21).

Time grows with the cube of the rows, memory with their square. Up to MOST_ROWS all stacks are
learned from; of more, LEARNED are chosen: a quarter where resistance is lowest, a quarter among the
failures nearest to it, and the rest so that they fill the space, half of these from the lot that
recipes are wanted for. Other lots are looked at where that one has fewer than LEARNED. A campaign
beside thousands of earlier stacks learns from all of its own.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence, Set

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from pressloop.optimizer.history.reading_conditions import as_read
from pressloop.optimizer.history.training import Origin, content_of, origin_of
from pressloop.optimizer.space import Space
from pressloop.trials.checks import FloatArray, IntArray
from pressloop.trials.outcome import Failed, Intact
from pressloop.trials.quantity import RESISTANCE, Measurement, Quantity
from pressloop.trials.trial import Trial

BoolArray = npt.NDArray[np.bool_]
MOST_ROWS, LEARNED = 2000, 800
MOST_OTHERS = 2
"""Other lots and operators that are learned from where the wanted one has fewer than LEARNED: each
has to be tried for whether it misleads, which takes seconds."""
NEIGHBOURS = 15
"""Readings whose median says how low resistance is at a recipe. Single readings would not do: the
lowest of thousands are those that scatter lowest, and would teach a resistance that no recipe has.
"""


def learned_from(history: Sequence[Trial], earlier: Sequence[Trial], space: Space,
                 origin: Origin | None, of: Quantity = RESISTANCE
                 ) -> tuple[Sequence[Trial], str]:
    """The trials to learn from, and a sentence on how they were chosen, "" where it is all of them.

    Deterministic, and blind to the order of the trials; open trials are always kept, and those of
    the history where it has no more than half of LEARNED."""
    trials = [*history, *earlier]
    telling = [t for t in trials if isinstance(t.outcome, (Intact, Failed))
               and space.comparable(t.pressed)]
    if len(telling) <= MOST_ROWS:
        return trials, ""
    there = len(telling)
    mine = {id(t) for t in telling} & {id(t) for t in history}
    kept = mine if len(mine) <= LEARNED // 2 else set[int]()
    telling = sorted(_of_few_origins(telling, origin, kept), key=content_of)
    taken = np.array([id(t) in kept for t in telling])
    chosen = _chosen(telling, space.encode([as_read(t, space) for t in telling]), origin, taken,
                     of)
    best = "the lowest resistance" if of.is_resistance else f"the best {of.name}"
    note = (f"{there} stacks are more than models can learn from at once: of these, "
            f"{chosen.size} are used, namely those at the recipes with {best}, the "
            "failures nearest to them, and a selection that fills the space.")
    return [*(t for t in trials if t.is_open), *(telling[i] for i in chosen)], note


def _of_few_origins(trials: Sequence[Trial], origin: Origin | None, kept: Set[int]
                    ) -> list[Trial]:
    """Those of `origin`, and of the largest others where it is not enough.

    All where no origin is asked for. Those of the identities `kept` in any case."""
    if origin is None:
        return list(trials)
    size = Counter(map(origin_of, trials))
    others = sorted(set(size) - {origin}, key=lambda one: (-size[one], one))
    others = others[:MOST_OTHERS] if size[origin] < LEARNED else []
    return [t for t in trials if origin_of(t) in (origin, *others) or id(t) in kept]


def _chosen(trials: Sequence[Trial], x: FloatArray, origin: Origin | None, taken: BoolArray,
            of: Quantity) -> IntArray:
    """Indices in rising order, those that are `taken` already among them.

    `x` are the recipes in the unit cube, shape (n, d)."""
    intact = np.array([isinstance(t.outcome, Intact) for t in trials])
    read = np.array([_reading(t, of) is not None for t in trials])
    best = _lowest(trials, x, np.flatnonzero(read), LEARNED // 4, of)
    near = _nearest(x, np.flatnonzero(~intact), x[best], LEARNED // 4)
    taken = taken.copy()
    taken[best] = taken[near] = True
    own = np.array([origin is None or origin_of(t) == origin for t in trials])
    _fill(x, taken, own, (LEARNED - int(taken.sum())) // 2)
    _fill(x, taken, np.ones_like(own), LEARNED - int(taken.sum()))
    return np.flatnonzero(taken)


def _lowest(trials: Sequence[Trial], x: FloatArray, intact: IntArray, wanted: int, of: Quantity
            ) -> IntArray:
    """The intact ones where what is sought is best, by the median of their neighbours."""
    if intact.size == 0:
        return intact
    log_r = np.array([_low(trials[i], of) for i in intact])
    k = min(NEIGHBOURS, intact.size)
    _, at = cKDTree(x[intact]).query(x[intact], k=range(1, k + 1))
    level = np.median(log_r[at], axis=1)
    return intact[np.argsort(level, kind="stable")[:wanted]]


def _low(trial: Trial, of: Quantity) -> float:
    """What is lowest where the quantity is as it is wanted."""
    reading = _reading(trial, of)
    value = math.nan if reading is None else reading.value
    return float(np.log(value)) if of.is_resistance and of.directed else of.miss(value)


def _reading(trial: Trial, of: Quantity) -> Measurement | None:
    return trial.outcome.reading(of.name) if isinstance(trial.outcome, Intact) else None


def _nearest(x: FloatArray, failed: IntArray, to: FloatArray, wanted: int) -> IntArray:
    """The failed ones nearest to any of the recipes `to`; all alike where there is none."""
    if failed.size == 0 or to.shape[0] == 0:
        return failed[:0]
    distance, _ = cKDTree(to).query(x[failed])
    return failed[np.argsort(distance, kind="stable")[:wanted]]


def _fill(x: FloatArray, taken: BoolArray, allowed: BoolArray, wanted: int) -> None:
    """Marks up to `wanted` more of the allowed rows, each the farthest from all that are taken."""
    distance = np.full(x.shape[0], np.inf)
    if taken.any():
        distance, _ = cKDTree(x[taken]).query(x)
    distance = np.where(allowed & ~taken, distance, -1.0)
    for _ in range(wanted):
        farthest = int(np.argmax(distance))
        if distance[farthest] < 0.0:
            return
        taken[farthest] = True
        distance = np.minimum(distance, np.linalg.norm(x - x[farthest], axis=1))
        distance[farthest] = -1.0
