"""A meter from outside this project.

The shipped simulated one, in a library whose compiled part makes an error of its own of whatever
stops it. Its second sweep lasts until that."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, model_serializer

from pressloop.hardware.meters.simulated import SimulatedMeter
from pressloop.hardware.meters.simulated import connect as simulated
from pressloop.hardware.protocols import Place
from pressloop.trials.spectrum import Spectrum
from pressloop.trials.stack import Stack

SWEEPING = Path("sweeping")
"""Made when the sweep has begun that lasts."""
LONGEST_S = 120.0


def connect(options: Mapping[str, object], place: Place) -> WrappingMeter:
    """The same bench as the simulated meter."""
    inner = simulated({"glitch_fraction": 0.0}, place)
    return WrappingMeter(inner.options, inner.bench, inner.seed)


class Lasting(BaseModel):
    """What the library writes, slowly."""

    @model_serializer
    def plain(self) -> dict[str, Any]:
        """See pydantic."""
        SWEEPING.touch()
        time.sleep(LONGEST_S)
        return {}


class WrappingMeter(SimulatedMeter):
    """Stopped in mid sweep of the second stack."""

    def sweep(self, stack: Stack) -> tuple[Spectrum, ...]:
        """See `ImpedanceMeter`."""
        if stack.stack_id.endswith("-002") and not SWEEPING.exists():
            Lasting().model_dump_json()
        return super().sweep(stack)
