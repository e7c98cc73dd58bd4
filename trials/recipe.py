"""A recipe: what the press is asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from pressloop.trials.checks import number, positive, text
from pressloop.trials.errors import BadInput

Value = float | str
"""A number, or a kind by its name, such as a collector."""
CORE = ("pressure_mpa", "dwell_s", "temperature_c")
RATES = ("ramp_mpa_per_s", "release_mpa_per_s")


@dataclass(frozen=True, slots=True, repr=False)
class Recipe:
    """Set points of the secondary press.

    `pressure_mpa` is the pressure on the sample (force over die area), `dwell_s` the time held at
    it, `temperature_c` the platen temperature. Rates left out are the machine's own. `others` are
    the process parameters that a campaign names besides, as a mapping or as pairs of name and
    value; they are kept as pairs in the order of their names. `without` names those of the three
    that are no part of the process, as of one that presses nothing: their numbers say nothing, and
    no press takes such a recipe.
    Raises BadInput on NaN, infinity, a pressure, dwell or rate of zero or less, or a name among
    the others that is a field or comes twice.
    """

    pressure_mpa: float
    dwell_s: float
    temperature_c: float
    ramp_mpa_per_s: float | None = None
    release_mpa_per_s: float | None = None
    others: tuple[tuple[str, Value], ...] = field(default=(), kw_only=True)
    without: tuple[str, ...] = field(default=(), kw_only=True)

    def __post_init__(self) -> None:
        if self.without:
            object.__setattr__(self, "without", _absent(self.without))
        positive("pressure_mpa", self.pressure_mpa)
        positive("dwell_s", self.dwell_s)
        number("temperature_c", self.temperature_c)
        for name in RATES:
            if (rate := getattr(self, name)) is not None:
                positive(name, rate)
        if self.others:
            object.__setattr__(self, "others", _pairs(self.others))

    @classmethod
    def of(cls, values: Mapping[str, Any], without: tuple[str, ...] = ()) -> Recipe:
        """The recipe of named values: fields by their names, all else among the others."""
        own = {name: value for name, value in values.items() if name in (*CORE, *RATES)}
        return cls(**own, others=tuple((n, v) for n, v in values.items() if n not in own),
                   without=without)

    def value(self, name: str) -> Value | None:
        """The set point of this name; None where the recipe does not say it."""
        found: Value | None = getattr(self, name) if name in (*CORE, *RATES) else dict(
            self.others).get(name)
        return found

    def changed(self, **values: Value) -> Recipe:
        """The same with other values of these names."""
        own = {name: value for name, value in values.items() if name in (*CORE, *RATES)}
        others = {name: value for name, value in values.items() if name not in own}
        return replace(self, **own,  # type: ignore[arg-type]
                       others=tuple((dict(self.others) | others).items()))

    @property
    def core(self) -> tuple[str, ...]:
        """Which of pressure, dwell and temperature are part of the process."""
        return tuple(name for name in CORE if name not in self.without)

    @property
    def named(self) -> dict[str, Value]:
        """What the recipe says besides pressure, dwell and temperature, by name."""
        rates = {name: rate for name in RATES if (rate := getattr(self, name)) is not None}
        return {**rates, **dict(self.others)}

    def plain(self) -> dict[str, Any]:
        """JSON values from which `Recipe(**values)` makes the same recipe.

        Without others there is no word of them, as in ledgers that are older than they are."""
        kept = {f.name: getattr(self, f.name) for f in fields(self)
                if f.name not in ("others", "without")}
        return kept | ({"others": dict(self.others)} if self.others else {}) | (
            {"without": list(self.without)} if self.without else {})

    def __repr__(self) -> str:
        told = ", ".join(f"{name}={value!r}" for name, value in self.plain().items())
        return f"Recipe({told})"

    def __str__(self) -> str:
        core = [f"{getattr(self, name):.0f} {unit}" for name, unit in zip(
            CORE, ("MPa", "s", "degC"), strict=True) if name not in self.without]
        return ", ".join((*core, *(f"{name} {shown(value)}" for name, value in self.others)))


def shown(value: Value) -> str:
    """A value as a person would write it."""
    return value if isinstance(value, str) else f"{value:g}"


def _absent(names: Iterable[str]) -> tuple[str, ...]:
    for name in names:
        if name not in CORE:
            raise BadInput("recipe.without", name, f"some of {', '.join(CORE)}", "Correct it.")
    return tuple(name for name in CORE if name in names)


def _pairs(others: Any) -> tuple[tuple[str, Value], ...]:
    given: Iterable[Any] = others.items() if isinstance(others, Mapping) else others
    found: dict[str, Value] = {}
    for name, value in given:
        text("process parameter", name)
        if name in (*CORE, *RATES) or name in found:
            raise BadInput(f"recipe.{name}", value, "given once", "Drop one of the two.")
        found[name] = text(name, value) if isinstance(value, str) else number(name, value)
    return tuple(sorted(found.items()))
