"""A few rows that stand for all: a surrogate's cost grows with the cube of their number."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pressloop.optimizer.space import Space
from pressloop.trials.checks import FloatArray
from pressloop.trials.outcome import Failed, Intact
from pressloop.trials.trial import Trial


def few_rows(trials: Sequence[Trial], space: Space, most: int, seed: int) -> tuple[Trial, ...]:
    """At most so many of the trials with a resistance or a failure, by number.

    Half of them far apart in the space, the rest drawn from the lots in turn, so that a small lot
    counts as well."""
    with_outcome = [t for t in sorted(trials, key=lambda t: t.number)
                    if isinstance(t.outcome, (Intact, Failed)) and space.comparable(t.recipe)]
    if len(with_outcome) <= most:
        return tuple(with_outcome)
    draw = np.random.default_rng(seed)
    x = space.encode([t.recipe for t in with_outcome])
    chosen = _apart(x, most // 2, int(draw.integers(len(with_outcome))))
    left = [i for i in draw.permutation(len(with_outcome)).tolist() if i not in chosen]
    chosen |= set(_in_turn(left, [with_outcome[i].stack.lot for i in left], most - len(chosen)))
    return tuple(with_outcome[i] for i in sorted(chosen))


def _apart(x: FloatArray, count: int, first: int) -> set[int]:
    """Indices of points, each as far as can be from those before it."""
    chosen, gap = {first}, np.square(x - x[first]).sum(1)
    while len(chosen) < count and gap.max() > 0.0:
        far = int(gap.argmax())
        chosen.add(far)
        gap = np.minimum(gap, np.square(x - x[far]).sum(1))
    return chosen


def _in_turn(rows: Sequence[int], lots: Sequence[str], count: int) -> list[int]:
    """The first row of each lot, then the second of each, and so on."""
    seen: dict[str, int] = {}
    turns = []
    for row, lot in zip(rows, lots, strict=True):
        seen[lot] = seen.get(lot, 0) + 1
        turns.append((seen[lot], row))
    return [row for _, row in sorted(turns, key=lambda turn: turn[0])[:count]]
