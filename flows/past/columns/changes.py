"""How the numbers of a column become those of a named parameter or a measured quantity."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pressloop.flows.settings.units import conversion, factor

Rows = list[float | None] | None
"""A number for each row, None where it is not known."""


@dataclass(frozen=True, slots=True)
class Change:
    """What is done to a number, given the place of its row, and in words."""

    of: Callable[[float, int], float | None]
    words: str = ""


def change_of(unit: str, wanted: str, thick: Rows = None, areas: Rows = None, *,
              error: bool = False) -> Change | None:
    """How numbers in `unit` become those in `wanted`; None where they cannot.

    A resistance becomes a conductivity by `thick`, in cm, and `areas`, in cm2. An `error` has no
    offset."""
    if not wanted or unit == wanted or not unit:
        return Change(lambda value, _: value)
    if (found := conversion(unit, wanted)) is not None:
        times, added = found[0], 0.0 if error else found[1]
        words = [f"times {times:.6g}"] * (times != 1.0) + (
            [f"{abs(added):.6g} {'added' if added > 0.0 else 'subtracted'}"] if added else [])
        return Change(lambda value, _: float(f"{value * times + added:.12g}"), ", ".join(words))
    for per, with_area in (("cm / (ohm * cm^2)", False), ("1 / (ohm * cm)", True)):
        of = ("ohm", "ohm * cm^2")[not with_area]
        to_ours, sigma = factor(unit, of), factor(per, wanted)
        if to_ours is not None and sigma is not None:
            return Change(_inverse(to_ours, sigma, thick, areas if with_area else None, with_area),
                          "thickness over resistance" + " times area" * with_area)
    return None


def _inverse(to_ours: float, sigma: float, thick: Rows, areas: Rows, with_area: bool
             ) -> Callable[[float, int], float | None]:
    """sigma = L / (R A)."""
    def of(value: float, at: int) -> float | None:
        length = thick[at] if thick is not None else None
        area = (areas[at] if areas is not None else None) if with_area else 1.0
        if not length or not area or not value > 0.0:
            return None
        return float(f"{sigma * length / (value * to_ours * area):.6g}")
    return of
