"""A trace: what the press did, sampled."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from pressloop.trials.checks import FloatArray, floats, increasing, not_negative, number, positive
from pressloop.trials.errors import BadInput

CHANNELS = ("position_mm", "temperature_upper_c", "temperature_lower_c", "acoustic_hits")
"""Channels that a press may lack: None where nothing was measured, never made-up numbers."""


@dataclass(frozen=True, slots=True, eq=False)
class Trace:
    """Force, and what else the press measures, over time; all arrays have shape (n,).

    `position_mm` is punch travel into the die, counted positive in closing. `acoustic_hits` are
    acoustic-emission hits per sample. `die_area_mm2` is the area the press assumes, so that force
    becomes pressure on the sample. `peak_force_n` and `held_s` are the press's own registers, or
    what a person read; they stand where the log cannot: `entered` is True where a person stated
    peak and dwell and the arrays only redraw them, `gap` says why part of the log is missing.
    `conditions` are what surrounded the press, such as `o2_ppm`, `h2o_ppm`.
    Raises BadInput on wrong length, NaN, or times that do not rise.
    """

    time_s: FloatArray
    force_n: FloatArray
    position_mm: FloatArray | None
    temperature_upper_c: FloatArray | None
    temperature_lower_c: FloatArray | None
    die_area_mm2: float
    acoustic_hits: FloatArray | None = None
    peak_force_n: float | None = None
    held_s: float | None = None
    entered: bool = False
    gap: str = ""
    conditions: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        time = increasing("time_s", self.time_s)
        object.__setattr__(self, "time_s", time)
        object.__setattr__(self, "force_n", floats("force_n", self.force_n, time.size))
        for name in CHANNELS:
            if (values := getattr(self, name)) is not None:
                object.__setattr__(self, name, floats(name, values, time.size))
        positive("die_area_mm2", self.die_area_mm2)
        for name in ("peak_force_n", "held_s"):
            if (value := getattr(self, name)) is not None:
                not_negative(name, value)
        for name, value in self.conditions.items():
            number(f"conditions.{name}", value)
        if self.acoustic_hits is not None and not (self.acoustic_hits >= 0).all():
            raise BadInput("acoustic_hits", float(self.acoustic_hits.min()), "0 or more",
                           "Check the log.")

    @property
    def whole(self) -> bool:
        """True for a log of the machine's own without a gap."""
        return not (self.entered or self.gap)

    @property
    def pressure_mpa(self) -> FloatArray:
        """Pressure on the sample, shape (n,): newton per square millimetre is megapascal."""
        return self.force_n / self.die_area_mm2

    @property
    def temperature_c(self) -> FloatArray | None:
        """Mean of the platens that are measured, shape (n,); None where none is."""
        platens = [t for t in (self.temperature_upper_c, self.temperature_lower_c) if t is not None]
        return np.mean(platens, axis=0) if platens else None
