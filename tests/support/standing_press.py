"""An emulated press that stands still where a test wants to meet it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from pressloop.hardware.emulators.plc_server import EmulatedPress

STILL = 1e-6
"""A speed at which no phase ends."""


def once(press: EmulatedPress, look: Callable[[], object], act: Callable[[], object]) -> None:
    """Acts when this is true for the first time.

    In the press's own loop, which leaps over nothing and goes on afterwards."""
    program, left = press.program, [act]
    tick = program.tick

    def looking() -> None:
        tick()
        if left and look():
            left.pop()()

    program.tick = looking  # type: ignore[method-assign]


def stand_still(press: EmulatedPress, look: Callable[[], object]) -> None:
    """From when this is true on, the machine stays where it is.

    It answers, until it may `go_on`."""
    once(press, look, lambda: _go_at(press, STILL))


def stands_still(press: EmulatedPress) -> bool:
    """True from then until it goes on."""
    return press.program.options.speed == STILL


def go_on(press: EmulatedPress) -> None:
    """From where it stands still, at the speed it had."""
    until(lambda: stands_still(press))
    _go_at(press, press.options.speed)


def hush(press: EmulatedPress) -> None:
    """Its last heartbeat was long ago."""
    press.program.beaten_at -= 3600.0


def until(look: Callable[[], object], beat: Callable[[], object] = lambda: None,
          seconds: float = 150.0) -> None:
    """Waits for something to become true, and beats meanwhile."""
    deadline = time.monotonic() + seconds
    while not look():
        assert time.monotonic() < deadline, "did not happen"
        beat()
        time.sleep(0.005)


def _go_at(press: EmulatedPress, speed: float) -> None:
    press.program.options = replace(press.program.options, speed=speed)
