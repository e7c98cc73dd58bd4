"""Waiting for one stack's export, with a word about everything that lies there instead."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pressloop.hardware.exports.names import labelled_for, named_for
from pressloop.hardware.exports.stable_file import Growing, Stamp
from pressloop.hardware.exports.told import CHANGING, Tell, Told
from pressloop.hardware.exports.used import Used, digest
from pressloop.trials.errors import BadInput, Fault
from pressloop.trials.spectrum import Spectrum
from pressloop.trials.stack import Stack

NAMED = 5
"""How many foreign files a message names."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whose file is waited for, and how it is told; `newer_than` is in UTC seconds."""

    stack: Stack
    match: str
    barcode_in_file: bool
    newer_than: float

    @property
    def named(self) -> str:
        """How its file is known, in words."""
        if self.barcode_in_file:
            return f"with {self.stack.stack_id} in its first lines"
        return f"whose name contains {self.match.replace('{stack_id}', self.stack.stack_id)}"

    def is_it(self, path: Path) -> bool:
        """True when name or head say that the file is this stack's. Raises OSError."""
        if self.barcode_in_file:
            return labelled_for(path, self.stack.stack_id)
        return named_for(path, self.match, self.stack.stack_id)


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A complete file of the stack, read."""

    path: Path
    content: str
    modified_ns: int
    spectrum: Spectrum


class Watch:
    """Looks into one folder until the wanted file is complete."""

    def __init__(self, folder: Path, settle_s: float, lowest_hz: float, used: Used,
                 read: Callable[[Path, float], Spectrum], tell: Tell | None = None) -> None:
        self._tell: Tell = tell or (lambda _: None)
        self._folder, self._lowest_hz, self._used, self._read = folder, lowest_hz, used, read
        self._growing = Growing(settle_s)
        self._unreadable: dict[tuple[Path, Stamp], str] = {}
        """Files that stay what they are until they change."""
        self._why_not: dict[str, str] = {}
        self._foreign: list[str] = []

    def wait(self, wanted: Wanted, patience_s: float, poll_s: float) -> FoundFile:
        """The one complete file of the stack. Raises Fault when patience ends, or for two files."""
        deadline = time.monotonic() + patience_s
        told = Told(self._tell, wanted.stack.stack_id)
        told.awaited(self._folder, wanted.named, patience_s)
        while True:
            found = self._look(wanted)
            told.looked(self._why_not, self._foreign)
            if found is not None:
                told.taken(found.path.name, found.spectrum.frequency_hz.size)
                return found
            if time.monotonic() >= deadline:
                raise Fault(self._nothing(wanted, patience_s))
            time.sleep(poll_s)

    def _look(self, wanted: Wanted) -> FoundFile | None:
        self._why_not, self._foreign = {}, []
        complete: dict[str, FoundFile] = {}
        growing = False
        for path in self._files(wanted):
            stamp = self._growing.settled(path)
            if stamp is None:
                growing, self._why_not[path.name] = True, CHANGING
            elif (found := self._examined(path, stamp, wanted)) is not None:
                complete[found.content] = found
        if growing or not complete:
            return None
        if len(complete) > 1:
            names = " and ".join(sorted(one.path.name for one in complete.values()))
            raise Fault(f"{names} in {self._folder} are both of stack {wanted.stack.stack_id}: "
                        "which one counts? Move the others away.")
        return next(iter(complete.values()))

    def _files(self, wanted: Wanted) -> list[Path]:
        """Files of the stack that are new enough; the others are remembered for the message."""
        try:
            names = sorted(self._folder.iterdir())
        except OSError as error:
            # A folder on a network comes back; if not, this is what the person reads.
            self._why_not[str(self._folder)] = str(error.strerror)
            return []
        return [path for path in names if not path.name.startswith((".", "~"))
                and self._is_new(path, wanted)]

    def _is_new(self, path: Path, wanted: Wanted) -> bool:
        try:
            if not path.is_file():
                return False
            if not wanted.is_it(path):
                self._foreign.append(path.name)
                return False
            late_s = wanted.newer_than - path.stat().st_mtime
        except OSError as error:
            # Programs on Windows lock what they write.
            self._why_not[path.name] = str(error.strerror)
            return False
        if late_s > 0:
            self._why_not[path.name] = (f"{late_s:.0f} s older than the request for it: save it "
                                        "again, or raise meter.not_older_than_s")
        return late_s <= 0

    def _examined(self, path: Path, stamp: Stamp, wanted: Wanted) -> FoundFile | None:
        """The file if it is free and reads without error."""
        if (path, stamp) not in self._unreadable:
            try:
                content = digest(path.read_bytes())
                whose = self._used.by(content, wanted.stack.stack_id, stamp[1])
                if whose is None:
                    spectrum = self._read(path, wanted.stack.area_cm2)
                    self._prove_whole(spectrum)
                    return FoundFile(path, content, stamp[1], spectrum)
                self._unreadable[path, stamp] = f"used before, for stack {whose}"
            except BadInput as error:
                self._unreadable[path, stamp] = _said_of(path.name, error)
            except OSError as error:
                self._why_not[path.name] = str(error.strerror)
                return None
        self._why_not[path.name] = self._unreadable[path, stamp]
        return None

    def _prove_whole(self, spectrum: Spectrum) -> None:
        lowest = float(spectrum.frequency_hz.min())
        if self._lowest_hz and not lowest <= 1.01 * self._lowest_hz:
            raise BadInput("lowest frequency", lowest, f"{self._lowest_hz:g} or less",
                           "The sweep has not ended, or meter.lowest_hz is wrong.")

    def _nothing(self, wanted: Wanted, patience_s: float) -> str:
        stack = wanted.stack.stack_id
        said = [f"no complete file of stack {stack} in {self._folder} within {patience_s:g} s"]
        said += [f"{name}: {why}" for name, why in sorted(self._why_not.items())]
        if self._foreign:
            more = len(self._foreign) - NAMED
            said.append(f"of other stacks: {', '.join(self._foreign[-NAMED:])}"
                        + (f" and {more} more" if more > 0 else ""))
        return ". ".join(one.rstrip(".") for one in said) + (
            f". Export the sweep of {stack} there, then start again.")


def _said_of(name: str, error: BadInput) -> str:
    """Why the file is not taken, with what the settings of a meter call an option of `evaluate`."""
    words = str(error).removeprefix(name).lstrip(":= ")
    return words.replace("--columns", "meter.columns").replace("--sweep", "meter.sweep")
