"""What stacks of another lot are worth, and that they do no harm where they mislead."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from asked import fitted, proposed, recommended

from pressloop.optimizer import Problem, RiskLimits, Space
from pressloop.optimizer.constraints.sobol import sobol
from pressloop.optimizer.history.earlier import FEWEST, opening_size, useful_rows
from pressloop.optimizer.history.training import Rows, training
from pressloop.surrogates.failures.threshold import MOST
from pressloop.trials.outcome import Damage, Failed, FailureMode, Intact
from pressloop.trials.recipe import Recipe
from pressloop.trials.stack import Stack
from pressloop.trials.trial import State, Trial

pytestmark = pytest.mark.slow

LIMITS = RiskLimits()
NOW = ("new", "somebody")


def of_lot(trials: list[Trial], lot: str, factor: float = 1.0) -> list[Trial]:
    """The stacks as another lot, whose resistances all read `factor` times as high."""
    return [replace(t, stack=replace(t.stack, lot=lot), outcome=_times(t.outcome, factor))
            for t in trials]


def _times(outcome, factor):
    if not isinstance(outcome, Intact):
        return outcome
    value = factor * outcome.resistance_ohm_cm2
    return replace(outcome, resistance_ohm_cm2=value, resistance_se_ohm_cm2=0.01 * value)


def mixed_up(trials: list[Trial], seed: int = 0) -> list[Trial]:
    """The same resistances, dealt out anew among the intact recipes."""
    intact = [t.outcome for t in trials if isinstance(t.outcome, Intact)]
    order = iter(np.random.default_rng(seed).permutation(len(intact)))
    return [replace(t, outcome=intact[next(order)]) if isinstance(t.outcome, Intact) else t
            for t in trials]


def resistances(history: list[Trial], space: Space) -> tuple[Rows, str]:
    """The rows of ln R that are learned from, and what is said of the others."""
    data, notes = useful_rows(training(history, space, LIMITS.crushed_above, NOW), Problem(space))
    return data.log_resistance, " ".join(n for n in notes if "log resistance" in n)


def log_hazards(history: list[Trial], space: Space) -> tuple[Rows, str]:
    """The same for the damage index."""
    data, notes = useful_rows(training(history, space, LIMITS.crushed_above, NOW), Problem(space))
    return data.log_hazard, " ".join(n for n in notes if "the damage index" in n)


@pytest.fixture(scope="module")
def lots(simulated) -> tuple[list[Trial], list[Trial]]:
    """Twenty stacks of an old lot that reads 30 % high, four of the new one."""
    return of_lot(simulated(20, seed=1), "old", 1.3), of_lot(simulated(4, seed=2), "new")


def test_a_shifted_lot_makes_a_recipe_known_without_moving_its_level(lots, space, simulated):
    old, new = lots
    there = [t.recipe for t in simulated(12, seed=3)]
    true = [t.outcome.resistance_ohm_cm2 if isinstance(t.outcome, Intact) else np.nan
            for t in simulated(12, seed=3, scatter=0.0)]
    told, alone = (fitted(new, space, LIMITS, earlier=e, origin=NOW).resistance(there)
                   for e in (old, ()))
    error = [np.nanmean(np.abs(np.log(b.median / true))) for b in (told, alone)]
    assert error[0] < 0.7 * error[1]
    assert np.mean(np.log(told.high / told.low)) < np.mean(np.log(alone.high / alone.low))
    # Believed as if the old lot's level were the new one's, everything would read 30 % high.
    assert abs(np.nanmedian(np.log(told.median / true))) < 0.13


def test_a_shifted_lot_is_learned_from(lots, space):
    old, new = lots
    for rows, note in (resistances([*old, *new], space), log_hazards([*old, *new], space)):
        assert note == ""
        assert set(rows.group) == {0, 1}


@pytest.mark.slow
def test_readings_mixed_up_among_recipes_are_left_out_before_there_is_an_own_stack(lots, space):
    """One deal in ten passes by accident, as nine others are drawn to compare it with."""
    old, _ = lots
    notes = [resistances(mixed_up(old, seed), space)[1] for seed in range(12)]
    assert sum("no better than chance" in note for note in notes) >= 8


def test_only_the_lot_that_misleads_is_left_out(lots, space):
    old, new = lots
    bad = of_lot(mixed_up(old), "bad")
    rows, note = resistances([*old, *bad, *new], space)
    assert note.count("left out") == 1
    assert len(set(rows.group)) == 2
    assert rows.y.size == resistances([*old, *new], space)[0].y.size


def test_a_lot_of_other_strength_says_little_of_crushing_here(lots, space, simulated):
    """The old lot is told as one that never breaks; three own stacks show that these do."""
    old, _ = lots
    own = of_lot(simulated(3, seed=4), "new")
    assert max(t.outcome.damage.index for t in own) > LIMITS.crushed_above
    strong = [replace(t, outcome=Intact(60.0, 0.6, damage=replace(t.outcome.damage, index=0.0)))
              for t in old]
    harsh = [Recipe(p, 60.0, 60.0) for p in (400.0, 450.0, 490.0)]
    alone, told = (fitted(own, space, LIMITS, earlier=e, origin=NOW).crushing(harsh)
                   for e in ((), strong))
    assert (told > 0.5).all() and (told > 0.8 * alone).all()


@pytest.mark.parametrize(("own", "earlier"), [(3, MOST + 20), (MOST, 30)])
def test_more_damage_indices_than_one_model_holds(space, own, earlier):
    """Alike in both lots: whichever of them is large, they are learned from together."""
    trials = indexed(space, own + earlier)
    told = [*of_lot(trials[:own], "new"), *of_lot(trials[own:], "old")]
    rows, notes = log_hazards(told, space)
    assert rows.y.size == own + earlier
    assert not notes


def indexed(space: Space, count: int) -> list[Trial]:
    """Stacks all over the space, shorted, so that they tell of damage only.

    Its index rises with pressure."""
    x, noise = sobol(3, count, 0), np.random.default_rng(0).standard_normal(count)
    hazard = 0.05 * np.exp(12.0 * (x[:, 0] - 0.7) + 0.2 * noise)
    return [Trial(i, Stack(f"s{i}", "lot", "somebody", 0.785, 600.0, 375.0), recipe,
                  State.EVALUATED, outcome=Failed(FailureMode.SHORTED, "shorted",
                                                  Damage(float(index), 0.01)))
            for i, (recipe, index) in enumerate(zip(space.decode_all(x), -np.expm1(-hazard),
                                                    strict=True), 1)]


def test_what_is_left_out_is_told_with_the_recommendation(lots, space):
    old, new = lots
    found = recommended(new, space, earlier=mixed_up(old), origin=NOW)
    assert any("left out" in note for note in found.notes)
    assert found.recipe == recommended(new, space, earlier=(), origin=NOW).recipe or (
        # Labels and the damage index of the old lot are learned from all the same.
        found.p_crushed <= LIMITS.max_crush_probability + 0.01)


def test_the_order_of_earlier_stacks_does_not_matter(lots, space):
    old, new = lots
    shuffled = [old[i] for i in np.random.default_rng(0).permutation(len(old))]
    one, other = (proposed(new, space, earlier=e, origin=NOW, seed=3) for e in (old, shuffled))
    assert one == other


def test_an_earlier_campaign_shortens_the_opening_but_not_below_three(simulated, space, trial):
    known = simulated(40)
    intact = [t for t in known if isinstance(t.outcome, Intact)]
    assert opening_size(8, (), space) == 8
    assert opening_size(8, intact[:4], space) == 6
    assert opening_size(8, intact, space) == FEWEST
    assert opening_size(2, intact, space) == 2
    failed = [t for t in known if not isinstance(t.outcome, Intact)]
    outside = [trial(Recipe(600.0, 60.0, 25.0), Intact(50.0)) for _ in range(9)]
    assert opening_size(8, [*failed, *outside], space) == 8
