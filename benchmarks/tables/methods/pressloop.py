"""This project at its defaults, by a settings file such as a lab would write for the table."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.optimizers.methods.pressloop import VERSION as SOURCE
from benchmarks.tables.methods.base import Method
from benchmarks.tables.problem import Point, Table
from pressloop.flows.settings.campaign import Settings, read_settings
from pressloop.optimizer import Models, fit_models, propose, recommend
from pressloop.optimizer.discrete_space import choose_among, recommend_among
from pressloop.trials.outcome import Failed, FailureMode, Intact
from pressloop.trials.quantity import Measurement
from pressloop.trials.recipe import Recipe
from pressloop.trials.trial import State, Trial

VERSION = SOURCE


def start(table: Table, seed: int, pool: bool) -> Method:
    """History in, recipes out."""
    return PressLoop(table, seed, pool)


class PressLoop:
    """Columns are called p0, p1 ...: their names tell it nothing."""

    def __init__(self, table: Table, seed: int, pool: bool) -> None:
        self.table, self.seed, self.pool = table, seed, pool
        self.keys = {n: f"p{i}" for i, n in enumerate(table.names)}
        self.settings = _settings(table, self.keys)
        self.problem, self.quantity = self.settings.problem, self.settings.quantities[0]
        space = self.settings.space
        self.anywhere = space.decode(np.full(len(space.free), 0.5))
        self.history: list[Trial] = []
        self.asked: list[tuple[Point, Recipe]] = []
        self._fitted: Models | None = None

    def ask(self, count: int, left: Sequence[int]) -> list[Point]:
        """One batch."""
        if not self.pool:
            found = [p.recipe for p in propose(self._models(), count, self.seed)]
            points = [self._point(r) for r in found]
        else:
            recipes = {self._recipe(self.table.points[i]): i for i in left}
            found = list(choose_among(list(recipes), self.problem, self.history, count=count,
                                      seed=self.seed, models=self._models()))
            points = [self.table.points[recipes[r]] for r in found]
        self.asked += zip(points, found, strict=True)
        return points

    def tell(self, point: Point, value: float) -> None:
        """One more evaluated trial."""
        _, recipe = self.asked.pop(0)
        outcome = Failed(
            FailureMode.UNKNOWN, "its reading says so") if self.quantity.failed(value) else Intact(
            None, measured=(Measurement(self.quantity.name, value, None, self.quantity.unit),))
        number = len(self.history) + 1
        self.history.append(Trial(number, self.settings.stack_named(f"s{number}"), recipe,
                                  State.EVALUATED, outcome=outcome))

    def recommend(self) -> Point:
        """What `pressloop recommend` would say; in a pool, of the table's rows."""
        models = self._models()
        if not self.pool:
            return self._point(recommend(models).recipe)
        recipes = [self._recipe(p) for p in self.table.points]
        return self.table.points[recipes.index(recommend_among(models, recipes))]

    def _models(self) -> Models:
        if self._fitted is None or len(self._fitted.history) != len(self.history):
            self._fitted = fit_models(self.problem, self.history)
        return self._fitted

    def _recipe(self, point: Point) -> Recipe:
        return self.anywhere.changed(**{key: point[n] for n, key in self.keys.items()})

    def _point(self, recipe: Recipe) -> Point:
        return {n: recipe.value(key) for n, key in self.keys.items()}  # type: ignore[misc]


def _settings(table: Table, keys: dict[str, str]) -> Settings:
    lines = ["[campaign]", 'name = "table"', 'ledger = "sqlite:///table.db"', "[stack]",
             'lot = "L"', 'operator = "robot"', "[space]"]
    lines += [f"{keys[n]} = {{ low = {b[0]!r}, high = {b[1]!r} }}" for n, b in table.bounds.items()]
    lines += [f"{keys[n]} = {{ kinds = {json.dumps(k)} }}" for n, k in table.kinds.items()]
    if table.whole is not None:
        total = " + ".join(keys[n] for n in table.bounds)
        lines += ["[constraints]", f'whole = "{total} == {table.whole!r}"']
    lines += ["[objective]", 'measured = "sought"',
              f'goal = "{"maximise" if table.maximise else "minimise"}"']
    if table.failed_at is not None:
        lines.append(f"failed_at = {table.failed_at!r}")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.toml"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return read_settings(path)
