"""The front of several aims, in text and in the report."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pressloop.optimizer import Problem, fit_models, recommend
from pressloop.optimizer.objectives import named_objective
from pressloop.optimizer.stopping import assess
from pressloop.trials.outcome import Intact
from pressloop.views.markdown import recommendation_markdown
from pressloop.views.report.card import card
from pressloop.views.words import recipe_words
from tests.studies.stacks import SPACE, pressed, spread

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def stacks():
    """Whose non-uniformity grows with pressure."""
    draw = np.random.default_rng(0)
    return tuple(replace(t, outcome=replace(t.outcome, nonuniformity=float(
        0.05 * np.exp(0.004 * (t.recipe.pressure_mpa - 200.0) + 0.1 * draw.standard_normal()))))
        if isinstance(t.outcome, Intact) else t for t in pressed(spread(16)))


PARETO = Problem(SPACE, named_objective("pareto"))


@pytest.fixture(scope="module")
def best(stacks):
    return recommend(fit_models(PARETO, stacks))


def test_the_recommended_recipe_is_among_the_front_with_intervals(best):
    assert best.recipe in [t.recipe for t in best.front]
    for one in best.front:
        assert one.low_ohm_cm2 < one.resistance_ohm_cm2 < one.high_ohm_cm2
        assert one.nonuniformity_low < one.nonuniformity < one.nonuniformity_high
        assert one.minutes >= 40.0
    own = next(t for t in best.front if t.recipe == best.recipe)
    assert own.resistance_ohm_cm2 == pytest.approx(best.resistance_ohm_cm2)


def test_text_and_report_list_every_recipe_of_the_front(best):
    told = recommendation_markdown(best)
    html = card(best, PARETO)
    assert "Trade-offs" in told and "Non-uniformity" in told and "evenness" in told
    for one in best.front:
        assert recipe_words(one.recipe) in told and recipe_words(one.recipe) in html
    assert f"**{recipe_words(best.recipe)} (recommended)**" in told
    assert "Resistance against cycle time" in html and "Resistance against non-uniformity" in html


def test_without_segmented_electrodes_nothing_is_said_of_evenness():
    found = recommend(fit_models(PARETO, pressed(spread(16))))
    assert found.front and all(t.nonuniformity_low is None for t in found.front)
    told = recommendation_markdown(found) + card(found, PARETO)
    assert "Trade-offs" in told and "niformity" not in told


def test_other_objectives_have_no_front_and_the_analysis_is_made_once(stacks):
    models = fit_models(Problem(SPACE), stacks)
    found = recommend(models, analysis=True)
    assert found.front == () and "Trade-offs" not in recommendation_markdown(found)
    assert "Trade-offs" not in card(found, models.problem)
    assert assess(models, analysis=found.analysis) == assess(models)
