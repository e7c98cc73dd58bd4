"""Whether stacks of other lots, operators or campaigns help to predict the ones at hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np
import torch

from pressloop.optimizer.history.training import Rows, Training
from pressloop.optimizer.model_files import dataset, prior_of
from pressloop.optimizer.physics_prior import of_failure
from pressloop.optimizer.problem import Problem
from pressloop.optimizer.space import Space
from pressloop.surrogates.failures import threshold
from pressloop.surrogates.models import physics_gp
from pressloop.surrogates.models.physics_gp import left_out_density
from pressloop.surrogates.parts.prior import Prior, ThresholdPrior
from pressloop.surrogates.parts.rows import thinned
from pressloop.trials.checks import FloatArray
from pressloop.trials.outcome import FailureMode, Intact
from pressloop.trials.quantity import Quantity
from pressloop.trials.trial import Trial
from pressloop.trials.wording import by_number, counted

Density = Callable[[Rows, Any], float]

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


def useful_rows(data: Training, problem: Problem) -> tuple[Training, tuple[str, ...]]:
    """The rows to learn from, and what is to be told of those that are left out.

    Another group is left out where the own rows (group 0), predicted one by one, are predicted
    better without it. Of resistance it is also left out where its own recipes do not explain its
    readings, as in a table whose columns were sorted apart; that can be told before there is an
    own row, but only of a quantity that varies over the recipes. `physics_gp` and `threshold`
    decide, whichever models are fitted in the end. The same lot on another press is always learned
    from: what presses differ by is an offset, and each press more would take seconds to try.
    """
    space, kept = problem.space, data.other_presses
    rows, note = _useful(data.log_resistance, prior_of(problem, data.scale),
                         _called(data.scale.quantity), _density, kept, explained=True)
    told = [_useful(more, prior_of(problem, scale), scale.quantity.name, _density, kept,
                    explained=True) for scale, more in data.others]
    crush = of_failure(space, FailureMode.CRUSHED)
    hazard, other = _useful(data.log_hazard, crush, "the damage index", _hazard_density, kept,
                            explained=False)
    others = tuple((scale, more) for (scale, _), (more, _) in zip(data.others, told, strict=True))
    return (replace(data, log_resistance=rows, log_hazard=hazard, others=others),
            tuple(n for n in (note, *(words for _, words in told), other) if n))


def _called(quantity: Quantity) -> str:
    return "log resistance" if quantity.is_resistance else quantity.name


def _useful(rows: Rows, prior: Prior | ThresholdPrior, what: str, density: Density,
            kept: frozenset[int], *, explained: bool) -> tuple[Rows, str]:
    left, notes = np.zeros(rows.y.size, dtype=bool), list[str]()
    for group in sorted(set(rows.group.tolist()) - {0} - kept):
        mine = rows.group == group
        if why := _why_not(rows, mine, prior, density, explained):
            left |= mine
            count = int(mine.sum())
            notes.append(f"{counted(count, 'stack')} of another lot or operator "
                         f"{by_number(count, 'is', 'are')} left out of {what}: {why}.")
    if left.all() and notes:
        # Of the lot at hand nothing is known: these rows are all there is.
        return rows, (f"{counted(rows.y.size, 'stack')} of another lot or operator "
                      f"{by_number(rows.y.size, 'is', 'are')} all that is known of {what}, and "
                      "learned from although their recipes explain their readings no better than "
                      "chance.")
    return (rows[~left], " ".join(notes)) if notes else (rows, "")


def opening_size(start_with: int, earlier: Sequence[Trial], space: Space) -> int:
    """Stacks to press by design where `earlier` ones are known.

    Two intact ones in this space stand for one, but FEWEST stay, to tell whether the earlier ones
    mislead."""
    known = sum(isinstance(t.outcome, Intact) and space.contains(t.recipe) for t in earlier)
    return max(start_with - known // 2, min(start_with, FEWEST))


def _why_not(rows: Rows, other: FloatArray, prior: Prior | ThresholdPrior, density: Density,
             explained: bool) -> str:
    """Why the rows marked as `other` are not learned from; "" where they are."""
    if explained and int(other.sum()) >= MANY and not _explained(
            _told(rows[other]), rows.x.shape[-1], prior):
        return "their recipes explain their readings no better than chance"
    if int((rows.group == 0).sum()) < ENOUGH:
        return ""
    both = _held(rows[other | (rows.group == 0)], prior)
    together, alone = density(both, prior), density(both[both.group == 0], prior)
    return "without them this lot's stacks are predicted better" if alone > together + MARGIN \
        else ""


def _held(rows: Rows, prior: Prior | ThresholdPrior) -> Rows:
    """Those that a model of this prior is conditioned on.

    Both sums are then over the same own rows."""
    if isinstance(prior, Prior):
        return rows
    return rows[thinned(torch.from_numpy(rows.group), threshold.MOST).numpy()]


def _told(rows: Rows) -> tuple[bytes, bytes, bytes]:
    return rows.x.tobytes(), rows.y.tobytes(), rows.variance.tobytes()


@lru_cache(maxsize=64)
def _explained(told: tuple[bytes, bytes, bytes], inputs: int, prior: Prior) -> bool:
    """True where rows of one lot are predicted better by their own readings than by chance.

    Each from the others, against the same readings dealt out anew. Once for the same rows, as an
    earlier lot does not change."""
    x, y, variance = (np.frombuffer(part).copy() for part in told)
    rows = Rows(x.reshape(-1, inputs), y, variance, np.zeros(y.size, dtype=np.int64))
    seen = _density(rows, prior)
    return all(seen > _density(dealt, prior) for dealt in _dealt(rows))


def _dealt(rows: Rows) -> Iterator[Rows]:
    draw = np.random.default_rng(0)
    for _ in range(DEALS):
        order = draw.permutation(rows.y.size)
        yield Rows(rows.x, rows.y[order], rows.variance[order], rows.group)


def _density(rows: Rows, prior: Prior) -> float:
    """Sum of the log predictive density of the own rows of ln R, each left out."""
    density = left_out_density(physics_gp.fit(dataset(rows), prior))
    return float(density.numpy()[rows.group == 0].sum())


def _hazard_density(rows: Rows, prior: ThresholdPrior) -> float:
    """The same of the damage index, of the rows whose index can be told from none."""
    density = left_out_density(threshold.fit(dataset(rows), None, prior))
    told = (np.sqrt(rows.variance) <= threshold.BLURRED) | (rows.y >= 0.0)
    return float(density.numpy()[(rows.group == 0) & told].sum())
