"""An outcome: what the readings of one trial mean."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from enum import StrEnum

from pressloop.trials.checks import not_negative, number, positive, text, within
from pressloop.trials.errors import BadInput
from pressloop.trials.quantity import RESISTANCE_NAME, RESISTANCE_UNIT, Measurement


class FailureMode(StrEnum):
    """How a stack failed.

    Each has a direction in pressure of its own, but for UNKNOWN: the stack has failed, and nobody
    knows how."""

    CRUSHED = "crushed"
    SHORTED = "shorted"
    DELAMINATED = "delaminated"
    UNKNOWN = "failed"


KNOWN_MODES = (FailureMode.CRUSHED, FailureMode.SHORTED, FailureMode.DELAMINATED)
"""Ways to fail that readings can tell."""


@dataclass(frozen=True, slots=True)
class Damage:
    """Crushed fraction of the cathode as the trace tells it, with its standard error."""

    index: float
    standard_error: float

    def __post_init__(self) -> None:
        within("damage_index", self.index, 0.0, 1.0, "It is a fraction of the cathode.")
        not_negative("damage_se", self.standard_error)


@dataclass(frozen=True, slots=True)
class Achieved:
    """What the press really did where that was not what the recipe asked.

    Pressure and dwell, and the platen temperature, None where it was not measured."""

    pressure_mpa: float
    dwell_s: float
    temperature_c: float | None = None

    def __post_init__(self) -> None:
        positive("achieved.pressure_mpa", self.pressure_mpa)
        positive("achieved.dwell_s", self.dwell_s)
        if self.temperature_c is not None:
            number("achieved.temperature_c", self.temperature_c)


@dataclass(frozen=True, slots=True)
class Arc:
    """One process of a fitted spectrum.

    `resistance_ohm_cm2`, frequency of its top (Hz), exponent, capacitance (F/cm2), what usually has
    such a capacitance, and whether it was counted as interface.
    """

    name: str
    resistance_ohm_cm2: float
    peak_hz: float
    exponent: float
    capacitance_f_cm2: float
    kind: str
    interface: bool


@dataclass(frozen=True, slots=True, repr=False)
class Intact:
    """A stack that works.

    `resistance_ohm_cm2` is the interfacial resistance times geometric area, None where only other
    quantities were `measured`; `total_ohm_cm2` is the total polarisation (all arcs). Standard
    errors are None where the source gave none. `circuit` and `summed` say which elements were added
    up, `arcs` all that was seen, `notes` what was left out or is in doubt. `nonuniformity` is the
    relative scatter of conductance over segmented electrodes. Raises BadInput on a resistance of
    zero or less: such a reading is a short, not an optimum; on two readings of one quantity, and
    where nothing was read at all.
    """

    resistance_ohm_cm2: float | None
    resistance_se_ohm_cm2: float | None = None
    total_ohm_cm2: float | None = None
    total_se_ohm_cm2: float | None = None
    damage: Damage | None = None
    nonuniformity: float | None = None
    resistance_ohm: float | None = None
    area_cm2: float | None = None
    circuit: str | None = None
    summed: tuple[str, ...] = ()
    stack_pressure_mpa: float | None = None
    measured_at_c: float | None = None
    rest_s: float | None = None
    arcs: tuple[Arc, ...] = ()
    notes: tuple[str, ...] = ()
    achieved: Achieved | None = field(default=None, repr=False)
    """None where the recipe was kept. Left out of `repr`, by which past presses are told again."""
    measured: tuple[Measurement, ...] = ()
    """Readings of other quantities, in the order of their names. In `repr` where there are any."""

    def __post_init__(self) -> None:
        if self.resistance_ohm_cm2 is not None:
            positive("resistance_ohm_cm2", self.resistance_ohm_cm2,
                     "A resistance of 0 or less is a failed stack: give its failure_mode instead.")
        self._prove_measured()
        for name in ("total_ohm_cm2", "resistance_ohm", "area_cm2"):
            if (value := getattr(self, name)) is not None:
                positive(name, value)
        for name in ("resistance_se_ohm_cm2", "total_se_ohm_cm2", "nonuniformity"):
            if (value := getattr(self, name)) is not None:
                not_negative(name, value)
        for name in ("stack_pressure_mpa", "measured_at_c", "rest_s"):
            if (value := getattr(self, name)) is not None:
                number(name, value)

    def _prove_measured(self) -> None:
        names = [one.name for one in self.measured]
        if RESISTANCE_NAME in names or len(set(names)) < len(names):
            raise BadInput("measured", ", ".join(names), "other quantities than the resistance, "
                           "each once", "Give each quantity one reading.")
        if self.resistance_ohm_cm2 is None and not names:
            raise BadInput("resistance_ohm_cm2", "missing", "given, or another quantity measured",
                           "A stack of which nothing is known is no outcome.")
        object.__setattr__(self, "measured", tuple(sorted(self.measured, key=lambda m: m.name)))

    def reading(self, name: str) -> Measurement | None:
        """The reading of the quantity of this name, the resistance among them; None without."""
        if name == RESISTANCE_NAME:
            return None if self.resistance_ohm_cm2 is None else Measurement(
                name, self.resistance_ohm_cm2, self.resistance_se_ohm_cm2, RESISTANCE_UNIT)
        return next((one for one in self.measured if one.name == name), None)

    @property
    def told(self) -> str:
        """What was read, in a few words."""
        ohm = [] if self.resistance_ohm_cm2 is None else [f"{self.resistance_ohm_cm2:g} ohm cm2"]
        return ", ".join((*ohm, *(f"{one.name} {one.value:g} {one.unit}".rstrip()
                                  for one in self.measured)))

    def __repr__(self) -> str:
        # As it was before other quantities were measured, where none is.
        told = ", ".join(f"{f.name}={getattr(self, f.name)!r}" for f in fields(self)
                         if f.repr and (f.name != "measured" or self.measured))
        return f"Intact({told})"


@dataclass(frozen=True, slots=True)
class Failed:
    """A stack that does not work, how, and by what evidence. It has no resistance."""

    mode: FailureMode
    evidence: str
    damage: Damage | None = None
    achieved: Achieved | None = field(default=None, repr=False)
    """As of `Intact`."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "mode", FailureMode(self.mode))
        text("evidence", self.evidence)


@dataclass(frozen=True, slots=True)
class SetAside:
    """A stack whose readings cannot be trusted, and why. It teaches no model.

    `measure_again` is True where a new sweep of the same stack may cure it.
    """

    reason: str
    measure_again: bool = False

    def __post_init__(self) -> None:
        text("reason", self.reason)


@dataclass(frozen=True, slots=True)
class Spoilt:
    """A stack that a person has spoilt, as by dropping it, and how.

    It says nothing of its recipe, and teaches no model."""

    reason: str

    def __post_init__(self) -> None:
        text("reason", self.reason)


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """What is recorded of the stack is taken back, and why. It teaches no model."""

    reason: str

    def __post_init__(self) -> None:
        text("reason", self.reason)


Outcome = Intact | Failed | SetAside | Spoilt | Withdrawn


def label_of(outcome: Outcome | None) -> str:
    """An outcome in a word."""
    if isinstance(outcome, Failed):
        return str(outcome.mode)
    return {"SetAside": "set aside", "NoneType": "none"}.get(
        type(outcome).__name__, type(outcome).__name__.lower())
