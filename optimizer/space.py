"""The space in which recipes are searched, and its unit cube."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from pressloop.optimizer.constraints.mixture import Mixture
from pressloop.optimizer.constraints.rules import Rule
from pressloop.optimizer.parameter import METER, ZERO_C, Parameter, same_value
from pressloop.optimizer.variables import Bounds, mixtures_of, parameters_of
from pressloop.trials.checks import BoolArray, FloatArray
from pressloop.trials.errors import BadInput
from pressloop.trials.recipe import CORE, Recipe, Value

__all__ = ["NAMES", "ZERO_C", "Bounds", "Space"]

NAMES = CORE
LEAST_RANGE = {"log": 2.0, "reciprocal_temperature": 30.0}
"""Least range over which rows off a fixed variable are compared: a factor, or kelvin."""


@dataclass(frozen=True, slots=True)
class Space:
    """Lowest and highest set points; equal bounds fix a variable.

    `others` are process parameters beside pressure, dwell and temperature. `steps` are pairs of a
    core variable and the step of the machine. `held` are pairs of a variable and the one value that
    recipes are to have although stacks are learned from over its whole range. `rules` say which
    recipes cannot be had. `absent` are those of pressure, dwell and temperature that are no part of
    the process; their bounds are equal, and recipes are `without` them.

    In the unit cube pressure and dwell run with their logarithm and temperature with -1/T, the
    scales on which contact closing and creep are smooth. Raises BadInput on bounds that are not in
    order, a pressure or dwell of zero or less, or steps and held values that do not fit.
    """

    pressure_mpa: Bounds
    dwell_s: Bounds
    temperature_c: Bounds
    others: tuple[Parameter, ...] = ()
    steps: tuple[tuple[str, float], ...] = ()
    held: tuple[tuple[str, Value], ...] = ()
    rules: tuple[Rule, ...] = ()
    absent: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        names = [p.name for p in self.parameters]
        for name, _ in (*self.steps, *self.held):
            if name not in names:
                raise BadInput(name, "unknown", f"one of {', '.join(names)}",
                               "Name a variable of [space].")
        for name, value in self.held:
            if not self.parameter(name).holds(value):
                raise BadInput(name, value, self.parameter(name).told(),
                               "Hold it at a value of [space] that can be set.")
        if not self.free:
            raise BadInput("space", "all variables fixed", "free in one variable or more",
                           "Give at least one variable two different bounds.")
        for rule in self.rules:
            rule.prove({p.name: p.kinds for p in self.parameters})
        _ = self.mixtures

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """Every variable, the core first."""
        return parameters_of(self.pressure_mpa, self.dwell_s, self.temperature_c, self.others,
                             self.steps)

    def parameter(self, name: str) -> Parameter:
        """The variable of this name."""
        return next(p for p in self.parameters if p.name == name)

    def bounds(self, name: str) -> Bounds:
        """Lowest and highest set point of a variable that is measured in numbers."""
        found = self.parameter(name)
        return found.low, found.high

    @property
    def varied(self) -> tuple[Parameter, ...]:
        """The variables that vary, which are the columns of the unit cube."""
        return tuple(p for p in self.parameters if not p.fixed)

    @property
    def free(self) -> tuple[str, ...]:
        """Names of the variables that may vary."""
        return tuple(p.name for p in self.varied)

    @property
    def kinds(self) -> tuple[int, ...]:
        """How many kinds each column of the cube has; 0 for one of numbers."""
        return tuple(len(p.kinds) for p in self.varied)

    def encode(self, recipes: Iterable[Recipe]) -> FloatArray:
        """Unit-cube coordinates, shape (n, number of free variables).

        Outside the space they leave [0, 1]."""
        found = list(recipes)
        columns = [p.unit_values([r.value(p.name) for r in found]) for p in self.varied]
        return np.stack(columns, axis=-1).reshape(len(found), len(self.free))

    def decode(self, x: FloatArray) -> Recipe:
        """The recipe of one point of the unit cube, rounded as a panel can be set.

        To 0.1 MPa, 1 s, 0.1 degC, or the machine's steps, but never across a bound. Shape (d,)."""
        return self.decode_all(np.asarray(x, dtype=np.float64).reshape(1, -1))[0]

    def decode_all(self, x: FloatArray) -> tuple[Recipe, ...]:
        """As `decode`, of points (n, d)."""
        found = self.set_points(x)
        core = list(zip(*(found[name] for name in CORE), strict=True))
        more = [p.name for p in self.others if p.set_by != METER]
        if not more:
            return tuple(Recipe(*row, without=self.absent) for row in core)
        rest = zip(*(found[name] for name in more), strict=True)
        return tuple(Recipe.of(dict(zip((*CORE, *more), (*row, *other), strict=True)), self.absent)
                     for row, other in zip(core, rest, strict=True))

    def set_points(self, x: FloatArray) -> dict[str, list[Value]]:
        """The set points of every variable at points x (n, d), as they can be set."""
        held, free, found = dict(self.held), self.free, dict[str, list[Value]]()
        for p in self.parameters:
            if p.name in held:
                found[p.name] = [held[p.name]] * len(x)
            elif p.fixed:
                found[p.name] = [p.constant()] * len(x)
            else:
                found[p.name] = p.settings_at(x[:, free.index(p.name)])
        for mixture in self.mixtures:
            columns = mixture.rounded([self.values(p.name, x) for p in mixture.parts])
            found |= zip((p.name for p in mixture.parts), columns, strict=True)  # type: ignore[arg-type]
        return found

    def values(self, name: str, x: FloatArray) -> FloatArray:
        """Set points of one variable at points x (n, d) of the unit cube, unrounded, shape (n,)."""
        found = self.parameter(name)
        if found.fixed:
            return np.full(len(x), found.low, dtype=np.float64)
        return found.numbers(x[:, self.free.index(name)])

    def projected(self, x: FloatArray) -> FloatArray:
        """Points (n, d) with held variables at their value, and fractions that add up."""
        mixtures = self.mixtures
        if not (self.held or mixtures):
            return x
        x, free = np.array(x, dtype=np.float64), self.free
        for name, value in self.held:
            x[:, free.index(name)] = self.parameter(name).unit_values([value])[0]
        for mixture in mixtures:
            values = mixture.projected(np.stack([
                self.values(p.name, x) for p in mixture.parts], axis=1))
            for p, column in zip(mixture.parts, values.T, strict=True):
                if p.name in free:
                    x[:, free.index(p.name)] = p.unit_values(column.tolist())
        return x

    def allowed(self, x: FloatArray) -> BoolArray:
        """Which of points (n, d) make recipes that no rule forbids, shape (n,)."""
        if not self.rules:
            return np.ones(len(x), dtype=bool)
        return self.keeps_rules(self.set_points(np.asarray(x)))

    @property
    def mixtures(self) -> tuple[Mixture, ...]:
        """Fractions that a rule says add up. Raises BadInput where they cannot."""
        return mixtures_of(self.rules, self.parameters, dict(self.held)) if self.rules else ()

    def keeps_rules(self, values: Mapping[str, Sequence[Value]]) -> BoolArray:
        """Which recipes no rule forbids, given the values of every variable; shape (n,)."""
        columns = {name: np.array(column) for name, column in values.items()}
        kept = np.ones(len(columns[CORE[0]]), dtype=bool)
        for rule in self.rules:
            kept &= rule.keeps(columns)
        return kept

    def broken(self, values: Mapping[str, Sequence[Value]]) -> tuple[Rule, ...]:
        """The rules that one recipe, given as columns of one value, does not keep."""
        columns = {name: np.array(column) for name, column in values.items()}
        return tuple(rule for rule in self.rules if not rule.keeps(columns)[0])

    def contains(self, recipe: Recipe) -> bool:
        """True when every set point is within bounds, fixed and held ones included."""
        inside = all(value in p.kinds if p.kinds or isinstance(value, str) or value is None
                     else p.low <= value <= p.high
                     for p in self.parameters if p.set_by != METER
                     for value in [recipe.value(p.name)])
        return inside and self._keeps_held(recipe)

    def _keeps_held(self, recipe: Recipe) -> bool:
        return all(same_value(recipe.value(name), value) for name, value in self.held
                   if self.parameter(name).set_by != METER)

    def comparable(self, recipe: Recipe) -> bool:
        """True when the recipe agrees with every fixed variable.

        Elsewhere it says nothing about this space, as its coordinates leave the difference out."""
        return all(p.agrees(recipe.value(p.name)) for p in self.parameters)

    def over(self, recipes: Sequence[Recipe]) -> Space:
        """The space in which all these recipes are comparable.

        A fixed variable that they vary is held at its value, over a range that they teach."""
        space = self
        for p in self.parameters:
            if p.fixed and not all(p.agrees(r.value(p.name)) for r in recipes):
                space = space._freed(p, [v for r in recipes
                                         if (v := r.value(p.name)) is not None])
        return space

    def _freed(self, p: Parameter, values: Sequence[Value]) -> Space:
        if p.name in self.free or not values:
            return self
        wide = p.over(values)
        if not wide.kinds and (least := LEAST_RANGE.get(wide.scale)) is not None:
            wide = replace(wide, high=max(
                wide.high, wide.low * least if wide.scale == "log" else wide.low + least))
        held = (*self.held, (p.name, p.constant()))
        steps = tuple(pair for pair in self.steps if pair[0] != p.name)
        if p.name in CORE:
            changed: dict[str, Any] = {p.name: (wide.low, wide.high)}
            return replace(self, held=held, steps=steps, **changed)
        others = tuple(wide if one.name == p.name else one for one in self.others)
        return replace(self, held=held, others=others)

    @property
    def told(self) -> tuple[Parameter, ...]:
        """Every variable that is part of the process."""
        return tuple(p for p in self.parameters if p.name not in self.absent)

    @property
    def as_asked(self) -> Space:
        """The same with core variables that are held as fixed ones.

        Where recipes are looked for, whatever the stacks vary."""
        fixed: dict[str, Any] = {name: (value, value) for name, value in self.held if name in CORE}
        if not fixed or not any(name not in dict(self.held) for name in self.free):
            return self
        return replace(self, held=tuple(pair for pair in self.held if pair[0] not in CORE),
                       steps=tuple(pair for pair in self.steps if pair[0] not in fixed), **fixed)

    @property
    def core(self) -> Space | None:
        """Pressure, dwell and temperature alone, without rules; None where all three are fixed."""
        if not any(p.name in CORE for p in self.varied):
            return None
        return Space(self.pressure_mpa, self.dwell_s, self.temperature_c, steps=self.steps,
                     held=tuple(pair for pair in self.held if pair[0] in CORE))

    def holding(self, values: Mapping[str, Value]) -> Space:
        """The same with these variables held. Raises BadInput for a value that cannot be."""
        kept = tuple((name, value) for name, value in self.held if name not in values)
        for name, value in values.items():
            if name not in (p.name for p in self.parameters):
                raise BadInput(name, value, f"one of {', '.join(p.name for p in self.parameters)}",
                               "Name a variable of [space].")
            p = self.parameter(name)
            if p.fixed and not p.agrees(value):
                raise BadInput(name, value, p.told(), "Free it in [space] to hold another value.")
        new = tuple((n, v) for n, v in values.items() if not self.parameter(n).fixed)
        return replace(self, held=(*kept, *new))

    def span(self, name: str) -> float:
        """Length of a variable's range on its scale: ln(MPa), ln(s), 1/K."""
        return self.parameter(name).span

    def distance(self, name: str, value: float) -> float:
        """How far the low bound of a variable lies above `value`, on its scale."""
        found = self.parameter(name)
        return found.scaled(found.low) - found.scaled(value)

    def per_unit(self, name: str, at: Recipe, step: float) -> float:
        """Length in the unit cube of a small `step` of one variable at a recipe."""
        if name not in self.free:
            return 0.0
        value = float(at.value(name) or 0.0)
        return self._unit(name, value + step) - self._unit(name, value)

    def _unit(self, name: str, value: float) -> float:
        return -self.distance(name, value) / self.span(name)
