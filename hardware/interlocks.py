"""Permissions before motion, as pure functions for settings, flow, driver and emulated press.

They tell why a start would be refused. They protect nobody: the emergency stop, the guard and the
relief valve belong to the machine (docs/explanation/security.md).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from pressloop.hardware.envelope import Envelope
from pressloop.hardware.protocols import Interlock

REMEDIES: Mapping[str, str] = MappingProxyType({
    "e-stop released": "Find out why it was pressed, release it, acknowledge at the press.",
    "guard closed": "Close the guard, acknowledge at the press.",
    "remote enabled": "Turn the key switch to remote.",
    "hydraulics ready": "Start the pump, look at oil level and temperature.",
    "atmosphere ok": "Wait for glovebox or vacuum.",
    "watchdog ok": "The press sees no heartbeat; it clears when the link is back.",
})
"""The usual permissions, and what a person does about each when it is missing."""
ELSE = "See the press's panel."


def standard(name: str, ok: bool) -> Interlock:
    """The interlock of this name with its usual remedy."""
    return Interlock(name, ok, REMEDIES.get(name, ELSE))


def open_interlocks(interlocks: Iterable[Interlock]) -> tuple[str, ...]:
    """Why a start would be refused: each open interlock with what to do about it."""
    return tuple(f"{one.name}: no. {one.remedy}".strip().rstrip(".") for one in interlocks
                 if one.ok is not True)


def atmosphere_interlocks(o2_ppm: float | None, h2o_ppm: float | None, limits: Envelope
                          ) -> tuple[Interlock, ...]:
    """Oxygen and water (ppm) where the envelope asks for them; () where it asks for neither.

    What is not told, NaN or below zero is not ok."""
    found = []
    for name, read, most in (("oxygen", o2_ppm, limits.max_o2_ppm),
                             ("water", h2o_ppm, limits.max_h2o_ppm)):
        if most is not None:
            known = read is not None and math.isfinite(read)
            reads = f"It reads {read:g} ppm" if known else "It is not told"
            found.append(Interlock(
                f"{name} at most {most:g} ppm", known and read is not None and 0.0 <= read <= most,
                f"{reads}; wait for the glovebox, or look at its sensor."))
    return tuple(found)
