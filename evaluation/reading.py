"""One spectrum read: validity, circuits, resistances and their errors, what was seen.

Where several circuits describe a spectrum, the resistances are averages over them and their errors
count the spread between them (Hoeting 1999, doi 10.1214/ss/1009212519): an arc that may or may not
be there widens the error.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from pressloop.evaluation.assignment import Boundary, boundary, is_interface
from pressloop.evaluation.circuits.automatic import candidates
from pressloop.evaluation.circuits.chosen import fit
from pressloop.evaluation.circuits.least_squares import Data, Solution
from pressloop.evaluation.circuits.notation import AUTO, parse_circuit
from pressloop.evaluation.circuits.series import DIFFUSION_TOP
from pressloop.evaluation.circuits.tree import Element
from pressloop.evaluation.processes import Process, processes
from pressloop.evaluation.rules import Rules
from pressloop.evaluation.trouble import Evidence, trouble_of
from pressloop.evaluation.validity import Validity, validity
from pressloop.trials.errors import BadInput
from pressloop.trials.outcome import Arc
from pressloop.trials.spectrum import Spectrum
from pressloop.trials.wording import in_percent

MIN_POINTS = 10
LOOK_AGAIN = 1.05
MORE_STARTS = 4
"""Times as many starts where the first ones end above LOOK_AGAIN times the ladder's residual: an
arc hidden in the diffusion tail can be missed by little."""
CLEARLY_INSIDE = 1.5
"""Times the lowest frequency at which finite diffusion must end to count as resistance, and arcs
must have their top to be known as well as the fit says."""
HALF_SEEN = 0.5
"""Share of the resistance of an arc with its top at the end of the sweep that lies beyond it."""
NOISE_FLOOR = 0.1
"""Share of the stated noise below which no circuit is better than another."""


@dataclass(frozen=True, slots=True, eq=False)
class Described:
    """A circuit fitted, its processes, and its share of the belief in all circuits."""

    solution: Solution
    processes: tuple[Process, ...]
    weight: float
    doubt: float


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """What a spectrum says. `trouble` is None for a valid one, else why it is not.

    Resistances are in ohm cm2 of geometric area: `interfacial` is the sum of the processes
    `summed`, `total` that of all closed ones and of finite diffusion; `series` what is left at high
    frequency, its error NaN where the data do not determine it. `described` holds the circuits, the
    most likely first. `checked` is what the validity check found, and `notes` say what was left out
    or is in doubt.
    """

    described: tuple[Described, ...]
    checked: Validity
    limit: Boundary
    interfacial_ohm_cm2: float
    interfacial_se_ohm_cm2: float
    total_ohm_cm2: float
    total_se_ohm_cm2: float
    series_ohm_cm2: float
    series_se_ohm_cm2: float
    summed: tuple[str, ...]
    area_cm2: float
    trouble: str | None
    notes: tuple[str, ...]
    fixed: frozenset[str] = frozenset()

    @property
    def solution(self) -> Solution:
        """The most likely circuit."""
        return self.described[0].solution

    @property
    def circuit(self) -> str:
        """Text of the most likely circuit."""
        return str(self.solution.circuit)

    @property
    def interfacial_ohm(self) -> float:
        """Interfacial resistance in ohm."""
        return self.interfacial_ohm_cm2 / self.area_cm2

    def conductivity_s_cm(self, thickness_um: float) -> float | None:
        """Ionic conductivity (S/cm) of a separator of this thickness.

        Thickness over area and the resistance of the series with all faster than the interface;
        None without one."""
        faster = sum(one.resistance_ohm for one in self.described[0].processes
                     if one.closed and one.peak_hz >= self.limit.hz)
        ohm_cm2 = self.series_ohm_cm2 + faster * self.area_cm2
        return thickness_um * 1e-4 / ohm_cm2 if ohm_cm2 > 0 else None

    @property
    def ladder_rms(self) -> float:
        """Residual of the Kramers-Kronig ladder, relative to |Z|."""
        return self.checked.check.rms

    @property
    def arcs(self) -> tuple[Arc, ...]:
        """The processes of the most likely circuit as an outcome keeps them."""
        return tuple(Arc(one.name, one.resistance_ohm * self.area_cm2, one.peak_hz, one.exponent,
                         one.capacitance_f_cm2, one.kind, is_interface(one, self.limit))
                     for one in self.described[0].processes)


def read(spectrum: Spectrum, rules: Rules, earlier: Sequence[Sequence[Arc]] = ()) -> Reading:
    """Checks and fits one spectrum; `earlier` are the arcs of the campaign's earlier stacks.

    Raises BadInput on fewer than ten points.
    """
    window = windowed(spectrum, rules)
    checked = validity(window, rules)
    described = _described(checked, rules)
    limit = boundary(rules.interface_below_hz, earlier)
    lowest_hz = float(checked.data.frequency_hz.min())
    interfacial = _averaged([_interface(one, limit, lowest_hz) for one in described], described)
    total = _averaged([_total(one, lowest_hz) for one in described], described)
    series = _series(described)
    # A change of gain that is proved, though small, is a resistance that may not be there.
    gained = checked.step * float(np.median(np.abs(checked.data.measured)))
    error = float(np.hypot(interfacial[1], gained))
    best = described[0]
    area = spectrum.area_cm2
    summed = tuple(one.name for one in best.processes if is_interface(one, limit))
    evidence = Evidence(checked, best.solution, best.processes,
                        tuple((one.processes, one.weight) for one in described), limit,
                        interfacial[0], error, series[0], area, rules)
    return Reading(
        described, checked, limit, interfacial[0] * area, error * area, total[0] * area,
        total[1] * area, series[0] * area, series[1] * area, summed, area,
        trouble_of(evidence), checked.notes + _notes(described, checked),
        frozenset(rules.fixed))


def windowed(spectrum: Spectrum, rules: Rules) -> Spectrum:
    """The points that the rules read. Raises BadInput on fewer than ten."""
    hz = spectrum.frequency_hz
    keep = (hz >= rules.min_hz) & (hz <= rules.max_hz)
    for masked in rules.masked_hz:
        keep[int(np.argmin(np.abs(np.log(hz / masked))))] = False
    if keep.sum() < MIN_POINTS:
        raise BadInput("points", int(keep.sum()), f"{MIN_POINTS} or more",
                       "Measure more frequencies; three points fit any circuit.")
    if keep.all():
        return spectrum
    return replace(spectrum, frequency_hz=hz[keep], impedance_ohm=spectrum.impedance_ohm[keep])


def _described(checked: Validity, rules: Rules) -> tuple[Described, ...]:
    data, area = checked.data, checked.spectrum.area_cm2
    if rules.circuit != AUTO:
        solution = _fit_one(data, rules, checked)
        return (Described(solution, processes(data, solution, area), 1.0, 1.0),)
    found = candidates(data, NOISE_FLOOR * rules.expected_noise, checked.check.rms)
    return tuple(Described(one.solution, processes(data, one.solution, area), one.weight,
                           one.doubt) for one in found)


def _fit_one(data: Data, rules: Rules, checked: Validity) -> Solution:
    circuit = parse_circuit(rules.circuit)
    found = fit(data, circuit, rules.ranges)
    if found.rms > LOOK_AGAIN * checked.check.rms:
        return fit(data, circuit, rules.ranges, MORE_STARTS)
    return found


def _interface(one: Described, limit: Boundary, lowest_hz: float) -> tuple[float, float]:
    found = [p for p in one.processes if is_interface(p, limit)]
    return _summed(one, found, [], lowest_hz)


def _summed(one: Described, found: Sequence[Process], more: list[int], lowest_hz: float
            ) -> tuple[float, float]:
    """Sum of resistances and its error.

    Of an arc with its top at the end of the sweep the slow half is not seen: it is as large as the
    shape that the circuit assumes, and counts as error, whatever the arc is taken for."""
    value, error = one.solution.sum_of([p.index for p in found] + more)
    beyond = HALF_SEEN * sum(p.resistance_ohm for p in _closed(one)
                             if p.peak_hz < CLEARLY_INSIDE * lowest_hz)
    return value, float(np.hypot(error, beyond))


def _closed(one: Described) -> list[Process]:
    """Processes whose top lies inside the sweep and that no tail hides."""
    return [p for p in one.processes if p.closed and not p.diffusion]


def _total(one: Described, lowest_hz: float) -> tuple[float, float]:
    """All closed processes, and finite diffusion that ends inside the sweep."""
    return _summed(one, _closed(one), _ended_diffusion(one, lowest_hz), lowest_hz)


def _ended_diffusion(one: Described, lowest_hz: float) -> list[int]:
    """Places of the resistances of Ws elements that are diffusion.

    Those whose top (2.5/tau) lies well inside the sweep."""
    names, values = one.solution.circuit.names, one.solution.values
    found = []
    for element in one.solution.circuit.elements:
        if element.symbol == "Ws":
            at = names.index(element.names[0])
            arc = any(process.index == at for process in one.processes)
            top_hz = DIFFUSION_TOP / (2 * np.pi * values[at + 1])
            if not arc and top_hz >= CLEARLY_INSIDE * lowest_hz:
                found.append(at)
    return found


def _series(described: Sequence[Described]) -> tuple[float, float]:
    """Resistances of the series itself, in ohm; no error where the data do not determine them."""
    places = [_places_in_series(one.solution) for one in described]
    value, error = _averaged([one.solution.sum_of(at) for one, at in zip(
        described, places, strict=True)], described)
    known = described[0].solution.determined[places[0]].any()
    return value, error if known else float("nan")


def _places_in_series(solution: Solution) -> list[int]:
    return [start for part, start, _ in solution.circuit.placed_parts
            if isinstance(part, Element) and part.symbol == "R"]


def _averaged(values: Sequence[tuple[float, float]], described: Sequence[Described]
              ) -> tuple[float, float]:
    """Mean over circuits and its error, the spread between circuits included."""
    mean, error = np.array([v for v, _ in values]), np.array([e for _, e in values])
    middle = float(np.array([one.weight for one in described]) @ mean)
    doubt = np.array([one.doubt for one in described])
    return middle, float(np.sqrt(doubt @ (error**2 + (mean - middle) ** 2)))


def _notes(described: Sequence[Described], checked: Validity) -> tuple[str, ...]:
    notes = []
    if checked.step > 0:
        notes.append(f"the meter's gain changes by {in_percent(checked.step, 2)} inside the "
                     "sweep; the error counts it")
    if len(described) > 1 and described[0].weight < 0.95:
        notes.append(f"{len(described)} circuits describe it; the best has a weight of "
                     f"{in_percent(described[0].weight)}, and the error counts the others")
    return tuple(notes)
