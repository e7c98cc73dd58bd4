"""An emulated press on a thread of its own, beside the program that talks to it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from pressloop.hardware.emulators.plc_options import PressOptions
from pressloop.hardware.emulators.plc_server import EmulatedPress
from pressloop.trials.errors import Fault


@contextmanager
def serving_press(options: PressOptions) -> Iterator[EmulatedPress]:
    """An emulated press on a thread of its own, which listens when the block begins.

    Raises Fault where it does not come to listen."""
    loop, ready = asyncio.new_event_loop(), threading.Event()
    failed: list[Exception] = []

    press = EmulatedPress(options)

    async def work() -> None:
        serving = asyncio.ensure_future(press.serve())
        while not press.listening and not serving.done():
            await asyncio.sleep(0.005)
        ready.set()
        await serving

    def run() -> None:
        try:
            loop.run_until_complete(work())
        except asyncio.CancelledError:
            pass
        except (RuntimeError, OSError) as error:
            failed.append(error)
        finally:
            ready.set()

    thread = threading.Thread(target=run, name="emulated press", daemon=True)
    thread.start()
    ready.wait(120.0)
    if failed:
        raise Fault(f"cannot listen on {options.serial_device or options.port}: {failed[0]}")
    try:
        yield press
    finally:
        for task in asyncio.all_tasks(loop):
            loop.call_soon_threadsafe(task.cancel)
        thread.join(60.0)
        loop.close()
