"""One cycle of an emulated press, in machine seconds: heat, ramp, dwell, cool, release.

Each step is integrated exactly, whatever its length, so that a fast emulator neither skips a
phase nor over-shoots.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from pressloop.hardware.plc.frames import PressOrder
from pressloop.hardware.simulation import cycle as shape
from pressloop.hardware.simulation import stack_physics as physics
from pressloop.hardware.simulation.bench import Accepted
from pressloop.hardware.simulation.materials import materials
from pressloop.hardware.simulation.sample import noise, pressed
from pressloop.trials.recipe import Recipe
from pressloop.trials.stack import Stack

HELD = 0.95
"""Share of the set force from which on the dwell counts."""
UNLOAD_N_PER_S = 20e3
"""How fast release and alarms unload."""


@dataclass(frozen=True, slots=True)
class Stacks:
    """What the emulated press is loaded with."""

    preset: str
    seed: int
    lot: str
    operator: str
    area_cm2: float
    thickness_um: float
    pre_press_mpa: float


class Cycle:
    """The accepted order as it goes. `damp` scales the force where the hydraulics fail."""

    def __init__(self, order: PressOrder, of: Stacks, die_area_mm2: float, platen_c: float,
                 heating_c_per_s: float) -> None:
        self.order, self.area, self.platen_c = order, die_area_mm2, platen_c
        self._c_per_s = heating_c_per_s
        self.phase, self.elapsed, self.force, self.held, self.peak = "heating", 0.0, 0.0, 0.0, 0.0
        self._dwell_left, self._highest = order.dwell, 0.0
        self.accepted = self._on_bench(of)
        sample = pressed(self.accepted, 30.0)
        self._set = sample.felt_mpa * die_area_mm2
        self._of, self._felt_mpa = materials(of.preset), sample.felt_mpa
        self.duration = self._announced()
        self._factor = sample.felt_mpa / self.accepted.recipe.pressure_mpa
        draw = noise(of.seed, "hits", self.accepted.stack.stack_id)
        self._all_hits = draw.poisson(shape.HITS_PER_CM2 * of.area_cm2 * sample.damage)

    def advance(self, seconds: float) -> None:
        """Goes on by machine seconds, through as many phases as fit."""
        while seconds > 1e-12 and self.phase != "done":
            used = getattr(self, f"_{self.phase}")(seconds)
            self.elapsed += used
            seconds -= used
            self.peak = max(self.peak, self.force)
            self._highest = max(self._highest, self.force / self.area)

    def unload(self) -> None:
        """Straight to the release, fast, hot or not."""
        if self.phase != "done":
            self.phase, self.order = "releasing", replace(self.order, release_rate=UNLOAD_N_PER_S)

    def scale_force(self, factor: float) -> None:
        """The hydraulics lose or gain force."""
        self.force *= factor
        self.peak = max(self.peak, self.force)
        self._highest = max(self._highest, self.force / self.area)

    @property
    def measured_force(self) -> float:
        """What the press's own sensor reads, by which it controls.

        The set point's error is the sensor's."""
        return self.force / self._factor

    @property
    def hits(self) -> int:
        """Acoustic hits so far: particles broken by the highest pressure, and the building's."""
        warm = np.array(self.platen_c)
        so_far, whole = (float(physics.crushed_fraction(
            np.array(mpa), warm, self._of, self._of.particle_strength_mpa))
            for mpa in (self._highest, self._felt_mpa))
        done = so_far / whole if whole > 0 else 0.0
        return int(self._all_hits * min(done, 3.0)) + int(
            shape.BACKGROUND_HITS_PER_S * self.elapsed)

    @property
    def position_mm(self) -> float:
        """Punch travel: densification that stays, and springback that does not."""
        stack, now = self.accepted.stack, self.force / self.area
        thick_mm = (stack.separator_um + self._of.cathode_thickness_um) * 1e-3
        pores = 0.315 * np.exp(-((self._highest / 160.0) ** 0.77))
        return float(thick_mm * (1.0 - (1.0 - 0.315) / (1.0 - pores)
                                 + 0.024 * (1.0 - np.exp(-now / 113.0))))

    def as_it_was(self, whole: bool) -> Accepted | None:
        """What the stack has been through, for the bench; None where it felt nothing."""
        if self.peak <= 0.0:
            return None
        if whole:
            return self.accepted
        warm = self.order.temperature if self.held > 0 else self.platen_c
        recipe = Recipe(self.peak / self.area / self._factor, max(self.held, 0.5), warm)
        return replace(self.accepted, recipe=recipe)

    @property
    def _ramp(self) -> float:
        return self.order.ramp or shape.RAMP_MPA_PER_S * self.area

    @property
    def _release_rate(self) -> float:
        return self.order.release_rate or shape.RELEASE_MPA_PER_S * self.area

    def _announced(self) -> float:
        """Machine seconds from start to open platens."""
        order = self.order
        heat = abs(self._target_c() - self.platen_c) / self._c_per_s
        cool = max(self._target_c() - order.open_below, 0.0) / self._c_per_s
        return (heat + order.force / self._ramp + order.dwell + cool
                + order.force / self._release_rate)

    def _target_c(self) -> float:
        return self.order.temperature

    def _warm(self, target_c: float, seconds: float) -> float:
        """Moves the platens towards a temperature; returns the seconds that took."""
        away = target_c - self.platen_c
        used = min(seconds, abs(away) / self._c_per_s)
        self.platen_c += float(np.sign(away)) * used * self._c_per_s
        if used < seconds:
            self.platen_c = target_c
        return used

    def _heating(self, seconds: float) -> float:
        used = self._warm(self._target_c(), seconds)
        if self.platen_c == self._target_c():
            self.phase = "ramping"
        return used

    def _ramping(self, seconds: float) -> float:
        used = min(seconds, (self._set - self.force) / self._ramp)
        above = self.force + self._ramp * used - HELD * self._set
        self.held += min(max(above, 0.0) / self._ramp, used)
        self.force += self._ramp * used
        if used < seconds:
            self.force, self.phase = self._set, "dwelling"
        return used

    def _dwelling(self, seconds: float) -> float:
        used = min(seconds, self._dwell_left)
        self._dwell_left -= used
        self.held += used if self.force >= HELD * self._set else 0.0
        if used < seconds or self._dwell_left <= 0.0:
            self.phase = "cooling" if self.platen_c > self.order.open_below else "releasing"
        return used

    def _cooling(self, seconds: float) -> float:
        used = self._warm(self.order.open_below, seconds)
        if self.platen_c <= self.order.open_below:
            self.phase = "releasing"
        return used

    def _releasing(self, seconds: float) -> float:
        used = min(seconds, self.force / self._release_rate)
        self.force -= self._release_rate * used
        if used < seconds:
            self.force, self.phase = 0.0, "done"
        return used

    def _on_bench(self, of: Stacks) -> Accepted:
        order = self.order
        stack = Stack(f"{order.stack_tag:08x}", of.lot, of.operator, of.area_cm2, of.thickness_um,
                      of.pre_press_mpa)
        recipe = Recipe(order.force / self.area, order.dwell, order.temperature)
        # Ended as soon as it is on the bench, whatever this computer's clock says.
        return Accepted(order.cycle_id, stack, recipe, of.preset, of.seed, 0.0, 0.0)

