"""When to stop: what is likely still to be gained, and that each rule says what it found."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest
from asked import assessed, fitted

from pressloop.hardware.simulation.materials import materials
from pressloop.hardware.simulation.truth import optimum, truth
from pressloop.optimizer import Space, assess, recommend
from pressloop.optimizer.objectives import named_objective
from pressloop.optimizer.stopping import Stopping, Verdict
from pressloop.trials.errors import BadInput
from pressloop.trials.outcome import Damage, Failed, FailureMode, Intact
from pressloop.trials.recipe import Recipe
from pressloop.trials.trial import State

pytestmark = pytest.mark.slow

RULES = Stopping(improvable_by=0.10, improvable_with=0.05, worth=0.002, at_least=6)
FRAGILE = materials("fragile")
BEST = np.array([0.6, 0.4, 0.5])


@pytest.fixture(scope="module")
def bowl(space, trial):
    """Intact stacks of a bowl of ln R that falls to 20 ohm cm2 inside the space, read well.

    The first all over it, the others round its lowest point."""
    def history(stacks):
        draw = np.random.default_rng(5)
        found = []
        for i in range(stacks):
            x = draw.uniform(size=3) if i < 12 else BEST + 0.12 * draw.standard_normal(3)
            recipe = space.decode(np.clip(x, 0.0, 1.0))
            gap = space.encode([recipe])[0] - BEST
            read = 20.0 * float(np.exp(2.0 * gap @ gap + 0.02 * draw.standard_normal()))
            found.append(trial(recipe, Intact(read, 0.01 * read, damage=Damage(0.002, 0.003))))
        return found
    return history


def test_few_stacks_leave_much_to_gain_and_a_long_clean_history_little(space, bowl):
    few, many = (assessed(bowl(stacks), space, RULES) for stacks in (6, 40))
    assert few.verdict is Verdict.GO_ON
    assert not few.stop
    assert few.p_improvable > 0.2
    assert many.verdict is Verdict.HARDLY_IMPROVABLE
    assert many.stop
    assert many.p_improvable < 0.05
    assert many.expected_gain < few.expected_gain


def test_the_gain_alone_can_end_a_campaign(space, bowl):
    by_gain = Stopping(worth=0.002)
    assert assessed(bowl(40), space, by_gain).verdict is Verdict.NOT_WORTH_A_STACK
    dear = replace(by_gain, worth=1e-5)
    assert assessed(bowl(12), space, dear).verdict is Verdict.GO_ON


def test_only_the_budget_stops_by_default(space, bowl):
    assert not assessed(bowl(40), space).stop
    assert assessed(bowl(40), space, budget=41).verdict is Verdict.GO_ON
    assert assessed(bowl(40), space, budget=40).verdict is Verdict.BUDGET


def test_no_rule_but_the_budget_counts_too_early(space, bowl):
    late = replace(RULES, at_least=41)
    found = assessed(bowl(40), space, late, budget=50)
    assert found.verdict is Verdict.GO_ON
    assert "counts from 41 stacks with an outcome on; there are 40" in found.sentences[1]
    assert assessed(bowl(40), space, late, budget=40).stop


def test_every_rule_says_what_it_found(space, bowl):
    found = assessed(bowl(40), space, RULES, budget=50)
    budget, chance, gain = found.sentences
    assert budget == "Budget: 40 of 50 stacks."
    assert chance.startswith("The chance that another recipe is better by more than 10 % is ")
    assert chance.endswith("%, below the 5 % asked for.")
    assert gain.startswith("The best next stack is expected to lower the recommended recipe's "
                           "resistance by ")
    assert gain.endswith("%, below the 0.2 % that it is worth.")
    silent = assessed(bowl(6), space).sentences
    assert silent[0] == "Budget: 6 stacks."
    assert silent[1].endswith("; no chance is set below which the campaign stops.")
    assert silent[2].endswith("; no gain is set below which the campaign stops.")


def test_before_any_stack_is_intact_only_the_budget_stops(space, trial):
    crushed = [trial(Recipe(450.0, 60.0, 25.0 + i), Failed(FailureMode.CRUSHED, "broke"))
               for i in range(12)]
    for history in ([], crushed):
        found = assessed(history, space, RULES, budget=20)
        assert (found.verdict, found.p_improvable, found.expected_gain) == (
            Verdict.GO_ON, None, None)
        assert found.sentences[1].endswith("is not known yet.")
    assert assessed(crushed, space, RULES, budget=12).verdict is Verdict.BUDGET


def test_the_budget_counts_stacks_that_taught_nothing_and_no_imported_ones(space, bowl):
    history = bowl(6)
    history[0] = replace(history[0], state=State.IMPORTED)
    history[1] = replace(history[1], state=State.FAULTED, outcome=None)
    found = assessed(history, space, RULES, budget=5)
    assert (found.used, found.learned, found.verdict) == (5, 5, Verdict.BUDGET)


def test_the_order_of_history_changes_nothing(space, learned):
    shuffled = learned.copy()
    random.Random(2).shuffle(shuffled)
    assert assessed(shuffled, space, RULES) == assessed(learned, space, RULES)


def test_a_smaller_improvement_is_likelier(space, learned):
    chances = [assessed(learned, space, Stopping(by, 0.05)).p_improvable
               for by in (0.02, 0.05, 0.10, 0.20)]
    assert chances == sorted(chances, reverse=True)
    assert chances[0] > chances[-1]


def test_a_recipe_that_may_turn_out_sound_still_counts(trial):
    """More pressure keeps helping; whether it breaks stacks is found out last."""
    space = Space((50.0, 500.0), (60.0, 60.0), (25.0, 25.0))
    pressures = (55.0, 70.0, 90.0, 110.0, 130.0, 140.0)
    tried = [trial(Recipe(p, 60.0, 25.0), Intact(4000.0 / p * f, 20.0 / p))
             for p in pressures for f in (0.99, 1.0, 1.01)]
    broken = [trial(Recipe(p, 60.0, 25.0), Failed(FailureMode.CRUSHED, "broke"))
              for p in (145.0, 150.0, 160.0, 180.0) * 3]
    before, after = (assessed(h, space, RULES).p_improvable for h in (tried, [*tried, *broken]))
    assert before > 0.15
    assert after < 0.8 * before


def test_chances_are_higher_where_the_truth_knows_a_better_recipe(space, simulated):
    """And high enough wherever it does, so that no such campaign ends too early."""
    ends = [Recipe(*(bounds[i] for bounds in (space.pressure_mpa, space.dwell_s,
                                              space.temperature_c))) for i in (0, 1)]
    best = optimum(FRAGILE, *ends)[1].resistance_ohm_cm2
    chances, better = [], []
    for stacks in (4, 24):
        for seed in range(4):
            models = fitted(simulated(stacks, seed, 0.15, material=FRAGILE), space)
            recipe = recommend(models).recipe
            chances.append(assess(models, Stopping(0.05, 0.05)).p_improvable)
            better.append(truth(recipe, FRAGILE).resistance_ohm_cm2 > best / 0.95)
    chances, better = np.array(chances), np.array(better)
    assert 0 < better.sum() < better.size
    assert chances[better].mean() > chances[~better].mean() + 0.1
    assert chances[better].min() > 0.2


def test_what_an_objective_adds_counts_as_resistance_and_other_goals_are_refused(space, learned):
    plain = assessed(learned, space, RULES)
    stable = assessed(learned, space, RULES, objective=named_objective("stability"))
    assert 0.0 <= stable.p_improvable <= 1.0
    assert stable.p_improvable != plain.p_improvable
    minutes = named_objective("threshold", {"resistance_ohm_cm2": 60.0})
    with pytest.raises(BadInput, match=r"stopping.worth = 0.002.*\[objective\]"):
        assessed(learned, space, RULES, objective=minutes)
    found = assessed(learned, space, objective=minutes, budget=20)
    assert (found.p_improvable, found.expected_gain, found.stop) == (None, None, False)


@pytest.mark.parametrize("keys, name", [
    ({"improvable_by": 0.05}, "improvable_with"), ({"improvable_with": 0.05}, "improvable_by"),
    ({"improvable_by": 5.0, "improvable_with": 0.05}, "improvable_by"),
    ({"improvable_by": 0.05, "improvable_with": 0.9}, "improvable_with"),
    ({"worth": 0.0}, "worth"), ({"worth": float("nan")}, "worth"), ({"at_least": 0}, "at_least")])
def test_rules_that_make_no_sense_are_refused(keys, name):
    with pytest.raises(BadInput, match=f"stopping.{name}"):
        Stopping(**keys)
