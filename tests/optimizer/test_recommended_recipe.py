"""What is recommended: believed, not lucky; careful, and honest about what is not known."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest
from asked import fitted, recommended

from pressloop.optimizer import RiskLimits, Space
from pressloop.trials.errors import BadInput
from pressloop.trials.outcome import Damage, Failed, FailureMode, Intact, SetAside
from pressloop.trials.recipe import Recipe
from pressloop.trials.trial import State

pytestmark = pytest.mark.slow

REFERENCE = Recipe(140.0, 180.0, 25.0)
SAFE = Damage(0.005, 0.003)


def bowl(trial, space, *, lucky_at=None, repeats=2):
    """Readings of a smooth bowl whose bottom (40 ohm cm2) is at 250 MPa, 60 s, 90 degC."""
    draw = np.random.default_rng(4)
    bottom = space.encode([Recipe(250.0, 60.0, 90.0)])[0]
    points = np.vstack([draw.uniform(size=(18, 3)), bottom + 0.1 * draw.uniform(-1, 1, (6, 3))])
    history = []
    for x in np.clip(points, 0, 1):
        depth = 40.0 * np.exp(2.0 * np.sum((x - bottom) ** 2))
        for _ in range(repeats):
            read = float(depth * np.exp(0.1 * draw.standard_normal()))
            history.append(trial(space.decode(x), Intact(read, 0.01 * read, damage=SAFE)))
    if lucky_at is not None:
        history.append(trial(lucky_at, Intact(38.0, 0.4, damage=SAFE)))
    return history, bottom


def test_finds_the_bottom_of_a_noisy_bowl(trial, space):
    history, bottom = bowl(trial, space)
    found = recommended(history, space)
    assert np.abs(space.encode([found.recipe])[0] - bottom).max() < 0.2
    assert found.resistance_ohm_cm2 == pytest.approx(40.0, rel=0.1)
    assert found.low_ohm_cm2 < 42.0 and found.high_ohm_cm2 > 38.0


def test_never_the_lucky_row(trial, space):
    """A single reading of 38 where its neighbours and its own replicates say 70 and more."""
    lucky = Recipe(110.0, 900.0, 40.0)
    history, bottom = bowl(trial, space)
    history += [trial(lucky, Intact(75.0, 0.75, damage=SAFE)) for _ in range(2)]
    history.append(trial(lucky, Intact(25.0, 0.25, damage=SAFE)))
    best_row = min(history, key=lambda t: t.outcome.resistance_ohm_cm2)
    assert best_row.recipe == lucky
    x = space.encode([recommended(history, space).recipe, lucky])
    assert np.abs(x[0] - bottom).max() < 0.25
    assert np.linalg.norm(x[0] - x[1]) > 0.3


def test_order_and_repetition_change_nothing(space, learned):
    shuffled = learned.copy()
    random.Random(2).shuffle(shuffled)
    assert recommended(learned, space) == recommended(shuffled, space)


def test_what_teaches_nothing_changes_nothing(space, learned, trial):
    plain = recommended(learned, space, reference=REFERENCE)
    best = plain.recipe
    idle = [trial(best, state=s) for s in (State.FAULTED, State.SETTLED, State.PLANNED,
                                           State.COMMANDED, State.PRESSED, State.MEASURED)]
    aside = [trial(best, SetAside("noise")), trial(REFERENCE, SetAside("drift", True))]
    assert recommended([*learned, *idle, *aside], space, reference=REFERENCE) == plain


def test_a_failure_does_teach(space, learned, trial):
    plain = recommended(learned, space)
    best = plain.recipe
    failed = [trial(best, Failed(FailureMode.SHORTED, "leak")) for _ in range(4)]
    found = recommended([*learned, *failed], space)
    assert found.recipe != best
    assert found.failed == plain.failed + 4


def test_crushed_stacks_teach_no_resistance(space, learned, trial):
    crushed = [t for t in learned if isinstance(t.outcome, Failed)]
    assert crushed
    believed = fitted(learned, space, RiskLimits())
    assert believed.data.log_resistance.y.size == len(learned) - len(crushed)
    assert believed.data.log_hazard.y.size == len(learned)


def test_no_intact_stack_no_recommendation(space, trial):
    failed = [trial(Recipe(400.0, 60.0, 25.0), Failed(FailureMode.CRUSHED, "broke", SAFE))] * 3
    for history in ([], failed):
        with pytest.raises(BadInput, match="intact stacks = 0"):
            recommended(history, space)
    with pytest.raises(ValueError, match="no intact stack"):
        fitted(failed, space, RiskLimits()).resistance([REFERENCE])


@pytest.mark.parametrize("limit", [0.02, 0.05, 0.3])
def test_keeps_to_the_limit_on_crushing(space, simulated, limit):
    limits = RiskLimits(max_crush_probability=limit)
    for seed in range(2):
        found = recommended(simulated(20, seed), space, limits=limits)
        assert found.cautious
        assert found.p_crushed <= limit + 0.01
        assert found.p_failed <= limits.max_failure_probability + 0.01


def test_allowing_more_crushing_allows_more_pressure(trial):
    """Resistance only falls with pressure, and so does the share of sound cathode."""
    line = Space((100.0, 500.0), (60.0, 60.0), (25.0, 25.0))
    history = []
    for pressure in np.linspace(110, 490, 12):
        index = float(0.05 * (pressure / 300.0) ** 4)
        at = Recipe(float(pressure), 60.0, 25.0)
        history.append(trial(at, Intact(12000.0 / pressure, 1.0, damage=Damage(index, 0.005))
                             if index < 0.05 else
                             Failed(FailureMode.CRUSHED, "broke", Damage(index, 0.005))))
    found = [recommended(history, line, limits=RiskLimits(max_crush_probability=p, losses=0.0))
             for p in (0.01, 0.03, 0.1, 0.2, 0.5)]
    pressures = [one.recipe.pressure_mpa for one in found]
    assert pressures == sorted(set(pressures))
    assert pressures[0] > 200.0 and pressures[-1] < 340.0
    # The recipe stands right at the limit, where its region ends.
    for one in found:
        assert one.region.pressure_mpa[0] < one.recipe.pressure_mpa <= one.region.pressure_mpa[1]


def test_where_nothing_is_safe_the_safest_is_named_as_such(trial):
    line = Space((300.0, 500.0), (60.0, 60.0), (25.0, 25.0))
    history = [trial(Recipe(p, 60.0, 25.0), Failed(FailureMode.CRUSHED, "broke", Damage(d, 0.01)))
               for p, d in ((310.0, 0.1), (350.0, 0.2), (400.0, 0.3), (480.0, 0.5))]
    history.append(trial(Recipe(305.0, 60.0, 25.0), Intact(50.0, 0.5, damage=Damage(0.048, 0.01))))
    found = recommended(history, line)
    assert not found.cautious
    assert found.recipe.pressure_mpa < 310.0
    assert found.p_crushed > 0.05


def test_region_contains_the_recipe_and_lies_in_the_space(space, simulated):
    for seed in range(2):
        found = recommended(simulated(16, seed), space)
        region = found.region
        for name in space.free:
            low, high = getattr(region, name)
            bottom, top = getattr(space, name)
            assert bottom <= low <= getattr(found.recipe, name) <= high <= top
        assert 0.0 <= region.share <= 1.0
        assert 0.0 <= region.probability <= 1.0


def test_wider_tolerance_wider_region(space, learned):
    shares = [recommended(learned, space, limits=RiskLimits(tolerance=t)).region.share
              for t in (0.02, 0.5)]
    assert shares[0] < shares[1]


def test_replicates_narrow_the_interval(space, trial):
    history, _ = bowl(trial, space, repeats=1)
    first = recommended(history, space)
    draw = np.random.default_rng(9)
    again = [trial(first.recipe, Intact(float(first.resistance_ohm_cm2 * np.exp(
        0.1 * draw.standard_normal())), 0.4, damage=SAFE)) for _ in range(5)]
    then = fitted([*history, *again], space, RiskLimits()).resistance([first.recipe])
    assert then.high[0] / then.low[0] < first.high_ohm_cm2 / first.low_ohm_cm2


def test_one_more_stack_is_less_certain_than_the_recipe(space, learned):
    found = recommended(learned, space)
    assert (found.stack_low_ohm_cm2 < found.low_ohm_cm2 < found.resistance_ohm_cm2
            < found.high_ohm_cm2 < found.stack_high_ohm_cm2)


@pytest.mark.parametrize("bounds", [
    ((50.0, 500.0), (60.0, 60.0), (90.0, 90.0)), ((50.0, 500.0), (10.0, 1800.0), (25.0, 25.0)),
    ((250.0, 250.0), (10.0, 1800.0), (25.0, 140.0))])
def test_spaces_with_fixed_variables(simulated, bounds):
    small = Space(*bounds)
    found = recommended(simulated(10, of=small), small)
    assert small.contains(found.recipe)
    for name in {"pressure_mpa", "dwell_s", "temperature_c"} - set(small.free):
        value = getattr(small, name)[0]
        assert getattr(found.recipe, name) == value
        assert getattr(found.region, name) == (value, value)


def test_rows_outside_the_space_teach_but_are_not_recommended(space, simulated):
    narrow = Space((150.0, 250.0), (30.0, 300.0), (60.0, 110.0))
    wide = simulated(20)
    outside = [t for t in wide if not narrow.contains(t.recipe)]
    assert len(outside) > 10
    assert narrow.contains(recommended(outside, narrow).recipe)


def test_rows_pressed_off_a_fixed_variable_teach_what_it_does(simulated, trial):
    """A hot stack's reading is not put onto the cold recipe, and recipes stay cold."""
    cold = Space((50.0, 500.0), (10.0, 1800.0), (25.0, 25.0))
    history = simulated(10, of=cold)
    plain = recommended(history, cold)
    hot = [trial(replace(plain.recipe, temperature_c=120.0), Intact(20.0, 0.2))] * 3
    found = recommended([*history, *hot], cold)
    assert found.recipe.temperature_c == 25.0
    assert found.resistance_ohm_cm2 > 0.7 * plain.resistance_ohm_cm2
    assert found.region.temperature_c == (25.0, 25.0)
    assert found.intact == plain.intact + 3
    assert recommended(hot, cold).recipe.temperature_c == 25.0
    off = recommended(history, cold, reference=Recipe(140.0, 180.0, 90.0))
    assert off.reference is None


def test_reference_is_compared_under_the_joint_posterior(space, learned):
    found = recommended(learned, space, reference=REFERENCE)
    other = found.reference
    assert other.recipe == REFERENCE
    assert other.resistance_ohm_cm2 > found.resistance_ohm_cm2
    assert other.p_recommended_is_better > 0.9
    assert other.low_ohm_cm2 < other.resistance_ohm_cm2 < other.high_ohm_cm2
    same = recommended(learned, space, reference=found.recipe).reference
    assert same.p_recommended_is_better == pytest.approx(0.5, abs=0.01)
    assert recommended(learned, space).reference is None


def test_counts_what_was_learned_from(space, learned, trial):
    found = recommended([*learned, trial(REFERENCE, SetAside("noise"))], space)
    assert found.intact == sum(isinstance(t.outcome, Intact) for t in learned)
    assert found.failed == sum(isinstance(t.outcome, Failed) for t in learned)


def test_crush_belief_rises_with_pressure_after_learning(space, simulated):
    believed = fitted(simulated(20), space, RiskLimits())
    chance = believed.crushing([Recipe(p, 60.0, 60.0) for p in (150.0, 300.0, 480.0)])
    assert chance[0] < 0.05 < chance[2]
    assert chance[0] <= chance[1] <= chance[2]
    survival = believed.survival([Recipe(250.0, 60.0, 90.0), Recipe(490.0, 60.0, 25.0)])
    assert survival[0] > 0.8 > survival[1]


def test_labels_alone_find_the_cliff(space, simulated):
    """A press without any sensor of damage: past stacks say crushed or not, no more."""
    history = [replace(t, outcome=replace(t.outcome, damage=None)) for t in simulated(24)]
    believed = fitted(history, space, RiskLimits())
    assert believed.data.log_hazard.y.size == 0
    chance = believed.crushing([Recipe(150.0, 60.0, 60.0), Recipe(490.0, 60.0, 25.0)])
    assert chance[0] < 0.15 and chance[1] > 0.6
    assert recommended(history, space).p_crushed <= 0.06


@pytest.mark.parametrize("seed", range(2))
def test_stacks_scatter_more_near_the_knee_than_at_the_optimum(space, simulated, seed):
    """Contacts that have just closed differ, and every MPa off the set point tells there."""
    history = simulated(20, seed)
    best = recommended(history, space).recipe
    believed = fitted(history, space, RiskLimits())
    knee = Recipe(70.0, 60.0, 40.0)
    at_best, at_knee = believed.stack_scatter(believed.unit([best, knee])).tolist()
    assert at_knee > 2.0 * at_best
    assert 0.06 < at_best < 0.2
    # What is stated of one more stack is what the recipe's own interval lacks.
    own, stack = (believed.resistance([best, knee], new_stack=new) for new in (False, True))
    wider = np.log(stack.high / stack.low) / 3.92, np.log(own.high / own.low) / 3.92
    assert np.hypot(wider[1], [at_best, at_knee]) == pytest.approx(wider[0], rel=0.05)


def test_a_press_that_is_set_badly_scatters_more_on_a_slope(space, learned):
    slope, exact, loose = Recipe(70.0, 60.0, 40.0), RiskLimits(), RiskLimits(pressure_error=0.1)
    scatter = [float(b.stack_scatter(b.unit([slope]))[0])
               for b in (fitted(learned, space, c) for c in (exact, loose))]
    assert scatter[1] > scatter[0]


@pytest.mark.nightly
@pytest.mark.slow
def test_closed_loop_finds_a_good_recipe_for_most_seeds(closed_loop):
    """Three whole campaigns; benchmarks/figures.py runs many more."""
    found = [closed_loop.run_campaign("reference", seed) for seed in range(3)]
    told = [f"seed {c.seed}: {c.recommendation.recipe}, {c.ratio:.2f} of the optimum, "
            f"{c.truth.crushed_fraction:.1%} crushed" for c in found]
    assert sum(c.good for c in found) >= 2, told
    assert sum(c.failures[FailureMode.CRUSHED] for c in found) <= 15, told
