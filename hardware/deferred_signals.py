"""A stretch that a second stop does not break off, such as the release after the first."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

STOPS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGUSR1",
                                                 "SIGBREAK") if hasattr(signal, name))
"""Ctrl-C, somebody else's Ctrl-C, a closed terminal, and the word of a watcher inside this
process, as far as the system has them."""


@contextmanager
def undisturbed(*, obeying: bool) -> Iterator[None]:
    """The block runs to its end whatever stops come.

    They are dropped where one is being obeyed already, else delivered afterwards. Outside the main
    thread, which gets them, nothing is done.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []
    before = {number: signal.getsignal(number) for number in STOPS}
    try:
        for number in STOPS:
            signal.signal(number, lambda which, _: came.append(which))
        yield
    finally:
        _put_back(before)
        if came and not obeying:
            # Also where the block itself failed: whoever tries again must not drop the stop.
            signal.raise_signal(came[0])


def _put_back(handlers: dict[int, Any]) -> None:
    """Sets every handler, also where a stop comes after the first of them; raises that stop."""
    left, stop = dict(handlers), None
    while left:
        try:
            for number, handler in tuple(left.items()):
                # None stands for a handler that was not set from Python, and cannot be put back.
                signal.signal(number, signal.SIG_DFL if handler is None else handler)
                del left[number]
        except BaseException as came:  # noqa: BLE001
            stop = came
    if stop is not None:
        raise stop
