"""The samples of a cycle as its supervisor logs them, read by somebody else meanwhile."""

from __future__ import annotations

import json
import threading
from functools import lru_cache
from pathlib import Path

from pressloop.hardware.plc.cycle_log import trace_of
from pressloop.hardware.plc.journal import LARGEST_BYTES, CycleEnd, Sample
from pressloop.hardware.watching import Seen


class JournalTail:
    """Reads a journal as it grows; keeps the samples of the newest cycle alone."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read_to = -1
        self._cycle, self._over = 0, False
        self._samples: list[Sample] = []
        self._reading = threading.Lock()

    def seen(self, cycle_id: int, die_area_mm2: float) -> Seen | None:
        """The cycle so far; None for one that is over or that the journal does not know.

        May be asked by several threads at a time, as of several browsers."""
        with self._reading:
            self._read_on()
            if self._cycle != cycle_id or self._over:
                return None
            timed = [one for one in self._samples if "elapsed" in one and "force" in one]
        if not timed:
            return Seen(0.0)
        last = timed[-1]
        # What a trace needs of an end is not there yet, and is taken out of it again.
        so_far = CycleEnd(cycle_id, "", "", 0.0, last["elapsed"], last["at_s"])
        trace = trace_of(timed, None, so_far, die_area_mm2)
        return Seen(last["elapsed"], trace if trace.time_s.size > 2 else None)

    def _read_on(self) -> None:
        try:
            size = self._path.stat().st_size
        except OSError:
            self._cycle = 0
            return
        if size < self._read_to or self._read_to < 0:
            # Shrunk, or seen for the first time.
            self._read_to, self._cycle = max(0, size - LARGEST_BYTES), 0
        with self._path.open("rb") as file:
            file.seek(self._read_to)
            whole, newline, _torn = file.read().rpartition(b"\n")
        self._read_to += len(whole) + len(newline)
        for line in whole.splitlines():
            self._take(line)

    def _take(self, line: bytes) -> None:
        try:
            record = json.loads(line)
        except ValueError:
            # Torn, or begun before the first byte that was read.
            return
        if "sent" in record:
            self._cycle, self._over, self._samples = record["sent"]["cycle_id"], False, []
        elif "ended" in record and record["ended"]["cycle_id"] == self._cycle:
            self._over = True
        elif "sample" in record and record["of"] == self._cycle:
            self._samples.append(record["sample"])


@lru_cache(maxsize=16)
def tail_of(path: Path) -> JournalTail:
    """One reader for each journal, so that what was read is not read again."""
    return JournalTail(path)
