"""`pressloop emulate press`: a PLC press on a loopback port, until Ctrl-C."""

from __future__ import annotations

import asyncio
import signal
import sys
from contextlib import suppress
from pathlib import Path

from pressloop.flows.console import emit, tell
from pressloop.hardware.emulators.plc_faults import Trouble
from pressloop.hardware.emulators.plc_options import PressOptions
from pressloop.hardware.emulators.plc_server import EmulatedPress
from pressloop.trials.errors import Fault

LOOK_S = 0.02


def emulate_press(bench: Path, state: Path, host: str, port: int, serial_device: str, map_: str,
                  speed: float, personality: str, preset: str, faults: tuple[str, ...],
                  fault_rate: float, seed: int, expose: bool, as_json: bool, serial: int,
                  connections: int) -> None:
    """Serves until interrupted. `faults` are like "e-stop@ramping". Raises BadInput, Fault."""
    options = PressOptions(
        state, bench, host, port, serial_device, expose, map_, speed, personality, serial,
        preset=preset, seed=seed, fault_rate=fault_rate, fault_seed=seed,
        connections=connections)
    press = EmulatedPress(options)
    for fault in faults:
        inject(press, fault)
    try:
        asyncio.run(_serve(press, as_json))
    except (KeyboardInterrupt, asyncio.CancelledError):
        return
    except (OSError, RuntimeError) as error:
        raise Fault(f"cannot listen on {serial_device or f'{host}:{port}'}: {error}. Is another "
                    "emulator running?") from None


def inject(press: EmulatedPress, fault: str) -> None:
    """A fault as people write it: KIND or KIND@WHEN. Raises BadInput."""
    kind, _, at = fault.partition("@")
    trouble = Trouble(kind.strip(), at.strip() or "now")
    press.inject(trouble.kind, trouble.at)


async def _serve(press: EmulatedPress, as_json: bool) -> None:
    loop, serving = asyncio.get_running_loop(), asyncio.ensure_future(press.serve())
    with suppress(NotImplementedError):
        # Not on Windows, where a stop ends the emulator all the same.
        loop.add_signal_handler(signal.SIGTERM, serving.cancel)
    while not press.listening and not serving.done():
        await asyncio.sleep(LOOK_S)
    if serving.done():
        await serving
    options = press.options
    where = options.serial_device or f"{options.host}:{press.port}"
    result = {"press": where, "simulated": True, "bench": str(options.bench)}
    emit(result, as_json, lambda: tell(
        f"Emulated press on {where} (SIMULATED; stacks go to {options.bench}, {options.speed:g} "
        "machine seconds per second). Ctrl-C ends it."))
    sys.stdout.flush()
    await serving

