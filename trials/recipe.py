"""A recipe: what the press is asked for."""

from __future__ import annotations

from dataclasses import dataclass

from pressloop.trials.checks import number, positive


@dataclass(frozen=True, slots=True)
class Recipe:
    """Set points of the secondary press.

    `pressure_mpa` is the pressure on the sample (force over die area), `dwell_s` the time held at
    it, `temperature_c` the platen temperature. Rates left out are the machine's own.
    Raises BadInput on NaN, infinity, or a pressure, dwell or rate of zero or less.
    """

    pressure_mpa: float
    dwell_s: float
    temperature_c: float
    ramp_mpa_per_s: float | None = None
    release_mpa_per_s: float | None = None

    def __post_init__(self) -> None:
        positive("pressure_mpa", self.pressure_mpa)
        positive("dwell_s", self.dwell_s)
        number("temperature_c", self.temperature_c)
        for name in ("ramp_mpa_per_s", "release_mpa_per_s"):
            if (rate := getattr(self, name)) is not None:
                positive(name, rate)

    def __str__(self) -> str:
        return f"{self.pressure_mpa:.0f} MPa, {self.dwell_s:.0f} s, {self.temperature_c:.0f} degC"
