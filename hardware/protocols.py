"""What pressloop asks of a press and of an impedance meter; drivers are the files that answer.

A driver file in `hardware/presses/` or `hardware/meters/` has one function
`connect(options, place)` that returns one of these. `options` are the driver's own keys from the
settings file; `place` is where it runs.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Literal, Protocol, runtime_checkable

from pressloop.hardware.envelope import Envelope
from pressloop.hardware.person import Person
from pressloop.trials.plain_values import PlainRecipe, PlainStack, PlainTrace
from pressloop.trials.recipe import RATES, Recipe
from pressloop.trials.spectrum import Spectrum
from pressloop.trials.stack import Stack

OnStop = Literal["finish", "release"]
"""What a stop or a lost link in mid press does: the machine finishes the cycle by itself, or
unloads now."""


class ReadFile(Protocol):
    """A reader of impedance files.

    Which sweep of a file, and its columns, are as in
    `pressloop.evaluation.readers.read_spectrum`."""

    def __call__(self, path: Path, area_cm2: float, /, *, sweep: str = "last",
                 columns: str = "") -> Spectrum:
        """The spectrum. Raises BadInput for a file that cannot be read."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a driver runs, and what the campaign brings to it.

    `seed` is that of simulated noise; machine-side records may be kept under the file-name stem
    `stem`. `envelope` is what the campaign allows, checked in the driver too; `on_link_loss` what
    the machine does when the link goes. `person` answers questions, None where nobody can be
    asked. `read_file` reads one sweep of an impedance file, given its geometric area in cm2.
    `tell` takes a line for whoever waits.
    `swept` says how many sweeps of a stack are on record. A `brief` caller has one order to give
    and leaves: a press that does not answer is told of soon, and no link stays open for it.
    """

    seed: int
    stem: Path
    envelope: Envelope | None = None
    on_link_loss: OnStop = "finish"
    person: Person | None = None
    read_file: ReadFile | None = None
    tell: Callable[[str], None] | None = None
    swept: Callable[[Stack], int] | None = None
    brief: bool = False


@dataclass(frozen=True, slots=True)
class Interlock:
    """One permission that the machine needs before it may move, such as "guard closed"."""

    name: str
    ok: bool
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class PressIdentity:
    """What the press says of itself; its limits are compared with the settings at every start."""

    name: str
    serial: str
    die_area_mm2: float
    max_force_n: float
    max_temperature_c: float
    simulated: bool
    firmware: str = ""
    register_map: str = ""
    calibrated_on: str = ""
    boot_counter: int | None = None
    """How often it was switched on; None where it does not count."""
    clock_ahead_s: float | None = None
    """How far the machine's clock is ahead of this computer's; None where it has none."""
    max_dwell_s: float | None = None
    """The longest dwell that the machine accepts; None where it does not say."""
    sets: tuple[str, ...] = RATES
    """Parameters beside pressure, dwell and temperature that it can set; "*" for whatever there is.
    """
    asks: bool = False
    """True where a person is asked for each cycle, with everything that the recipe says."""


@dataclass(frozen=True, slots=True)
class MeterIdentity:
    """What the meter says of itself.

    `compensation` is the state of its open and short corrections, in the meter's words."""

    name: str
    serial: str
    lowest_hz: float
    highest_hz: float
    electrodes: tuple[str, ...]
    simulated: bool
    firmware: str = ""
    compensation: str = ""
    calibrated_on: str = ""


def stack_tag(stack_id: str) -> int:
    """A number from 0 to 2^32 - 1 that a machine without text can keep beside a cycle id."""
    return zlib.crc32(stack_id.encode())


class CycleState(StrEnum):
    """What the press knows of a cycle id."""

    NEVER_ACCEPTED = "never accepted"
    RUNNING = "running"
    FINISHED = "finished"
    RELEASED = "released early"
    CANNOT_TELL = "cannot tell"


@dataclass(frozen=True, slots=True)
class CycleReport:
    """The press's answer about one cycle; `trace` is there once the platens have opened.

    `stack_id` (or only its `stack_tag`) and `recipe` are those that the press accepted under this
    id, None where it cannot tell; `reason` says why a cycle was released early.
    """

    cycle_id: int
    state: CycleState
    trace: PlainTrace | None = None
    elapsed_s: float = 0.0
    duration_s: float = 0.0
    stack_id: str | None = None
    recipe: PlainRecipe | None = None
    reason: str = ""
    stack_tag: int | None = None


@dataclass(frozen=True, slots=True)
class KnownCycle:
    """A cycle that the press, or the record that is kept for it, has accepted or may have accepted.

    `stack_id`, or only its `stack_tag`, and `recipe` are those that it was accepted for, None where
    nobody remembers; `stack` is there where lot, area and the rest are remembered too.
    """

    cycle_id: int
    stack_id: str | None = None
    stack_tag: int | None = None
    recipe: PlainRecipe | None = None
    stack: PlainStack | None = None


class Press(Protocol):
    """A press that runs ramp, dwell and release by itself from one accepted recipe."""

    def identify(self) -> PressIdentity:
        """Name, serial number and limits. Raises Fault when the press does not answer."""
        ...

    def last_accepted_id(self) -> int:
        """The highest cycle id the press ever accepted, 0 for none."""
        ...

    def known_cycles(self, after: int) -> tuple[KnownCycle, ...]:
        """Every cycle that the machine, or the record that is kept for it, remembers, by rising id.

        With an id above `after` also one whose stack nobody remembers. What surely was never
        accepted is left out. Asks no person, moves nothing."""
        ...

    def not_ready(self) -> tuple[str, ...]:
        """Why a start would be refused now; empty when ready."""
        ...

    def interlocks(self) -> tuple[Interlock, ...]:
        """Every permission the machine knows of, with its state now; () where it has none."""
        ...

    def would_refuse(self, stack: Stack, recipe: Recipe) -> tuple[str, ...]:
        """Every reason why driver and machine would refuse this recipe; moves nothing."""
        ...

    def start(self, cycle_id: int, stack: Stack, recipe: Recipe) -> None:
        """Begin one cycle.

        Raises OutOfEnvelope, Fault when refused (nothing moves), or OutcomeUnknown when it cannot
        be told whether the press accepted."""
        ...

    def report(self, cycle_id: int) -> CycleReport:
        """What became of a cycle.

        Harmless, may be repeated. Raises Fault when there is no answer; an alarm that ended the
        cycle is no fault of the answer but RELEASED."""
        ...

    def release(self) -> None:
        """Unload the platens now, whatever is in them. Harmless, may be repeated, never refused."""
        ...

    def close(self) -> None:
        """Let go of the connection; the platens are not touched."""
        ...


@runtime_checkable
class ReleasesCycle(Protocol):
    """A press whose order to release can name the cycle that it is for.

    A driver need not have it; `pressloop.hardware.releasing` does what can be done without."""

    def release_cycle(self, cycle_id: int) -> None:
        """Unload the platens now if this cycle, or none, runs. Harmless, may be repeated.

        Raises OtherCycle where another one runs, which goes on; Fault when not confirmed."""
        ...


class ImpedanceMeter(Protocol):
    """A meter that sweeps one stack."""

    def identify(self) -> MeterIdentity:
        """Name, serial number, range, electrodes. Raises Fault when the meter does not answer."""
        ...

    def sweep(self, stack: Stack) -> tuple[Spectrum, ...]:
        """One sweep of every electrode, the full one first.

        Harmless, may be repeated. Raises Fault when no sweep could be had."""
        ...

    def close(self) -> None:
        """Let go of the connection."""
        ...
