"""A meter from outside this project: the shipped simulated one, silent for its first sweeps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pressloop.hardware.meters.simulated import SimulatedMeter
from pressloop.hardware.meters.simulated import connect as simulated
from pressloop.hardware.options import read_options
from pressloop.hardware.protocols import Place
from pressloop.trials.errors import Fault
from pressloop.trials.spectrum import Spectrum
from pressloop.trials.stack import Stack


@dataclass(frozen=True, slots=True)
class Options:
    """How many sweeps stay unanswered each time the meter is connected."""

    silent: int = 1


def connect(options: Mapping[str, object], place: Place) -> FaultyMeter:
    """The same bench as the simulated meter."""
    inner = simulated({"glitch_fraction": 0.0}, place)
    return FaultyMeter(inner, read_options(Options, options, "meter").silent)


class FaultyMeter(SimulatedMeter):
    """Answers late."""

    def __init__(self, inner: SimulatedMeter, silent: int) -> None:
        super().__init__(inner.options, inner.bench, inner.seed)
        self.silent = silent

    def sweep(self, stack: Stack) -> tuple[Spectrum, ...]:
        """A Fault while silent."""
        if self.silent > 0:
            self.silent -= 1
            raise Fault("the meter does not answer")
        return super().sweep(stack)
