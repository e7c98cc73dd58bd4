"""Files that are still being written: a file is complete once it has stopped changing."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

Stamp = tuple[int, int]
"""Size in bytes and time of change in nanoseconds."""


class Growing:
    """Remembers since when each file has looked the same, by a clock that is never set."""

    def __init__(self, settle_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._settle_s, self._clock = settle_s, clock
        self._seen: dict[Path, tuple[Stamp, float]] = {}

    def settled(self, path: Path) -> Stamp | None:
        """The file's stamp once it has not changed for the settling time, else None."""
        try:
            found = path.stat()
        except OSError:
            self._seen.pop(path, None)
            return None
        stamp, now = (found.st_size, found.st_mtime_ns), self._clock()
        before, since = self._seen.setdefault(path, (stamp, now))
        if before != stamp:
            self._seen[path], since = (stamp, now), now
        return stamp if now - since >= self._settle_s else None
