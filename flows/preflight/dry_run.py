"""One recipe through every check, without a stack and without moving anything."""

from __future__ import annotations

import re
from collections.abc import Mapping

from pressloop.flows.console import BAD_INPUT
from pressloop.flows.preflight.rows import Row
from pressloop.flows.settings.campaign import Settings
from pressloop.hardware.envelope import violations
from pressloop.hardware.protocols import Press
from pressloop.hardware.units import Machine, from_newton
from pressloop.trials.errors import BadInput, shown
from pressloop.trials.readings import number_of
from pressloop.trials.recipe import Recipe, Value
from pressloop.trials.recipe import shown as shown_value

REFERENCE, OPTION = "reference", "--recipe"


def recipe_named(text: str, settings: Settings) -> Recipe:
    """The recipe of `--recipe`.

    "reference", or pressure (MPa), dwell (s) and temperature (degC) with commas between them, or
    NAME=VALUE with commas; what is not named is as in the reference or as [space] fixes it. Raises
    BadInput for anything else."""
    if text.strip() == REFERENCE:
        if settings.reference is None:
            raise BadInput(OPTION, text, "numbers where the settings have no [reference]",
                           "Write it like 140,180,25.")
        return settings.reference
    if "=" in text:
        return completed(values_named(text, settings, OPTION), settings, OPTION, text)
    try:
        pressure, dwell, temperature = map(float, text.split(","))
    except ValueError:
        raise BadInput(OPTION, text, "pressure, dwell and temperature, or reference",
                       "Write it like 140,180,25: MPa, s, degC.") from None
    besides = settings.reference.named if settings.reference is not None else {}
    return Recipe(pressure, dwell, temperature, without=settings.space.absent).changed(**besides)


def values_named(text: str, settings: Settings, where: str) -> dict[str, Value]:
    """The values of NAME=VALUE with commas between. Raises BadInput for what the space lacks."""
    parameters, given = {p.name: p for p in settings.space.told}, dict[str, Value]()
    for part in re.split(r",(?=[^,=]*=)", text):
        name, _, value = (one.strip() for one in part.partition("="))
        if name not in parameters:
            raise BadInput(where, name or part, f"one of {', '.join(parameters)}",
                           "Write it like NAME=VALUE, with commas between.")
        p = parameters[name]
        given[name] = value if p.kinds else number_of(f"{where} {name}", value)
        if p.kinds and value not in p.kinds:
            raise BadInput(f"{where} {name}", value, p.told(), "Name one of the kinds.")
    return given


def completed(values: Mapping[str, Value], settings: Settings, where: str, typed: str) -> Recipe:
    """The recipe of these values, the others as in the reference or as [space] fixes them.

    Raises BadInput, which shows what was `typed`, where one is told nowhere."""
    given, rest = dict(values), settings.reference
    for p in settings.space.parameters:
        known = rest.value(p.name) if rest is not None else p.constant() if p.fixed else p.default
        if p.name not in given and known is not None:
            given[p.name] = known
    if lacks := [p.name for p in settings.space.told if p.name not in given]:
        raise BadInput(where, typed, f"a recipe that says {', '.join(lacks)} too",
                       "Add it: there is no [reference] that tells it.")
    return Recipe.of(given, settings.space.absent)


def recipe_rows(recipe: Recipe, settings: Settings, press: Press) -> list[Row]:
    """What the recipe asks of the press, and what settings and press say to it."""
    envelope = settings.envelope
    outside = [f"{v.name} = {shown(v.value)}: must be {v.bound}."
               for v in violations(recipe, envelope)]
    refused = press.would_refuse(settings.stack_named("dry run"), recipe)
    asked = ", ".join((
        f"{recipe.pressure_mpa:g} MPa, {recipe.dwell_s:g} s, {recipe.temperature_c:g} degC",
        *(f"{name} {shown_value(value)}" for name, value in recipe.named.items())))
    told = {p.name: [v] for p in settings.space.parameters
            if (v := recipe.value(p.name)) is not None}
    broken = settings.space.broken(told) if len(told) == len(settings.space.parameters) else ()
    machine = Machine(envelope.die_area_mm2, press.identify().max_force_n)
    return [
        Row("recipe", asked),
        Row("recipe force", in_gauge_units(recipe, machine)),
        Row("recipe, settings", " ".join(outside) or "inside the envelope", not outside,
            BAD_INPUT),
        *([Row("recipe, rules", "; ".join(f"breaks {rule}" for rule in broken) or "keeps all",
               not broken, BAD_INPUT)] if settings.space.rules else []),
        Row("recipe, press", " ".join(refused) or "would be accepted", not refused),
    ]


def in_gauge_units(recipe: Recipe, machine: Machine) -> str:
    """The force of the recipe as gauges show it. Raises BadInput for a machine without limits."""
    force = recipe.pressure_mpa * machine.die_area_mm2
    kilonewton, tonnes, percent = (
        from_newton(force, unit, machine) for unit in ("kN", "t", "percent_of_maximum"))
    return (f"{kilonewton:.2f} kN, {tonnes:.2f} t, {percent:.1f} % of the "
            f"{machine.max_force_n / 1e3:g} kN of the press")
