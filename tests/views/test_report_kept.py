"""What earlier reports have fitted makes the next one faster, and never another one."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from pressloop.optimizer import Models, Problem, fit_models
from pressloop.trials import Intact, Trial
from pressloop.views.analysis import analyse
from pressloop.views.kept import Kept
from pressloop.views.report.report import write_report
from tests.views.simulated_trials import GENTLE, REFERENCE, RULES, SPACE, press

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> list[Trial]:
    return press(tmp_path_factory.mktemp("kept"), GENTLE)


def models_of(trials: list[Trial]) -> Models:
    return fit_models(Problem(SPACE, reference=REFERENCE), trials)


def page(path: Path, models: Models, kept: Kept) -> str:
    found = write_report(path, models, campaign="C", rules=RULES, simulated=False, kept=kept)
    return re.sub(r'<p class="muted">\d\d .*?</p>', "", found.read_text(encoding="utf-8"))


def test_a_report_from_what_was_kept_is_the_same_page(many: list[Trial], tmp_path: Path) -> None:
    models, file = models_of(many), tmp_path / "kept.json"
    fresh = page(tmp_path / "a.html", models, Kept())
    assert page(tmp_path / "b.html", models, Kept(file)) == fresh
    written = file.read_text()
    assert page(tmp_path / "c.html", models, Kept(file)) == fresh
    assert file.read_text() == written and file.stat().st_mode & 0o077 == 0


def test_what_was_kept_is_what_is_read(many: list[Trial], tmp_path: Path) -> None:
    """Numbers that nobody has fitted show that nothing was fitted again."""
    models, file = models_of(many), tmp_path / "kept.json"
    analyse(models, Kept(file))
    told = {key: [7.0, 6.0, 8.0, 0.5] if len(value) == 4 else value
            for key, value in json.loads(file.read_text()).items()}
    file.write_text(json.dumps(told))
    assert {f.median for f in analyse(models, Kept(file)).forecasts} == {7.0}


@pytest.mark.parametrize("found", ["", "no json", "[]", "[1, 2]", '{"a": 1}', "[" * 100_000])
def test_a_file_that_is_none_counts_for_nothing(many: list[Trial], tmp_path: Path, found: str
                                                ) -> None:
    models, file = models_of(many[:3]), tmp_path / "kept.json"
    file.write_text(found)
    fresh, again = analyse(models), analyse(models, Kept(file))
    assert (again.steps, again.forecasts) == (fresh.steps, fresh.forecasts)


@pytest.mark.parametrize("value", [None, [], [1.0], ["x"] * 4, [{}, "resistance_ohm_cm2"],
                                   [{"others": [["a"]]}, "b", 1.0], [float("nan")] * 4])
def test_a_value_that_is_none_counts_for_nothing(many: list[Trial], tmp_path: Path, value: object
                                                 ) -> None:
    models, file = models_of(many[:3]), tmp_path / "kept.json"
    fresh = analyse(models, Kept(file))
    file.write_text(json.dumps(dict.fromkeys(json.loads(file.read_text()), value)))
    again = analyse(models, Kept(file))
    assert (again.steps, again.forecasts) == (fresh.steps, fresh.forecasts)


def test_a_stack_that_was_put_right_is_fitted_anew(many: list[Trial], tmp_path: Path) -> None:
    file = tmp_path / "kept.json"
    analyse(models_of(many), Kept(file))
    outcome = many[1].outcome
    assert isinstance(outcome, Intact) and outcome.resistance_ohm_cm2 is not None
    other = [replace(t, outcome=replace(outcome, resistance_ohm_cm2=5.0
                                        * outcome.resistance_ohm_cm2)) if t is many[1] else t
             for t in many]
    fresh, again = analyse(models_of(other)), analyse(models_of(other), Kept(file))
    assert (again.steps, again.forecasts) == (fresh.steps, fresh.forecasts)


def test_a_folder_that_cannot_be_written_keeps_nothing(many: list[Trial], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert analyse(models_of(many[:2]), Kept(tmp_path / "file" / "kept.json")).steps
