"""Markdown and plain rows for artifacts and the command line."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from pressloop.optimizer import Problem, fit_models, recommend
from pressloop.trials import Trial
from pressloop.views.markdown import recommendation_markdown, trials_table
from tests.views.simulated_trials import GENTLE, REFERENCE, SPACE, press

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def trials(tmp_path_factory: pytest.TempPathFactory) -> list[Trial]:
    return press(tmp_path_factory.mktemp("markdown"), GENTLE[:4])


def test_the_recommendation_names_recipe_interval_and_risk(trials: list[Trial]) -> None:
    found = recommend(fit_models(Problem(SPACE, reference=REFERENCE), trials))
    words = recommendation_markdown(found, campaign="a|b <i>*x*", simulated=True)
    assert words.splitlines()[0] == "## Recommended recipe: a\\|b \\<i\\>\\*x\\*"
    assert "SIMULATED" in words and "Reference (140" in words
    for name in ("Pressure", "Dwell", "Temperature", "Chance of crushing", "Next stack"):
        assert f"| {name}" in words


def test_it_says_how_far_the_laws_hold_unless_the_model_weighs_none(trials: list[Trial]) -> None:
    found = recommend(fit_models(Problem(SPACE), trials))
    told = "Your stacks follow the usual laws of pressing: 12\u00a0%."
    assert told in recommendation_markdown(replace(found, laws=0.12))
    assert "laws of pressing" not in recommendation_markdown(replace(found, laws=None))


def test_rows_are_plain_in_order_and_fit_into_json(trials: list[Trial]) -> None:
    rows = trials_table(trials[::-1])
    assert [row["trial"] for row in rows] == [1, 2, 3, 4]
    assert json.loads(json.dumps(rows)) == rows
    crushed = next(row for row in rows if row["outcome"] == "crushed")
    assert crushed["resistance_ohm_cm2"] is None and "broke" in str(crushed["reason"])
    assert all(row["nonuniformity"] is not None for row in rows if row["outcome"] == "intact")


def test_tables_and_progress_load_neither_torch_nor_plotly_nor_pandas() -> None:
    code = ("import sys, pressloop.views.markdown, pressloop.views.live.progress;"
            "import pressloop.views.export.export;"
            "print([m for m in ('torch', 'plotly', 'pandas', 'prefect') if m in sys.modules])")
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True,
                          check=True)
    assert done.stdout.strip() == "[]"
