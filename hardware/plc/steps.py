"""Set points that a machine's registers can hold: registers of whole numbers hold steps."""

from __future__ import annotations

from collections.abc import Mapping

from pressloop.hardware.plc.frames import ROUNDING
from pressloop.hardware.plc.quantities import quantity_of
from pressloop.hardware.plc.register_map import Register, RegisterMap
from pressloop.hardware.units import Machine, to_newton
from pressloop.trials.errors import BadInput, OutOfEnvelope
from pressloop.trials.recipe import Recipe
from pressloop.trials.wording import in_percent

REGISTERS = {"pressure_mpa": "force", "dwell_s": "dwell", "temperature_c": "temperature",
             "ramp_mpa_per_s": "ramp", "release_mpa_per_s": "release_rate"}
SECONDS = {"s": 1.0, "ms": 1e-3, "min": 60.0}
FLOAT = "f32"


def steps_of(of: RegisterMap, machine: Machine) -> dict[str, float]:
    """The step of each set point, in its own unit, whose register holds whole numbers.

    One whose unit needs what is not known before the press answers is left out, as are kelvin."""
    found = {}
    for name, register in REGISTERS.items():
        held = of.mailbox.registers.get(register)
        if held is not None and held.type != FLOAT and (step := _step(held, machine)):
            found[name] = step
    return found


def settable(of: RegisterMap) -> tuple[str, ...]:
    """Parameters beside the core ones that the mailbox has a register for."""
    return tuple(name for name in ("ramp_mpa_per_s", "release_mpa_per_s")
                 if REGISTERS[name] in of.mailbox.registers)


def unheld(recipe: Recipe, steps: Mapping[str, float]) -> tuple[OutOfEnvelope, ...]:
    """Set points that would become other ones by more than ROUNDING in their register."""
    found = []
    for name, step in steps.items():
        value = recipe.value(name)
        if isinstance(value, (int, float)):
            held = round(value / step) * step
            if not abs(held - value) <= ROUNDING * abs(value):
                found.append(OutOfEnvelope(
                    name, float(value), f"a multiple of {step:g} within {in_percent(ROUNDING)}, as "
                    f"the press's register holds it (it would become {held:g})",
                    f"Nothing has moved. Set it to {held:g}."))
    return tuple(found)


def _step(held: Register, machine: Machine) -> float | None:
    quantity = quantity_of(held.name)
    if quantity == "time":
        return held.scale * SECONDS[held.unit]
    if quantity == "temperature":
        return held.scale if held.unit == "degC" else None
    unit = held.unit.removesuffix("/s")
    if unit == "percent_of_maximum" and machine.max_force_n <= 0:
        return None
    try:
        return to_newton(held.scale, unit, machine) / machine.die_area_mm2
    except BadInput:
        return None
