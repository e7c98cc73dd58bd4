"""How far each fitted circuit is believed, by an information criterion.

Burnham & Anderson 2004, doi 10.1177/0049124104268644."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pressloop.evaluation.circuits.least_squares import Solution
from pressloop.evaluation.circuits.series import fast_first, resistances, series_circuit
from pressloop.trials.checks import FloatArray

Key = tuple[int, str]
"""Number of arcs, and the kind of tail."""
Minimum = tuple[float, FloatArray]
"""Weighted sum of squares, and values."""
GIVEN_UP = 5.0
"""A circuit whose logarithm of evidence is this much worse is not looked at further."""
LEAST_WEIGHT = 0.02
"""Circuits of a smaller weight than this share of the best one's are left out."""
SEEN = 1.0
"""An arc is seen where its error is below this share of its resistance."""
PRICE, PRICE_IN_DOUBT = 4.0, 2.0
"""What a parameter has to gain in twice the logarithm of likelihood: between Akaike's 2 and the 5
of the Bayesian criterion at 70 points, as arcs that hide in the noise must keep their say."""
PRICE_OF_ARC = 0.5 * PRICE * 3
"""What an arc has to gain in the logarithm of evidence."""


@dataclass(frozen=True, eq=False)
class Candidate:
    """One circuit fitted, with its share of the belief in all of them.

    `weight` is for means. `doubt` is the share with a lower price of parameters, for errors: an
    arc that may hide in the noise hardly moves the mean, but it is part of what is not known.
    """

    arcs: int
    tail: str
    solution: Solution
    weight: float
    doubt: float


def log_evidence(key: Key, squares: float, count: int, noise_floor: float) -> float:
    """Half the information criterion of a minimum over `count` residuals; higher is better."""
    variance = squares / count + noise_floor**2
    return float(-0.5 * count * np.log(variance) - 0.5 * PRICE * _paid(key))


def weighed(minima: Sequence[tuple[Key, float, Solution]]) -> list[Candidate]:
    """Finished minima with their evidence as candidates.

    Arcs that are not seen leave theirs out where there are others."""
    seen = [one for one in minima if _all_seen(one[2], one[0][0])] or list(minima)
    weight = _shares([evidence for _, evidence, _ in seen])
    doubt = _shares([evidence + 0.5 * (PRICE - PRICE_IN_DOUBT) * _paid(key)
                     for key, evidence, _ in seen])
    return [Candidate(*key, solution, w, d) for (key, _, solution), w, d
            in zip(seen, weight, doubt, strict=True) if max(w, d) > 0.0]


def distinct(minima: list[Minimum], count: int, noise_floor: float, arcs: int) -> list[Minimum]:
    """The best minimum and others that the data hardly tell from it, each once."""
    variance = minima[0][0] / count + noise_floor**2
    kept: list[tuple[float, FloatArray]] = []
    for squares, values in minima:
        near = squares - minima[0][0] < 2.0 * GIVEN_UP * variance
        if near and all(_apart(values, other, arcs) for _, other in kept):
            kept.append((squares, values))
    return kept


def _paid(key: Key) -> int:
    """Parameters that are paid for.

    A Warburg tail is one exponent among many: it costs what a free exponent does."""
    return series_circuit(*key).size + (key[1] == "W")


def _shares(evidence: Sequence[float]) -> list[float]:
    """Shares of belief; 0 for less than `LEAST_WEIGHT` of the best."""
    share = np.exp(np.array(evidence) - max(evidence))
    share[share < LEAST_WEIGHT] = 0.0
    return [float(one) for one in share / share.sum()]


def _all_seen(solution: Solution, arcs: int) -> bool:
    """True where each arc is larger than its error.

    An arc that is not seen belongs to a circuit that is counted already, with one arc fewer."""
    sizes = resistances(arcs)
    error = solution.standard_errors[sizes]
    return bool(np.all(np.nan_to_num(error, nan=np.inf) < SEEN * solution.values[sizes]))


def _apart(one: FloatArray, other: FloatArray, arcs: int) -> bool:
    """True for minima of one circuit whose resistances differ by more than 1 % of their sum."""
    one, other = (fast_first(values, arcs)[resistances(arcs)] for values in (one, other))
    return bool(np.abs(one - other).max(initial=0.0) > 0.01 * one.sum())
