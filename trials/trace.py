"""A trace: what the press did, sampled."""

from __future__ import annotations

from dataclasses import dataclass

from trials.checks import FloatArray, floats, increasing, positive
from trials.errors import BadInput


@dataclass(frozen=True, slots=True, eq=False)
class Trace:
    """Force, punch position and platen temperatures over time; all arrays have shape (n,).

    `position_mm` is punch travel into the die, counted positive in closing. `acoustic_hits` are
    acoustic-emission hits per sample, None where the press has no sensor. `die_area_mm2` is the
    area the press assumes, so that force becomes pressure on the sample.
    Raises BadInput on wrong length, NaN, or times that do not rise.
    """

    time_s: FloatArray
    force_n: FloatArray
    position_mm: FloatArray
    temperature_upper_c: FloatArray
    temperature_lower_c: FloatArray
    die_area_mm2: float
    acoustic_hits: FloatArray | None = None

    def __post_init__(self) -> None:
        time = increasing("time_s", self.time_s)
        object.__setattr__(self, "time_s", time)
        for name in ("force_n", "position_mm", "temperature_upper_c", "temperature_lower_c"):
            object.__setattr__(self, name, floats(name, getattr(self, name), time.size))
        positive("die_area_mm2", self.die_area_mm2)
        if self.acoustic_hits is not None:
            hits = floats("acoustic_hits", self.acoustic_hits, time.size)
            if not (hits >= 0).all():
                raise BadInput("acoustic_hits", float(hits.min()), "0 or more", "Check the log.")
            object.__setattr__(self, "acoustic_hits", hits)

    @property
    def pressure_mpa(self) -> FloatArray:
        """Pressure on the sample, shape (n,): newton per square millimetre is megapascal."""
        return self.force_n / self.die_area_mm2

    @property
    def temperature_c(self) -> FloatArray:
        """Mean of the two platens, shape (n,)."""
        return 0.5 * (self.temperature_upper_c + self.temperature_lower_c)
