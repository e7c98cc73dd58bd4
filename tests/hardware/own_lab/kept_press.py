"""A press from outside this project that asks for a supervisor: the simulated one."""

from __future__ import annotations

from collections.abc import Mapping

from pressloop.hardware.presses.simulated import SimulatedPress
from pressloop.hardware.presses.simulated import connect as simulated
from pressloop.hardware.protocols import Place


def station(options: Mapping[str, object]) -> str:
    """One bench, one supervisor."""
    return "kept press"


def connect(options: Mapping[str, object], place: Place) -> KeptPress:
    """The same bench as the simulated press."""
    inner = simulated({k: v for k, v in options.items() if k != "linger_s"}, place)
    return KeptPress(inner.options, inner.bench, inner.seed)


class KeptPress(SimulatedPress):
    """Says whether a cycle runs, which its supervisor asks before it ends."""

    @property
    def cycle_running(self) -> bool:
        return bool(self.not_ready())
