"""Entries to record in tests, and a comparison that looks at every bit."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np

from pressloop.trials import (
    Commanded,
    ControlPoint,
    Evaluated,
    Intact,
    Ledger,
    LedgerProblem,
    Measured,
    MissingPoint,
    Opened,
    Planned,
    Pressed,
    Recipe,
    Spectrum,
    Stack,
    Trace,
)

STACK = Stack("S-001", "LOT-7", "ana", area_cm2=0.785, thickness_um=600.0, pre_press_mpa=100.0)
RECIPE = Recipe(pressure_mpa=350.0, dwell_s=120.0, temperature_c=60.0)
OPENED = Opened({"seed": 7, "space": {"pressure_mpa": [50.0, 600.0]}}, "abc123", 7, {"numpy": "2"})
PLANNED = Planned(STACK, RECIPE, "reference", {"mean": 0.1 + 0.2})


def trace(n: int = 50) -> Trace:
    t = np.linspace(0.0, 10.0, n)
    return Trace(t, 1e3 * np.sin(t), 0.01 * t, 60 + 0 * t, 61 + 0 * t, 78.5)


def spectrum(scale: float = 1.0) -> Spectrum:
    f = np.logspace(6, -1, 40)
    z = scale * (5 + 20 / (1 + 2j * np.pi * f * 1e-3))
    return Spectrum(f, z, 0.785, stack_pressure_mpa=5.0, rest_s=3600.0,
                    missing=(MissingPoint(50.0, "mains"),),
                    controls=(ControlPoint(1e3, 1 - 2j, complex(1.0, -0.0)),))


def story(cycle_id: int = 1) -> list[Any]:
    """One trial from plan to outcome, with two sweeps and two readings."""
    return [PLANNED, Commanded(cycle_id), Pressed(trace()), Measured(1, (spectrum(),)),
            Measured(2, (spectrum(2.0),)), Evaluated(1, Intact(20.0, 0.5)),
            Evaluated(2, Intact(21.0, 0.4))]


def same(a: Any, b: Any) -> bool:
    """True when both are of one type and equal bit for bit, arrays and signed zeros included."""
    if type(a) is not type(b):
        return False
    if isinstance(a, np.ndarray):
        return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
    if is_dataclass(a):
        return all(same(getattr(a, f.name), getattr(b, f.name)) for f in fields(a))
    if isinstance(a, (tuple, list)):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return list(a) == list(b) and all(same(a[k], b[k]) for k in a)
    return repr(a) == repr(b)


def commanded_in_a_race(ledger: Ledger) -> int:
    """How many of sixteen writers at once get to command one stack."""
    ledger.append("c", 1, PLANNED)

    def command(cycle_id: int) -> bool:
        try:
            return ledger.append("c", 1, Commanded(cycle_id))
        except LedgerProblem:
            return False

    with ThreadPoolExecutor(8) as pool:
        return sum(pool.map(command, range(1, 17)))
