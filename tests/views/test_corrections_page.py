"""Corrections where people look: report, log, progress, and the words of a prediction."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from pressloop.evaluation.rules import Rules
from pressloop.optimizer import Problem, Space, fit_models, recommend
from pressloop.optimizer.corrected import effect_of
from pressloop.optimizer.prediction import predict
from pressloop.trials import (
    Corrected,
    Failed,
    FailureMode,
    Imported,
    Intact,
    Recipe,
    Spoilt,
    Stack,
    Trial,
)
from pressloop.trials.errors import BadInput
from pressloop.trials.ledger.fold import fold
from pressloop.views.corrections import corrected_words, effect_sentences
from pressloop.views.kinds import Kind, kind_of
from pressloop.views.prediction import prediction_sentences
from pressloop.views.report.report import write_report

pytestmark = pytest.mark.slow

SPACE = Space((50.0, 500.0), (10.0, 600.0), (25.0, 25.0))
ROWS = [(80.0, 30.0, 150.0), (140.0, 60.0, 95.0), (200.0, 120.0, 71.0), (260.0, 60.0, 58.0),
        (320.0, 200.0, 50.0), (400.0, 60.0, 5.0)]


def history(*corrections: tuple[int, Corrected]) -> tuple[Trial, ...]:
    rows = [(i, Imported(f"d{i}", "t.csv", Stack(f"s{i}", "L", "ana", 0.785, 600.0),
                         Recipe(p, t, 25.0), Intact(r, 1.0)))
            for i, (p, t, r) in enumerate(ROWS, 1)]
    return fold([*rows, *corrections])


TYPO = (6, Corrected(1, "corrected", "a <b>decimal</b> point", Intact(50.0, 1.0)))
DROPPED = (2, Corrected(1, "relabelled", "dropped", Spoilt("dropped")))
BACK = (3, Corrected(1, "restored", "it was right"))


def test_the_report_shows_the_first_record_beside_what_counts(tmp_path: Path) -> None:
    models = fit_models(Problem(SPACE), history(TYPO, DROPPED, BACK))
    html = write_report(tmp_path / "report.html", models, campaign="c", rules=Rules(),
                        simulated=False).read_text()
    page = html[html.index("<h2>Corrections"):]
    assert "resistance_ohm_cm2 5 -&gt; 50" in page
    assert "outcome intact -&gt; spoilt" in page
    assert "a &lt;b&gt;decimal&lt;/b&gt; point" in page, "text of users is escaped"
    assert "Without 2 corrections" in page
    assert "it was right" not in page, "what counts as recorded is no correction"
    assert re.search(r"<b>1</b><span>spoilt", html)


def test_what_a_correction_changes_is_said() -> None:
    models = fit_models(Problem(SPACE), history(TYPO))
    effect, now = effect_of(models), recommend(models)
    assert effect is not None and effect.before is not None
    assert effect.before.resistance_ohm_cm2 < now.resistance_ohm_cm2
    told, changed = effect_sentences(effect, now)
    assert told.startswith("Trial 6 (s6): resistance_ohm_cm2 5 -> 50")
    assert changed.startswith("Without 1 correction, ") or "the same recipe" in changed
    assert effect_of(fit_models(Problem(SPACE), history(BACK))) is None
    assert effect_sentences(None, now) == ()
    assert corrected_words(history()[0]) == ""


def test_a_correction_changes_what_is_learned_and_nothing_else() -> None:
    right = (*history()[:5], replace(history()[5], outcome=Intact(50.0, 1.0)))
    problem = Problem(SPACE)
    assert recommend(fit_models(problem, history(TYPO))) == recommend(fit_models(problem, right))


def test_failures_that_nobody_knows_the_way_of_are_learned_near_their_recipe() -> None:
    at, far = Recipe(400.0, 60.0, 25.0), Recipe(90.0, 60.0, 25.0)
    unknown = [(6, Corrected(1, "relabelled", "gone", Failed(FailureMode.UNKNOWN, "gone")))]
    more = [Trial(10 + i, Stack(f"m{i}", "L", "ana", 0.785, 600.0), at, history()[0].state,
                  outcome=Failed(FailureMode.UNKNOWN, "gone")) for i in range(4)]
    models = fit_models(Problem(SPACE), (*history(*unknown), *more))
    there, elsewhere = models.failing([at, far])
    assert there > 0.5 > elsewhere
    assert models.learned.failed == 5
    none = fit_models(Problem(SPACE), history())
    assert FailureMode.UNKNOWN not in none.failures, "what no stack has shown has no model"
    assert kind_of(models.history[5]) is Kind.UNKNOWN


def test_a_prediction_names_what_it_rests_on() -> None:
    models = fit_models(Problem(SPACE), history(TYPO, DROPPED))
    near = predict(models, Recipe(270.0, 60.0, 25.0))
    assert near.low_ohm_cm2 < near.resistance_ohm_cm2 < near.high_ohm_cm2  # type: ignore[operator]
    assert near.near[0].trial.number == 4
    assert 2 not in {one.trial.number for one in near.near}, "a spoilt stack says nothing"
    words = " ".join(prediction_sentences(near, models.limits))
    assert "95 %" in words and "It rests most on trial 4" in words
    outside = predict(models, Recipe(5.0, 3000.0, 25.0))
    words = " ".join(prediction_sentences(outside, models.limits))
    assert "outside the searched space" in words and "No stack is near it" in words
    with pytest.raises(BadInput, match=r"temperature_c = 60.*25, as \[space\] fixes it"):
        predict(models, Recipe(200.0, 60.0, 60.0))
    with pytest.raises(BadInput, match="stacks = 0"):
        predict(fit_models(Problem(SPACE), ()), Recipe(200.0, 60.0, 25.0))
    failed = tuple(replace(t, outcome=Failed(FailureMode.CRUSHED, "broke")) for t in history())
    only = predict(fit_models(Problem(SPACE), failed), Recipe(200.0, 60.0, 25.0))
    assert only.resistance_ohm_cm2 is None
    assert "no intact stack yet" in prediction_sentences(only, models.limits)[0]
