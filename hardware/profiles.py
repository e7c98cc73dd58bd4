"""Dies and materials, each with the limits it brings, and the envelope of them all.

Profiles are small TOML files (docs/reference/profiles.md); the numbers are their authors'. The
envelope takes the tightest of every limit and keeps the name of who set it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from pressloop.hardware.envelope import Envelope
from pressloop.trials.checks import number, positive, text, within
from pressloop.trials.errors import BadInput

LARGEST_DIE_MM = 1000.0
"""A die of a metre: beyond, the number is no diameter in mm."""


@dataclass(frozen=True, slots=True)
class Die:
    """A die with its limits. Raises BadInput for a limit that is no number, or not above zero.

    name: what it is called in messages.
    diameter_mm: its bore.
    max_pressure_mpa: pressure on the sample that it bears.
    max_temperature_c: temperature that it bears.
    source: where these numbers come from.
    open_below_c: platen temperature below which it may be opened; any when left out.
    pressure_reason, temperature_reason: why, for the message of a refusal.
    """

    name: str
    diameter_mm: float
    max_pressure_mpa: float
    max_temperature_c: float
    source: str
    open_below_c: float | None = None
    pressure_reason: str = ""
    temperature_reason: str = ""

    def __post_init__(self) -> None:
        positive("diameter_mm", self.diameter_mm)
        within("diameter_mm", self.diameter_mm, 0.0, LARGEST_DIE_MM, "Check the unit: it is mm.")
        _prove(self)
        if self.open_below_c is not None:
            within("open_below_c", self.open_below_c, 0.0, math.inf, "A temperature in degC.")

    @property
    def area_mm2(self) -> float:
        """Area that force is divided by, mm2."""
        return math.pi * self.diameter_mm**2 / 4.0


@dataclass(frozen=True, slots=True)
class Material:
    """Something that lies in the die, with its limits. Raises BadInput as `Die` does.

    name: what it is called in messages.
    max_temperature_c: temperature that it bears, with the margin taken off already.
    temperature_reason: why, for the message of a refusal.
    source: where these numbers come from.
    max_pressure_mpa: pressure that it bears, where there is such a limit.
    pressure_reason: why, for the message of a refusal.
    """

    name: str
    max_temperature_c: float
    temperature_reason: str
    source: str
    max_pressure_mpa: float | None = None
    pressure_reason: str = ""

    def __post_init__(self) -> None:
        text("temperature_reason", self.temperature_reason)
        _prove(self)


@dataclass(frozen=True, slots=True)
class Own:
    """What the settings say beside the profiles; None says nothing."""

    diameter_mm: float | None = None
    max_pressure_mpa: float | None = None
    max_temperature_c: float | None = None
    open_below_c: float | None = None


@dataclass(frozen=True, slots=True)
class Bounds:
    """What neither die nor material sets.

    The press's force (N), the coldest temperature (degC), the longest dwell (s), the fastest rate
    (MPa/s), the atmosphere (ppm, None for any)."""

    press_max_force_n: float
    min_temperature_c: float = 15.0
    max_dwell_s: float = 3600.0
    max_rate_mpa_per_s: float = 50.0
    max_o2_ppm: float | None = None
    max_h2o_ppm: float | None = None


@dataclass(frozen=True, order=True, slots=True)
class ProfileLimit:
    """One upper limit and who sets it; the smaller one sorts first."""

    value: float
    who: str = field(compare=False, default="")


def envelope_of(die: Die | None, materials: Sequence[Material], bounds: Bounds,
                own: Own | None = None) -> Envelope:
    """The envelope inside the limits of die, materials and settings.

    Settings may tighten a profile, never loosen it; without a die they say all that a die would.
    Raises BadInput, under the key of the settings.
    """
    own = own or Own()
    parts: list[Die | Material] = [*([die] if die else []), *materials]
    pressure = tightest("die_max_pressure_mpa", own.max_pressure_mpa, (
        ProfileLimit(p.max_pressure_mpa, _who(p, p.pressure_reason)) for p in parts
        if p.max_pressure_mpa is not None), asked=die is None)
    heat = tightest("max_temperature_c", own.max_temperature_c, (
        ProfileLimit(p.max_temperature_c, _who(p, p.temperature_reason)) for p in parts),
        asked=die is None)
    opening = _opening(die, own)
    named = [("die_max_pressure_mpa", pressure), ("max_temperature_c", heat),
             ("open_below_c", opening)]
    return Envelope(
        die_area_mm2=math.pi * _diameter(die, own) ** 2 / 4.0,
        press_max_force_n=bounds.press_max_force_n, die_max_pressure_mpa=pressure.value,
        min_temperature_c=bounds.min_temperature_c, max_temperature_c=heat.value,
        max_dwell_s=bounds.max_dwell_s, max_rate_mpa_per_s=bounds.max_rate_mpa_per_s,
        open_below_c=None if opening is None else opening.value, max_o2_ppm=bounds.max_o2_ppm,
        max_h2o_ppm=bounds.max_h2o_ppm,
        because=tuple((name, limit.who) for name, limit in named if limit and limit.who))


def tightest(key: str, own: float | None, limits: Iterable[ProfileLimit], *, asked: bool
             ) -> ProfileLimit:
    """The smallest limit; the settings' own number where it is smaller still.

    Raises BadInput when it is larger, when it is no number, or when it is `asked` for and
    missing."""
    least = min(limits, default=None)
    if own is None:
        if asked or least is None:
            raise BadInput(f"envelope.{key}", "missing", "present where no die profile is named",
                           'Add the key, or a profile such as die = "dies/peek_10mm.toml".')
        return least
    number(f"envelope.{key}", own)
    if least is not None and not own <= least.value:
        raise BadInput(f"envelope.{key}", own, f"at most {least.value:g} ({least.who})",
                       "Settings may tighten a profile, never loosen it: lower or remove the key.")
    if least is None:
        return ProfileLimit(own)
    return ProfileLimit(own, least.who if own == least.value else "number in [envelope]")


def _diameter(die: Die | None, own: Own) -> float:
    if die is None:
        if own.diameter_mm is None:
            raise BadInput("envelope.die_diameter_mm", "missing",
                           "present where no die profile is named", "Add the key, or a die.")
        return positive("envelope.die_diameter_mm", own.diameter_mm)
    if own.diameter_mm not in (None, die.diameter_mm):
        raise BadInput("envelope.die_diameter_mm", own.diameter_mm,
                       f"{die.diameter_mm:g}, the diameter of {die.name}",
                       "Remove the key, or name another die.")
    return die.diameter_mm


def _opening(die: Die | None, own: Own) -> ProfileLimit | None:
    limits = [] if die is None or die.open_below_c is None else [
        ProfileLimit(die.open_below_c, die.name)]
    if own.open_below_c is None and not limits:
        return None
    return tightest("open_below_c", own.open_below_c, limits, asked=False)


def _who(part: Die | Material, reason: str) -> str:
    return f"{part.name}: {reason}" if reason else part.name


def _prove(part: Die | Material) -> None:
    """Checks that every profile shares."""
    text("name", part.name)
    text("source", part.source)
    within("max_temperature_c", part.max_temperature_c, 0.0, math.inf, "A temperature in degC.")
    if part.max_pressure_mpa is not None:
        positive("max_pressure_mpa", part.max_pressure_mpa)
