"""One pressed stack as nature made it: the truth that only the simulator knows."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from pressloop.hardware.simulation import stack_physics as physics
from pressloop.hardware.simulation.bench import Accepted
from pressloop.hardware.simulation.materials import Materials, materials
from pressloop.trials.checks import FloatArray

PRESSURE_ERROR = 0.0075
"""Relative set-point error of an automatic press, 0.5-1 % [A]."""
TEMPERATURE_ERROR_C = 2.5
"""Platen temperature error, 2-3 degC [A]."""
DWELL_ERROR_S = 1.0
"""Dwell error [A]."""
OPEN_WHEN_PARTED = 0.8
"""Fraction of lost area above which the layers come apart on release [A]."""


class Break(StrEnum):
    """What broke, if anything."""

    NOTHING = "nothing"
    SHORT = "short"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Sample:
    """Grid-cell resistances (ohm cm2, shape (m,)) and states of one pressed stack."""

    contact_ohm_cm2: FloatArray
    reaction_ohm_cm2: FloatArray
    separator_ohm_cm2: float
    damage: float
    parted: float
    broke: Break
    felt_mpa: float
    felt_c: float
    felt_s: float

    @property
    def interfacial_ohm_cm2(self) -> float:
        """Whole-area interfacial resistance at 30 degC, ohm cm2."""
        return physics.average_resistance(self.contact_ohm_cm2 + self.reaction_ohm_cm2)


def noise(seed: int, *keys: str | int) -> np.random.Generator:
    """A generator of its own for each thing, so that resuming draws the same numbers."""
    words = [zlib.crc32(str(key).encode()) for key in keys]
    return np.random.default_rng([seed, *words])


def pressed(cycle: Accepted, stack_pressure_mpa: float) -> Sample:
    """The stack after this cycle.

    Same cycle, same sample: everything random is drawn from the bench's seed and the names of
    stack, lot and operator."""
    of, stack, recipe = materials(cycle.preset), cycle.stack, cycle.recipe
    draw = noise(cycle.seed, "stack", stack.stack_id)
    felt_mpa = recipe.pressure_mpa * (1.0 + PRESSURE_ERROR * draw.standard_normal())
    felt_c = recipe.temperature_c
    if felt_c > 30.0:
        felt_c += TEMPERATURE_ERROR_C * draw.standard_normal()
    felt_s = max(recipe.dwell_s + DWELL_ERROR_S * draw.standard_normal(), 0.5)
    strength = of.particle_strength_mpa * np.exp(of.strength_scatter * draw.standard_normal())
    scatter = of.cell_scatter * draw.standard_normal() + _shared_offset(of, cycle)
    local = physics.local_pressure(felt_mpa, of, tilt_towards=draw.uniform(-np.pi, np.pi))
    layers = physics.layers(local, np.full_like(local, felt_s), np.full_like(local, felt_c), of,
                            stack_pressure_mpa=stack_pressure_mpa, strength_mpa=float(strength),
                            pre_press_mpa=stack.pre_press_mpa or 0.0)
    open_part = 1.0 - layers.parted
    factor = np.exp(scatter) / open_part
    parted = float(layers.parted.mean())
    effective = physics.effective_pressure(local, np.full_like(local, felt_s),
                                           np.full_like(local, felt_c))
    return Sample(
        contact_ohm_cm2=factor * (layers.anode + layers.collector + 0.5 * layers.cathode_ion),
        reaction_ohm_cm2=factor * (layers.charge_transfer + layers.interphase
                                   + 0.5 * layers.cathode_ion),
        separator_ohm_cm2=physics.separator_ohm_cm2(
            float(effective.mean()), stack.pre_press_mpa or 0.0, stack.separator_um, of,
            stack_pressure_mpa),
        damage=float(layers.damage.mean()),
        parted=parted,
        broke=_what_broke(felt_mpa, parted, of, draw),
        felt_mpa=float(felt_mpa), felt_c=float(felt_c), felt_s=float(felt_s),
    )


def _shared_offset(of: Materials, cycle: Accepted) -> float:
    lot = of.lot_scatter * noise(cycle.seed, "lot", cycle.stack.lot).standard_normal()
    person = noise(cycle.seed, "operator", cycle.stack.operator).standard_normal()
    return float(lot + of.operator_scatter * person)


def _what_broke(felt_mpa: float, parted: float, of: Materials,
                draw: np.random.Generator) -> Break:
    at = np.array(felt_mpa)
    shorted = 1.0 - ((1.0 - physics.pellet_cracks(at)) * (1.0 - physics.foil_tears(at, of)))
    by_recipe, by_preparation, which = draw.uniform(size=3)
    if by_recipe < float(shorted):
        return Break.SHORT
    if by_preparation < of.spoilt_fraction:
        return Break.SHORT if which < 0.7 else Break.OPEN
    return Break.OPEN if parted > OPEN_WHEN_PARTED else Break.NOTHING
