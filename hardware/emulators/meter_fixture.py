"""What lies in the emulated analyser's fixture: the stack pressed last on a simulated bench."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from pressloop.hardware.meters.simulated import impedance, noisy
from pressloop.hardware.simulation.bench import Accepted, Bench
from pressloop.hardware.simulation.sample import Sample, noise, pressed
from pressloop.trials.spectrum import FULL


class Fixture:
    """Reads the stack of the latest cycle that has ended; None where there is none yet.

    The bench is read afresh at each `look`, so that a campaign and its analyser may be two
    programs.
    """

    def __init__(self, bench: Path, *, level: float = 0.003, stack_pressure_mpa: float = 30.0,
                 temperature_c: float = 30.0) -> None:
        self.bench = Bench(bench)
        self.level, self.temperature_c = level, temperature_c
        self.stack_pressure_mpa = stack_pressure_mpa
        self._cycle: Accepted | None = None
        self._sample: Sample | None = None
        self._draw = np.random.default_rng(0)

    def look(self) -> None:
        """Finds out what lies there now; asked at the start of each sweep."""
        now = self.bench.now()
        ended = [cycle for cycle in self.bench.cycles().values() if cycle.ended(now)]
        last = ended[-1] if ended else None
        if last != self._cycle:
            self._cycle = last
            self._sample = pressed(last, self.stack_pressure_mpa) if last else None
            if last:
                self._draw = noise(last.seed, "emulated sweep", last.cycle_id)

    def read(self, frequency_hz: float) -> complex | None:
        """Impedance (ohm) with noise, None for an open fixture."""
        if self._cycle is None or self._sample is None:
            return None
        at = np.array([frequency_hz])
        clean = impedance(at, self._sample, FULL, self._cycle.stack.area_cm2, self.temperature_c)
        return complex(noisy(at, clean, self.level, self._draw)[0])
