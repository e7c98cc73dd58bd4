"""Permissions before motion, as pure functions for settings, flow, driver and emulated press."""

from __future__ import annotations

import math
from collections.abc import Iterable

from hardware.envelope import Envelope
from hardware.protocols import Interlock


def open_interlocks(interlocks: Iterable[Interlock]) -> tuple[str, ...]:
    """Why a start would be refused: each open interlock with what to do about it."""
    return tuple(f"{one.name}: no. {one.remedy}".strip().rstrip(".") for one in interlocks
                 if not one.ok)


def atmosphere_interlocks(o2_ppm: float | None, h2o_ppm: float | None, limits: Envelope
                          ) -> tuple[Interlock, ...]:
    """Oxygen and water where the envelope asks for them; not told, or NaN, is not ok."""
    found = []
    for name, read, most in (("oxygen", o2_ppm, getattr(limits, "max_o2_ppm", None)),
                             ("water", h2o_ppm, getattr(limits, "max_h2o_ppm", None))):
        if most is not None:
            ok = read is not None and math.isfinite(read) and 0.0 <= read <= most
            found.append(Interlock(
                f"{name} at most {most:g} ppm", ok, f"It reads {read}; wait for the glovebox."))
    return tuple(found)
