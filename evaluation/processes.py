"""The processes that a fitted circuit shows: resistance, time constant, capacitance, what it is.

Capacitances of arcs are C = tau/R (Hsu & Mansfeld 2001, doi 10.5006/1.3280607). Their usual
ranges, F/cm2 for a stack some 0.1 cm thick: bulk below 1e-10, grain boundaries to 1e-7,
interfaces to 1e-5, charge transfer to 1e-3, electrode beyond (Irvine, Sinclair & West 1990,
doi 10.1002/adma.19900020304; for sulfide cells Vadhva 2021, doi 10.1002/celc.202100108).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from pressloop.evaluation.circuits.least_squares import Data, Solution
from pressloop.evaluation.circuits.series import DIFFUSION_TOP
from pressloop.evaluation.circuits.tree import (
    Element,
    Node,
    Parallel,
    Series,
    evaluated,
    value_count,
)
from pressloop.trials.checks import ComplexArray, FloatArray

GRAIN_BOUNDARY_F_CM2 = 1e-7
RANGES_F_CM2 = (("bulk", 1e-10), ("grain boundary", GRAIN_BOUNDARY_F_CM2), ("interface", 1e-5),
                ("charge transfer", 1e-3), ("electrode", np.inf))
DISPERSED = 0.59
"""An exponent up to this is that of diffusion (0.5) or of a distribution as wide."""
DIFFUSION_F_CM2, DISPERSED_F_CM2 = 5e-4, 1e-4
"""Finite diffusion, and a dispersed process that runs into the tail, are told from an interface by
capacitances this large: those of concentrations, not of a double layer."""

STORES_F_CM2, DOUBLE_LAYER_F_CM2 = 0.05, 1e-3
"""A process with more than the first, in a stack whose fastest slow one has less than the second
(so that the area is right), stores charge as concentrations do: no double layer has that much."""
FLANK, FLANK_HZ, FLANK_TOP = 0.25, 5.0, 100.0
"""Finite diffusion of less than this share of an arc, with a top within the second factor below
its; and what closes with the capacitance of concentrations, within the third."""


@dataclass(frozen=True, slots=True)
class Process:
    """One resistance of the circuit that a time constant belongs to.

    `index` is the place of its resistance among the circuit's values. `closed` is True where its
    top lies inside the sweep; `diffusion` where it is too dispersed to be told from the tail it
    runs into; `stores` where it closes, but with the capacitance of concentrations: diffusion that
    ends. Standard errors are NaN where the data do not determine the value.
    """

    name: str
    index: int
    resistance_ohm: float
    standard_error_ohm: float
    peak_hz: float
    exponent: float
    capacitance_f_cm2: float
    closed: bool
    diffusion: bool
    stores: bool = False

    @property
    def kind(self) -> str:
        """What usually has such a capacitance."""
        if self.diffusion or self.stores:
            return "diffusion"
        return next(name for name, limit in RANGES_F_CM2 if self.capacitance_f_cm2 < limit)


def processes(data: Data, solution: Solution, area_cm2: float) -> tuple[Process, ...]:
    """The processes of a fitted circuit, fast to slow.

    Resistances in series at the top are ohmic, and no process."""
    found = [process for node, start, end in solution.circuit.placed_parts
             for process in _of_part(data, solution, node, start, end, area_cm2)]
    found += _flanks(data, solution, found, area_cm2)
    return _storing(_behind_diffusion(sorted(found, key=lambda one: -one.peak_hz)))


def _flanks(data: Data, solution: Solution, arcs: Sequence[Process], area_cm2: float
            ) -> list[Process]:
    """Small finite diffusion right behind a large arc: the slow flank of a dispersed one."""
    found = []
    for node, start, _ in solution.circuit.placed_parts:
        if not isinstance(node, Element) or node.symbol != "Ws" or any(
                one.index == start for one in arcs):
            continue
        ohm, tau_s = solution.values[start:start + 2]
        top_hz = DIFFUSION_TOP / (2 * np.pi * tau_s)
        if any(one.closed and not one.diffusion and ohm < FLANK * one.resistance_ohm
               and top_hz < one.peak_hz < FLANK_HZ * top_hz for one in arcs):
            found.append(_process(data, solution, node.names[0], start, top_hz, 0.75, area_cm2))
    return found


def _behind_diffusion(found: Sequence[Process]) -> tuple[Process, ...]:
    """What is slower than diffusion, with the capacitance of diffusion, belongs to it."""
    behind, marked = False, []
    for one in found:
        behind = behind or one.diffusion
        slow = behind and one.capacitance_f_cm2 > DIFFUSION_F_CM2
        marked.append(replace(one, diffusion=True) if slow else one)
    return tuple(marked)


def _storing(found: Sequence[Process]) -> tuple[Process, ...]:
    """Closed processes that store what no double layer does, behind one that is a double layer."""
    least = min((one.capacitance_f_cm2 for one in found if one.closed), default=np.inf)
    if least > DOUBLE_LAYER_F_CM2:
        return tuple(found)
    return tuple(replace(one, stores=one.closed and one.capacitance_f_cm2 > STORES_F_CM2
                         and not any(_is_flank_of(one, other) for other in found))
                 for one in found)


def _is_flank_of(one: Process, arc: Process) -> bool:
    """Small beside a faster arc, and near it: the slow end of its distribution of times."""
    return (one.resistance_ohm < FLANK * arc.resistance_ohm and arc.closed
            and one.peak_hz < arc.peak_hz < FLANK_TOP * one.peak_hz)


def _of_part(data: Data, solution: Solution, node: Node, start: int, end: int, area_cm2: float
             ) -> list[Process]:
    if isinstance(node, Element):
        return _of_element(data, solution, node, start, area_cm2)
    if not isinstance(node, Parallel):
        return []
    peak = _peak_hz(data, solution, node, start, end)
    return [_process(data, solution, name, start + at, peak, 1.0, area_cm2)
            for at, name in _resistances(node)]


def _of_element(data: Data, solution: Solution, one: Element, start: int, area_cm2: float
                ) -> list[Process]:
    values = solution.values[start:start + len(one.kind.parameters)]
    match one.symbol:
        case "Zarc":
            return [_process(data, solution, one.names[0], start, 1 / (2 * np.pi * values[1]),
                             float(values[2]), area_cm2)]
        case "G":
            return [_process(data, solution, one.names[0], start, 1 / (2 * np.pi * values[1]), 0.5,
                             area_cm2)]
        case "Ws" if values[1] / values[0] / area_cm2 < DIFFUSION_F_CM2:
            # Diffusion has a larger capacitance: this is an arc of such a shape.
            return [_process(data, solution, one.names[0], start,
                             DIFFUSION_TOP / (2 * np.pi * values[1]), 0.75, area_cm2)]
        case "TLM":
            return [_process(data, solution, one.names[2], start + 2,
                             1 / (2 * np.pi * values[3]), float(values[4]), area_cm2)]
        case _:
            return []


def _process(data: Data, solution: Solution, name: str, index: int, peak_hz: float,
             exponent: float, area_cm2: float) -> Process:
    ohm = float(solution.values[index])
    hz = data.frequency_hz
    closed = bool(peak_hz >= hz.min())
    farad = float(1.0 / (2 * np.pi * peak_hz * max(ohm, 1e-30)) / area_cm2)
    runs_on = exponent <= DISPERSED and (not closed or (
        farad > DISPERSED_F_CM2 and _runs_on(data, solution, peak_hz)))
    return Process(name, index, ohm, float(solution.standard_errors[index]), float(peak_hz),
                   exponent, farad, closed, runs_on)


def _runs_on(data: Data, solution: Solution, peak_hz: float) -> bool:
    """True where the fitted -Im(Z) never falls between the top of the arc and the lowest frequency.

    The arc does not close, it becomes the tail."""
    low = float(data.frequency_hz.min())
    if not low < peak_hz:
        return False
    hz = np.geomspace(min(peak_hz, float(data.frequency_hz.max())), low, 40)
    imag = -solution.circuit.impedance(hz, solution.values).imag
    return bool((np.diff(imag) > 0).mean() > 0.8 and imag[-1] > imag[0])


def _resistances(node: Node, at: int = 0) -> list[tuple[int, str]]:
    """Places and names of plain resistances and arcs inside a part."""
    found = []
    for part in node.parts if isinstance(node, Series | Parallel) else ():
        if isinstance(part, Element):
            if part.symbol in ("R", "Zarc"):
                found.append((at, part.names[0]))
            at += len(part.kind.parameters)
        else:
            found += _resistances(part, at)
            at += value_count(part)
    return found


def _peak_hz(data: Data, solution: Solution, node: Parallel, start: int, end: int) -> float:
    """Where -Im of a part is largest, its diffusion left out."""
    bare = _without_diffusion(node)
    values = _values_without(node, solution.values[start:end])
    hz = np.geomspace(float(data.frequency_hz.max()) * 10, float(data.frequency_hz.min()) / 10, 200)
    jw: ComplexArray = np.asarray(2j * np.pi * hz)
    imag = -evaluated(bare, jw, values, 0)[0].imag
    return float(hz[int(np.argmax(imag))])


_DIFFUSION = ("W", "Ws", "Wo")


def _without_diffusion(node: Node) -> Node:
    if isinstance(node, Element):
        return node
    parts = [_without_diffusion(part) for part in node.parts
             if not (isinstance(part, Element) and part.symbol in _DIFFUSION
                     and isinstance(node, Series))]
    return type(node)(tuple(parts))


def _values_without(node: Node, values: FloatArray) -> FloatArray:
    kept: list[float] = []
    _collect(node, values, 0, kept)
    return np.array(kept)


def _collect(node: Node, values: FloatArray, at: int, kept: list[float]) -> int:
    if isinstance(node, Element):
        kept += list(values[at:at + len(node.kind.parameters)])
        return at + len(node.kind.parameters)
    for part in node.parts:
        skip = (isinstance(part, Element) and part.symbol in _DIFFUSION
                and isinstance(node, Series))
        at = _collect(part, values, at, [] if skip else kept)
    return at

