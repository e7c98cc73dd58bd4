"""The envelope: what the machine may ever be asked. Wider than any search space.

The same pure check is used at the door (settings), in the guard and in each driver.
"""

from __future__ import annotations

from dataclasses import dataclass

from hardware.protocols import PressIdentity
from trials.checks import number, positive, within
from trials.errors import BadInput, OutOfEnvelope
from trials.recipe import Recipe


@dataclass(frozen=True, slots=True)
class Envelope:
    """Limits of die, press and material.

    `die_area_mm2` turns force into pressure on the sample; the largest pressure is the smaller of
    what the die bears and what the press can push over that area. Raises BadInput on limits that
    are not finite, or not in order.
    """

    die_area_mm2: float
    press_max_force_n: float
    die_max_pressure_mpa: float
    min_temperature_c: float
    max_temperature_c: float
    max_dwell_s: float
    max_rate_mpa_per_s: float = 50.0
    open_below_c: float | None = None
    max_o2_ppm: float | None = None
    max_h2o_ppm: float | None = None

    def __post_init__(self) -> None:
        for name in ("die_area_mm2", "press_max_force_n", "die_max_pressure_mpa", "max_dwell_s",
                     "max_rate_mpa_per_s"):
            positive(name, getattr(self, name))
        low = number("min_temperature_c", self.min_temperature_c)
        within("max_temperature_c", self.max_temperature_c, low, 400.0,
               "Set it above min_temperature_c; no lab die goes beyond 400 degC.")

    @property
    def max_pressure_mpa(self) -> float:
        """The smaller of the die's limit and press force over die area."""
        return min(self.die_max_pressure_mpa, self.press_max_force_n / self.die_area_mm2)

    @property
    def pressure_reason(self) -> str:
        """Which of the two limits the pressure."""
        by_force = self.press_max_force_n / self.die_area_mm2
        if by_force < self.die_max_pressure_mpa:
            return (f"{self.press_max_force_n / 1e3:g} kN of the press over "
                    f"{self.die_area_mm2:.1f} mm2 of die")
        return "limit of the die"


def violations(recipe: Recipe, envelope: Envelope) -> tuple[OutOfEnvelope, ...]:
    """Every way in which the recipe leaves the envelope; empty when it is inside."""
    rates = envelope.max_rate_mpa_per_s
    limits = [
        ("pressure_mpa", recipe.pressure_mpa, 0.0, envelope.max_pressure_mpa,
         f"above 0 and at most {envelope.max_pressure_mpa:.1f} ({envelope.pressure_reason})"),
        ("dwell_s", recipe.dwell_s, 0.0, envelope.max_dwell_s,
         f"above 0 and at most {envelope.max_dwell_s:g}"),
        ("temperature_c", recipe.temperature_c, envelope.min_temperature_c,
         envelope.max_temperature_c,
         f"between {envelope.min_temperature_c:g} and {envelope.max_temperature_c:g}"),
        ("ramp_mpa_per_s", recipe.ramp_mpa_per_s, 0.0, rates, f"above 0 and at most {rates:g}"),
        ("release_mpa_per_s", recipe.release_mpa_per_s, 0.0, rates,
         f"above 0 and at most {rates:g}"),
    ]
    remedy = "Nothing has moved. Stay inside, or change [envelope] if the machine allows it."
    return tuple(
        OutOfEnvelope(name, value, bound, remedy)
        for name, value, low, high, bound in limits
        if value is not None and not low <= value <= high
    )


def check(recipe: Recipe, envelope: Envelope) -> None:
    """Raises OutOfEnvelope for the first limit that the recipe leaves; never clips."""
    for violation in violations(recipe, envelope):
        raise violation


def compare(envelope: Envelope, press: PressIdentity) -> None:
    """Raises BadInput when the settings allow more than the press says it can, or assume another
    die area: pressure on the sample would then be wrong by the ratio of the areas."""
    if not abs(press.die_area_mm2 / envelope.die_area_mm2 - 1.0) <= 1e-3:
        raise BadInput("die_area_mm2", envelope.die_area_mm2,
                       f"{press.die_area_mm2:.2f}, the area set in {press.name}",
                       "Fit the die named in the settings, or correct [envelope].")
    if not envelope.press_max_force_n <= press.max_force_n:
        raise BadInput("press_max_force_n", envelope.press_max_force_n,
                       f"at most {press.max_force_n:g}, the limit of {press.name}",
                       "Lower it in [envelope].")
    if not envelope.max_temperature_c <= press.max_temperature_c:
        raise BadInput("max_temperature_c", envelope.max_temperature_c,
                       f"at most {press.max_temperature_c:g}, the limit of {press.name}",
                       "Lower it in [envelope].")
