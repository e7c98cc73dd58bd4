"""The envelope: what the machine may ever be asked. Wider than any search space.

The same pure check is used at the door (settings), in the guard and in each driver.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

from pressloop.trials.checks import number, positive, within
from pressloop.trials.errors import BadInput, OutOfEnvelope
from pressloop.trials.recipe import Recipe


@dataclass(frozen=True, slots=True)
class Envelope:
    """Limits of die, press and material.

    `die_area_mm2` turns force into pressure on the sample; the largest pressure is the smaller of
    what the die (with what lies in it) bears and what the press can push over that area.
    `open_below_c` is the platen temperature above which the die stays closed, `max_o2_ppm` and
    `max_h2o_ppm` the atmosphere that a start needs; None asks for nothing. `because` tells who
    sets a limit, as pairs of its name and a reason. Raises BadInput on limits that are not
    finite, or not in order.
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
    because: tuple[tuple[str, str], ...] = ()
    max_pressure_at_c: tuple[tuple[float, float], ...] = ()
    """Pairs of a temperature (degC), rising, and what the die bears at it (MPa); in between the
    limit runs straight, beyond the ends it stays. () for a die that bears the same when hot."""

    def __post_init__(self) -> None:
        for name in ("die_area_mm2", "press_max_force_n", "die_max_pressure_mpa", "max_dwell_s",
                     "max_rate_mpa_per_s"):
            positive(name, getattr(self, name))
        low = number("min_temperature_c", self.min_temperature_c)
        within("max_temperature_c", self.max_temperature_c, low, math.inf,
               "Set it above min_temperature_c.")
        if self.open_below_c is not None:
            within("open_below_c", self.open_below_c, low, math.inf,
                   "Platens never cool below min_temperature_c: the die would stay shut.")
        for name in ("max_o2_ppm", "max_h2o_ppm"):
            if (most := getattr(self, name)) is not None:
                positive(name, most)
        # A supervisor is told its envelope in JSON, which makes lists of tuples.
        object.__setattr__(self, "because", _pairs(self.because))
        object.__setattr__(self, "max_pressure_at_c", _table(self.max_pressure_at_c))

    def reason(self, name: str) -> str:
        """Who sets the limit of this name, empty when nobody is named."""
        return dict(self.because).get(name, "")

    @property
    def max_pressure_mpa(self) -> float:
        """The smaller of the die's limit and press force over die area."""
        return min(self.die_max_pressure_mpa, self.press_max_force_n / self.die_area_mm2)

    def max_pressure_at(self, temperature_c: float) -> float:
        """The largest pressure (MPa) at a platen temperature; NaN at NaN."""
        table = self.max_pressure_at_c
        if not table:
            return self.max_pressure_mpa
        (cold, most), *rest = table
        found = most
        for hot, less in rest:
            if temperature_c > cold:
                share = min((temperature_c - cold) / (hot - cold), 1.0)
                found = most + share * (less - most)
            cold, most = hot, less
        return math.nan if math.isnan(temperature_c) else min(self.max_pressure_mpa, found)

    @property
    def pressure_reason(self) -> str:
        """Which of the two limits the pressure, by name where a profile set it."""
        by_force = self.press_max_force_n / self.die_area_mm2
        if by_force < self.die_max_pressure_mpa:
            return (f"{self.press_max_force_n / 1e3:g} kN of the press over "
                    f"{self.die_area_mm2:.1f} mm2 of die")
        return self.reason("die_max_pressure_mpa") or "limit of the die"


def _pairs(because: object) -> tuple[tuple[str, str], ...]:
    try:
        return tuple((str(name), str(why)) for name, why in because)  # type: ignore[attr-defined]
    except (TypeError, ValueError):
        raise BadInput("because", because, "pairs of a limit's name and a reason",
                       "Leave it out when nobody is to be named.") from None


def _table(given: object) -> tuple[tuple[float, float], ...]:
    try:
        table = tuple((float(at), float(most)) for at, most in given)  # type: ignore[attr-defined]
    except (TypeError, ValueError):
        raise BadInput("max_pressure_at_c", given, "pairs of degC and MPa",
                       "Write it like [[25, 600], [140, 300]].") from None
    for at, most in table:
        number("max_pressure_at_c", at), positive("max_pressure_at_c", most)
    if any(not a[0] < b[0] for a, b in pairwise(table)):
        raise BadInput("max_pressure_at_c", [at for at, _ in table], "rising temperatures, each "
                       "once", "Sort the pairs.")
    return table


def violations(recipe: Recipe, envelope: Envelope) -> tuple[OutOfEnvelope, ...]:
    """Every way in which the recipe leaves the envelope; empty when it is inside."""
    rates, hot = envelope.max_rate_mpa_per_s, envelope.reason("max_temperature_c")
    most, why = envelope.max_pressure_at(recipe.temperature_c), envelope.pressure_reason
    if most < envelope.max_pressure_mpa:
        why = f"what the die bears at {recipe.temperature_c:g} degC"
    limits = [
        ("pressure_mpa", recipe.pressure_mpa, 0.0, most,
         f"above 0 and at most {most:.1f} ({why})"),
        ("dwell_s", recipe.dwell_s, 0.0, envelope.max_dwell_s,
         f"above 0 and at most {envelope.max_dwell_s:g}"),
        ("temperature_c", recipe.temperature_c, envelope.min_temperature_c,
         envelope.max_temperature_c,
         f"between {envelope.min_temperature_c:g} and {envelope.max_temperature_c:g}"
         f"{hot and f' ({hot})'}"),
        ("ramp_mpa_per_s", recipe.ramp_mpa_per_s, 0.0, rates, f"above 0 and at most {rates:g}"),
        ("release_mpa_per_s", recipe.release_mpa_per_s, 0.0, rates,
         f"above 0 and at most {rates:g}"),
    ]
    remedy = "Nothing has moved. Stay inside, or change [envelope] if the machine allows it."
    if recipe.without:
        # The numbers of what is no part of the process are no order.
        return tuple(OutOfEnvelope(name, math.nan, "named in [space], as the press must be told it",
                                   "Nothing has moved. Name it in [space].")
                     for name in recipe.without)
    return tuple(
        OutOfEnvelope(name, value, bound, remedy)
        for name, value, low, high, bound in limits
        if value is not None and not low <= value <= high
    )


def check(recipe: Recipe, envelope: Envelope) -> None:
    """Raises OutOfEnvelope for the first limit that the recipe leaves; never clips."""
    for violation in violations(recipe, envelope):
        raise violation
