"""Whether rules leave anything of a space, and points that keep them."""

from __future__ import annotations

from functools import lru_cache
from itertools import combinations

import numpy as np

from pressloop.optimizer.constraints.rules import Rule
from pressloop.optimizer.constraints.sobol import sobol
from pressloop.optimizer.space import Space
from pressloop.trials.checks import FloatArray
from pressloop.trials.errors import BadInput

POINTS, KEPT, CLOUD = 2048, 64, 32
WIDTHS = (0.3, 0.1, 0.03, 0.01)
PULLS = (1.0, 0.8, 0.6, 0.4, 0.25, 0.1, 0.0)
"""How far a point is moved from one that keeps the rules, as shares of the way to where it was."""


@lru_cache(maxsize=64)
def anchors(space: Space) -> FloatArray:
    """Points (n, d) that keep every rule. Raises BadInput, naming the rules, if none does."""
    found = _kept(space, space.rules)
    if len(found):
        return found
    for some in (1, 2):
        for rules in combinations(space.rules, some):
            if not len(_kept(space, rules)):
                raise _contradiction(rules)
    needed = space.rules
    for rule in space.rules:
        # What cannot be kept without this one either does not hang on it.
        if not len(_kept(space, fewer := tuple(one for one in needed if one is not rule))):
            needed = fewer
    raise _contradiction(needed)


def inside(space: Space, points: FloatArray) -> FloatArray:
    """Points (n, d) that keep all rules, with held variables at their value.

    Each that breaks a rule is pulled towards the nearest one that keeps all until it does too: the
    best recipe often lies just inside."""
    x = space.projected(points)
    allowed = space.allowed(x)
    if allowed.all():
        return x
    base = x[allowed] if allowed.any() else anchors(space)
    wrong = np.flatnonzero(~allowed)
    away = ((x[wrong][:, None, :] - base[None, :KEPT, :]) ** 2).sum(-1)
    start = base[:KEPT][away.argmin(1)]
    found, open_ = start.copy(), np.ones(len(wrong), dtype=bool)
    for share in PULLS:
        moved = space.projected(start + share * (x[wrong] - start))
        now = open_ & space.allowed(moved)
        found[now] = moved[now]
        open_ &= ~now
    x[wrong] = found
    return x[space.allowed(x)]


def _kept(space: Space, rules: tuple[Rule, ...]) -> FloatArray:
    """Points of the space that keep these rules, the best of clouds round those that nearly do."""
    inputs = len(space.free)
    x = space.projected(np.concatenate([
        sobol(inputs, POINTS, 0), np.zeros((1, inputs)), np.ones((1, inputs))]))
    draw = np.random.default_rng(0)
    for width in (*WIDTHS, None):
        columns = {name: np.array(values) for name, values in space.set_points(x).items()}
        far = np.sum([rule.excess(columns) for rule in rules], axis=0)
        if (far <= 0.0).any() or width is None:
            return x[far <= 0.0]
        near = x[far.argsort(kind="stable")[:KEPT]]
        cloud = near[:, None, :] + width * draw.standard_normal((len(near), CLOUD, inputs))
        x = space.projected(np.concatenate([near, cloud.reshape(-1, inputs).clip(0.0, 1.0)]))
    return x[:0]


def _contradiction(rules: tuple[Rule, ...]) -> BadInput:
    others = [f"{rule.where} ({rule.text})" for rule in rules[1:]]
    if not others:
        return BadInput(rules[0].where, rules[0].text,
                        "kept by one recipe of [space] or more",
                        "It contradicts the bounds of [space]: correct one of the two.")
    return BadInput(rules[0].where, rules[0].text,
                    f"kept together with {', '.join(others)}",
                    "They contradict one another: no recipe of [space] keeps both."
                    if len(others) == 1 else "No recipe of [space] keeps all of them.")
