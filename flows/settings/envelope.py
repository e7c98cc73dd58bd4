"""`[envelope]` of a settings file: profiles of die and materials, and numbers beside them."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from pressloop.flows.settings.tables import Table, table_of
from pressloop.hardware.envelope import Envelope
from pressloop.hardware.profiles import LARGEST_DIE_MM, Bounds, Die, Material, Own, envelope_of

DieTable = table_of(Die)
MaterialTable = table_of(Material)
Materials = Annotated[
    tuple[MaterialTable, ...],  # type: ignore[valid-type]
    BeforeValidator(lambda value: tuple(value) if isinstance(value, list) else value)]


Pairs = Annotated[
    tuple[tuple[float, float], ...],
    BeforeValidator(lambda value: tuple(
        tuple(one) if isinstance(one, list) else one for one in value)
        if isinstance(value, list) else value)]


class EnvelopeTable(Table):
    """`[envelope]`: what die, press and materials bear.

    Numbers may tighten the profiles of die and materials, never loosen them; where no die is named,
    those of the die are needed. `die` is the path of a profile, and `materials` a list of paths;
    they may also stand here as tables.

    press_max_force_kn: the greatest force of the press.
    die_diameter_mm: bore of the die; force over its area is the pressure.
    die_max_pressure_mpa: what the die bears.
    min_temperature_c: the coldest platens that may be asked for.
    max_temperature_c: the hottest.
    open_below_c: platen temperature above which the die stays closed; any when left out.
    max_dwell_s: the longest dwell.
    max_rate_mpa_per_s: how fast the load may change.
    max_o2_ppm: oxygen above which no cycle starts; not looked at when left out.
    max_h2o_ppm: water above which no cycle starts; not looked at when left out.
    max_pressure_at_c: pressure that the die bears at temperatures, as pairs of degC and MPa, colder
        ones first, and straight in between; the same at all when left out.
    """

    die: DieTable | None = None  # type: ignore[valid-type]
    materials: Materials = ()
    press_max_force_kn: float = Field(gt=0)
    die_diameter_mm: float | None = Field(default=None, gt=0, le=LARGEST_DIE_MM)
    die_max_pressure_mpa: float | None = Field(default=None, gt=0)
    min_temperature_c: float = 15.0
    max_temperature_c: float | None = None
    open_below_c: float | None = None
    max_dwell_s: float = Field(default=3600.0, gt=0)
    max_rate_mpa_per_s: float = Field(default=50.0, gt=0)
    max_o2_ppm: float | None = Field(default=None, gt=0)
    max_h2o_ppm: float | None = Field(default=None, gt=0)
    max_pressure_at_c: Pairs = ()

    @property
    def envelope(self) -> Envelope:
        """Profiles and numbers together. Raises BadInput for a number that loosens a profile."""
        die: Any = self.die
        return replace(envelope_of(
            None if die is None else Die(**die.model_dump()),
            [Material(**one.model_dump()) for one in self.materials],  # type: ignore[attr-defined]
            Bounds(self.press_max_force_kn * 1e3, self.min_temperature_c, self.max_dwell_s,
                   self.max_rate_mpa_per_s, self.max_o2_ppm, self.max_h2o_ppm),
            Own(self.die_diameter_mm, self.die_max_pressure_mpa, self.max_temperature_c,
                self.open_below_c)), max_pressure_at_c=self.max_pressure_at_c)
