"""Which files were handed out as whose spectrum, and since when each stack is waited for."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from pressloop.hardware.append_log import Remembered

SUFFIX = ".folder.jsonl"


def digest(data: bytes) -> str:
    """Tells contents apart: SHA-256 in hex digits."""
    return hashlib.sha256(data).hexdigest()


class Taken(NamedTuple):
    """A file that was handed out: of which stack, its name, and the digest of its content."""

    stack_id: str
    name: str
    content: str


class Used:
    """A memory beside the ledger, so that no file speaks twice, not after a restart either."""

    def __init__(self, stem: Path, clock: Callable[[], float] = time.time) -> None:
        self._lines = Remembered(stem.with_name(stem.name + SUFFIX), "the folder meter")
        self._clock = clock

    def asked_since(self, stack_id: str) -> float:
        """When a sweep of this stack was first asked for, in UTC seconds, by the first call."""
        for line in self._lines.lines():
            if line.get("asked") == stack_id:
                return float(self._field(line, "utc_s"))
        now = self._clock()
        self._lines.append({"asked": stack_id, "utc_s": now})
        return now

    def by(self, content: str, stack_id: str, modified_ns: int) -> str | None:
        """The stack that this content was used for, None if it is free.

        For the same stack, a copy saved again since is free: a person saves it again when the
        reading was lost before it reached the ledger.
        """
        for line in self._lines.lines():
            if line.get("used") != content:
                continue
            whose = str(self._field(line, "stack"))
            if whose != stack_id or modified_ns <= int(self._field(line, "modified_ns")):
                return whose
        return None

    def take(self, content: str, stack_id: str, name: str, modified_ns: int) -> None:
        """Remembers that this content is now the stack's."""
        self._lines.append({"used": content, "stack": stack_id, "file": name,
                            "modified_ns": modified_ns, "utc_s": self._clock()})

    def say(self, stack_id: str, words: str, *, first: bool = False) -> None:
        """Keeps what whoever waits for this stack's file is told; `first` where the wait begins."""
        self._lines.append({"awaited" if first else "on": stack_id, "said": words})

    def said(self, stack_id: str) -> tuple[str, ...]:
        """What was told in the latest wait for a file of this stack.

        Raises Fault for no such memory."""
        found: tuple[str, ...] = ()
        for line in self._lines.lines():
            if line.get("awaited") == stack_id:
                found = (str(self._field(line, "said")),)
            elif line.get("on") == stack_id:
                found += (str(self._field(line, "said")),)
        return found

    def taken(self) -> tuple[Taken, ...]:
        """Every file that was handed out, in that order. Raises Fault for no such memory."""
        return tuple(Taken(str(self._field(line, "stack")), str(self._field(line, "file")),
                           str(line["used"])) for line in self._lines.lines() if "used" in line)

    def _field(self, line: dict[str, Any], name: str) -> Any:
        if name not in line:
            raise self._lines.broken(f"a line without {name!r}")
        return line[name]
