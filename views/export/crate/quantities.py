"""Quantities of a trial as nodes of JSON-LD.

Each is a schema.org PropertyValue, and an EMMO quantity where EMMO has a word for it."""

from __future__ import annotations

from typing import Any

from pressloop.trials.outcome import Intact
from pressloop.trials.recipe import RATES, Recipe
from pressloop.trials.trial import Trial
from pressloop.views.export.crate.columns import column_of
from pressloop.views.export.crate.facts import Facts
from pressloop.views.export.crate.terms import UNITS, unit_keys

Node = dict[str, Any]
Value = float | str | None


def quantity(facts: Facts, name: str, value: Value, *, column: str = "", error: float | None = None,
             unit: str | None = None) -> Node:
    """A quantity by the name of its column, or of a `column` that means the same.

    With the standard `error` of a reading. `unit` is that of a quantity that a campaign names."""
    known = column_of(column or name, facts.units)
    told = known.unit if unit is None else unit
    node: Node = {"@type": "PropertyValue", "name": name, "value": value, **unit_keys(told)}
    if known.concept and not isinstance(value, str):
        node["@type"] = [known.concept, "PropertyValue"]
        node["hasNumericalPart"] = {"@type": "Real", "hasNumberValue": value}
        if emmo := UNITS[told].emmo:
            node["hasMeasurementUnit"] = {"@id": emmo}
    if error is not None:
        node["hasMetrologicalUncertainty"] = {
            "@type": ["MetrologicalUncertainty", "PropertyValue"], "name": "standard error",
            "value": error, **unit_keys(told),
            "hasNumericalPart": {"@type": "Real", "hasNumberValue": error}}
    return node


def set_points(facts: Facts, recipe: Recipe) -> list[Node]:
    """What the press was asked for, and the other parameters of the recipe."""
    named: list[tuple[str, Value]] = [(name, recipe.value(name)) for name in (
        *recipe.core, *RATES, *(name for name, _ in recipe.others))]
    return [quantity(facts, name, value) for name, value in named if value is not None]


def achieved(facts: Facts, trial: Trial) -> list[Node]:
    """What the press did where that was not what it was asked for."""
    if trial.pressed == trial.recipe:
        return []
    return [quantity(facts, f"achieved_{name}", trial.pressed.value(name), column=name)
            for name in trial.recipe.core]


def readings(facts: Facts, trial: Trial) -> list[Node]:
    """What was read of an intact stack, with standard errors; nothing of any other one."""
    if not isinstance(outcome := trial.outcome, Intact):
        return []
    told = [("resistance_ohm_cm2", outcome.resistance_ohm_cm2, outcome.resistance_se_ohm_cm2),
            ("total_ohm_cm2", outcome.total_ohm_cm2, outcome.total_se_ohm_cm2),
            ("resistance_ohm", outcome.resistance_ohm, None)]
    found = [quantity(facts, name, value, error=error)
             for name, value, error in told if value is not None]
    return found + [quantity(facts, one.name, one.value, error=one.standard_error, unit=one.unit)
                    for one in outcome.measured]


def conditions(facts: Facts, trial: Trial) -> list[Node]:
    """At what the full electrode was measured, as far as that was recorded."""
    if not trial.spectra:
        return []
    full = trial.spectra[0]
    told = [("stack_pressure_mpa", full.stack_pressure_mpa), ("measured_at_c", full.temperature_c),
            ("rest_s", full.rest_s), ("amplitude_mv", full.amplitude_mv)]
    return [quantity(facts, name, value) for name, value in told if value is not None]
