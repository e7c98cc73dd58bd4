"""Which models to put into the settings.

The best that campaigns can use, if it is really better than those in use."""

from __future__ import annotations

import math
from dataclasses import dataclass

from pressloop.studies.compare.comparison import OFF, SKILL, ModelComparison
from pressloop.studies.compare.contenders import CRUSHING
from pressloop.studies.paired import REAL, Difference

KEYS = {False: "model", True: "failure_model"}
"""Of the settings' `[surrogate]` table, by whether it is about crushing."""


@dataclass(frozen=True, slots=True)
class Advice:
    """The model to learn with by its `key` in the `[surrogate]` table.

    `better` where it is really better than the one in use. `unusable` are yardsticks that are
    really better than the one in use, which says that none of the models has understood these
    stacks."""

    key: str
    model: str
    better: bool
    unusable: tuple[str, ...]
    compared: int


def advice(one: ModelComparison) -> Advice | None:
    """For the scheme that tells most.

    None where nothing was compared with a model that campaigns can use."""
    if not one.asked or one.baseline not in one.usable:
        return None
    ahead = [d for d in _real(one, one.asked[0]) if gain(d) > 0.0]
    others = [d for scheme in one.asked[1:] for d in _real(one, scheme)]
    behind = {d.model for d in others if gain(d) < 0.0}
    best = max((d for d in ahead if d.model in one.usable and d.model not in behind),
               key=gain, default=None)
    return Advice(KEYS[one.what == CRUSHING], one.baseline if best is None else best.model,
                  best is not None, tuple(d.model for d in ahead if d.model not in one.usable),
                  len(one.usable) - 1)


def gain(d: Difference) -> float:
    """By how much the model is better than the baseline; below 0 where it is worse."""
    return d.value if d.score == SKILL else -d.value


def _real(one: ModelComparison, scheme: str) -> list[Difference]:
    score = SKILL if one.what == CRUSHING else OFF
    return [d for d in one.against(scheme, score)
            if d.strength == REAL and not math.isnan(d.value)]
