"""Whether the press can do what the settings allow, and has the die that they name."""

from __future__ import annotations

from pressloop.hardware.envelope import Envelope
from pressloop.hardware.protocols import PressIdentity
from pressloop.trials.errors import BadInput


def compare(envelope: Envelope, press: PressIdentity) -> None:
    """Raises BadInput for the first of `disagreements`."""
    for disagreement in disagreements(envelope, press):
        raise disagreement


def disagreements(envelope: Envelope, press: PressIdentity) -> tuple[BadInput, ...]:
    """Where the settings allow more than the press says it can, or assume another die area.

    Pressure on the sample would then be wrong by the ratio of the areas."""
    found = []
    if not abs(press.die_area_mm2 / envelope.die_area_mm2 - 1.0) <= 1e-3:
        found.append(BadInput(
            "die_area_mm2", envelope.die_area_mm2,
            f"{press.die_area_mm2:.2f}, the area set in {press.name}",
            "Fit the die named in the settings, or correct [envelope]."))
    for name, asked, most in [
            ("press_max_force_n", envelope.press_max_force_n, press.max_force_n),
            ("max_temperature_c", envelope.max_temperature_c, press.max_temperature_c),
            ("max_dwell_s", envelope.max_dwell_s, press.max_dwell_s)]:
        if most is not None and not asked <= most:
            found.append(BadInput(name, asked, f"at most {most:g}, the limit of {press.name}",
                                  "Lower it in [envelope]."))
    return tuple(found)
