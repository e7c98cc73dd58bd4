"""What a proposal says of itself.

And that it never says a recipe is dangerous where others are not."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest
from asked import fitted, proposed, recommended

from pressloop.optimizer import RiskLimits, Search, Space
from pressloop.optimizer.reasons import OPENS, sentence
from pressloop.trials.outcome import Damage, Failed, FailureMode, Intact
from pressloop.trials.recipe import Recipe

pytestmark = pytest.mark.slow

NUMBERS = {"resistance_ohm_cm2", "low_ohm_cm2", "high_ohm_cm2", "p_crushed", "p_failed", "survival",
           "acquisition", "expected_gain"}


def cliff(trial, space, stacks, edge, seed, indexed=True):
    """Stacks crush above `edge` MPa, with or without a damage index."""
    draw, history = np.random.default_rng(seed), []
    for x in draw.uniform(size=(stacks, 3)):
        recipe = space.decode(x)
        index = min(0.9, 0.05 * (recipe.pressure_mpa / edge) ** 4.8)
        damage = Damage(index, 0.003) if indexed else None
        read = 6000.0 / recipe.pressure_mpa * float(np.exp(0.1 * draw.standard_normal()))
        outcome = (Intact(read, 0.5, damage=damage) if index <= 0.05
                   else Failed(FailureMode.CRUSHED, "broke", damage))
        history.append(trial(recipe, outcome))
    return history


@pytest.mark.parametrize("indexed", [True, False])
@pytest.mark.parametrize(("stacks", "edge"), [(2, 120.0), (9, 200.0)])
def test_stated_danger_keeps_to_the_limit(space, trial, stacks, edge, indexed):
    limit, checked = RiskLimits().max_crush_probability_exploring, 0
    for seed in (0, 2):
        history = cliff(trial, space, stacks, edge, seed, indexed)
        found = proposed(history, space, count=3, seed=seed)
        assert len({p.recipe for p in found}) == 3
        shuffled = history.copy()
        random.Random(seed).shuffle(shuffled)
        assert proposed(shuffled, space, count=3, seed=seed) == found
        if not safe_share(fitted(history, space, RiskLimits()), limit) > 0.0:
            continue
        checked += 1
        for proposal in found:
            assert proposal.predicted["p_crushed"] <= limit
            assert proposal.predicted["p_failed"] <= limit
            assert proposal.predicted["survival"] >= (1.0 - limit) ** 2
    assert checked >= 1


def safe_share(models, limit):
    """Part of the space believed to be within the limits."""
    draw = np.random.default_rng(9)
    recipes = [models.space.decode(x) for x in draw.uniform(size=(1000, 3))]
    danger = np.maximum(models.crushing(recipes), models.failing(recipes))
    return float((danger <= limit).mean())


def test_where_nothing_is_safe_the_least_dangerous_is_tried(trial):
    hard = Space((300.0, 500.0), (10.0, 1800.0), (25.0, 140.0))
    history = [trial(Recipe(p, 60.0, 60.0), Failed(FailureMode.CRUSHED, "broke", Damage(d, 0.005)))
               for p, d in ((310.0, 0.2), (350.0, 0.3), (420.0, 0.5))]
    for search in (Search(), Search(start_with=0)):
        proposal, = proposed(history, hard, search=search)
        assert proposal.recipe.pressure_mpa < 320.0


def test_chosen_proposals_have_all_numbers_and_say_the_main_ones(space, learned):
    for proposal in proposed(learned, space, count=3):
        said = proposal.predicted
        assert said.keys() == NUMBERS
        assert proposal.reason.startswith(OPENS[proposal.purpose])
        assert f"expected {said['resistance_ohm_cm2']:.3g} ohm cm2" in proposal.reason
        assert "survives with" in proposal.reason and proposal.reason.endswith("%.")


def test_opening_says_what_is_known_by_then(space, simulated, trial):
    nothing, = proposed([], space)
    assert nothing.predicted == {} and nothing.reason.endswith("nothing is known of it yet.")
    proposal, = proposed(simulated(2), space)
    assert proposal.purpose == "space-filling" and proposal.predicted.keys() == NUMBERS
    failed = [trial(Recipe(450.0, 60.0, 60.0), Failed(FailureMode.CRUSHED, "broke"))]
    proposal, = proposed(failed, space)
    assert proposal.predicted.keys() == {"p_crushed", "p_failed", "survival"}


def test_notes_of_the_models_are_told():
    told = sentence("explore", {"survival": 0.5}, ("The fit of log resistance failed: x",))
    assert told.endswith(": survives with 50 %. The fit of log resistance failed: x.")


@pytest.mark.parametrize(("share", "words"), [
    (0.9999, "more than 99 %"), (0.97, "97 %"), (1.0, "more than 99 %"), (1e-9, "less than 1 %")])
def test_no_certainty_is_claimed(share, words):
    assert f"survives with {words}" in sentence("explore", {"survival": share})


def test_exploit_is_about_as_good_as_what_would_be_recommended(space, simulated):
    seen = set()
    for seed in range(2):
        history, limits = simulated(14, seed=seed), RiskLimits(tolerance=0.2)
        best = recommended(history, space, limits=limits).resistance_ohm_cm2
        for proposal in proposed(history, space, limits=limits, count=2):
            worse = fitted(history, space, limits).resistance([proposal.recipe]).median[0] / best
            seen.add(proposal.purpose)
            assert worse < 1.3 or proposal.purpose != "exploit"
            assert worse > 0.9
    assert seen and seen <= OPENS.keys()


def test_replicates_are_taken_where_stacks_scatter_much(trial):
    """A flat line and a scatter of 50 %: an old recipe tells as much as a new one."""
    line, limits = Space((100.0, 300.0), (60.0, 60.0), (25.0, 25.0)), RiskLimits(stack_scatter=0.5)
    draw, history, replicates = np.random.default_rng(0), [], 0
    for _ in range(10):
        proposal, = proposed(history, line, limits=limits, search=Search(start_with=4))
        tried = {line.decode(x) for x in fitted(history, line, limits).data.log_resistance.x}
        assert (proposal.purpose == "replicate") is (
            proposal.recipe in tried and proposal.purpose != "space-filling")
        replicates += proposal.purpose == "replicate"
        read = 40.0 * float(np.exp(0.5 * draw.standard_normal()))
        history.append(trial(proposal.recipe, Intact(read, 0.01 * read,
                                                     damage=Damage(0.004, 0.002))))
    assert 1 <= replicates <= 7


def test_recipes_that_no_panel_can_set_count_as_tried_where_they_round_to(space, learned):
    proposal, = proposed(learned, space)
    odd = replace(proposal.recipe, pressure_mpa=proposal.recipe.pressure_mpa + 0.02)
    assert space.decode(space.encode([odd])[0]) == proposal.recipe
