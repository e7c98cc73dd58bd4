"""Under what a stack was read: the stack pressure held, and the temperature, during impedance.

Nobody chooses them with the recipe, yet they change what is read: the stack pressure by a third and
more (Cronau 2021, doi 10.1021/acsenergylett.1c01299), a few kelvin by a tenth each. Where readings
differ in one of them it is a variable of the models, and recipes are compared at one value.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pressloop.optimizer.parameter import METER, Parameter
from pressloop.optimizer.space import LEAST_RANGE, Space
from pressloop.trials.outcome import Intact
from pressloop.trials.recipe import Recipe
from pressloop.trials.trial import Trial

LOWEST_MPA = 0.1
"""Stack pressure from which on its logarithm is the variable: light springs hold about as much."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One of them: the field of an intact outcome, what it is called, its unit and scale.

    `factor` and `apart` say by how much readings may differ and still count as taken alike."""

    name: str
    words: str
    unit: str
    scale: str
    factor: float = 1.0
    apart: float = 0.0

    def of(self, trial: Trial) -> float | None:
        """Its value for a stack, None where that is not known."""
        outcome = trial.outcome
        value: float | None = getattr(outcome, self.name) if isinstance(outcome, Intact) else None
        return value

    def varies(self, values: Sequence[float]) -> bool:
        """True where the values differ by more than readings that are taken alike."""
        return bool(values) and max(values) > self.factor * min(values) + self.apart

    def parameter(self, values: Sequence[float], wanted: float) -> Parameter:
        """The variable of the models, over all values and what is wanted.

        At the least over a range that tells something."""
        low, high = min(*values, wanted), max(*values, wanted)
        scale = "linear" if self.scale == "log" and low < LOWEST_MPA else self.scale
        least = LEAST_RANGE.get(scale, 0.0)
        high = max(high, low * least if scale == "log" else low + least)
        return Parameter(self.name, low, high, scale=scale, unit=self.unit, set_by=METER,
                         default=wanted)


CONDITIONS = (
    Condition("stack_pressure_mpa", "stack pressures", "MPa", "log", factor=1.1),
    Condition("measured_at_c", "temperatures", "degC", "reciprocal_temperature", apart=2.0))


def with_conditions(space: Space, history: Sequence[Trial], earlier: Sequence[Trial],
                    compared_at: Sequence[tuple[str, float]] = ()
                    ) -> tuple[Space, tuple[str, ...]]:
    """The space with those conditions as variables in which the readings differ.

    And a sentence on each. `compared_at` are pairs of a condition and the value at which recipes
    are compared, by default that of the newest stack. A condition that is a parameter of the lab
    stays that parameter."""
    notes = []
    for one in CONDITIONS:
        known = [v for t in (*history, *earlier) if (v := one.of(t)) is not None]
        if not one.varies(known) or one.name in (p.name for p in space.parameters):
            continue
        given = dict(compared_at).get(one.name)
        newest = (_newest(one, history), _newest(one, earlier))
        wanted = next(v for v in (given, *newest) if v is not None)
        space = replace(space, others=(*space.others, one.parameter(known, wanted)),
                        held=(*space.held, (one.name, wanted)))
        notes.append(f"Impedance was read at {one.words} of {min(known):g} to {max(known):g} "
                     f"{one.unit}, which changes resistance by itself: recipes are compared at "
                     f"{wanted:g} {one.unit}.")
    return space, tuple(notes)


def as_read(trial: Trial, space: Space) -> Recipe:
    """What the stack was pressed by, and under what it was read where models learn that."""
    learned = {p.name for p in space.others if p.set_by == METER}
    values = {one.name: value for one in CONDITIONS
              if one.name in learned and (value := one.of(trial)) is not None}
    return trial.pressed.changed(**values) if values else trial.pressed


def _newest(one: Condition, trials: Sequence[Trial]) -> float | None:
    known = [(t.number, value) for t in trials if (value := one.of(t)) is not None]
    return max(known)[1] if known else None
