"""A press from outside this project: the shipped simulated one, telling more of itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from pressloop.hardware.interlocks import open_interlocks, standard
from pressloop.hardware.options import read_options
from pressloop.hardware.presses.simulated import SimulatedPress
from pressloop.hardware.presses.simulated import connect as simulated
from pressloop.hardware.protocols import Interlock, Place, PressIdentity


@dataclass(frozen=True, slots=True)
class Options:
    """What it tells."""

    guard_closed: bool = True
    clock_ahead_s: float = 0.0
    calibrated_on: str = ""
    max_dwell_s: float = 3600.0
    max_temperature_c: float = 160.0


def connect(options: Mapping[str, object], place: Place) -> ToldPress:
    """The same bench as the simulated press."""
    return ToldPress(simulated({}, place), read_options(Options, options, "press"))


class ToldPress(SimulatedPress):
    """Has firmware, a clock, interlocks."""

    def __init__(self, inner: SimulatedPress, told: Options) -> None:
        super().__init__(inner.options, inner.bench, inner.seed)
        self.told = told

    def identify(self) -> PressIdentity:
        """Everything there is to tell."""
        return replace(super().identify(), firmware="2.1", register_map="generic, version 1",
                       calibrated_on=self.told.calibrated_on, simulated=False,
                       clock_ahead_s=self.told.clock_ahead_s, max_dwell_s=self.told.max_dwell_s,
                       max_temperature_c=self.told.max_temperature_c)

    def interlocks(self) -> tuple[Interlock, ...]:
        """A guard and an emergency stop."""
        return (standard("e-stop released", True),
                standard("guard closed", self.told.guard_closed))

    def not_ready(self) -> tuple[str, ...]:
        """Its open interlocks."""
        return open_interlocks(self.interlocks())
