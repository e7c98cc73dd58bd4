"""Limits of the settings beside those of the press, for `pressloop check`."""

from __future__ import annotations

from pressloop.flows.console import BAD_INPUT
from pressloop.flows.preflight.rows import NOT_TOLD, Row
from pressloop.flows.settings.campaign import Settings
from pressloop.hardware.agreement import disagreements
from pressloop.hardware.protocols import PressIdentity
from pressloop.optimizer.space import NAMES
from pressloop.trials.errors import BadInput


def limit_rows(settings: Settings, machine: PressIdentity) -> list[Row]:
    """Limits of settings and press side by side; where they disagree, what to do about it."""
    envelope = settings.envelope
    wrong = {error.name: error for error in disagreements(envelope, machine)}
    hot, dwell = envelope.reason("max_temperature_c"), machine.max_dwell_s
    sides = [
        ("die area", "die_area_mm2", f"{envelope.die_area_mm2:.2f} mm2",
         f"{machine.die_area_mm2:.2f} mm2"),
        ("largest force", "press_max_force_n", f"{envelope.press_max_force_n / 1e3:g} kN",
         f"{machine.max_force_n / 1e3:g} kN"),
        ("largest pressure", "", f"{envelope.max_pressure_mpa:.0f} MPa "
         f"({envelope.pressure_reason})",
         f"{machine.max_force_n / machine.die_area_mm2:.0f} MPa"),
        ("highest temperature", "max_temperature_c", f"{envelope.max_temperature_c:g} degC"
         f"{hot and f' ({hot})'}", f"{machine.max_temperature_c:g} degC"),
        ("longest dwell", "max_dwell_s", f"{envelope.max_dwell_s:g} s",
         NOT_TOLD if dwell is None else f"{dwell:g} s"),
    ]
    return [_side(what, ours, theirs, wrong.get(key)) for what, key, ours, theirs in sides]


def space_rows(settings: Settings) -> list[Row]:
    """Where recipes are searched; proved to lie in the envelope when the settings are read."""
    ranges = [(name, *getattr(settings.space, name)) for name in NAMES]
    return [Row(f"space {name}", f"{low:g} to {high:g}" if low < high else f"{low:g}, fixed")
            for name, low, high in ranges]


def _side(what: str, ours: str, theirs: str, error: BadInput | None) -> Row:
    text = f"settings {ours}, press {theirs}"
    if error is None:
        return Row(what, text)
    return Row(what, f"{text}. {error.remedy}", False, BAD_INPUT)
