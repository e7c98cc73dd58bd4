"""Controls come at a fixed rate, whatever stops in between."""

from __future__ import annotations

import random

import pytest
from asked import proposed

from pressloop.optimizer import Search, Space
from pressloop.optimizer.history.controls import control_slots
from pressloop.trials.errors import BadInput
from pressloop.trials.outcome import Intact
from pressloop.trials.recipe import Recipe
from pressloop.trials.trial import State

pytestmark = pytest.mark.slow

REFERENCE = Recipe(140.0, 180.0, 25.0)
EVERY = Search(start_with=3, control_every=4)


def carried_on(trial, space, counts, seed=1):
    """Purposes of a campaign asked for so many stacks at a time."""
    history, purposes = [], []
    for count in counts:
        found = proposed(history, space, search=EVERY, reference=REFERENCE, count=count, seed=seed)
        for proposal in found:
            purposes.append(proposal.purpose)
            assert (proposal.purpose not in ("control", "reference")) or (
                proposal.recipe == REFERENCE)
            history.append(trial(proposal.recipe, Intact(50.0 + len(history), 0.5)))
    return purposes


def test_slots():
    assert control_slots(0, 5, 0) == [False] * 5
    assert control_slots(0, 6, 3) == [False, False, True, False, False, True]
    assert control_slots(5, 2, 3) == [True, False]


@pytest.mark.parametrize("counts", [[1] * 9, [9], [2, 5, 2]])
def test_every_fourth_stack_is_a_control_however_many_are_asked_for(trial, space, counts):
    purposes = carried_on(trial, space, counts)
    assert [i for i, p in enumerate(purposes, 1) if p == "control"] == [4, 8]
    assert purposes[0] == "reference" and "space-filling" in purposes[:3]


def test_a_control_that_faulted_is_pressed_again(trial, space):
    history = [trial(Recipe(100.0 + 10 * i, 60.0, 60.0), Intact(60.0 - i)) for i in range(3)]
    control, = proposed(history, space, search=EVERY, reference=REFERENCE)
    assert control.purpose == "control"
    for state, again in ((State.FAULTED, True), (State.SETTLED, True), (State.PLANNED, False)):
        then, = proposed([*history, trial(REFERENCE, state=state)], space, search=EVERY,
                        reference=REFERENCE)
        assert (then.purpose == "control") is again


def test_order_of_the_history_changes_nothing(trial, space, learned):
    shuffled = learned.copy()
    random.Random(5).shuffle(shuffled)
    one, other = (proposed(h, space, search=EVERY, reference=REFERENCE, count=3)
                  for h in (learned, shuffled))
    assert one == other
    assert [p.purpose for p in one].count("control") == 1


def test_a_control_says_what_is_expected_of_it(space, learned):
    control = proposed(learned, space, search=Search(control_every=5), reference=REFERENCE)[0]
    assert control.purpose == "control"
    assert control.predicted["low_ohm_cm2"] < control.predicted["high_ohm_cm2"]
    assert "expected_gain" in control.predicted and "reference recipe again" in control.reason


def test_controls_need_a_reference_in_the_space(space):
    for reference in (None, Recipe(600.0, 180.0, 25.0)):
        with pytest.raises(BadInput, match=r"search\.control_every.*reference"):
            proposed([], space, search=EVERY, reference=reference)
    with pytest.raises(BadInput, match="control_every"):
        Search(control_every=-1)
    assert proposed([], Space((50.0, 500.0), (60.0, 60.0), (25.0, 25.0)))[0].recipe
