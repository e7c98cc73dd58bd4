"""What `pressloop check` asks of a lab, a row per question. Nothing here moves anything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from pressloop.flows.console import FAILED
from pressloop.hardware.interlocks import open_interlocks
from pressloop.hardware.locks.lock import press_lock
from pressloop.hardware.protocols import ImpedanceMeter, MeterIdentity, Press, PressIdentity
from pressloop.trials.errors import PressBusy
from pressloop.trials.quantity import Quantity
from pressloop.trials.wording import counted

CLOCK_S = 5.0
"""Clocks further apart than this make a mess of the press's log beside ours."""
CALIBRATED_DAYS = 365
NOT_TOLD = "not told"


@dataclass(frozen=True, slots=True)
class Row:
    """One question, what was found, whether that is fine; `code` is the exit code if it is not."""

    what: str
    found: str
    ok: bool = True
    code: int = FAILED


NO_PRESS = Row("press", "none: this campaign learns from tables and attached stacks, and suggests")


def press_rows(press: Press, today: date) -> list[Row]:
    """Who the press is, and whether it could start now."""
    one, waits = press.identify(), press.not_ready()
    return [
        Row("press", f"{one.name}, serial {one.serial}"),
        Row("press firmware", one.firmware or NOT_TOLD),
        Row("press register map", one.register_map or "none"),
        Row("press is", _kind(one)),
        Row("press calibrated", _calibrated(one, today)),
        _clock(one),
        _free(one),
        Row("press last cycle id", str(press.last_accepted_id())),
        Row("press ready", "; ".join(waits) or "yes", not waits),
    ]


def interlock_rows(press: Press) -> list[Row]:
    """Every permission the press tells of."""
    found = [Row(f"interlock {one.name}", "yes" if not open_interlocks([one]) else
                 f"no. {one.remedy}".strip(), not open_interlocks([one]))
             for one in press.interlocks()]
    return found or [Row("interlocks", "the press tells of none")]


def entered_rows(quantities: Sequence[Quantity]) -> list[Row]:
    """What a person is asked for after each press; no row where nothing is."""
    named = [f"{q.name} ({q.unit})" if q.unit else q.name for q in quantities]
    return [Row("entered by a person", ", ".join(named))] if named else []


def meter_rows(meter: ImpedanceMeter, today: date) -> list[Row]:
    """Who the meter is and what it can do."""
    one = meter.identify()
    return [
        Row("meter", f"{one.name}, serial {one.serial}"),
        Row("meter firmware", one.firmware or NOT_TOLD),
        Row("meter is", _kind(one)),
        Row("meter range", f"{_hertz(one.lowest_hz)} to {_hertz(one.highest_hz)}, electrodes "
            f"{', '.join(one.electrodes)}"),
        Row("meter compensation", one.compensation or NOT_TOLD),
        Row("meter calibrated", _calibrated(one, today)),
    ]


def _kind(one: PressIdentity | MeterIdentity) -> str:
    return "simulated: no number is a measurement" if one.simulated else "real"


def _hertz(frequency_hz: float) -> str:
    for factor, unit in ((1e6, "MHz"), (1e3, "kHz")):
        if frequency_hz >= factor:
            return f"{frequency_hz / factor:g} {unit}"
    return f"{frequency_hz:g} Hz"


def _calibrated(one: PressIdentity | MeterIdentity, today: date) -> str:
    if not one.calibrated_on:
        return NOT_TOLD
    try:
        days = (today - date.fromisoformat(one.calibrated_on)).days
    except ValueError:
        return one.calibrated_on
    late = ", more than a year: calibrate it" if days > CALIBRATED_DAYS else ""
    return f"{one.calibrated_on}, {counted(days, 'day')} ago{late}"


def _clock(one: PressIdentity) -> Row:
    ahead = one.clock_ahead_s
    if ahead is None:
        return Row("press clock", "it has none")
    ok = abs(ahead) < CLOCK_S
    way = "ahead of" if ahead >= 0 else "behind"
    text = f"{abs(ahead):.0f} s {way} this computer"
    return Row("press clock", text if ok else f"{text}: set one of them", ok)


def _free(one: PressIdentity) -> Row:
    try:
        with press_lock(one.serial):
            return Row("press free", "yes")
    except PressBusy as busy:
        return Row("press free", str(busy), False)
