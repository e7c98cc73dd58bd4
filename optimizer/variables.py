"""The variables of a space: pressure, dwell, temperature as presses hold them, and the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from pressloop.optimizer.constraints.mixture import Mixture
from pressloop.optimizer.constraints.rules import Rule
from pressloop.optimizer.parameter import PRESS, Parameter
from pressloop.trials.errors import BadInput
from pressloop.trials.recipe import CORE, Value

Bounds = tuple[float, float]
SCALE = {"pressure_mpa": "log", "dwell_s": "log", "temperature_c": "reciprocal_temperature"}
PANEL = {"pressure_mpa": 0.1, "dwell_s": 1.0, "temperature_c": 0.1}
UNIT = {"pressure_mpa": "MPa", "dwell_s": "s", "temperature_c": "degC"}


@lru_cache(maxsize=256)
def parameters_of(pressure: Bounds, dwell: Bounds, temperature: Bounds,
                  others: tuple[Parameter, ...], steps: tuple[tuple[str, float], ...]
                  ) -> tuple[Parameter, ...]:
    """Every variable, the core first. Raises BadInput on a name that is there twice."""
    step = dict(steps)
    core = []
    for name, bounds in zip(CORE, (pressure, dwell, temperature), strict=True):
        low, high = bounds
        core.append(Parameter(name, low, high, scale=SCALE[name], panel=PANEL[name],
                              step=step.get(name), unit=UNIT[name], set_by=PRESS))
    names = [p.name for p in others]
    for name in names:
        if name in CORE or names.count(name) > 1:
            raise BadInput(f"space.{name}", "there twice", "named once", "Drop one of the two.")
    return (*core, *others)


def mixtures_of(rules: Sequence[Rule], parameters: Sequence[Parameter],
                held: Mapping[str, Value]) -> tuple[Mixture, ...]:
    """Fractions that a rule says add up. Raises BadInput where they cannot."""
    of, found = {p.name: p for p in parameters}, []
    for rule in rules:
        if rule.total is not None:
            names, total = rule.total
            parts = tuple(_at(of[name], held.get(name)) for name in names)
            if all(not p.kinds and p.scale == "linear" for p in parts):
                found.append(Mixture(rule.where, parts, total))
    return tuple(found)


def _at(p: Parameter, value: Value | None) -> Parameter:
    return p if not isinstance(value, (int, float)) else replace(p, low=value, high=value)

