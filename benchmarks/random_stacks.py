"""Random sound stacks with the spectrum a simulated meter reads and the truth behind it.

Used by the slow tests and by figures.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pressloop.evaluation.reading import read
from pressloop.evaluation.rules import Rules
from pressloop.hardware.meters.simulated import Options, SimulatedMeter
from pressloop.hardware.simulation.bench import Accepted, Bench
from pressloop.hardware.simulation.materials import PRESETS
from pressloop.hardware.simulation.sample import Break, pressed
from pressloop.trials.recipe import Recipe
from pressloop.trials.spectrum import Spectrum
from pressloop.trials.stack import Stack

CIRCUIT = "L0-R0-p(R1,CPE1)-p(R2,CPE2)-p(R3,CPE3)-CPE4"
STACK_PRESSURE_MPA = 30.0
AREA_CM2 = 0.785
Z95 = 1.959964


class OneStack(Bench):
    """A bench in memory with one stack on it."""

    def __init__(self, cycle: Accepted) -> None:
        super().__init__(Path("unused"))
        self.cycle = cycle

    def last_of(self, stack_id: str) -> Accepted | None:
        """The cycle, whatever the name."""
        return self.cycle


@dataclass(frozen=True, slots=True, eq=False)
class Swept:
    """A spectrum and the interfacial resistance (ohm cm2) it was made from."""

    spectrum: Spectrum
    true_ohm_cm2: float


@dataclass(frozen=True, slots=True)
class Coverage:
    """How often the 95 % interval holds the truth, over `read` of `tried` spectra."""

    tried: int
    read: int
    covered: float
    median_error: float


def sound_stacks(count: int, seed: int) -> Iterator[Swept]:
    """Recipes log-uniform over 80-500 MPa and 10-1800 s, 25-140 degC, every preset in turn.

    Stack names and noise at random; stacks that short or open are drawn again."""
    draw = np.random.default_rng(seed)
    presets = sorted(PRESETS)
    found = 0
    while found < count:
        recipe = Recipe(*(float(v) for v in np.exp(draw.uniform(np.log([80, 10]),
                                                                np.log([500, 1800])))),
                        float(draw.uniform(25, 140)))
        stack = Stack(f"s{draw.integers(10**9)}", "lot", "somebody", AREA_CM2, 600.0, 375.0)
        cycle = Accepted(1, stack, recipe, presets[found % len(presets)],
                         int(draw.integers(10**6)), 0.0, 0.0)
        sample = pressed(cycle, STACK_PRESSURE_MPA)
        meter = SimulatedMeter(Options(glitch_fraction=0.0), OneStack(cycle),
                               int(draw.integers(10**6)))
        if sample.broke is Break.NOTHING:
            found += 1
            yield Swept(meter.sweep(stack)[0], sample.interfacial_ohm_cm2)


def coverage(count: int, seed: int) -> Coverage:
    """Reads the spectra as a campaign would, and compares with the truth on the log scale."""
    rules = Rules(circuit=CIRCUIT)
    z, errors = [], []
    for swept in sound_stacks(count, seed):
        reading = read(swept.spectrum, rules)
        if reading.trouble is None:
            found, error = reading.interfacial_ohm_cm2, reading.interfacial_se_ohm_cm2
            z.append(np.log(found / swept.true_ohm_cm2) / (error / found))
            errors.append(abs(found / swept.true_ohm_cm2 - 1.0))
    return Coverage(count, len(z), float(np.mean(np.abs(z) < Z95)), float(np.median(errors)))
