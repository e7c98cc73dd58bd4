"""A simulated impedance meter: sweeps stacks that lie on a simulated press's bench.

Circuit of a whole stack: L - R0 - p(R1,CPE1) - p(R2,CPE2) - p(R3,CPE3) - CPE4. R0 is leads and
electrolyte bulk, arc 1 grain boundaries, arc 2 contacts (collector, anode), arc 3 charge transfer
in the cathode, CPE4 the start of diffusion (order after Vadhva 2021, doi 10.1002/celc.202100108).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from pressloop.hardware.options import read_options
from pressloop.hardware.presses.simulated import MEMORY_SUFFIX
from pressloop.hardware.protocols import MeterIdentity, Place
from pressloop.hardware.scpi.settings import MOST_POINTS_PER_DECADE
from pressloop.hardware.simulation import stack_physics as physics
from pressloop.hardware.simulation.bench import Bench
from pressloop.hardware.simulation.sample import Break, Sample, noise, pressed
from pressloop.trials.checks import ComplexArray, FloatArray, positive, within
from pressloop.trials.errors import Fault
from pressloop.trials.spectrum import FULL, ControlPoint, Spectrum
from pressloop.trials.stack import Stack

CONTROL_HZ = (3000.0, 300.0, 30.0)
QUADRANTS = ("q1", "q2", "q3", "q4")
INDUCTANCE_H = 3e-7
"""Cable and cell, 0.1-1 uH."""
LEAD_OHM = 0.4
"""Leads and plungers, 0.1-1 ohm."""


@dataclass(frozen=True, slots=True)
class Options:
    """`[meter]` keys of this driver.

    highest_hz, lowest_hz: ends of the sweep.
    points_per_decade: of the sweep.
    quadrants: whether four segmented electrodes are swept as well, which show tilt and edge.
    noise: relative, per component, in the middle of the band.
    glitch_fraction: how often a sweep has one point that is 10 % off.
    stack_pressure_mpa: pressure held on the stack while it is measured.
    temperature_c: temperature at which it is measured.
    rest_s: how long the stack rests before.
    amplitude_mv: of the excitation.
    """

    highest_hz: float = 7e6
    lowest_hz: float = 0.1
    points_per_decade: int = 10
    quadrants: bool = False
    noise: float = 0.003
    glitch_fraction: float = 0.03
    stack_pressure_mpa: float = 30.0
    temperature_c: float = 30.0
    rest_s: float = 600.0
    amplitude_mv: float = 10.0


def connect(options: Mapping[str, object], place: Place) -> SimulatedMeter:
    """Opens the meter on the bench at `place`."""
    chosen = read_options(Options, options, "meter")
    positive("meter.lowest_hz", chosen.lowest_hz)
    within("meter.highest_hz", chosen.highest_hz, 10.0 * chosen.lowest_hz, 1e9,
           "A sweep spans a decade or more.")
    within("meter.points_per_decade", chosen.points_per_decade, 1, MOST_POINTS_PER_DECADE,
           "10 is usual.")
    positive("meter.stack_pressure_mpa", chosen.stack_pressure_mpa)
    within("meter.temperature_c", chosen.temperature_c, -50.0, 200.0, "Measuring temperature.")
    within("meter.noise", chosen.noise, 0.0, 0.1, "A relative noise, such as 0.003.")
    within("meter.glitch_fraction", chosen.glitch_fraction, 0.0, 1.0, "A fraction of sweeps.")
    stem = place.stem
    return SimulatedMeter(chosen, Bench(stem.with_name(stem.name + MEMORY_SUFFIX)), place.seed,
                          place.swept)


class SimulatedMeter:
    """Sweeps with noise, and now and then a bad point."""

    def __init__(self, options: Options, bench: Bench, seed: int,
                 swept: Callable[[Stack], int] | None = None) -> None:
        self.options, self.bench, self.seed = options, bench, seed
        self._sweeps: Counter[str] = Counter()
        self._swept = swept or (lambda stack: self._sweeps[stack.stack_id])

    def identify(self) -> MeterIdentity:
        """Says what it is and what it can do."""
        electrodes = (FULL, *QUADRANTS) if self.options.quadrants else (FULL,)
        return MeterIdentity("simulated impedance meter", "simulated", self.options.lowest_hz,
                             self.options.highest_hz, electrodes, simulated=True)

    def sweep(self, stack: Stack) -> tuple[Spectrum, ...]:
        """One sweep of each electrode. Raises Fault for a stack that was never pressed."""
        cycle = self.bench.last_of(stack.stack_id)
        if cycle is None:
            raise Fault(f"stack {stack.stack_id} is not on the bench: it was never pressed")
        sample = pressed(cycle, self.options.stack_pressure_mpa)
        # Counted by what is on record: after a restart a second sweep is none like the first, and
        # one that was broken off is drawn alike.
        draw = noise(self.seed, "sweep", stack.stack_id, self._swept(stack) + 1)
        self._sweeps[stack.stack_id] += 1
        return tuple(self._read(stack, sample, name, draw) for name in self.identify().electrodes)

    def close(self) -> None:
        """Nothing to let go of."""

    def _read(self, stack: Stack, sample: Sample, electrode: str,
              draw: np.random.Generator) -> Spectrum:
        options = self.options
        decades = np.log10(options.highest_hz / options.lowest_hz)
        count = round(decades * options.points_per_decade) + 1
        frequency = np.geomspace(options.highest_hz, options.lowest_hz, count)
        area = stack.area_cm2 / (1 if electrode == FULL else len(QUADRANTS))
        clean = impedance(frequency, sample, electrode, area, options.temperature_c)
        read = noisy(frequency, clean, options.noise, draw)
        if draw.uniform() < options.glitch_fraction:
            read[draw.integers(count // 4, count)] *= 1.0 + 0.1 * draw.choice([-1.0, 1.0])
        at = np.array(CONTROL_HZ)
        control = impedance(at, sample, electrode, area, options.temperature_c)
        before, after = (noisy(at, control, options.noise, draw) for _ in range(2))
        return Spectrum(
            frequency, read, area_cm2=area, electrode=electrode,
            stack_pressure_mpa=options.stack_pressure_mpa, temperature_c=options.temperature_c,
            rest_s=options.rest_s, amplitude_mv=options.amplitude_mv,
            controls=tuple(ControlPoint(float(f), complex(b), complex(a))
                           for f, b, a in zip(at, before, after, strict=True)))


def impedance(frequency_hz: FloatArray, sample: Sample, electrode: str, area_cm2: float,
              temperature_c: float) -> ComplexArray:
    """Noise-free impedance (ohm), shape of `frequency_hz`."""
    omega = 2.0 * np.pi * frequency_hz
    series = 1j * omega * INDUCTANCE_H + LEAD_OHM
    if sample.broke is Break.SHORT:
        return np.asarray(series + 0.8)
    factor = physics.measured_at(temperature_c) / area_cm2
    separator = sample.separator_ohm_cm2 * factor
    contact, reaction = (r * factor for r in _split(sample, electrode))
    total = series + 0.65 * separator + _arc(omega, 0.35 * separator, 1e-8 * area_cm2, 0.95)
    if sample.broke is Break.OPEN:
        return np.asarray(total + _arc(omega, 4e6 / area_cm2, 2e-8 * area_cm2, 0.97))
    total = total + _arc(omega, contact, 3e-7 * area_cm2, 0.92)
    total = total + _arc(omega, reaction, 1e-5 * area_cm2, 0.88)
    return np.asarray(total + 1.0 / (0.3 * area_cm2 * (1j * omega) ** 0.4))


def _split(sample: Sample, electrode: str) -> tuple[float, float]:
    """Contact and reaction resistance (ohm cm2) of an electrode, averaged on admittance."""
    _radius, angle = physics.disc()
    inside = np.ones(angle.size, dtype=bool)
    if electrode != FULL:
        start = -np.pi + QUADRANTS.index(electrode) * np.pi / 2.0
        inside = (angle >= start) & (angle < start + np.pi / 2.0)
    contact, reaction = sample.contact_ohm_cm2[inside], sample.reaction_ohm_cm2[inside]
    total = physics.average_resistance(contact + reaction)
    share = float(np.mean(contact / (contact + reaction)))
    return total * share, total * (1.0 - share)


def _arc(omega: FloatArray, resistance: float, capacitance: float, exponent: float
         ) -> ComplexArray:
    """R parallel to a CPE of the given effective capacitance: R/(1 + (j omega R C)^n)."""
    return np.asarray(resistance / (1.0 + (1j * omega * resistance * capacitance) ** exponent))


def noisy(frequency_hz: FloatArray, clean: ComplexArray, level: float,
           draw: np.random.Generator) -> ComplexArray:
    """Proportional noise, growing fivefold from 1 MHz to 10 MHz and from 1 Hz to 0.1 Hz [A].

    Shape (n,)."""
    outside = np.maximum(np.log10(frequency_hz / 1e6), np.log10(1.0 / frequency_hz))
    relative = level * (1.0 + 4.0 * np.clip(outside, 0.0, None))
    wiggle = draw.standard_normal(clean.size) + 1j * draw.standard_normal(clean.size)
    return np.asarray(clean * (1.0 + relative * wiggle))
