"""What a sweep over a socket costs beyond the analyser's own measuring time.

    python -m benchmarks.sweep_overhead

Sixty points through the emulated analyser, with its own time (ten times as fast) and without it,
and with and without TCP_NODELAY: without it each command waits for the acknowledgement of the one
before. Target: below 0.5 s.
"""

from __future__ import annotations

import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from pressloop.hardware.emulators.meter import MeterSetup, serving_meter
from pressloop.hardware.meters.scpi import ScpiMeter
from pressloop.hardware.presses.simulated import MEMORY_SUFFIX
from pressloop.hardware.protocols import Place
from pressloop.hardware.registry import connect_press
from pressloop.hardware.scpi.dialect import dialect
from pressloop.hardware.scpi.link import Link
from pressloop.hardware.scpi.settings import Options
from pressloop.trials.recipe import Recipe
from pressloop.trials.stack import Stack

STACK = Stack("a", "lot", "somebody", 0.785, 600.0, 375.0)
FREQUENCY_HZ = np.geomspace(1e6, 30.0, 60).tolist()
MODELS = (("keysight_e4980a", "e4980a"), ("hioki_im3536", "im3536"))


def beyond_own_time(bench: Path, model: str, emulated: str, speed: float, *,
                    no_delay: bool, joins: bool) -> float:
    """Seconds of one sweep beyond the analyser's own time."""
    language = dialect(model)
    wire = replace(language.wire, no_delay=no_delay, joins=joins)
    with serving_meter(MeterSetup(bench, emulated, speed=speed)) as emulator:
        options = Options(dialect=model, port=emulator.port)
        meter = ScpiMeter(options, language, FREQUENCY_HZ, Link(options.address, wire, 10.0))
        meter.open()
        started = time.perf_counter()
        meter.sweep(STACK)
        took = time.perf_counter() - started
        meter.close()
        return took - emulator.own_s


def main() -> None:
    """Prints one line per setting."""
    with tempfile.TemporaryDirectory() as folder:
        stem = Path(folder) / "lab"
        connect_press("simulated", {}, Place(7, stem)).start(1, STACK, Recipe(260.0, 60.0, 95.0))
        bench = stem.with_name(stem.name + MEMORY_SUFFIX)
        print("dialect          own time  joined  TCP_NODELAY  seconds beyond its own time")
        for model, emulated in MODELS:
            for speed in (0.0, 10.0):
                for joins in (True, False)[0 if dialect(model).wire.joins else 1:]:
                    for no_delay in (True, False):
                        seconds = beyond_own_time(bench, model, emulated, speed,
                                                  no_delay=no_delay, joins=joins)
                        print(f"{model:16s} {'yes' if speed else 'no':8s}  "
                              f"{'yes' if joins else 'no':6s}  "
                              f"{'on' if no_delay else 'off':11s}  {seconds:.3f}", flush=True)


if __name__ == "__main__":
    main()
