"""A press from outside this project that asks for a supervisor: the simulated one.

It may take its time to connect and to close, as one behind a slow link does."""

from __future__ import annotations

import time
from collections.abc import Mapping

from pressloop.hardware.presses.simulated import Options, SimulatedPress
from pressloop.hardware.presses.simulated import connect as simulated
from pressloop.hardware.protocols import Place
from pressloop.hardware.simulation.bench import Bench


def station(options: Mapping[str, object]) -> str:
    """One bench, one supervisor."""
    return "kept press"


def connect(options: Mapping[str, object], place: Place) -> KeptPress:
    """The same bench as the simulated press; `connect_s` and `close_s` are how long that takes."""
    told = dict(options)
    told.pop("linger_s", None)
    time.sleep(float(told.pop("connect_s", 0.0)))
    close_s = float(told.pop("close_s", 0.0))
    inner = simulated(told, place)
    return KeptPress(inner.options, inner.bench, inner.seed, close_s)


class KeptPress(SimulatedPress):
    """Says whether a cycle runs, which its supervisor asks before it ends."""

    def __init__(self, options: Options, bench: Bench, seed: int, close_s: float) -> None:
        super().__init__(options, bench, seed)
        self.close_s = close_s

    @property
    def cycle_running(self) -> bool:
        return bool(self.not_ready())

    def close(self) -> None:
        """Once."""
        time.sleep(self.close_s)
        self.close_s = 0.0
