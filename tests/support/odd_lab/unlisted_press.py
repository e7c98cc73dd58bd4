"""A press from outside this project whose driver lists no cycles.

The shipped simulated one, behind the calls that a driver had before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pressloop.hardware.presses.simulated import connect as simulated
from pressloop.hardware.protocols import Place


def connect(options: Mapping[str, object], place: Place) -> UnlistedPress:
    """The same bench as the simulated press."""
    return UnlistedPress(simulated(options, place))


class UnlistedPress:
    """Passes everything on but the list."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        if name == "known_cycles":
            raise AttributeError(name)
        return getattr(self._inner, name)
