"""Which stacks the models have learned from, counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pressloop.optimizer.space import Space
from pressloop.trials.outcome import Failed, Intact
from pressloop.trials.trial import Trial


@dataclass(frozen=True, slots=True)
class Learned:
    """Stacks that the models of resistance and of failure have learned from.

    Those of `earlier` campaigns are included."""

    intact: int = 0
    failed: int = 0
    earlier: int = 0


NOTHING = Learned()


def learned_of(trials: Sequence[Trial], earlier: Sequence[Trial], space: Space, readings: int
               ) -> Learned:
    """What was used of `trials`, those handed to the models.

    `readings` are the rows of the model of resistance, from which whole lots may have been left
    out."""
    used = [t for t in trials if space.comparable(t.pressed)]
    others = {id(t) for t in earlier}
    return Learned(readings, sum(isinstance(t.outcome, Failed) for t in used),
                   sum(id(t) in others for t in used if isinstance(t.outcome, Intact | Failed)))
