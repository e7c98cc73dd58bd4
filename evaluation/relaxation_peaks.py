"""Peaks of a distribution of relaxation times: as many as the fitted circuit gives?

And which two processes would still show as two?

A circuit of n processes need not give n peaks: wide or near ones merge, and finite diffusion gives
several. The peaks of the data are therefore held against those of the fitted circuit's own
impedance, with the same penalty at the same frequencies.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from pressloop.evaluation.circuits.least_squares import Data, Solution
from pressloop.evaluation.relaxation_times import Distribution, relaxation_times
from pressloop.trials.checks import FloatArray

if TYPE_CHECKING:
    from pressloop.evaluation.reading import Reading

CLEAR = 3.0
"""A peak rises above the valleys beside it by this many standard errors."""
RISE = 0.02
"""... and by this share of its own height."""
RESOLVED = 2.0
"""... and its area is this many times the noise of |Z| at its frequency."""
SAME_DECADES = 0.5
"""Peaks of data and circuit this near to each other in frequency are the same."""
NEAREST_DECADES, FARTHEST_DECADES = 0.2, 1.8
"""Range in which the resolution is looked for."""
DISPERSED = 0.9
"""Exponent of the processes that the resolution is told for."""


@dataclass(frozen=True, slots=True)
class Peak:
    """A maximum of the distribution.

    Frequency (Hz) at which such a process peaks in the spectrum, and the area between the valleys
    beside it, ohm."""

    hz: float
    resistance_ohm: float


@dataclass(frozen=True, slots=True, eq=False)
class Compared:
    """The distribution of the data, that of the fitted circuit, and the peaks of both.

    `left_out` are peaks of the data that the circuit has nothing for, `unseen` those of the circuit
    where the data have next to nothing. `process_hz` is where the circuit's processes peak.
    `apart` is the factor between the time constants of two equal processes (exponent 0.9, mid band)
    from which on they show as two at this noise; None where they never do. As text it says in a
    sentence what was found.
    """

    data: Distribution
    circuit: Distribution
    process_hz: tuple[float, ...]
    peaks: tuple[Peak, ...]
    expected: tuple[Peak, ...]
    apart: float | None

    @property
    def left_out(self) -> tuple[Peak, ...]:
        """Peaks of the data with neither a peak nor a process of the circuit near them."""
        known = (*(one.hz for one in self.expected), *self.process_hz)
        return tuple(one for one in self.peaks if not _near(one.hz, known))

    @property
    def unseen(self) -> tuple[Peak, ...]:
        """Peaks of the circuit's processes with none of the data near them.

        Only where the data have less than half of the circuit's density."""
        mine = [one.hz for one in self.peaks]
        return tuple(one for one in self.expected if not _near(one.hz, mine)
                     and _near(one.hz, self.process_hz)
                     and _at(self.data, one.hz) < 0.5 * _at(self.circuit, one.hz))

    def __str__(self) -> str:
        where = f" ({_listed(self.peaks)})" if self.peaks else ""
        count, held = len(self.peaks), len(self.process_hz)
        said = (f"{count or 'no'} peak{'s' * (count != 1)} in the relaxation times{where} for "
                f"{held or 'no'} process{'es' * (held != 1)} of the circuit")
        if self.left_out:
            said += f"; the circuit has none near {_listed(self.left_out)}"
        if self.unseen:
            said += f"; none is seen near {_listed(self.unseen)}, where the circuit has one"
        return said


def _listed(some: Sequence[Peak]) -> str:
    return ", ".join(hertz(one.hz) for one in some)


def hertz(hz: float, digits: int = 2) -> str:
    """A frequency in words: "740 Hz", "11 kHz", "1.1 MHz"."""
    rounded = float(f"{hz:.{digits}g}")
    for unit, size in (("MHz", 1e6), ("kHz", 1e3)):
        if rounded >= size:
            return f"{rounded / size:g} {unit}"
    return f"{rounded:g} Hz"


def _near(hz: float, others: Sequence[float]) -> bool:
    return any(abs(np.log10(other / hz)) <= SAME_DECADES for other in others)


def _at(of: Distribution, hz: float) -> float:
    return float(of.density_ohm[int(np.argmin(np.abs(np.log(of.peak_hz / hz))))])


def compared(data: Data, solution: Solution, process_hz: Sequence[float]) -> Compared:
    """Holds the spectrum against its fitted circuit, whose processes peak at `process_hz`.

    Some 100 ms for 90 points."""
    seen = relaxation_times(data)
    model = solution.circuit.impedance(data.frequency_hz, solution.values)
    fitted = relaxation_times(replace(data, measured=model), seen.strength)
    # The circuit's impedance has no noise: what counts as a peak is told by that of the data.
    fitted = replace(fitted, noise=seen.noise)
    return Compared(seen, fitted, tuple(process_hz), peaks(seen), peaks(fitted), apart(data, seen))


def of_reading(reading: Reading) -> Compared:
    """The spectrum of a reading against its most likely circuit."""
    return compared(reading.checked.data, reading.solution, [one.peak_hz for one in reading.arcs])


def peaks(of: Distribution) -> tuple[Peak, ...]:
    """Maxima inside the sweep that stand out from noise, the fastest first."""
    density, inside = of.density_ohm, of.inside
    found = []
    for start, top, end in _humps(density, CLEAR * of.error_ohm + RISE * density):
        area = float(np.trapezoid(density[start:end + 1], np.log(of.tau_s[start:end + 1])))
        if inside[top] and area > RESOLVED * of.noise * of.modulus_ohm[top]:
            found.append(Peak(_summit_hz(of, top), area))
    return tuple(found)


def _summit_hz(of: Distribution, top: int) -> float:
    """Where a parabola through the highest point and its neighbours is highest."""
    if not 0 < top < of.density_ohm.size - 1:
        return float(of.peak_hz[top])
    left, middle, right = of.density_ohm[top - 1:top + 2]
    bend = left - 2.0 * middle + right
    shift = 0.5 * (left - right) / bend if bend < 0.0 else 0.0
    step = float(np.log(of.peak_hz[top + 1] / of.peak_hz[top]))
    return float(of.peak_hz[top] * np.exp(shift * step))


def _humps(height: FloatArray, needed: FloatArray) -> list[tuple[int, int, int]]:
    """Valley, top and valley of each maximum that rises above both valleys.

    By what is needed at its top; valleys are where the next such maximum begins."""
    humps: list[tuple[int, int, int]] = []
    start = top = valley = 0
    rising = True
    for at in range(1, height.size):
        if rising:
            if height[at] > height[top]:
                top = at
            elif height[top] - height[at] > needed[top]:
                if height[top] - height[start] > needed[top]:
                    humps.append((start, top, at))
                rising, valley = False, at
        elif height[at] < height[valley]:
            valley = at
        elif height[at] - height[valley] > needed[at]:
            start, top, rising = valley, at, True
        if not rising and humps:
            humps[-1] = (*humps[-1][:2], valley)
    return humps


def apart(data: Data, of: Distribution) -> float | None:
    """The smallest factor between the time constants of two equal processes that shows two peaks.

    Found by bisection with the penalty of this distribution, noise left out."""
    low, high = NEAREST_DECADES, FARTHEST_DECADES
    if not _shows_two(data, of, high):
        return None
    while high - low > 0.1:
        middle = 0.5 * (low + high)
        low, high = (low, middle) if _shows_two(data, of, middle) else (middle, high)
    return float(10.0**high)


def _shows_two(data: Data, of: Distribution, decades: float) -> bool:
    """True where two processes so far apart, each a third of |Z|, give two peaks."""
    centre = float(np.sqrt(of.window_s[0] * of.window_s[1]))
    taus = centre * 10.0 ** np.array([-0.5 * decades, 0.5 * decades])
    pair = np.sum(1.0 / (1.0 + (np.outer(taus, data.jw)) ** DISPERSED), axis=0)
    made = replace(data, measured=1.0 + pair, weight=1.0 / np.abs(1.0 + pair))
    found = relaxation_times(made, of.strength)
    return len(peaks(replace(found, noise=of.noise))) >= 2
