"""A press from outside this project that asks for a supervisor: the simulated one.

It may take its time to connect, to start and to close, as one behind a slow link does; what is
under way when it closes fails."""

from __future__ import annotations

import time
from collections.abc import Mapping

from pressloop.hardware.presses.simulated import Options, SimulatedPress
from pressloop.hardware.presses.simulated import connect as simulated
from pressloop.hardware.protocols import Place, PressIdentity
from pressloop.hardware.simulation.bench import Bench
from pressloop.trials.recipe import Recipe
from pressloop.trials.stack import Stack


def station(options: Mapping[str, object]) -> str:
    """One bench, one supervisor."""
    return "kept press"


def connect(options: Mapping[str, object], place: Place) -> KeptPress:
    """The bench of the simulated press; `connect_s`, `start_s` and `close_s`: how long it takes."""
    told = dict(options)
    told.pop("linger_s", None)
    time.sleep(float(told.pop("connect_s", 0.0)))
    start_s, close_s = (float(told.pop(name, 0.0)) for name in ("start_s", "close_s"))
    inner = simulated(told, place)
    return KeptPress(inner.options, inner.bench, inner.seed, start_s, close_s)


class KeptPress(SimulatedPress):
    """Says whether a cycle runs, which its supervisor asks before it ends."""

    def __init__(self, options: Options, bench: Bench, seed: int, start_s: float = 0.0,
                 close_s: float = 0.0) -> None:
        super().__init__(options, bench, seed)
        self.start_s, self.close_s = start_s, close_s
        self.closed = False

    @property
    def cycle_running(self) -> bool:
        return bool(self.not_ready())

    def identify(self) -> PressIdentity:
        """As it is, while the link is open."""
        self._linked()
        return super().identify()

    def start(self, cycle_id: int, stack: Stack, recipe: Recipe) -> None:
        """After `start_s`, if the link is open still."""
        time.sleep(self.start_s)
        self._linked()
        super().start(cycle_id, stack, recipe)

    def _linked(self) -> None:
        if self.closed:
            raise RuntimeError("the link is closed")

    def close(self) -> None:
        """Once."""
        self.closed = True
        time.sleep(self.close_s)
        self.close_s = 0.0
