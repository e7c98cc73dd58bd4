"""What whoever waits for an export is told, at once and each thing once."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

Tell = Callable[[str], None]

CHANGING = "still changing"
"""A file that is being written is waited for, not refused."""


@dataclass(slots=True)
class Told:
    """Says which file is waited for, where and until when, and why others are not taken."""

    tell: Tell
    stack_id: str
    said: set[tuple[str, str]] = field(default_factory=set)
    foreign: set[str] | None = None

    def awaited(self, folder: Path, named: str, patience_s: float) -> None:
        """Before the first look."""
        until = time.strftime("%H:%M on %d %B", time.localtime(time.time() + patience_s))
        self.tell(f"Waiting for the spectrum of stack {self.stack_id}: export it to "
                  f"{folder.resolve()} as a file {named}. Deadline: {until} "
                  f"({_long(patience_s)} from now).")

    def looked(self, why_not: dict[str, str], foreign: Iterable[str]) -> None:
        """After each look.

        Files of the stack with what is wrong with them, and the names of others, of which those
        that lay there before are counted only."""
        for name, why in sorted(why_not.items()):
            if (name, why) not in self.said:
                self.said.add((name, why))
                how = f"seen, {why}" if why == CHANGING else f"not taken, {why.rstrip('.')}"
                self.tell(f"{name}: {how}.")
        there = set(foreign)
        if self.foreign is None and there:
            self.tell(f"{_files(len(there))} there of other stacks, not looked at.")
        for name in sorted(there - (there if self.foreign is None else self.foreign)):
            self.tell(f"{name}: not taken, it does not name stack {self.stack_id}.")
        self.foreign = there | (self.foreign or set())

    def taken(self, name: str, points: int) -> None:
        """The file that counts."""
        self.tell(f"{name}: taken for stack {self.stack_id}, {points} frequencies.")


def _files(count: int) -> str:
    return "1 file is" if count == 1 else f"{count} files are"


def _long(seconds: float) -> str:
    minutes = seconds / 60.0
    if minutes < 2:
        return f"{seconds:g} s"
    return f"{minutes:.0f} min" if minutes < 120 else f"{minutes / 60:.3g} h"
