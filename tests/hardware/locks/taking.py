"""One short hold of a press."""

from __future__ import annotations

from pressloop.hardware.locks.lock import press_lock


def take(serial: str) -> None:
    with press_lock(serial):
        pass
