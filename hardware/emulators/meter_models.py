"""The command sets that the emulated analysers understand, one class per model."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from pressloop.hardware.emulators.meter_faults import STATUS_FIRST, Faults
from pressloop.hardware.emulators.meter_fixture import Fixture
from pressloop.hardware.emulators.meter_language import UNKNOWN, Language, Wait


class E4980A(Language):
    """One point per *TRG, status last."""

    model = "E4980A"

    async def own(self, command: str) -> str | None:
        """Frequency, trigger, corrections, errors."""
        if command == "*TRG":
            value = await self.measure(self.frequency_hz)
            self.fault = self.faults.at_answer()
            pair = f"{value.real:+.5E},{value.imag:+.5E}" if value else "+9.90000E+37,+9.90000E+37"
            status = "+0" if value else "+1"
            return f"{status},{pair}" if self.fault == STATUS_FIRST else f"{pair},{status}"
        if command == "FREQ?":
            return f"{self.frequency_hz:+.5E}"
        if command.startswith("FREQ "):
            self.frequency_hz = float(command[5:])
        elif command in ("CORR:OPEN:STAT?", "CORR:SHOR:STAT?"):
            return "1"
        elif command == "SYST:ERR?":
            return self.next_error()
        else:
            self.complain(command)
        return None


class E4990A(Language):
    """A whole sweep per trigger, read back trace by trace."""

    model = "E4990A"
    known = r"FORM|CALC1:PAR|SENS1:(SWE:TYPE|APER)|SOUR1|TRIG:SOUR|INIT1"

    def __init__(self, fixture: Fixture, faults: Faults, wait: Wait) -> None:
        super().__init__(fixture, faults, wait)
        self.start_hz, self.stop_hz, self.points, self.trace = 20.0, 1e6, 201, 1
        self.values: list[complex | None] = []

    async def own(self, command: str) -> str | None:
        """Axis, sweep, traces, corrections, errors."""
        name, _, value = command.partition(" ")
        settings: dict[str, Callable[[], None]] = {
            "SENS1:FREQ:STAR": lambda: setattr(self, "start_hz", float(value)),
            "SENS1:FREQ:STOP": lambda: setattr(self, "stop_hz", float(value)),
            "SENS1:SWE:POIN": lambda: setattr(self, "points", int(value)),
            "CALC1:PAR1:SEL": lambda: setattr(self, "trace", 1),
            "CALC1:PAR2:SEL": lambda: setattr(self, "trace", 2)}
        if name in settings:
            settings[name]()
        elif command == "TRIG:SING":
            self.values = [await self.measure(float(f)) for f in self._axis()]
        elif command == "CALC1:DATA:FDAT?":
            self.fault = self.faults.at_answer()
            return ",".join(f"{self._part(z):+.11E},+0.00000000000E+00" for z in self.values)
        elif command == "CALC1:DATA:XAX?":
            return ",".join(f"{f:+.11E}" for f in self._axis())
        elif command in ("SENS1:CORR2:OPEN?", "SENS1:CORR2:SHOR?"):
            return "1"
        elif command == "SYST:ERR?":
            return self.next_error()
        else:
            self.complain(command)
        return None

    def _axis(self) -> list[float]:
        return [float(f) for f in np.geomspace(self.start_hz, self.stop_hz, self.points)]

    def _part(self, value: complex | None) -> float:
        if value is None:
            return 9.9e37
        return value.real if self.trace == 1 else value.imag


class IM3536(Language):
    """One command per line; no number is asterisks or a number far out of range."""

    end, joins, model, header = "\r\n", False, "IM3536", "HIOKI"
    known = r"HEAD|MODE|PAR[1-4]|MEAS:ITEM|RANG|LEV|SPEE|TRIG "

    def __init__(self, fixture: Fixture, faults: Faults, wait: Wait) -> None:
        super().__init__(fixture, faults, wait)
        self.value: complex | None = None

    async def own(self, command: str) -> str | None:
        """Frequency, trigger, corrections, the event register."""
        if ";" in command:
            self.errors.append(UNKNOWN)
        elif command == "*TRG":
            self.value = await self.measure(self.frequency_hz)
        elif command == "MEAS?":
            self.fault = self.faults.at_answer()
            z = self.value
            pair = f"{z.real:.5E},{z.imag:.5E}" if z else "9999.99E+28,9999.99E+28"
            return f"0,{pair}" if self.fault == STATUS_FIRST else pair
        elif command == "FREQ?":
            return f"{self.frequency_hz:.4E}"
        elif command.startswith("FREQ "):
            self.frequency_hz = float(command[5:])
        elif command in ("CORR:OPEN?", "CORR:SHOR?"):
            return "ALL"
        elif command == "*ESR?":
            events, self.errors = (32 if self.errors else 0), []
            return str(events)
        else:
            self.complain(command)
        return None


class IM3570(IM3536):
    """Taken to speak as the IM3536 does."""

    model = "IM3570"


LANGUAGES: dict[str, type[Language]] = {
    "e4980a": E4980A, "e4990a": E4990A, "im3536": IM3536, "im3570": IM3570}
