"""Whether stacks of other lots, operators or campaigns help to predict the ones at hand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

import numpy as np

from optimizer.fitting import fitted
from optimizer.space import Space
from optimizer.training import Rows
from surrogates.pressing_gp import Prior, left_out_density
from trials.checks import FloatArray
from trials.outcome import Intact
from trials.trial import Trial

ENOUGH = 1
"""Own rows from which on they can tell whether another lot misleads."""
MARGIN = 1.0
"""How much better the own rows must be predicted without it, in nats over all of them. Useful lots
stay below in nine of ten cases for the damage index and always for resistance; lots of a material
that breaks elsewhere are above by the third stack (benchmarks/optimizers/lots.py)."""
MANY, DEALS = 8, 9
"""Rows from which on a lot can be told from one whose readings are dealt out anew among its
recipes, and how often they are."""
FEWEST = 3
"""Stacks that every campaign presses by design: as many as it takes to tell that the earlier ones
mislead."""


def useful_rows(rows: Rows, prior: Prior, input_sd: FloatArray, what: str = "log resistance", *,
                explained: bool = True) -> tuple[Rows, str]:
    """The rows of `what` to learn from, and what is to be told of those that are left out.

    Another group is left out where the own rows (group 0), predicted one by one, are predicted
    better without it. With `explained` it is also left out where its own recipes do not explain its
    readings, as in a table whose columns were sorted apart; that can be told before there is an
    own row, but only of a quantity that varies over the recipes.
    """
    left, notes = np.zeros(rows.y.size, dtype=bool), []
    for group in np.unique(rows.group[rows.group != 0]):
        mine = rows.group == group
        if why := _why_not(rows, mine, prior, input_sd, what, explained):
            left |= mine
            notes.append(f"{int(mine.sum())} stacks of another lot or operator are left out of "
                         f"{what}: {why}.")
    return (_of(rows, ~left), " ".join(notes)) if notes else (rows, "")


def opening_size(start_with: int, earlier: Sequence[Trial], space: Space) -> int:
    """Stacks to press by design where `earlier` ones are known: two intact ones in this space
    stand for one, but FEWEST stay, to tell whether the earlier ones mislead."""
    known = sum(isinstance(t.outcome, Intact) and space.contains(t.recipe) for t in earlier)
    return max(start_with - known // 2, min(start_with, FEWEST))


def _why_not(rows: Rows, other: FloatArray, prior: Prior, input_sd: FloatArray, what: str,
             explained: bool) -> str:
    """Why the rows marked as `other` are not learned from; "" where they are."""
    if explained and int(other.sum()) >= MANY and not _explained(
            _told(_of(rows, other)), rows.x.shape[-1], prior, input_sd.tobytes(), what):
        return "their recipes explain their readings no better than chance"
    own = rows.group == 0
    if int(own.sum()) < ENOUGH:
        return ""
    together, alone = (_density(_of(rows, mine), prior, input_sd, what)
                       for mine in (own | other, own))
    return "without them this lot's stacks are predicted better" if alone > together + MARGIN \
        else ""


def _of(rows: Rows, mine: FloatArray) -> Rows:
    return Rows(rows.x[mine], rows.y[mine], rows.variance[mine], rows.group[mine])


def _told(rows: Rows) -> tuple[bytes, bytes, bytes]:
    return rows.x.tobytes(), rows.y.tobytes(), rows.variance.tobytes()


@lru_cache(maxsize=64)
def _explained(told: tuple[bytes, bytes, bytes], inputs: int, prior: Prior, input_sd: bytes,
               what: str) -> bool:
    """True where rows of one lot are predicted better, each from the others, than by the same
    readings dealt out anew. Once for the same rows, as an earlier lot does not change."""
    x, y, variance, off = (np.frombuffer(part) for part in (*told, input_sd))
    rows = Rows(x.reshape(-1, inputs), y, variance, np.zeros(y.size, dtype=np.int64))
    seen = _density(rows, prior, off, what)
    return all(seen > _density(dealt, prior, off, what) for dealt in _dealt(rows))


def _dealt(rows: Rows) -> Iterator[Rows]:
    draw = np.random.default_rng(0)
    for _ in range(DEALS):
        order = draw.permutation(rows.y.size)
        yield Rows(rows.x, rows.y[order], rows.variance[order], rows.group)


def _density(rows: Rows, prior: Prior, input_sd: FloatArray, what: str) -> float:
    """Sum of the log predictive density of the own rows, each left out."""
    found = fitted(rows, prior, input_sd, what)
    assert found is not None
    density = left_out_density(found.gp).numpy()
    return float(np.sum(density[rows.group == 0]))
