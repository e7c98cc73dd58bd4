"""Which models to put into the settings: the best that campaigns can use, if it is really better
than those in use."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from pressloop.studies.compare.comparison import OFF, SKILL, Comparison
from pressloop.studies.compare.contenders import CRUSHING
from pressloop.studies.paired import REAL, Difference

KEYS = {False: "model", True: "failure_model"}
"""Of the settings' `[surrogate]` table, by whether it is about crushing."""


@dataclass(frozen=True, slots=True)
class Advice:
    """The model to learn with by its `key` in the `[surrogate]` table; `better` where it is really
    better than the one in use. `unusable` are yardsticks that are really better than the one in
    use, which says that none of the models has understood these stacks."""

    key: str
    model: str
    better: bool
    unusable: tuple[str, ...]
    compared: int


def advice(one: Comparison | None) -> Advice | None:
    """For the scheme that tells most; None where nothing was compared with a model that campaigns
    can use."""
    if one is None or not one.asked or one.baseline not in one.usable:
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


def settings_lines(found: Sequence[Advice | None]) -> str:
    """What to put into the settings; "" where nothing was compared."""
    lines = [f'{one.key} = "{one.model}"' for one in found if one is not None]
    return "\n".join(["[surrogate]", *lines]) if lines else ""


def advice_words(one: Comparison, told: Advice) -> tuple[str, ...]:
    """The same in sentences."""
    what = "crushing" if one.what == CRUSHING else "resistance"
    if not told.compared:
        return ()
    base = one.titles[one.baseline]
    words = [f"Of the models of {what} that campaigns can use, the {one.titles[told.model]} is the "
             f"best of those that are really better than the {base}."] if told.better else [
        f"No other model of {what} that campaigns can use is really better than the {base}: keep "
        "it."]
    if told.unusable:
        named = " and the ".join(one.titles[name] for name in told.unusable)
        words.append(f"The {named} predict{'s' if len(told.unusable) == 1 else ''} really better "
                     f"than the {base}, but campaigns cannot use "
                     f"{'it' if len(told.unusable) == 1 else 'them'}: look for what these stacks "
                     "depend on beside their recipes.")
    return tuple(words)


def _real(one: Comparison, scheme: str) -> list[Difference]:
    score = SKILL if one.what == CRUSHING else OFF
    return [d for d in one.against(scheme, score)
            if d.strength == REAL and not math.isnan(d.value)]
