"""What the beginnings of a history say: the recommended recipe after each, and the next stack.

Each beginning is fitted once, and not at all where an earlier report has kept what it says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, astuple, dataclass
from functools import cache, cached_property
from typing import Any

from pressloop.optimizer import Models, fit_models
from pressloop.optimizer.beliefs.belief import Expected
from pressloop.optimizer.history.reading_conditions import as_read
from pressloop.optimizer.history.training import Origin, content_of, origin_of
from pressloop.trials.errors import BadInput
from pressloop.trials.recipe import Recipe
from pressloop.trials.trial import Trial
from pressloop.views.kept import Kept, digest, finite, program


@dataclass(frozen=True, slots=True)
class Step:
    """What would have been recommended after trial `number`, and what was expected of it."""

    number: int
    recipe: Recipe
    expected: Expected


@dataclass(frozen=True, slots=True)
class Forecast:
    """What the trials before said about one stack.

    What is sought, in its unit (95 % interval), None before the first intact stack."""

    trial: Trial
    median: float | None
    low: float | None
    high: float | None
    p_failing: float


class Beginnings:
    """The first so many stacks with an outcome of the campaign that `models` know."""

    def __init__(self, models: Models, telling: Sequence[Trial], kept: Kept) -> None:
        self._models, self._telling, self._kept = models, telling, kept
        # A step and a forecast of the same beginning share its fit.
        self._fitted = cache(self._fit)

    def step(self, count: int) -> Step:
        """What is recommended after the first `count` of them."""
        number, key = self._telling[count - 1].number, self._key("step", count, self._models.origin)
        if (found := _step(number, self._kept.numbers(key), self._models)) is not None:
            return found
        step = best_of(self._fitted(count, self._models.origin), number)
        self._kept.keep(key, [asdict(step.recipe), step.expected.quantity.name,
                              *astuple(step.expected)[1:]])
        return step

    def forecast(self, count: int) -> Forecast:
        """What they say of the next one, of its own lot and operator."""
        trial = self._telling[count]
        origin = origin_of(trial)
        key = self._key("forecast", count, origin,
                        repr(as_read(trial, self._models.space)))
        found = self._kept.numbers(key)
        if found is not None and len(found) == 4 and finite(v for v in found if v is not None):
            return Forecast(trial, *found)
        forecast = _forecast(self._fitted(count, origin), trial)
        self._kept.keep(key, [forecast.median, forecast.low, forecast.high, forecast.p_failing])
        return forecast

    def _fit(self, count: int, origin: Origin | None) -> Models:
        return fit_models(self._models.problem, self._telling[:count], self._models.earlier,
                          origin=origin)

    def _key(self, what: str, count: int, origin: Origin | None, *more: str) -> str:
        return digest([what, self._same, self._contents[count - 1], repr(origin), *more])

    @cached_property
    def _same(self) -> str:
        """What all beginnings have in common."""
        objective = type(self._models.problem.objective)
        return digest([program(), repr(self._models.problem), objective.__module__,
                       *(repr(t) for t in self._models.earlier)])

    @cached_property
    def _contents(self) -> list[str]:
        """A key of each beginning, by its length less one."""
        found, before = list[str](), ""
        for trial in self._telling:
            before = digest([before, repr(trial.stack), repr(trial.pressed), *content_of(trial)])
            found.append(before)
        return found


def best_of(models: Models, number: int) -> Step:
    """What these models recommend, without all that a recommendation tells besides."""
    recipe = models.space.decode(models.incumbent[0].numpy())
    return Step(number, recipe, models.expected(recipe)[0])


def _step(number: int, found: list[Any] | None, models: Models) -> Step | None:
    """A step that was kept; None for what is none."""
    if not found:
        return None
    quantities = {q.name: q for q in models.problem.objective.quantities}
    try:
        values, name, *numbers = found
        if not finite(n for n in numbers if n is not None):
            return None
        others = tuple((str(n), v) for n, v in values.pop("others"))
        recipe = Recipe(**values | {"others": others, "without": tuple(values["without"])})
        return Step(number, recipe, Expected(quantities[name], *numbers))
    except (AttributeError, BadInput, KeyError, TypeError, ValueError):
        return None


def _forecast(models: Models, trial: Trial) -> Forecast:
    recipe = as_read(trial, models.space)
    failing = float(1.0 - models.survival([recipe])[0])
    if models.log_resistance is None:
        return Forecast(trial, None, None, None, failing)
    expected = models.value([recipe], new_stack=True)
    return Forecast(trial, float(expected.median[0]), float(expected.low[0]),
                    float(expected.high[0]), failing)
