"""Limits of the settings beside those of the press, for `pressloop check`."""

from __future__ import annotations

from dataclasses import replace

from pressloop.flows.console import BAD_INPUT
from pressloop.flows.preflight.rows import NOT_TOLD, Row
from pressloop.flows.settings.campaign import Settings
from pressloop.flows.settings.gauge import load_of
from pressloop.flows.settings.machine_steps import asked_of, unset
from pressloop.hardware.agreement import disagreements
from pressloop.hardware.protocols import PressIdentity
from pressloop.optimizer.parameter import PERSON, PRESS, STACK, Parameter
from pressloop.optimizer.space import NAMES
from pressloop.trials.errors import BadInput
from pressloop.views.words import Load, recipe_words

BY = {PERSON: "a person", STACK: "the choice of the stack"}


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
    space = settings.space
    load = load_of(settings)
    return [*(Row(f"space {p.name}", f"{_found(p)}{_gauge(p, load)}") for p in space.told),
            *(Row(f"rule {rule.name}", rule.text) for rule in space.rules),
            *_reference_rows(settings, load)]


def _reference_rows(settings: Settings, load: Load | None) -> list[Row]:
    """The recipe that others are compared with, and that it is not pressed outside of the space."""
    reference, space = settings.reference, settings.space
    if reference is None:
        return []
    if space.contains(reference):
        outside = ""
    elif space.comparable(reference):
        outside = "; outside of [space]: compared with, never pressed"
    else:
        outside = "; off a variable that [space] fixes: neither pressed nor compared with"
    return [Row("reference", recipe_words(reference, load) + outside)]


def set_rows(settings: Settings, machine: PressIdentity) -> list[Row]:
    """Parameters that the press is to set and cannot, and who is asked for those of people."""
    wrong = [Row(error.name, f"{error.value}: must be {error.bound}. {error.remedy}", False,
                 BAD_INPUT) for error in unset(settings, machine)]
    by_hand = [p.name for p in asked_of(settings, (PERSON, STACK))]
    if not by_hand:
        return wrong
    how = "simulated: nobody is asked" if machine.simulated and not machine.asks else \
        "a person is asked before each stack"
    return [*wrong, Row("set by hand", f"{', '.join(by_hand)}; {how}")]


def _found(p: Parameter) -> str:
    """Bounds, steps and who sets it; the unit of a core variable is in its name."""
    if p.name in NAMES:
        p = replace(p, unit="")
    low, high = p.ends
    inside = f", so {low:g} to {high:g}" if (low, high) != (p.low, p.high) else ""
    by = "" if p.set_by == PRESS else f"; set by {BY[p.set_by]}"
    return f"{p.told()}{inside}{by}"


def _gauge(p: Parameter, load: Load | None) -> str:
    """The ends of the pressure as the gauge shows them."""
    if load is None or p.name != NAMES[0]:
        return ""
    low, high = (load(float(end)) for end in p.ends)
    return f": {low} on the gauge" if low == high else f": {low} to {high} on the gauge"


def _side(what: str, ours: str, theirs: str, error: BadInput | None) -> Row:
    text = f"settings {ours}, press {theirs}"
    if error is None:
        return Row(what, text)
    return Row(what, f"{text}. {error.remedy}", False, BAD_INPUT)
