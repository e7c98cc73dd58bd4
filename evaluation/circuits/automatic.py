"""Which circuits describe a spectrum? An inductance, a resistance, zero to five arcs and a tail.

Circuits grow one arc at a time. Where a new arc helps most is read off the residuals, projected
onto what the circuit so far cannot mend by changing its own values (orthogonal matching pursuit on
the derivatives); each start is then polished. Every minimum within reach of the best is kept.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pressloop.evaluation.circuits.least_squares import Data, Solution, finished
from pressloop.evaluation.circuits.series import (
    BENDING,
    DIFFUSION_TOP,
    FINITE_TAILS,
    NO_TAIL,
    TAIL,
    fast_first,
    series_circuit,
    series_space,
    with_arc,
    without_arc,
)
from pressloop.evaluation.circuits.starts import halved, helpful, in_place_of_an_arc, random_starts
from pressloop.evaluation.circuits.variable_projection import search
from pressloop.evaluation.circuits.weighing import (
    GIVEN_UP,
    PRICE_OF_ARC,
    Candidate,
    Key,
    Minimum,
    distinct,
    log_evidence,
    weighed,
)
from pressloop.trials.checks import FloatArray

MAX_ARCS = 4
MOST_ARCS = 5
"""More than MAX_ARCS only where these leave a residual far above the ladder's."""
BENDS_AT = (0.3, 1.0, 3.0)
"""Time constants of finite diffusion that are tried, in those of the slowest frequency."""
ARC_STARTS = 2
"""Places at which a new arc is tried."""
BEYOND_DOUBT = 6.0
"""Times GIVEN_UP by which circuits with a tail must be better for those without to be left."""
LOOK_AGAIN = 1.15
"""Times the ladder's residual above which the circuits are searched again."""
ROUGH, FINE = 1e-3, 1e-6
"""Relative fall of the sum of squares that ends a search: of starts, and of what is kept."""


def candidates(data: Data, noise_floor: float, reached: float = np.inf) -> list[Candidate]:
    """All circuits that the spectrum allows, the most likely first; weights add up to 1.

    `noise_floor` is a residual, relative to |Z|, below which no circuit is better than another;
    `reached` is the residual of an unconstrained ladder: where the circuits stay well above it,
    they are searched again from random starts.
    """
    circuits = _Search(data, noise_floor)
    circuits.grow()
    circuits.finite_diffusion()
    circuits.rearrange()
    circuits.finite_diffusion()
    circuits.eliminate()
    if circuits.best_rms() > LOOK_AGAIN * max(reached, noise_floor):
        circuits.look_again()
        circuits.finite_diffusion()
    return circuits.weighed()


class _Search:
    """The minima found so far, by number of arcs and tail; each the sum of squares and values."""

    def __init__(self, data: Data, noise_floor: float) -> None:
        self.data, self.noise_floor = data, noise_floor
        self.found: dict[Key, list[Minimum]] = {}
        self._evidence: dict[Key, float] = {}

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
                rest = without_arc(values, i)
                starts += [with_arc(rest, arcs - 1, arc)
                           for arc in helpful(self.data, arcs - 1, tail, "Zarc", rest)[:1]]
            self._fit(arcs, tail, starts)

    def eliminate(self) -> None:
        """In the best circuit each arc in turn is taken out, and finite diffusion put in its place.

        A circuit that grew may hold an arc that a smaller one does without. The smaller one is
        looked through too, as long as the loss of one arc more could bring it to the front."""
        arcs, tail = max(self.found, key=self.evidence)
        while arcs > 0:
            values = self.found[arcs, tail][0][1]
            starts = [without_arc(values, i) for i in range(arcs)]
            if tail == "Ws":
                starts += [np.concatenate([without_arc(values, i)[:-2], _as_diffusion(values, i)])
                           for i in range(arcs)]
            arcs -= 1
            self._fit(arcs, tail, starts)
            if self.evidence((arcs, tail)) < max(map(self.evidence, self.found)) - PRICE_OF_ARC:
                return

    def best_rms(self) -> float:
        """Residual of the most likely circuit, relative to |Z|."""
        key = max(self.found, key=self.evidence)
        freedom = max(2 * self.data.measured.size - series_circuit(*key).size, 1)
        return float(np.sqrt(self.found[key][0][0] / freedom))

    def look_again(self) -> None:
        """Random time constants, for three arcs and more.

        A good fit of few arcs may not lead to the best of many."""
        draw = np.random.default_rng(0)
        for arcs in range(3, MOST_ARCS + 1):
            for tail in ("CPE", "Ws", "Wo"):
                if 4 * self.data.measured.size > 3 * series_circuit(arcs, tail).size:
                    self._fit(arcs, tail, random_starts(self.data, arcs, tail, draw))

    def _needs_tail(self, arcs: int) -> bool:
        """True where a tail is beyond doubt."""
        if arcs < 2:
            return False
        return (arcs, NO_TAIL) not in self.found or (
            self.evidence((arcs, NO_TAIL)) < self.evidence((arcs, TAIL)) - BEYOND_DOUBT * GIVEN_UP)

    def finite_diffusion(self) -> None:
        """Tails that bend, around the number of arcs that is best, until that number is settled."""
        looked: set[int] = set()
        while (best := max(self.found, key=self.evidence)[0]) not in looked:
            looked.add(best)
            for arcs in range(max(best - 1, 0), min(best + 1, max(best, MAX_ARCS)) + 1):
                for tail in FINITE_TAILS if (arcs, TAIL) in self.found else ():
                    if (arcs, tail) not in self.found:
                        self._fit(arcs, tail, self._tailed(arcs, tail))

    def evidence(self, key: Key) -> float:
        """Half the information criterion of the best minimum, higher is better."""
        if key not in self._evidence:
            self._evidence[key] = self._log_evidence(key, self.found[key][0][0])
        return self._evidence[key]

    def weighed(self) -> list[Candidate]:
        """Every minimum within reach of the best, polished and finished."""
        best = max(map(self.evidence, self.found))
        within = [(key, values) for key, minima in self.found.items() for squares, values in minima
                  if self._log_evidence(key, squares) > best - 2 * GIVEN_UP]
        polished: dict[Key, list[Minimum]] = {}
        for key, values in within:
            circuit = series_circuit(*key)
            polished.setdefault(key, []).append(
                search(self.data, circuit, series_space(self.data, circuit), values, FINE))
        found = [(key, self._log_evidence(key, squares), self._finished(key, values))
                 for key, minima in polished.items()
                 for squares, values in self._distinct(key, minima)]
        return weighed(sorted(found, key=lambda one: -one[1]))

    def _distinct(self, key: Key, minima: list[Minimum]) -> list[Minimum]:
        return distinct(sorted(minima, key=lambda one: one[0]), 2 * self.data.measured.size,
                        self.noise_floor, key[0])

    def _log_evidence(self, key: Key, squares: float) -> float:
        return log_evidence(key, squares, 2 * self.data.measured.size, self.noise_floor)

    def _finished(self, key: Key, values: FloatArray) -> Solution:
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
        self.found[arcs, tail] = self._distinct((arcs, tail), minima)

    def _one_more(self, arcs: int, tail: str) -> list[FloatArray]:
        """Starts with another arc where it helps most, and with the largest arc in two."""
        before = self.found[arcs - 1, tail][0][1]
        added = [with_arc(before, arcs - 1, arc)
                 for arc in helpful(self.data, arcs - 1, tail, "Zarc", before)[:ARC_STARTS]]
        return added + ([halved(before, arcs)] if arcs > 1 else [])

    def _tailed(self, arcs: int, tail: str) -> list[FloatArray]:
        """Starts with a tail: added to the arcs, or in the place of the tail there is."""
        starts: list[FloatArray] = []
        if (arcs, NO_TAIL) in self.found:
            bare = self.found[arcs, NO_TAIL][0][1]
            starts += [np.concatenate([bare, part])
                       for part in helpful(self.data, arcs, NO_TAIL, tail, bare)[:2]]
        if tail != TAIL and (arcs, TAIL) in self.found:
            bare = self.found[arcs, TAIL][0][1][:-2]
            slow = self.data.window_s[1]
            starts += [np.concatenate([bare, part]) for part in (
                [np.array([1.0, slow * factor]) for factor in BENDS_AT] if tail in BENDING
                else helpful(self.data, arcs, NO_TAIL, tail, bare)[:2])]
        if tail not in BENDING:
            return starts
        larger = [self.found[arcs + 1, kind][0][1][:2 + 3 * (arcs + 1)] for kind in (TAIL, NO_TAIL)
                  if (arcs + 1, kind) in self.found]
        return starts + in_place_of_an_arc(self.data, arcs, tail, larger)


def _as_diffusion(values: FloatArray, index: int) -> FloatArray:
    """Finite diffusion of the size and with the top of an arc."""
    ohm, tau = values[2 + 3 * index:4 + 3 * index]
    return np.array([ohm, DIFFUSION_TOP * tau])
