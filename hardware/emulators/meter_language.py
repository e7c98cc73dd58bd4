"""What every emulated analyser understands: identity, sweep start, an error queue for the rest."""

from __future__ import annotations

import re
from typing import Protocol

from pressloop.hardware.emulators.meter_faults import Faults
from pressloop.hardware.emulators.meter_fixture import Fixture

APERTURE_S = 0.2
"""A point's time at a long aperture."""
UNKNOWN = (-113, "Undefined header")


class Wait(Protocol):
    """Lets an instrument's own time pass."""

    async def __call__(self, own_s: float) -> None:
        """Returns when so many seconds of the instrument have passed."""


class Language:
    """One connection's instrument: keeps settings, answers lines.

    `fault` is what strikes at the answer that was just made, "" for none."""

    end, joins, model = "\n", True, ""
    header = "Keysight Technologies"
    known = r"FORM|FUNC:IMP|VOLT|APER|INIT|TRIG:SOUR"

    def __init__(self, fixture: Fixture, faults: Faults, wait: Wait) -> None:
        self.fixture, self.faults, self.wait = fixture, faults, wait
        self.frequency_hz, self.fault = 1000.0, ""
        self.errors: list[tuple[int, str]] = []
        self.said = ""

    async def answers(self, line: str) -> list[str]:
        """What comes back for one line."""
        self.fault = ""
        given: list[str] = []
        parts = line.split(";") if self.joins else [line]
        for part in parts:
            answer = await self._one(part.strip().lstrip(":"))
            if answer is not None:
                given.append(answer)
        return given

    async def _one(self, command: str) -> str | None:
        if command == "*IDN?":
            model = "E0000X" if self.faults.wrong_identity() else self.model
            return f"{self.header},{model},SIMULATED,A.00.01"
        if command == "*CLS":
            self.errors.clear()
            self.faults.sweep_begins()
            self.fixture.look()
            return None
        if command == "*OPC?":
            return "1"
        return await self.own(command)

    async def own(self, command: str) -> str | None:
        """What only this model understands."""
        raise NotImplementedError

    def complain(self, command: str) -> None:
        """Queues an error for a command that is not understood."""
        if not re.match(self.known, command):
            self.errors.append(UNKNOWN)

    def next_error(self) -> str:
        """The oldest entry of the error queue."""
        number, text = self.errors.pop(0) if self.errors else (0, "No error")
        return f'{number:+d},"{text}"'

    async def measure(self, frequency_hz: float) -> complex | None:
        """One point, in the instrument's own time; None means overload."""
        await self.wait(max(2.0 / frequency_hz, APERTURE_S))
        value = self.fixture.read(frequency_hz)
        return None if self.faults.overloaded() else value
