"""Sound all-solid-state cells drawn at random: circuits, their impedance, their true resistances.

A cell is a lead inductance, an ohmic series resistance, two to four processes (a resistance
parallel to a constant-phase element, exponent 0.6 to 1) and what follows at low frequency. Ranges
per geometric area (F/cm2, ohm cm2) after Irvine, Sinclair & West 1990,
doi 10.1002/adma.19900020304, and Vadhva 2021, doi 10.1002/celc.202100108: grain boundaries of a
sulfide separator, contact layers, charge transfer in the composite cathode, indium-lithium anode.
Bulk of a sulfide relaxes near 1 GHz: at all frequencies drawn it is the series resistance.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

Real, Complex = NDArray[np.float64], NDArray[np.complex128]

INTERFACE_BELOW_HZ = 3e5
"""Processes that peak below count as interface, as the rules of evaluation say."""
IN_DOUBT = 3.0
"""No process is drawn within this factor of that limit."""
APART = 5.0
"""Least ratio of neighbouring time constants."""
INSIDE = 2.0
"""Tops are this factor or more inside both ends of the sweep. With an exponent of 0.6, an arc that
peaks at the first frequency cannot be told from the series resistance by any method."""
TAIL_BEGINS = (10.0, 1000.0)
"""A tail is as large as the slowest process at a frequency lower than its top by such a factor."""
LARGEST_TOP = 2.54
"""A finite-length Warburg element has its largest -Im at this angular frequency times tau
(Boukamp 2004, doi 10.1016/j.ssi.2003.07.002)."""
SWEEPS_HZ = ((7e6, 1e-2), (7e6, 1e-1), (3e6, 5e-2), (1e6, 1e-1), (1e6, 1e-2), (2e5, 1e-2))
PROCESSES = (
    # what, capacitance (F/cm2), resistance (ohm cm2)
    ("grain boundary", (3e-10, 3e-8), (3.0, 60.0)),
    ("contact layer", (1e-7, 1e-5), (2.0, 200.0)),
    ("cathode charge transfer", (1e-5, 1e-3), (5.0, 300.0)),
    ("anode charge transfer", (1e-4, 1e-2), (2.0, 100.0)),
)
TAILS = ("none", "warburg", "cpe", "ws", "wo", "blocking")


@dataclass(frozen=True, slots=True)
class Arc:
    """A resistance (ohm) parallel to a constant-phase element: time constant (s), exponent."""

    ohm: float
    tau_s: float
    exponent: float

    @property
    def top_hz(self) -> float:
        """Where -Im is largest."""
        return float(1.0 / (2 * np.pi * self.tau_s))


@dataclass(frozen=True, slots=True)
class Tail:
    """What follows the slowest process.

    `size` is sigma (ohm s^-1/2) of "warburg", Q of "cpe" and "blocking", ohm of "ws" and "wo";
    `shape` the exponent or the time constant (s)."""

    kind: str
    size: float
    shape: float

    def ohm(self, hz: Real) -> Complex:
        """Impedance."""
        jw = 2j * np.pi * hz
        match self.kind:
            case "warburg":
                return self.size * np.sqrt(2.0 / jw)
            case "cpe" | "blocking":
                return 1.0 / (self.size * jw**self.shape)
        root = np.sqrt(jw * self.shape)
        tanh = np.tanh(root)
        return self.size * (tanh / root if self.kind == "ws" else 1.0 / (tanh * root))


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell in ohm, farad, henry; arcs fast to slow. `lowest_hz` is the end of its sweep."""

    area_cm2: float
    inductance_h: float
    series_ohm: float
    arcs: tuple[Arc, ...]
    tail: Tail | None
    lowest_hz: float

    def ohm(self, hz: Real, growth: Real | float = 1.0, only_interface: bool = False) -> Complex:
        """Impedance, where resistances are `growth` times as large and capacitances stay."""
        other = 1.0 if only_interface else growth
        z = 2j * np.pi * hz * self.inductance_h + self.series_ohm * other
        for arc in self.arcs:
            by = growth if arc.top_hz < INTERFACE_BELOW_HZ else other
            admittance = (2j * np.pi * hz * arc.tau_s) ** arc.exponent
            z = z + arc.ohm * by / (1.0 + by * admittance)
        return z + (self.tail.ohm(hz) if self.tail is not None else 0.0)

    @property
    def interface_ohm(self) -> float:
        """Processes that peak below the limit."""
        return sum(arc.ohm for arc in self.arcs if arc.top_hz < INTERFACE_BELOW_HZ)

    @property
    def diffusion_ohm(self) -> float:
        """Finite-length diffusion whose top lies inside the sweep, else 0."""
        tail = self.tail
        if tail is None or tail.kind != "ws" or _ws_top_hz(tail.shape) < self.lowest_hz:
            return 0.0
        return tail.size

    @property
    def total_ohm(self) -> float:
        """All processes, and finite diffusion that closes inside the sweep."""
        return sum(arc.ohm for arc in self.arcs) + self.diffusion_ohm

    @property
    def circuit(self) -> str:
        """The circuit in the notation of impedance.py."""
        arcs = [f"p(R{i},CPE{i})" for i in range(1, len(self.arcs) + 1)]
        tails = {"warburg": "W1", "cpe": "CPE9", "blocking": "CPE9", "ws": "Ws1", "wo": "Wo1"}
        tail = [tails[self.tail.kind]] if self.tail is not None else []
        return "-".join(["L0"] * (self.inductance_h > 0) + ["R0", *arcs, *tail])


def _ws_top_hz(tau_s: float) -> float:
    return LARGEST_TOP / (2 * np.pi * tau_s)


def log_uniform(rng: Generator, low: float, high: float) -> float:
    """A number between these, its logarithm uniform."""
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def frequencies(highest_hz: float, lowest_hz: float, per_decade: int) -> Real:
    """Highest first."""
    decades = np.log10(highest_hz / lowest_hz)
    return np.geomspace(highest_hz, lowest_hz, round(decades * per_decade) + 1)


def drawn_sweep(rng: Generator) -> Real:
    """Frequencies as labs sweep them, 6 to 12 per decade."""
    highest, lowest = SWEEPS_HZ[rng.integers(len(SWEEPS_HZ))]
    return frequencies(highest, lowest, int(rng.integers(6, 13)))


def drawn_cell(rng: Generator, hz: Real, processes: int | None = None, tail: str | None = None
               ) -> Cell:
    """A sound cell all of whose processes have their top inside the sweep."""
    area = float(rng.choice([1.0, 0.785]))
    count = int(rng.integers(2, 5)) if processes is None else processes
    kind = str(rng.choice(TAILS)) if tail is None else tail
    arcs = _drawn_arcs(rng, hz, count, area)
    inductance = log_uniform(rng, 1e-7, 3e-6) if rng.random() < 0.5 else 0.0
    series = log_uniform(rng, 4.0, 100.0) / area
    return Cell(area, inductance, series, arcs, _drawn_tail(rng, kind, hz, arcs[-1]),
                float(hz[-1]))


def _drawn_arcs(rng: Generator, hz: Real, count: int, area_cm2: float) -> tuple[Arc, ...]:
    while True:
        # A sweep that begins below the grain boundaries' arc has one process less to offer.
        chosen = rng.permutation(len(PROCESSES))[:count]
        arcs = sorted((_drawn_arc(rng, *PROCESSES[i][1:], area_cm2) for i in chosen),
                      key=lambda arc: arc.tau_s)
        if _can_be_read(arcs, hz):
            return tuple(arcs)
        if hz[0] < INTERFACE_BELOW_HZ:
            count = min(count, len(PROCESSES) - 1)


def _drawn_arc(rng: Generator, farad_cm2: tuple[float, float], ohm_cm2: tuple[float, float],
               area_cm2: float) -> Arc:
    ohm = log_uniform(rng, *ohm_cm2) / area_cm2
    tau = ohm * log_uniform(rng, *farad_cm2) * area_cm2
    return Arc(ohm, tau, float(rng.uniform(0.6, 1.0)))


def _can_be_read(arcs: list[Arc], hz: Real) -> bool:
    """Tops inside the sweep, apart from each other and from the limit, an interface among them."""
    tops = [arc.top_hz for arc in arcs]
    apart = all(a >= APART * b for a, b in pairwise(tops))
    clear = all(abs(np.log(top / INTERFACE_BELOW_HZ)) > np.log(IN_DOUBT) for top in tops)
    inside = tops[0] * INSIDE <= hz[0] and tops[-1] >= INSIDE * hz[-1]
    return bool(apart and clear and inside and tops[-1] < INTERFACE_BELOW_HZ)


def _drawn_tail(rng: Generator, kind: str, hz: Real, slowest: Arc) -> Tail | None:
    """A tail that begins below the slowest process."""
    if kind == "none":
        return None
    begins = slowest.top_hz / log_uniform(rng, *TAIL_BEGINS)
    w = 2 * np.pi * begins
    if kind == "warburg":
        return Tail(kind, slowest.ohm * np.sqrt(w / 2), 0.5)
    if kind in ("cpe", "blocking"):
        exponent = float(rng.uniform(0.4, 0.6) if kind == "cpe" else rng.uniform(0.8, 1.0))
        return Tail(kind, 1.0 / (slowest.ohm * w**exponent), exponent)
    return Tail(kind, slowest.ohm * log_uniform(rng, 0.2, 2.0),
                _drawn_time(rng, kind, slowest.top_hz / APART, float(hz[-1])))


def _drawn_time(rng: Generator, kind: str, latest_hz: float, lowest_hz: float) -> float:
    """Time constant of finite diffusion.

    That to a sink closes clearly inside the sweep or clearly does not; where there is no room for
    its top inside, it does not."""
    inside = (2 * lowest_hz, latest_hz)
    outside = (min(lowest_hz, latest_hz) / 20, min(lowest_hz / 5, latest_hz))
    if kind == "wo":
        top = log_uniform(rng, outside[0], latest_hz)
    elif inside[0] < inside[1] and rng.random() < 0.7:
        top = log_uniform(rng, *inside)
    else:
        top = log_uniform(rng, *outside)
    return LARGEST_TOP / (2 * np.pi * top)
