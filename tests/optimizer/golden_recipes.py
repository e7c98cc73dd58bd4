"""What is proposed and recommended for histories of the three core parameters, on record.

    python tests/optimizer/golden_recipes.py

writes `golden/three_parameters.json` anew: only where recipes are meant to change. Sums of floats
differ between machines in their last digits, which may move a choice among recipes that are worth
the same; set points are on record as the panel shows them.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from pressloop.flows.past.trials import read_past
from pressloop.flows.settings.campaign import read_settings
from pressloop.flows.study.simulated_stacks import simulated_stacks
from pressloop.optimizer import Problem, Search, Space, fit_models, propose, recommend
from pressloop.optimizer.objectives import named_objective
from pressloop.trials.recipe import Recipe
from pressloop.trials.trial import Trial

KEPT = Path(__file__).parent / "golden" / "three_parameters.json"
PUBLISHED = Path(__file__).parents[2] / "examples" / "published"
WHOLE = Space((50.0, 500.0), (10.0, 1800.0), (25.0, 140.0))
COLD = Space((50.0, 500.0), (10.0, 1800.0), (25.0, 25.0))
REFERENCE = Recipe(140.0, 180.0, 25.0)
CASES = {
    "nothing yet": (Problem(WHOLE, reference=REFERENCE), lambda: (), 3),
    "opening": (Problem(WHOLE, reference=REFERENCE, search=Search(control_every=4)),
                lambda: simulated_stacks("reference", 3, 1, 1), 3),
    "eight stacks": (Problem(WHOLE), lambda: simulated_stacks("reference", 8, 1, 3), 3),
    "twenty-four stacks of two lots": (
        Problem(WHOLE, reference=REFERENCE), lambda: simulated_stacks("reference", 24, 2, 7), 2),
    "fixed temperature": (Problem(COLD), lambda: _cold(12), 3),
    "a threshold": (
        Problem(WHOLE, objective=named_objective("threshold", {"resistance_ohm_cm2": 60.0})),
        lambda: simulated_stacks("reference", 12, 1, 5), 1),
}
SEEDS = (0, 7)


def _cold(stacks: int) -> tuple[Trial, ...]:
    return tuple(replace(trial, recipe=replace(trial.recipe, temperature_c=25.0))
                 for trial in simulated_stacks("reference", stacks, 1, 2))


def found() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every case by name: proposals for each seed, and what is recommended."""
    for name, (problem, history, count) in CASES.items():
        yield name, _case(problem, history(), count)
    for table in ("miss2026", "cronau2021"):
        settings = read_settings(PUBLISHED / f"{table}.toml")
        past = read_past(PUBLISHED / f"{table}.csv", settings)
        yield table, _case(replace(settings.problem, search=Search(start_with=0)),
                           [one.trial(i) for i, one in enumerate(past, 1)], 2)


def _case(problem: Problem, history: Any, count: int) -> dict[str, Any]:
    models = fit_models(problem, history)
    told: dict[str, Any] = {"proposals": [
        [[*_points(p.recipe), p.purpose] for p in propose(models, count, seed)] for seed in SEEDS]}
    if models.log_resistance is not None:
        best = recommend(models)
        told["recommended"] = [*_points(best.recipe), round(best.resistance_ohm_cm2, 4)]
    return told


def _points(recipe: Recipe) -> list[float]:
    return [recipe.pressure_mpa, recipe.dwell_s, recipe.temperature_c]


if __name__ == "__main__":
    KEPT.write_text(json.dumps(dict(found()), indent=1) + "\n", encoding="utf-8")
    sys.stdout.write(f"{KEPT.name} written\n")
