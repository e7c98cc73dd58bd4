"""What is learned where several presses share a campaign: an offset of each, and one surface."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from pressloop.optimizer import Models, Problem, Search, Space, fit_models, propose
from pressloop.optimizer.beliefs.fitting import with_under_way
from pressloop.optimizer.history.drift import drift
from pressloop.optimizer.history.training import origin_for, origin_of, training
from pressloop.trials.outcome import Intact
from pressloop.trials.recipe import Recipe
from pressloop.trials.trial import State, Trial

Make = Callable[..., Trial]
HIGHER = 1.4
"""By how much press B reads more than press A."""


def on(press: str, trials: list[Trial], factor: float = 1.0) -> list[Trial]:
    """The same stacks, pressed on this press, whose readings are so much higher."""
    return [replace(t, press=press, outcome=replace(
        t.outcome, resistance_ohm_cm2=t.outcome.resistance_ohm_cm2 * factor)
        if isinstance(t.outcome, Intact) else t.outcome) for t in trials]


@pytest.fixture(scope="module")
def shared(simulated: Callable[..., list[Trial]]) -> tuple[list[Trial], list[Trial]]:
    """Ten stacks of press A, and twenty of press B."""
    return on("A", simulated(10, 1, 0.03)), on("B", simulated(20, 2, 0.03), HIGHER)


def on_press(press: str, trials: list[Trial], space: Space) -> Models:
    return fit_models(Problem(space), trials, origin=("lot", "somebody", press))


@pytest.mark.slow
def test_each_press_has_an_offset_and_all_teach_one_surface(
        shared: tuple[list[Trial], list[Trial]], space: Space) -> None:
    a, b = shared
    points = [t.recipe for t in b if isinstance(t.outcome, Intact)]
    of_a, of_b = (on_press(press, [*a, *b], space).resistance(points) for press in "AB")
    alone = on_press("A", a, space).resistance(points)
    truth = np.array([t.outcome.resistance_ohm_cm2 for t in b if isinstance(t.outcome, Intact)])
    ratio = np.exp(np.log(np.array(of_b.median) / np.array(of_a.median)).mean())
    assert ratio == pytest.approx(HIGHER, rel=0.12)

    def error(found: object) -> float:
        return float(np.abs(np.log(np.array(found) / (truth / HIGHER))).mean())

    assert error(of_a.median) < error(alone.median)
    assert error(of_a.median) < 0.15


def test_a_press_that_has_no_name_changes_nothing(learned: list[Trial], space: Space) -> None:
    assert {origin_of(t) for t in learned} == {("lot", "somebody")}
    data = training(learned, space, 0.05, ("lot", "somebody"))
    assert not data.other_presses
    assert not data.log_resistance.group.any()


def test_other_presses_of_the_lot_are_groups_that_are_not_tried(
        shared: tuple[list[Trial], list[Trial]], space: Space) -> None:
    a, b = shared
    of_old_lot = [replace(t, press="B", stack=replace(t.stack, lot="old")) for t in a]
    data = training([*a, *b, *of_old_lot], space, 0.05, ("lot", "somebody", "A"))
    assert len(set(data.log_resistance.group.tolist())) == 3
    assert len(data.other_presses) == 1


def test_a_press_without_stacks_goes_by_those_of_another(
        shared: tuple[list[Trial], list[Trial]]) -> None:
    a, b = shared
    origin, note = origin_for(("lot", "somebody", "C"), [*a, *b])
    assert origin == ("lot", "somebody", "B")
    assert "press C" in note and "press B" in note
    assert origin_for(("lot", "somebody", "A"), [*a, *b]) == (("lot", "somebody", "A"), "")
    assert origin_for(("new", "somebody", "A"), [*a, *b])[0] == ("new", "somebody", "A")


@pytest.mark.slow
def test_recipes_under_way_are_put_in_without_fitting_anew(
        shared: tuple[list[Trial], list[Trial]], trial: Make, space: Space) -> None:
    a, b = shared
    known = [*a, *b[:4]]
    before = on_press("A", known, space)
    under_way = [trial(Recipe(p, 60.0, 40.0), state=State.PLANNED, press="B")
                 for p in (90.0, 310.0)]
    quick = with_under_way(before, [*known, *under_way])
    anew = on_press("A", [*known, *under_way], space)
    assert quick is not None
    assert propose(quick, seed=3) == propose(anew, seed=3)
    done = replace(under_way[0], state=State.EVALUATED, outcome=Intact(90.0, 1.0))
    assert with_under_way(quick, [*known, done, under_way[1]]) is None


def test_presses_with_other_steps_do_not_press_one_point_of_the_design_twice(
        trial: Make, space: Space) -> None:
    fine, coarse = space, replace(space, steps=(("pressure_mpa", 25.0),))
    known: list[Trial] = []
    for turn in range(8):
        problem = Problem((fine, coarse)[turn % 2], search=Search(start_with=8))
        origin = ("lot", "somebody", "AB"[turn % 2])
        found, = propose(fit_models(problem, known, origin=origin), seed=4)
        known.append(trial(found.recipe, state=State.PLANNED, press="AB"[turn % 2]))
    x = space.encode([t.recipe for t in known])
    gaps = np.linalg.norm(x[:, None] - x[None], axis=2)[np.triu_indices(8, 1)]
    assert gaps.min() > 0.1


def test_controls_of_two_presses_are_no_drift(trial: Make) -> None:
    """Press B reads higher, and came into use when press A had done half."""
    reference = Recipe(140.0, 180.0, 25.0)
    reads = [100.0, 101.0, 99.0, 100.0, 140.0, 141.0, 139.0, 140.0]
    stacks = [trial(reference, Intact(value, 0.5), press="A" if i < 4 else "B")
              for i, value in enumerate(reads)]
    found = drift(stacks, reference)
    assert found is not None
    assert found.alarm == ""
    shift, = found.shifts
    assert shift.press == "A"
    assert "on press A" in found.sentences[-1]
    nameless = drift([replace(t, press="") for t in stacks], reference)
    assert nameless is not None
    assert nameless.alarm
