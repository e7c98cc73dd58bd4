"""Fit of a circuit that a user names.

Many random shapes, the sizes solved for each, the most promising polished."""

from __future__ import annotations

import numpy as np

from pressloop.evaluation.circuits.elements import EXPONENT, TIME
from pressloop.evaluation.circuits.least_squares import Data, Solution, finished
from pressloop.evaluation.circuits.search_space import Ranges, Space, space_of
from pressloop.evaluation.circuits.tree import Circuit, Element
from pressloop.evaluation.circuits.variable_projection import Separable, search
from pressloop.trials.checks import FloatArray
from pressloop.trials.errors import BadInput

SCREENED, STARTS = 40, 5
HARDER = 3
"""Times as many starts for circuits with more than arcs and one tail: they have more minima."""
_PLAIN = {"L", "R", "C", "CPE", "Zarc", "W"}


def fit(data: Data, circuit: Circuit, ranges: Ranges = Ranges(), more: int = 1  # noqa: B008
        ) -> Solution:
    """The best fit over several starts, `more` times as many as usual. Deterministic.

    Raises BadInput where there are fewer points than parameters, or nothing converges.
    """
    if data.frequency_hz.size < circuit.size:
        raise BadInput("points", data.frequency_hz.size, f"{circuit.size} or more for {circuit}",
                       "Measure more frequencies or fit fewer elements.")
    space = space_of(circuit, ranges)
    _refuse_outside(circuit, space, ranges)
    draw = np.random.default_rng(0)
    if not {one.symbol for one in circuit.elements} <= _PLAIN:
        more *= HARDER
    split = Separable(data, circuit, space)
    ranked = [(split.solved(values).squares, values) for values in (
        split.at(space.coordinates(split.normalised(_random(data, circuit, ranges, draw))))
        for _ in range(SCREENED * more))]
    ranked.sort(key=lambda one: one[0])
    found = [search(data, circuit, space, values) for _, values in ranked[:STARTS * more]]
    if ranges.initial:
        found.append(search(data, circuit, space, _initial(circuit, ranges, ranked[0][1])))
    squares, values = min(found, key=lambda one: one[0])
    if not np.isfinite(squares):
        raise BadInput("spectrum", "no start converged", f"described by {circuit}",
                       "Look at the data, or choose another circuit.")
    return finished(data, circuit, space, space.coordinates(_ordered(circuit, values, ranges)))


def _refuse_outside(circuit: Circuit, space: Space, ranges: Ranges) -> None:
    for group in (ranges.low, ranges.high, ranges.fixed, ranges.initial):
        for name in group:
            if name not in circuit.names:
                raise BadInput("parameter", name, f"one of {', '.join(circuit.names)}",
                               f"These are the parameters of {circuit}.")
    if not (space.low < space.high).all():
        name = circuit.names[int(np.argmin(space.high - space.low))]
        raise BadInput(f"bounds of {name}", "empty", "a lower bound below the upper one",
                       "Exponents lie between 0.15 and 1.")


def _random(data: Data, circuit: Circuit, ranges: Ranges, draw: np.random.Generator) -> FloatArray:
    """First values inside the measured window.

    Time constants inside the sweep, exponents in the middle, sizes of the spectrum's own size at a
    random frequency inside it."""
    fast, slow = np.log(data.window_s)
    values = []
    for one in circuit.elements:
        tau = float(np.exp(draw.uniform(fast, slow)))
        for parameter in one.kind.parameters:
            if parameter.role == TIME:
                values.append(tau)
            elif parameter.role == EXPONENT:
                values.append(float(draw.uniform(0.6, 0.98)))
            else:
                ohm = data.reach_ohm * float(np.exp(draw.normal(-1.0, 1.0)))
                values.append(_size(one, tau, ohm))
    return np.array([ranges.fixed.get(name, value) for name, value in
                     zip(circuit.names, values, strict=True)])


def _size(one: Element, tau: float, ohm: float) -> float:
    """A value that gives the element this impedance at the frequency 1/tau."""
    match one.symbol:
        case "C" | "CPE" | "TLMQ":
            return tau / ohm
        case "L":
            return ohm * tau
        case "W":
            return ohm / np.sqrt(2.0 * tau)
        case _:
            return ohm


def _initial(circuit: Circuit, ranges: Ranges, otherwise: FloatArray) -> FloatArray:
    return np.array([ranges.initial.get(name, value) for name, value in
                     zip(circuit.names, otherwise, strict=True)])


def _ordered(circuit: Circuit, values: FloatArray, ranges: Ranges) -> FloatArray:
    """Plain arcs of the series fast to slow, so that labels cannot swap between stacks.

    Of a transmission line the ionic rail is the one that conducts worse, as both rails look alike
    from outside. All are left as they are where the user speaks of single parameters."""
    if ranges.low or ranges.high or ranges.fixed or ranges.initial:
        return values
    ordered = values.copy()
    places = []
    for one, start, _ in circuit.placed_parts:
        if isinstance(one, Element) and one.symbol == "Zarc":
            places.append(start)
        if isinstance(one, Element) and one.symbol == "TLM":
            ordered[start:start + 2] = sorted(values[start:start + 2], reverse=True)
    arcs = sorted((tuple(values[at:at + 3]) for at in places), key=lambda arc: arc[1])
    for at, arc in zip(places, arcs, strict=True):
        ordered[at:at + 3] = arc
    return ordered
