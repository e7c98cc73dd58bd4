"""What kind of number each register holds, and its unit at the door.

Inside the project: N, N/s, s, degC, mm, mm2. A register may hold tonnes, per cent of the largest
force, bar of oil, minutes or kelvin; the unit is said in the map and converted here.
"""

from __future__ import annotations

from pressloop.hardware.units import Machine, from_newton, to_newton

FORCE_UNITS = ("N", "kN", "t", "short_t", "percent_of_maximum", "bar_oil", "MPa_oil", "MPa")
UNITS: dict[str, tuple[str, ...]] = {
    "force": FORCE_UNITS,
    "rate": tuple(f"{unit}/s" for unit in FORCE_UNITS),
    "time": ("s", "ms", "min"),
    "temperature": ("degC", "K"),
    "length": ("mm", "um"),
    "area": ("mm2", "cm2"),
    "oil pressure": ("bar", "MPa"),
    "content": ("ppm",),
    "number": ("",),
}
FACTORS = {"s": 1.0, "ms": 1e-3, "min": 60.0, "mm": 1.0, "um": 1e-3, "mm2": 1.0, "cm2": 100.0,
           "bar": 1.0, "MPa": 10.0, "ppm": 1.0, "": 1.0}
"""To the project's own unit; oil pressure is kept in bar."""
KELVIN_AT_0_C = 273.15
QUANTITIES = {
    "force": ("force", "over_force", "peak_force", "max_force"),
    "rate": ("ramp", "release_rate"),
    "time": ("dwell", "elapsed", "duration", "dwell_held", "max_dwell"),
    "temperature": ("temperature", "open_below", "temperature_upper", "temperature_lower",
                    "max_temperature"),
    "length": ("position",),
    "area": ("die_area",),
    "oil pressure": ("oil_pressure",),
    "content": ("o2", "h2o"),
}
_QUANTITY = {name: quantity for quantity, names in QUANTITIES.items() for name in names}


def quantity_of(register: str) -> str:
    """The quantity of a register by its name; an echo is what it echoes."""
    return _QUANTITY.get(register.removeprefix("echo_"), "number")


def units_of(quantity: str) -> tuple[str, ...]:
    """The units that may be said of it in a map."""
    return UNITS[quantity]


def inward(quantity: str, value: float, unit: str, machine: Machine) -> float:
    """A register's value in the project's own unit. Raises BadInput, see `hardware/units.py`."""
    if quantity == "force":
        return to_newton(value, unit, machine)
    if quantity == "rate":
        return to_newton(value, unit.removesuffix("/s"), machine)
    if unit == "K":
        return value - KELVIN_AT_0_C
    return value if quantity == "temperature" else value * FACTORS[unit]


def outward(quantity: str, value: float, unit: str, machine: Machine) -> float:
    """The reverse of `inward`."""
    if quantity == "force":
        return from_newton(value, unit, machine)
    if quantity == "rate":
        return from_newton(value, unit.removesuffix("/s"), machine)
    if unit == "K":
        return value + KELVIN_AT_0_C
    return value if quantity == "temperature" else value / FACTORS[unit]
