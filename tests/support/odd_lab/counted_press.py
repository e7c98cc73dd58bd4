"""The shipped simulated press, whose time goes on with every look at a cycle and not otherwise.

Who is slow to look, or dead, misses nothing of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pressloop.hardware.presses.simulated import Options, SimulatedPress
from pressloop.hardware.presses.simulated import connect as simulated
from pressloop.hardware.protocols import CycleReport, Place
from pressloop.hardware.simulation.bench import Bench

LOOK_S = 8.0
"""Machine seconds from one look to the next."""
LATER_S = 1e9
"""Where the count begins: for a clock of seconds since the computer was started, such as a meter
goes by, these cycles are over."""


def connect(options: Mapping[str, object], place: Place) -> CountedPress:
    """The same bench as the simulated press, with a file beside it that grows by a byte a look."""
    inner = simulated({**options, "time_scale": 1.0}, place)
    looks = inner.bench.path.with_suffix(".looks")
    looks.touch()
    bench = Bench(inner.bench.path, lambda: LATER_S + LOOK_S * looks.stat().st_size)
    return CountedPress(inner.options, bench, inner.seed, looks)


class CountedPress(SimulatedPress):
    """Goes on when it is looked at."""

    def __init__(self, options: Options, bench: Bench, seed: int, looks: Path) -> None:
        super().__init__(options, bench, seed)
        self._looks = looks

    def report(self, cycle_id: int) -> CycleReport:
        """As it is, and a moment later."""
        found = super().report(cycle_id)
        with self._looks.open("ab") as file:
            file.write(b".")
        return found
