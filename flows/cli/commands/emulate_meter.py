"""`pressloop emulate meter`: an analyser on a loopback port, until Ctrl-C."""

from __future__ import annotations

import asyncio
from pathlib import Path

from pressloop.flows.console import emit, tell
from pressloop.hardware.emulators.meter import EmulatedMeter, MeterSetup, serve


def emulate_meter(bench: Path, dialect: str = "e4980a", host: str = "127.0.0.1", port: int = 5025,
                  speed: float = 1.0, noise: float = 0.003, faults: tuple[str, ...] = (),
                  fault_rate: float = 0.0, seed: int = 0, expose: bool = False,
                  as_json: bool = False) -> None:
    """Serves until interrupted.

    Raises BadInput for a setting that makes no sense, Fault when the port is taken; Ctrl-C ends it
    quietly."""
    setup = MeterSetup(bench, dialect, host, port, noise, speed, faults, fault_rate, seed, expose)

    def ready(meter: EmulatedMeter) -> None:
        where = {"dialect": dialect, "host": host, "port": meter.port, "simulated": True,
                 "bench": str(bench)}
        emit(where, as_json, lambda: tell(
            f"Emulated analyser {dialect} on {host}:{meter.port} (SIMULATED; measures the stack "
            f"pressed last on {bench}). Ctrl-C ends it."))

    try:
        asyncio.run(serve(setup, ready))
    except KeyboardInterrupt:
        return
