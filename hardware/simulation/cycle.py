"""The trace of a simulated cycle: heat up, ramp, dwell, release."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pressloop.hardware.simulation import stack_physics as physics
from pressloop.hardware.simulation.bench import Accepted
from pressloop.hardware.simulation.materials import materials
from pressloop.hardware.simulation.sample import Sample, noise
from pressloop.trials.checks import FloatArray
from pressloop.trials.trace import Trace

RAMP_MPA_PER_S = 5.0
RELEASE_MPA_PER_S = 2.0
"""The machine's own rates, where the recipe gives none; slow release keeps springback from
parting the layers [Cronau 2021 releases over 5 min]."""
PLATEN_LAG_S = 90.0
"""First-order lag of a heated platen behind its controller [A]."""
HITS_PER_CM2 = 2500.0
"""Acoustic hits from a wholly crushed cathode, per area [A]."""
BACKGROUND_HITS_PER_S = 0.005
"""Acoustic hits from the building [A]."""
DROPS = 100.0
"""Load drops from a wholly crushed cathode; each is one sample long [A]."""


@dataclass(frozen=True, slots=True)
class Phases:
    """Durations in seconds."""

    heat: float
    ramp: float
    dwell: float
    release: float

    @property
    def total(self) -> float:
        """From start to open platens."""
        return self.heat + self.ramp + self.dwell + self.release


def phases(pressure_mpa: float, dwell_s: float, temperature_c: float, ramp: float | None,
           release: float | None) -> Phases:
    """How long each phase takes; a heated cycle first brings the platens to temperature."""
    heat = 0.0
    if temperature_c > 30.0:
        heat = (temperature_c - 25.0) / physics.RAMP_C_PER_S + 4.0 * PLATEN_LAG_S
    return Phases(heat, pressure_mpa / (ramp or RAMP_MPA_PER_S), dwell_s,
                  pressure_mpa / (release or RELEASE_MPA_PER_S))


def trace(cycle: Accepted, sample: Sample, die_area_mm2: float, acoustic: bool) -> Trace:
    """The sampled cycle, about 400 samples, densest on the ramp where particles break."""
    recipe, draw = cycle.recipe, noise(cycle.seed, "trace", cycle.stack.stack_id)
    spans = phases(sample.felt_mpa, sample.felt_s, recipe.temperature_c, recipe.ramp_mpa_per_s,
                   recipe.release_mpa_per_s)
    time, pressure = _profile(spans, sample.felt_mpa)
    temperature = _platens(time, recipe.temperature_c, sample.felt_c)
    hits, drops = _breaking(time, pressure, temperature, cycle, sample, draw)
    measured = pressure * (1.0 + 0.002 * draw.standard_normal(time.size)) * (1.0 - 0.03 * drops)
    measured += 0.05 * draw.standard_normal(time.size)
    return Trace(
        time_s=time,
        force_n=measured * die_area_mm2,
        position_mm=_travel(time, pressure, temperature, cycle)
        + 0.001 * draw.standard_normal(time.size),
        temperature_upper_c=temperature + 0.4 + 0.2 * draw.standard_normal(time.size),
        temperature_lower_c=temperature - 0.4 + 0.2 * draw.standard_normal(time.size),
        die_area_mm2=die_area_mm2,
        acoustic_hits=hits if acoustic else None,
    )


def _profile(spans: Phases, peak: float) -> tuple[FloatArray, FloatArray]:
    """Times and pressures of the four phases."""
    corners = np.cumsum([0.0, spans.heat, spans.ramp, spans.dwell, spans.release])
    counts = (60 if spans.heat else 2, 200, 100, 40)
    time = np.concatenate([
        np.linspace(corners[i], corners[i + 1], n, endpoint=i == 3)
        for i, n in enumerate(counts) if corners[i + 1] > corners[i]])
    pressure = np.interp(time, corners, [0.0, 0.0, peak, peak, 0.0])
    return time, pressure


def _platens(time: FloatArray, asked_c: float, felt_c: float) -> FloatArray:
    """First-order lag behind the controller's ramp."""
    if asked_c <= 30.0:
        return np.full_like(time, felt_c)
    slope = physics.RAMP_C_PER_S
    end = (felt_c - 25.0) / slope
    lag = PLATEN_LAG_S * slope
    rising = 25.0 + slope * time - lag * (1.0 - np.exp(-time / PLATEN_LAG_S))
    short_by = lag * (1.0 - np.exp(-end / PLATEN_LAG_S))
    settled = felt_c - short_by * np.exp(-(time - end) / PLATEN_LAG_S)
    return np.asarray(np.where(time < end, rising, settled))


def _breaking(time: FloatArray, pressure: FloatArray, temperature: FloatArray, cycle: Accepted,
              sample: Sample, draw: np.random.Generator) -> tuple[FloatArray, FloatArray]:
    """Acoustic hits per sample and load drops (0 or 1 per sample) as particles break."""
    of = materials(cycle.preset)
    highest = np.maximum.accumulate(pressure)
    broken = physics.crushed_fraction(highest, temperature, of, of.particle_strength_mpa)
    share = np.maximum(np.diff(broken, prepend=0.0), 0.0)
    share = share / share.sum() * sample.damage if share.sum() > 0 else share
    step = np.diff(time, prepend=0.0)
    expected = HITS_PER_CM2 * cycle.stack.area_cm2 * share + BACKGROUND_HITS_PER_S * step
    drops = draw.poisson(DROPS * share) > 0
    return draw.poisson(expected).astype(np.float64), drops.astype(np.float64)


def _travel(time: FloatArray, pressure: FloatArray, temperature: FloatArray,
            cycle: Accepted) -> FloatArray:
    """Punch travel (mm): densification, which stays, and springback, which does not.

    eps = 0.315 exp(-(P*/160)^0.77) under load, springback 0.024 (1 - exp(-P/113)) [D, Miss 2026,
    doi 10.1021/acsami.6c03789], for separator and cathode together.
    """
    of = materials(cycle.preset)
    thickness_mm = (cycle.stack.separator_um + of.cathode_thickness_um) * 1e-3
    held = np.maximum.accumulate(pressure)
    done = physics.effective_pressure(held, np.maximum(time - time[pressure > 0][0], 0.0) + 1e-3,
                                      temperature)
    done = np.maximum.accumulate(done)
    pores = 0.315 * np.exp(-((done / 160.0) ** 0.77))
    densified = 1.0 - (1.0 - 0.315) / (1.0 - pores)
    spring = 0.024 * (1.0 - np.exp(-pressure / 113.0))
    return np.asarray(thickness_mm * (densified + spring))
