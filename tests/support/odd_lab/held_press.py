"""The shipped simulated press, whose cycles take as long as somebody wants them to.

Each runs until a file beside the bench names its id, or a higher one (`held.let_end` writes it)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from pressloop.hardware.presses.simulated import SimulatedPress
from pressloop.hardware.presses.simulated import connect as simulated
from pressloop.hardware.protocols import CycleReport, CycleState, Place
from pressloop.hardware.simulation.bench import Accepted

LONG_S = 1e6
"""What a held cycle announces, so that no watch takes it for an overrun."""


def connect(options: Mapping[str, object], place: Place) -> HeldPress:
    """The same bench as the simulated press."""
    inner = simulated(options, place)
    return HeldPress(inner.options, inner.bench, inner.seed)


class HeldPress(SimulatedPress):
    """Knows no time."""

    def report(self, cycle_id: int) -> CycleReport:
        """The truth, but that held cycles run."""
        found = super().report(cycle_id)
        if found.state is CycleState.FINISHED and cycle_id > self._may_end():
            return replace(found, state=CycleState.RUNNING, trace=None, duration_s=LONG_S)
        return found

    def _running(self) -> Accepted | None:
        return next((cycle for cycle_id, cycle in self.bench.cycles().items()
                     if cycle.released_s is None and cycle_id > self._may_end()), None)

    def _may_end(self) -> int:
        path = self.bench.path.with_suffix(".may_end")
        return int(path.read_text()) if path.exists() else 0
