"""Where the automatic search starts: a new part where it helps most, an arc in two, random arcs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from pressloop.evaluation.circuits.elements import KINDS
from pressloop.evaluation.circuits.least_squares import Data, residual
from pressloop.evaluation.circuits.series import TAIL, series_circuit, series_space, without_arc
from pressloop.evaluation.circuits.variable_projection import Separable
from pressloop.evaluation.weights import real_parts
from pressloop.trials.checks import FloatArray

SCREENED, RANDOM_STARTS = 60, 6
"""Random time constants that are tried, and how many of them are polished."""
GRID = 25
"""Time constants at which a new part is tried."""


def helpful(data: Data, arcs: int, tail: str, symbol: str, values: FloatArray
            ) -> list[FloatArray]:
    """Values of a new part of this kind, those that lower the residual most first.

    What the fitted circuit can mend by changing its own values does not count. All of shape
    (values of their circuit,)."""
    circuit = series_circuit(arcs, tail)
    space = series_space(data, circuit)
    off, jacobian = residual(data, circuit, space, space.coordinates(values))
    shapes = list(_shapes(symbol, *data.window_s))
    kind = KINDS[symbol]
    columns = np.array([real_parts(kind.impedance(data.jw, shape)[0] * data.weight)
                        for shape in shapes]).T
    basis = np.linalg.qr(jacobian / np.maximum(np.linalg.norm(jacobian, axis=0), 1e-300))[0]
    left = columns - basis @ (basis.T @ columns)
    length = np.maximum(np.einsum("ij,ij->j", left, left), 1e-30)
    factor = -(off @ left) / length
    gain = np.where(factor > 0, factor**2 * length, 0.0)
    return [_scaled(shapes[i], symbol, max(float(factor[i]), 1e-3 * data.reach_ohm))
            for i in _peaks(gain, shapes, symbol)]


def random_starts(data: Data, arcs: int, tail: str, draw: np.random.Generator
                  ) -> list[FloatArray]:
    """The most promising of many random time constants. All of shape (values of their circuit,)."""
    circuit = series_circuit(arcs, tail)
    split = Separable(data, circuit, series_space(data, circuit))
    fast, slow = np.log(data.window_s)
    ranked = []
    for _ in range(SCREENED):
        taus = np.exp(np.sort(draw.uniform(fast - 1.0, slow, arcs)))
        shapes = [(1.0, tau, draw.uniform(0.5, 0.95)) for tau in taus]
        end = (1.0, draw.uniform(0.2, 0.9) if tail == TAIL
               else float(np.exp(slow + draw.uniform(-3.0, 1.0))))
        values = np.array([1.0, 1.0, *(v for shape in shapes for v in shape), *end])
        ranked.append((split.solved(values).squares, values))
    ranked.sort(key=lambda one: one[0])
    return [values for _, values in ranked[:RANDOM_STARTS]]


def in_place_of_an_arc(data: Data, arcs: int, tail: str, larger: Sequence[FloatArray]
                       ) -> list[FloatArray]:
    """Starts in which finite diffusion stands for one of the arcs of a larger circuit.

    An arc and a plain tail can stand for it nearly as well, and are found first. `larger` holds
    the values of circuits with one arc more, without their tails. All of shape (values of their
    circuit,)."""
    circuit = series_circuit(arcs, tail)
    split = Separable(data, circuit, series_space(data, circuit))
    fast, slow = data.window_s
    ranked = []
    for values in larger:
        for i in range(arcs + 1):
            bare = without_arc(values, i)
            for tau in np.geomspace(fast * 30.0, slow * 5.0, 10):
                start = np.concatenate([bare, [1.0, tau]])
                ranked.append((split.solved(split.normalised(start)).squares, start))
    ranked.sort(key=lambda one: one[0])
    return [start for _, start in ranked[:3]]


def halved(values: FloatArray, arcs: int) -> FloatArray:
    """The largest arc as two of half its size, a factor of ten apart.

    Shapes (n,) to (n + 3,)."""
    at = 2 + 3 * int(np.argmax(values[2:2 + 3 * (arcs - 1):3]))
    ohm, tau, alpha = values[at:at + 3]
    two = [ohm / 2, tau / 3.2, min(alpha + 0.1, 0.95), ohm / 2, tau * 3.2, min(alpha + 0.1, 0.95)]
    return np.concatenate([values[:at], two, values[at + 3:]])


def _shapes(symbol: str, fast_s: float, slow_s: float) -> Iterator[FloatArray]:
    """Parts of unit size on a grid of time constants and exponents."""
    if symbol == "W":
        yield np.ones(1)
        return
    if symbol == "CPE":
        for alpha in (0.3, 0.5, 0.7, 0.9):
            yield np.array([(2 * np.pi / slow_s) ** -alpha, alpha])
        return
    for tau in np.geomspace(fast_s / 2, slow_s * 2, GRID):
        if symbol != "Zarc":
            yield np.array([1.0, tau])
            continue
        for alpha in (0.6, 0.9):
            yield np.array([1.0, tau, alpha])


def _scaled(shape: FloatArray, symbol: str, factor: float) -> FloatArray:
    scaled = shape.copy()
    scaled[0] = shape[0] / factor if symbol == "CPE" else shape[0] * factor
    return scaled


def _peaks(gain: FloatArray, shapes: Sequence[FloatArray], symbol: str) -> list[int]:
    """Places of large gain, each with neighbours of a factor of three in time left out."""
    places: list[int] = []
    for i in np.argsort(-gain):
        if symbol in ("CPE", "W") or all(abs(np.log(shapes[i][1] / shapes[j][1])) > np.log(4.0)
                                  for j in places):
            places.append(int(i))
    return places
