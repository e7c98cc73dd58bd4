"""Which circuits describe a spectrum? An inductance, a resistance, zero to four arcs and a tail.

Circuits grow one arc at a time. Where a new arc helps most is read off the residuals, projected
onto what the circuit so far cannot mend by changing its own values (orthogonal matching pursuit on
the derivatives); each start is then polished. All circuits within reach of the best are kept, with
weights from an information criterion (Burnham & Anderson 2004, doi 10.1177/0049124104268644).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from evaluation.circuits.elements import KINDS
from evaluation.circuits.least_squares import Data, Solution, finished, residual
from evaluation.circuits.search_space import Ranges, Space, space_of
from evaluation.circuits.tree import Circuit, Series, element
from evaluation.circuits.variable_projection import Separable, search
from evaluation.weights import real_parts
from trials.checks import FloatArray

MAX_ARCS = 4
MOST_ARCS = 5
"""More than MAX_ARCS only where these leave a residual far above the ladder's."""
LARGEST_INDUCTANCE_H = 1e-5
"""A metre of cable has about 1 uH; more is no wiring."""
BEYOND_WINDOW = 10.0
"""Arcs may peak outside the sweep by this factor: part of such an arc is seen."""
NO_TAIL, TAIL = "", "CPE"
BENDING = ("Ws", "Wo")
BENDS_AT = (0.3, 1.0, 3.0)
"""Time constants of finite diffusion that are tried, in those of the slowest frequency."""
FINITE_TAILS = ("W", *BENDING)
ARC_STARTS = 2
"""Places at which a new arc is tried."""
GIVEN_UP = 5.0
"""A circuit whose logarithm of evidence is this much worse is not looked at further."""
ARC_EXPONENT, TAIL_EXPONENT = 0.5, 0.3
"""Smallest exponents of arcs (a resistance parallel to a Warburg element has 0.5) and of tails:
what lies below looks like a resistance and cannot be told from the tail of a dispersed arc."""
LOOK_AGAIN = 1.15
"""Times the ladder's residual above which the circuits are searched again."""
SCREENED, RANDOM_STARTS = 60, 6
"""Random time constants that are tried, and how many of them are polished."""
LEAST_WEIGHT = 0.02
"""Circuits of a smaller weight than this share of the best one's are left out."""
SEEN = 1.0
"""An arc is seen where its error is below this share of its resistance."""
ROUGH, FINE = 1e-3, 1e-6
"""Relative fall of the sum of squares that ends a search: of starts, and of what is kept."""
GRID = 25
"""Time constants at which a new part is tried."""
PRICE, PRICE_IN_DOUBT = 4.0, 2.0
"""What a parameter has to gain in twice the logarithm of likelihood: between Akaike's 2 and the 5
of the Bayesian criterion at 70 points, as arcs that hide in the noise must keep their say."""


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


def candidates(data: Data, noise_floor: float, reached: float = np.inf) -> list[Candidate]:
    """All circuits that the spectrum allows, the most likely first; weights add up to 1.

    `noise_floor` is a residual, relative to |Z|, below which no circuit is better than another;
    `reached` is the residual of an unconstrained ladder: where the circuits stay well above it,
    they are searched again from random starts.
    """
    search = _Search(data, noise_floor)
    search.grow()
    search.finite_diffusion()
    search.rearrange()
    search.finite_diffusion()
    if search.best_rms() > LOOK_AGAIN * max(reached, noise_floor):
        search.look_again()
        search.finite_diffusion()
    return search.weighed()


def series_circuit(arcs: int, tail: str) -> Circuit:
    """L0-R0, arcs, and a tail of this kind ("" for none)."""
    parts = [element("L", 0), element("R", 0)]
    parts += [element("Zarc", i) for i in range(1, arcs + 1)]
    if tail:
        parts.append(element(tail, arcs + 1))
    return Circuit(Series(tuple(parts)))


def series_space(data: Data, circuit: Circuit) -> Space:
    """The ranges of an automatic search."""
    fast, slow = data.window_s
    low, high = {"L0": 1e-12}, {"L0": LARGEST_INDUCTANCE_H}
    for name, parameter in circuit.parameters:
        if parameter.role == "exponent":
            low[name] = ARC_EXPONENT if name.startswith("alpha") else TAIL_EXPONENT
        if parameter.role == "time":
            low[name], high[name] = fast / BEYOND_WINDOW, slow * BEYOND_WINDOW
    return space_of(circuit, Ranges(low, high))


class _Search:
    """The minima found so far, by number of arcs and tail; each the sum of squares and values."""

    def __init__(self, data: Data, noise_floor: float) -> None:
        self.data, self.noise_floor = data, noise_floor
        self.found: dict[tuple[int, str], list[tuple[float, FloatArray]]] = {}
        self._evidence: dict[tuple[int, str], float] = {}

    def grow(self) -> None:
        """No arc, one arc, two ... until more arcs are no longer worth it."""
        real = self.data.measured.real
        self._fit(0, NO_TAIL, [np.array([1e-8, max(float(real[0]), 1e-3 * self.data.reach_ohm)])])
        self._fit(0, TAIL, self._tailed(0, TAIL))
        for arcs in range(1, MAX_ARCS + 1):
            if self.data.measured.size * 2 <= series_circuit(arcs, TAIL).size:
                return
            if not self._needs_tail(arcs - 1):
                self._fit(arcs, NO_TAIL, self._one_more(arcs, NO_TAIL))
            self._fit(arcs, TAIL, [*self._one_more(arcs, TAIL), *self._tailed(arcs, TAIL)[:1]])
            if arcs > 1 and self._level(arcs) < max(self._level(n) for n in range(arcs)) - GIVEN_UP:
                return

    def rearrange(self) -> None:
        """In the two best circuits, each arc in turn is taken out and put where it helps most."""
        for arcs, tail in sorted(self.found, key=self.evidence)[-2:]:
            values = self.found[arcs, tail][0][1]
            if arcs < 2:
                continue
            starts = []
            for i in range(arcs):
                rest = np.delete(values, slice(2 + 3 * i, 5 + 3 * i))
                starts += [self._with_arc(rest, arcs - 1, arc)
                           for arc in self._helpful(arcs - 1, tail, "Zarc", rest)[:1]]
            self._fit(arcs, tail, starts)

    @staticmethod
    def _with_arc(values: FloatArray, arcs: int, arc: FloatArray) -> FloatArray:
        at = 2 + 3 * arcs
        return np.concatenate([values[:at], arc, values[at:]])

    def best_rms(self) -> float:
        """Residual of the most likely circuit, relative to |Z|."""
        key = max(self.found, key=self.evidence)
        freedom = max(2 * self.data.measured.size - series_circuit(*key).size, 1)
        return float(np.sqrt(self.found[key][0][0] / freedom))

    def look_again(self) -> None:
        """Random time constants, for three arcs and more: a good fit of few arcs may not lead to
        the best of many."""
        draw = np.random.default_rng(0)
        for arcs in range(3, MOST_ARCS + 1):
            for tail in ("CPE", "Ws", "Wo"):
                if 4 * self.data.measured.size > 3 * series_circuit(arcs, tail).size:
                    self._fit(arcs, tail, self._random(arcs, tail, draw))

    def _random(self, arcs: int, tail: str, draw: np.random.Generator) -> list[FloatArray]:
        circuit = series_circuit(arcs, tail)
        split = Separable(self.data, circuit, series_space(self.data, circuit))
        fast, slow = np.log(self.data.window_s)
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

    def _needs_tail(self, arcs: int) -> bool:
        """True where a tail is beyond doubt."""
        if arcs < 2:
            return False
        return (arcs, NO_TAIL) not in self.found or (
            self.evidence((arcs, NO_TAIL)) < self.evidence((arcs, TAIL)) - 6.0 * GIVEN_UP)

    def finite_diffusion(self) -> None:
        """Tails that bend, around the number of arcs that is best, until that number is settled."""
        looked: set[int] = set()
        while (best := max(self.found, key=self.evidence)[0]) not in looked:
            looked.add(best)
            for arcs in range(max(best - 1, 0), min(best + 1, max(best, MAX_ARCS)) + 1):
                for tail in FINITE_TAILS if (arcs, TAIL) in self.found else ():
                    if (arcs, tail) not in self.found:
                        self._fit(arcs, tail, self._tailed(arcs, tail))

    def evidence(self, key: tuple[int, str]) -> float:
        """Half the information criterion of the best minimum, higher is better."""
        if key not in self._evidence:
            self._evidence[key] = self._log_evidence(key, *self.found[key][0])
        return self._evidence[key]

    def _log_evidence(self, key: tuple[int, str], squares: float, values: FloatArray) -> float:
        count = 2 * self.data.measured.size
        variance = squares / count + self.noise_floor**2
        return float(-0.5 * count * np.log(variance) - 0.5 * PRICE * _free(key))

    def weighed(self) -> list[Candidate]:
        """Every minimum that has a weight of 1/50 or more of the best, finished."""
        minima = [(key, self._log_evidence(key, *one), one[1])
                  for key, ones in self.found.items() for one in ones]
        best = max(evidence for _, evidence, _ in minima)
        minima = self._polished([one for one in minima if one[1] > best - 2 * GIVEN_UP])
        finished = [(key, evidence, self._finished(key, values))
                    for key, evidence, values in minima]
        seen = [one for one in finished if _all_seen(one[2], one[0][0])] or finished
        weight = _shares([evidence for _, evidence, _ in seen])
        doubt = _shares([evidence + 0.5 * (PRICE - PRICE_IN_DOUBT) * _free(key)
                         for key, evidence, _ in seen])
        kept = [i for i in range(len(seen)) if max(weight[i], doubt[i]) > 0.0]
        return [Candidate(*seen[i][0], seen[i][2], weight[i], doubt[i]) for i in kept]

    def _polished(self, minima: list[tuple[tuple[int, str], float, FloatArray]]
                  ) -> list[tuple[tuple[int, str], float, FloatArray]]:
        done: dict[tuple[int, str], list[tuple[float, FloatArray]]] = {}
        for key, _, values in minima:
            circuit = series_circuit(*key)
            done.setdefault(key, []).append(
                search(self.data, circuit, series_space(self.data, circuit), values, FINE))
        found = [(key, self._log_evidence(key, *one), one[1]) for key, ones in done.items()
                 for one in _distinct(sorted(ones, key=lambda one: one[0]),
                                      2 * self.data.measured.size, self.noise_floor, key[0])]
        return sorted(found, key=lambda one: -one[1])

    def _finished(self, key: tuple[int, str], values: FloatArray) -> Solution:
        circuit = series_circuit(*key)
        space = series_space(self.data, circuit)
        return finished(self.data, circuit, space, space.coordinates(fast_first(values, key[0])))

    def _level(self, arcs: int) -> float:
        return max(self.evidence(key) for key in self.found if key[0] == arcs)

    def _fit(self, arcs: int, tail: str, starts: Sequence[FloatArray]) -> None:
        circuit = series_circuit(arcs, tail)
        space = series_space(self.data, circuit)
        minima = list(self.found.get((arcs, tail), []))
        self._evidence.pop((arcs, tail), None)
        for start in starts:
            minima.append(search(self.data, circuit, space, start, ROUGH))
        minima.sort(key=lambda one: one[0])
        self.found[arcs, tail] = _distinct(minima, 2 * self.data.measured.size,
                                           self.noise_floor, arcs)

    def _one_more(self, arcs: int, tail: str) -> list[FloatArray]:
        """Starts with another arc where it helps most, and with the largest arc in two."""
        before = self.found[arcs - 1, tail][0][1]
        added = [self._with_arc(before, arcs - 1, arc)
                 for arc in self._helpful(arcs - 1, tail, "Zarc", before)[:ARC_STARTS]]
        return added + ([_halved(before, arcs)] if arcs > 1 else [])

    def _tailed(self, arcs: int, tail: str) -> list[FloatArray]:
        """Starts with a tail: added to the arcs, or in the place of the tail there is."""
        starts: list[FloatArray] = []
        if (arcs, NO_TAIL) in self.found:
            bare = self.found[arcs, NO_TAIL][0][1]
            starts += [np.concatenate([bare, part])
                       for part in self._helpful(arcs, NO_TAIL, tail, bare)[:2]]
        if tail != TAIL and (arcs, TAIL) in self.found:
            bare = self.found[arcs, TAIL][0][1][:-2]
            slow = self.data.window_s[1]
            starts += [np.concatenate([bare, part]) for part in (
                [np.array([1.0, slow * factor]) for factor in BENDS_AT] if tail in BENDING
                else self._helpful(arcs, NO_TAIL, tail, bare)[:2])]
        return starts + (self._in_place_of_an_arc(arcs, tail) if tail in BENDING else [])

    def _in_place_of_an_arc(self, arcs: int, tail: str) -> list[FloatArray]:
        """Starts in which finite diffusion stands for one of the arcs of a larger circuit: an arc
        and a plain tail can stand for it nearly as well, and are found first."""
        circuit = series_circuit(arcs, tail)
        split = Separable(self.data, circuit, series_space(self.data, circuit))
        fast, slow = self.data.window_s
        ranked = []
        for larger in (TAIL, NO_TAIL):
            if (arcs + 1, larger) not in self.found:
                continue
            values = self.found[arcs + 1, larger][0][1][:2 + 3 * (arcs + 1)]
            for i in range(arcs + 1):
                bare = np.delete(values, slice(2 + 3 * i, 5 + 3 * i))
                for tau in np.geomspace(fast * 30.0, slow * 5.0, 10):
                    start = np.concatenate([bare, [1.0, tau]])
                    ranked.append((split.solved(split.normalised(start)).squares, start))
        ranked.sort(key=lambda one: one[0])
        return [start for _, start in ranked[:3]]

    def _helpful(self, arcs: int, tail: str, symbol: str, values: FloatArray) -> list[FloatArray]:
        """Values of a new part of this kind, those that lower the residual most first."""
        circuit = series_circuit(arcs, tail)
        space = series_space(self.data, circuit)
        off, jacobian = residual(self.data, circuit, space, space.coordinates(values))
        shapes = list(_shapes(symbol, *self.data.window_s))
        kind = KINDS[symbol]
        columns = np.array([real_parts(kind.impedance(self.data.jw, shape)[0] * self.data.weight)
                            for shape in shapes]).T
        basis = np.linalg.qr(jacobian / np.maximum(np.linalg.norm(jacobian, axis=0), 1e-300))[0]
        left = columns - basis @ (basis.T @ columns)
        length = np.maximum(np.einsum("ij,ij->j", left, left), 1e-30)
        factor = -(off @ left) / length
        gain = np.where(factor > 0, factor**2 * length, 0.0)
        return [_scaled(shapes[i], symbol, max(float(factor[i]), 1e-3 * self.data.reach_ohm))
                for i in _peaks(gain, shapes, symbol)]


def _free(key: tuple[int, str]) -> int:
    """Parameters that are paid for. A Warburg tail is one exponent among many: it costs what a
    free exponent does."""
    return series_circuit(*key).size + (key[1] == "W")


def _shares(evidence: Sequence[float]) -> list[float]:
    """Shares of belief; 0 for less than `LEAST_WEIGHT` of the best."""
    share = np.exp(np.array(evidence) - max(evidence))
    share[share < LEAST_WEIGHT] = 0.0
    return [float(one) for one in share / share.sum()]


def _all_seen(solution: Solution, arcs: int) -> bool:
    """True where each arc is larger than its error: an arc that is not seen belongs to a circuit
    that is counted already, with one arc fewer."""
    sizes = slice(2, 2 + 3 * arcs, 3)
    error = solution.standard_errors[sizes]
    return bool(np.all(np.nan_to_num(error, nan=np.inf) < SEEN * solution.values[sizes]))


def _distinct(minima: list[tuple[float, FloatArray]], count: int, noise_floor: float, arcs: int
              ) -> list[tuple[float, FloatArray]]:
    """The best minimum and others that the data hardly tell from it, each once."""
    variance = minima[0][0] / count + noise_floor**2
    kept: list[tuple[float, FloatArray]] = []
    for squares, values in minima:
        near = squares - minima[0][0] < 2.0 * GIVEN_UP * variance
        if near and all(_apart(values, other, arcs) for _, other in kept):
            kept.append((squares, values))
    return kept


def _apart(one: FloatArray, other: FloatArray, arcs: int) -> bool:
    """True for minima of one circuit whose resistances differ by more than 1 % of their sum."""
    one, other = (fast_first(values, arcs)[2:2 + 3 * arcs:3] for values in (one, other))
    return bool(np.abs(one - other).max(initial=0.0) > 0.01 * one.sum())


def fast_first(values: FloatArray, arcs: int) -> FloatArray:
    """Arcs ordered by time constant, so that labels cannot swap between stacks."""
    table = values[2:2 + 3 * arcs].reshape(arcs, 3)
    ordered = values.copy()
    ordered[2:2 + 3 * arcs] = table[np.argsort(table[:, 1])].ravel()
    return ordered


def _halved(values: FloatArray, arcs: int) -> FloatArray:
    """The largest arc as two of half its size, a factor of ten apart."""
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
