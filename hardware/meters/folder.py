"""A potentiostat that cannot be commanded: its exports are awaited in a folder.

Each file is named for its stack, or carries the stack's name inside. A file is used once, and only
when it is complete, newer than the request and alone. `docs/how-to/attended-press.md` shows it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from pressloop.hardware.exports.used import Used
from pressloop.hardware.exports.waiting import Wanted, Watch
from pressloop.hardware.options import read_options
from pressloop.hardware.protocols import MeterIdentity, Place
from pressloop.trials.checks import not_negative, within
from pressloop.trials.errors import BadInput, Fault
from pressloop.trials.spectrum import FULL, Spectrum
from pressloop.trials.stack import Stack

Read = Callable[[Path, float], Spectrum]


@dataclass(frozen=True, slots=True)
class Options:
    """`[meter]` keys of this driver.

    folder: where the instrument's program exports to.
    match: what a file's name must contain; {stack_id} stands for the stack's name.
    barcode_in_file: whether the stack's name stands in the file's head instead.
    patience_s: how long a file is waited for.
    settle_s: a file is complete when it has not changed for so long, which must be longer than the
        slowest point takes.
    poll_s: how often the folder is looked at.
    not_older_than_s: how much older than the request for it a file may be.
    lowest_hz: a file is complete when it reaches down to this; 0 does not look.
    sweep: which sweep of a file with several: "last", or a number from 1; the spectrum's notes
        say so.
    columns: what the columns of the files are, whatever their header says, such as "f,re,-im".
    stack_pressure_mpa: what the file does not say; 0 for not known.
    temperature_c: what the file does not say; -300 for not known.
    rest_s: what the file does not say; -1 for not known.
    """

    folder: str = ""
    match: str = "{stack_id}"
    barcode_in_file: bool = False
    patience_s: float = 3600.0
    settle_s: float = 30.0
    poll_s: float = 0.5
    not_older_than_s: float = 0.0
    lowest_hz: float = 0.0
    sweep: str = "last"
    columns: str = ""
    stack_pressure_mpa: float = 0.0
    temperature_c: float = -300.0
    rest_s: float = -1.0


def connect(options: Mapping[str, object], place: Place) -> FolderMeter:
    """Watches the folder. Raises BadInput when there is none."""
    chosen = read_options(Options, _with_words(options), "meter")
    for name in ("patience_s", "settle_s", "not_older_than_s", "lowest_hz", "stack_pressure_mpa"):
        not_negative(f"meter.{name}", getattr(chosen, name))
    within("meter.poll_s", chosen.poll_s, 0.01, 60.0, "0.5 is quick enough.")
    if "{stack_id}" not in chosen.match:
        raise BadInput("meter.match", chosen.match, "a text with {stack_id} in it",
                       "Such as {stack_id}_after.")
    if not chosen.folder or not Path(chosen.folder).is_dir():
        raise BadInput("meter.folder", chosen.folder or "missing", "a folder that exists",
                       "Create it, and let the potentiostat's program export there.")
    if chosen.sweep != "last" and not (chosen.sweep.isdecimal() and int(chosen.sweep) > 0):
        raise BadInput("meter.sweep", chosen.sweep, '"last" or a number from 1',
                       "One file is one stack's spectrum: say which of its sweeps.")
    if place.read_file is None:
        raise BadInput("meter.driver", "folder", "opened with a reader of impedance files",
                       "Run it with pressloop, or give Place.read_file.")
    return FolderMeter(chosen, Used(place.stem), partial(
        place.read_file, sweep=chosen.sweep, columns=chosen.columns), place.tell)


def awaited(options: Mapping[str, object], place: Place, stack_id: str) -> tuple[str, ...]:
    """What whoever waits for this stack's file was told, from the records beside the ledger.

    Where it is exported to, until when, and why other files are not taken: for somebody who sees
    no terminal."""
    return Used(place.stem).said(stack_id)


def _with_words(options: Mapping[str, object]) -> dict[str, object]:
    """`sweep = 2` is as good as `sweep = "2"`."""
    return {key: str(value) if key == "sweep" and type(value) is int else value
            for key, value in options.items()}


class FolderMeter:
    """Waits for one file per sweep."""

    def __init__(self, options: Options, used: Used, read: Read,
                 tell: Callable[[str], None] | None = None) -> None:
        self.options, self.used, self._read, self._tell = options, used, read, tell

    def identify(self) -> MeterIdentity:
        """The folder; which instrument writes there, and its range, is not known here."""
        return MeterIdentity(f"folder {self.options.folder}",
                             str(Path(self.options.folder).resolve()), 1e-6, 1e9, (FULL,),
                             simulated=False)

    def sweep(self, stack: Stack) -> tuple[Spectrum, ...]:
        """The spectrum in the stack's file.

        Raises Fault when none comes in time, when it cannot be read, or when two are there."""
        options = self.options
        wanted = Wanted(stack, options.match, options.barcode_in_file,
                        self.used.asked_since(stack.stack_id) - options.not_older_than_s)
        watch = Watch(Path(options.folder), options.settle_s, options.lowest_hz, self.used,
                      self._read, self._teller(stack.stack_id))
        found = watch.wait(wanted, options.patience_s, options.poll_s)
        self.used.take(found.content, stack.stack_id, found.path.name, found.modified_ns)
        return (_filled(found.spectrum, options),)

    def _teller(self, stack_id: str) -> Callable[[str], None]:
        """Says what it is given, and keeps it for those who look from elsewhere."""
        said = 0

        def tell(words: str) -> None:
            nonlocal said
            # Words are no reason to give a measurement up.
            with suppress(Fault):
                self.used.say(stack_id, words, first=said == 0)
            said += 1
            if self._tell is not None:
                self._tell(words)

        return tell

    def close(self) -> None:
        """Nothing to let go of."""


def _filled(spectrum: Spectrum, options: Options) -> Spectrum:
    """The spectrum with what the settings know and its file does not."""
    def known(name: str, value: float | None) -> float | None:
        said: float | None = getattr(spectrum, name)
        return value if said is None else said

    return replace(
        spectrum,
        stack_pressure_mpa=known("stack_pressure_mpa", options.stack_pressure_mpa or None),
        temperature_c=known("temperature_c", options.temperature_c
                            if options.temperature_c >= -273.15 else None),
        rest_s=known("rest_s", options.rest_s if options.rest_s >= 0 else None))
