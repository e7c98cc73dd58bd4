"""Threads beside a flow run that ask its Prefect server."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from prefect.settings import (
    PREFECT_API_AUTH_STRING,
    PREFECT_API_URL,
    temporary_settings,
)


def side_thread(name: str, work: Callable[..., object], *args: Any) -> threading.Thread:
    """A thread, not started yet, that knows the server of the thread that makes it.

    Also its credentials. Without that word it would find none where the server is a temporary one.
    It gets no more of the run's context, such as its client, which is one thread's alone."""
    known = {setting: value for setting in (PREFECT_API_URL, PREFECT_API_AUTH_STRING)
             if (value := setting.value()) is not None}

    def run() -> None:
        with temporary_settings(known):
            work(*args)

    return threading.Thread(target=run, name=name, daemon=True)
