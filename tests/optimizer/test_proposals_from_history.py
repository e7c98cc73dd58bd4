"""History in, recipes out: pure, deterministic, and sensible about failures."""

from __future__ import annotations

import copy
import random

import numpy as np
import pytest
from asked import fitted, proposed
from hypothesis import given, settings
from hypothesis import strategies as st

from pressloop.optimizer import RiskLimits, Search, Space
from pressloop.optimizer.proposals import acquisition_module
from pressloop.optimizer.reasons import CONTROL, OPENS, SPACE_FILLING
from pressloop.optimizer.reasons import REFERENCE as REFERENCE_AGAIN
from pressloop.trials.errors import BadInput
from pressloop.trials.outcome import Damage, Failed, FailureMode, Intact, SetAside
from pressloop.trials.recipe import Recipe
from pressloop.trials.trial import State

REFERENCE = Recipe(140.0, 180.0, 25.0)


def recipes(proposals):
    return [p.recipe for p in proposals]


def distance(space, one, other):
    return float(np.linalg.norm(np.subtract(*space.encode([one, other]))))


def started(trial, proposals, state=State.PLANNED):
    return [trial(p.recipe, state=state) for p in proposals]


def test_reference_comes_first_then_a_spread(space):
    first, *others = proposed([], space, reference=REFERENCE, count=5)
    assert (first.recipe, first.purpose, first.predicted) == (REFERENCE, "reference", {})
    assert {p.purpose for p in others} == {"space-filling"}
    x = space.encode(recipes(others))
    assert (np.ptp(x, axis=0) > 0.4).all()


def test_reference_outside_the_space_is_not_pressed(space):
    found = proposed([], space, reference=Recipe(600.0, 180.0, 25.0), count=5)
    assert {p.purpose for p in found} == {"space-filling"}
    assert space.decode(np.full(3, 0.5)) in recipes(found), "nor is the design kept away from it"


def test_first_stacks_are_far_from_one_another_and_from_the_walls(space):
    """Also those that are asked for together, as long as no outcome is known."""
    x = space.encode(recipes(proposed([], space, count=8, seed=5)))
    gaps = np.linalg.norm(x[:, None] - x[None], axis=2)[np.triu_indices(8, 1)]
    assert gaps.min() > 0.25
    assert x.min() > 0.15 and x.max() < 0.85


def test_one_is_not_put_beside_what_was_pressed_already(space, trial):
    middle = space.decode(np.full(3, 0.5))
    known = [trial(middle, Intact(80.0))]
    found, = proposed(known, space, seed=5)
    assert found.purpose == "space-filling"
    assert distance(space, found.recipe, middle) > 0.3


@pytest.mark.slow
def test_reference_that_faulted_or_was_not_imported_is_still_pressed(space, trial):
    faulted = [trial(REFERENCE, state=State.FAULTED)]
    imported = [trial(Recipe(200.0, 60.0, 80.0), Intact(50.0), state=State.IMPORTED)]
    for history in (faulted, imported):
        assert proposed(history, space, reference=REFERENCE)[0].purpose == "reference"
    tried = [trial(REFERENCE, Intact(100.0), state=State.IMPORTED)]
    assert proposed(tried, space, reference=REFERENCE)[0].purpose == "space-filling"


def test_one_at_a_time_is_the_same_opening_as_all_at_once(space, trial):
    at_once = recipes(proposed([], space, reference=REFERENCE, count=5, seed=3))
    history = []
    for _ in range(5):
        found = proposed(history, space, reference=REFERENCE, seed=3)
        history += started(trial, found)
    assert history[0].recipe == at_once[0] == REFERENCE
    assert {t.recipe for t in history} == set(at_once)


def test_the_opening_is_the_middle_and_then_differs_by_seed(space):
    one, other = (recipes(proposed([], space, count=7, seed=seed)) for seed in (0, 1))
    middle = space.decode(np.full(3, 0.5))
    assert set(one) & set(other) == {middle}
    assert one == recipes(proposed([], space, count=7, seed=0))


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**31 - 1), count=st.integers(1, 8))
def test_opening_lies_in_the_space_and_is_distinct(space, seed, count):
    found = recipes(proposed([], space, reference=REFERENCE, count=count, seed=seed))
    assert len(set(found)) == count
    assert all(space.contains(r) for r in found)


@pytest.mark.slow
def test_same_history_and_seed_same_recipe(space, learned):
    one, other = (proposed(learned, space, seed=5) for _ in range(2))
    assert one == other
    assert proposed(learned, space, seed=6) != one


@pytest.mark.slow
def test_order_of_history_changes_nothing(space, learned):
    shuffled = learned.copy()
    random.Random(1).shuffle(shuffled)
    assert proposed(shuffled, space, count=2) == proposed(learned, space, count=2)


@pytest.mark.slow
def test_history_is_not_touched(space, learned):
    before = copy.deepcopy([(t.recipe, t.outcome, t.state) for t in learned])
    proposed(learned, space)
    assert [(t.recipe, t.outcome, t.state) for t in learned] == before


@pytest.mark.slow
def test_global_random_state_is_left_alone(space, learned):
    import torch

    torch.manual_seed(11)
    before = torch.random.get_rng_state()
    one = proposed(learned, space)
    assert torch.equal(before, torch.random.get_rng_state())
    for state in range(12, 16):
        torch.manual_seed(state)
        assert proposed(learned, space) == one


@pytest.mark.slow
def test_model_proposal_lies_in_the_space_rounded_and_says_what_is_believed(space, learned):
    proposal, = proposed(learned, space)
    assert proposal.purpose in OPENS.keys() - {REFERENCE_AGAIN, CONTROL, SPACE_FILLING}
    assert space.contains(proposal.recipe)
    assert proposal.recipe.dwell_s == round(proposal.recipe.dwell_s)
    assert proposal.recipe.temperature_c == round(proposal.recipe.temperature_c, 1)
    said = proposal.predicted
    assert said["low_ohm_cm2"] < said["resistance_ohm_cm2"] < said["high_ohm_cm2"]
    assert said["survival"] == pytest.approx((1.0 - said["p_crushed"]) * (1.0 - said["p_failed"]))
    assert said["p_crushed"] < 0.5
    assert 0.0 < said["expected_gain"] < 1.0 and said["acquisition"] < 0.0
    believed = fitted(learned, space, RiskLimits())
    assert said["p_crushed"] == pytest.approx(float(believed.crushing([proposal.recipe])[0]))


@pytest.mark.slow
def test_recipes_in_work_are_not_proposed_again(space, learned, trial):
    first, = proposed(learned, space)
    for state in (State.PLANNED, State.MEASURED):
        second, = proposed([*learned, trial(first.recipe, state=state)], space)
        assert distance(space, first.recipe, second.recipe) > 0.02


@pytest.mark.slow
def test_several_at_once_are_distinct(space, learned):
    found = recipes(proposed(learned, space, count=3))
    assert all(distance(space, a, b) > 0.02 for i, a in enumerate(found) for b in found[:i])


@pytest.mark.slow
def test_opening_runs_over_into_model_proposals(space, simulated):
    found = proposed(simulated(2), space, count=3)
    assert sum(p.purpose == "space-filling" for p in found) == 1
    assert all("expected_gain" in p.predicted for p in found)


def test_all_crushed_at_high_pressure_goes_lower(space, trial):
    high = [Recipe(p, d, t) for p in (350.0, 400.0, 450.0, 480.0)
            for d, t in ((30.0, 30.0), (300.0, 60.0))]
    for damage in (None, Damage(0.4, 0.01)):
        history = [trial(r, Failed(FailureMode.CRUSHED, "broke", damage)) for r in high]
        proposal, = proposed(history, space)
        assert proposal.purpose == "find an intact stack"
        assert proposal.recipe.pressure_mpa < 300.0


def test_all_delaminated_at_low_pressure_goes_higher(space, trial):
    low = [Recipe(p, d, t) for p in (55.0, 70.0, 85.0, 100.0)
           for d, t in ((12.0, 26.0), (60.0, 40.0))]
    history = [trial(r, Failed(FailureMode.DELAMINATED, "no contact")) for r in low]
    proposal, = proposed(history, space)
    assert proposal.recipe.pressure_mpa > 130.0


def test_one_more_failure_does_not_stall_the_search_for_an_intact_stack(space, trial):
    history = []
    for _ in range(4):
        proposal, = proposed(history, space, search=Search(start_with=0))
        assert all(distance(space, proposal.recipe, t.recipe) > 0.05 for t in history)
        history.append(trial(proposal.recipe, Failed(FailureMode.SHORTED, "leak")))


def test_trials_that_teach_nothing_do_not_end_the_opening(space, trial):
    history = [trial(Recipe(200.0, 60.0, 80.0), state=s)
               for s in (State.FAULTED, State.SETTLED) for _ in range(5)]
    assert proposed(history, space)[0].purpose == "space-filling"


def test_history_of_spoilt_readings_only_still_gets_a_proposal(space, trial):
    history = [trial(Recipe(100.0 + 20 * i, 60.0, 80.0), SetAside("noise")) for i in range(9)]
    proposal, = proposed(history, space)
    assert space.contains(proposal.recipe)


@pytest.mark.slow
@pytest.mark.parametrize("bounds", [
    ((50.0, 500.0), (60.0, 60.0), (90.0, 90.0)), ((50.0, 500.0), (10.0, 1800.0), (25.0, 25.0)),
    ((250.0, 250.0), (10.0, 1800.0), (25.0, 140.0))])
def test_fixed_variables_stay_fixed(simulated, bounds):
    small = Space(*bounds)
    history = simulated(9, of=small)
    for proposal in (*proposed([], small, count=3), *proposed(history, small)):
        assert small.contains(proposal.recipe)


@pytest.mark.parametrize("count", [0, -1, float("nan")])
def test_no_recipe_at_all_is_refused(space, count):
    with pytest.raises(BadInput, match="count"):
        proposed([], space, count=count)


@pytest.mark.parametrize("name", ["cautios", "", ".x", "no.such.module", "os.path"])
def test_unknown_acquisition_is_refused(name, space, learned):
    with pytest.raises(BadInput, match=r"search\.acquisition.*noisy_expected_improvement"):
        acquisition_module(name)
    with pytest.raises(BadInput, match=r"search\.acquisition"):
        proposed(learned, space, search=Search(acquisition=name))


@pytest.mark.slow
def test_every_acquisition_that_ships_proposes(space, learned):
    import pkgutil

    from pressloop.optimizer import acquisitions

    names = [found.name for found in pkgutil.iter_modules(acquisitions.__path__)]
    assert {"noisy_expected_improvement", "feasibility_first"} <= set(names)
    for name in names:
        proposal, = proposed(learned, space, search=Search(acquisition=name))
        assert space.contains(proposal.recipe)


@pytest.mark.slow
def test_acquisition_outside_the_project(space, learned):
    outside = Search(acquisition="pressloop.optimizer.acquisitions.feasibility_first")
    inside = Search(acquisition="feasibility_first")
    assert proposed(learned, space, search=outside) == proposed(learned, space, search=inside)


@pytest.mark.slow
def test_a_higher_exponent_keeps_further_from_crushing(trial):
    """Resistance falls with pressure up to a cliff at 300 MPa that is not known well."""
    line, history = Space((100.0, 500.0), (60.0, 60.0), (25.0, 25.0)), []
    for pressure in (110.0, 150.0, 190.0, 240.0, 420.0):
        crushed = Failed(FailureMode.CRUSHED, "broke")
        history.append(trial(Recipe(pressure, 60.0, 25.0), Intact(12000.0 / pressure, 1.0)
                             if pressure < 300.0 else crushed))

    def survival(exploring):
        proposal, = proposed(history, line, limits=RiskLimits(survival_exponent=exploring),
                            search=Search(start_with=0))
        return proposal.predicted["survival"]

    assert survival(8.0) > survival(0.0)
