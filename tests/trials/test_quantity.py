"""Measured quantities: what they may be, how they are kept, and how they are corrected."""

from __future__ import annotations

import json

import pytest

from pressloop.trials.corrections import corrected, differences
from pressloop.trials.entry import Entered, Imported, Measured
from pressloop.trials.errors import BadInput
from pressloop.trials.ledger.codec import decode, encode
from pressloop.trials.ledger.fold import fold
from pressloop.trials.outcome import Failed, FailureMode, Intact
from pressloop.trials.quantity import Measurement, Quantity
from pressloop.trials.recipe import Recipe
from pressloop.trials.stack import Stack
from pressloop.trials.tables.outcomes import outcome_of
from pressloop.trials.trial import Trial

SIGMA = Quantity("sigma", "mS/cm", "log", "maximise", failed_at=0.0)
DENSITY = Quantity("density", "percent", goal="limit", low=90.0)
READ = Intact(None, measured=(Measurement("sigma", 1.2, 0.1, "mS/cm"),))
RECIPE = Recipe(140.0, 180.0, 25.0)
STACK = Stack("s-1", "L", "ana", 0.785, 600.0)


@pytest.mark.parametrize("wrong, words", [
    ({"name": "S/cm"}, "measured"), ({"scale": "root"}, "scale"), ({"goal": "win"}, "goal"),
    ({"goal": "target"}, "target"), ({"target": 3.0}, "target"), ({"goal": "range"}, "goal"),
    ({"goal": "limit"}, "goal"), ({"low": 1.0}, "goal"), ({"goal": "range", "low": 2.0}, "goal"),
    ({"goal": "range", "low": 2.0, "high": 1.0}, "Swap"),
    ({"goal": "target", "target": -1.0, "scale": "log"}, "above 0"),
    ({"goal": "target", "target": float("nan")}, "target")])
def test_what_a_quantity_cannot_be(wrong: dict[str, object], words: str) -> None:
    with pytest.raises(BadInput, match=words):
        Quantity(**({"name": "sigma"} | wrong))  # type: ignore[arg-type]


def test_what_is_nearer_to_what_is_wanted() -> None:
    target = Quantity("d", goal="target", target=90.0)
    window = Quantity("d", goal="range", low=80.0, high=90.0)
    assert SIGMA.miss(2.0) < SIGMA.miss(1.0)
    assert target.miss(91.0) == target.miss(89.0) == 1.0
    assert window.miss(85.0) == window.miss(90.0) == 0.0 < window.miss(91.0)
    assert Quantity("r").miss(1.0) < Quantity("r").miss(2.0)
    assert "at least 90 percent" in DENSITY.wanted()


def test_which_values_stand_for_a_failed_stack() -> None:
    assert SIGMA.failed(0.0) and SIGMA.failed(-1.0) and not SIGMA.failed(1e-9)
    assert Quantity("r", failed_at=9.9e37).failed(1e38)
    assert not Quantity("r").failed(0.0)


def test_a_stack_needs_a_reading_and_each_quantity_once() -> None:
    for wrong in ((), (Measurement("a", 1.0), Measurement("a", 2.0)),
                  (Measurement("resistance_ohm_cm2", 1.0),)):
        with pytest.raises(BadInput):
            Intact(None, measured=wrong)
    with pytest.raises(BadInput, match="finite"):
        Measurement("a", float("nan"))


def test_outcomes_without_measured_quantities_are_kept_as_before() -> None:
    entry = Imported("d", "past.csv", STACK, RECIPE, Intact(40.0, 2.0))
    payload = encode(entry).payload
    assert "measured" not in payload["outcome"] and "without" not in payload["recipe"]
    assert ", measured=" not in repr(entry.outcome)
    assert repr(entry.outcome).startswith("Intact(resistance_ohm_cm2=40.0, resistance_se_ohm_cm2=2")
    assert "entered" not in encode(Measured(1, ())).payload


@pytest.mark.parametrize("entry", [
    Imported("d", "past.csv", STACK, RECIPE, READ),
    Imported("d", "p", STACK, Recipe(1.0, 1.0, 25.0, others=(("speed", 2.0),), without=(
        "pressure_mpa", "dwell_s")), READ),
    Measured(2, (), Entered(READ.measured)), Measured(1, (), Entered(failure="shorted", why="0"))])
def test_new_entries_survive_the_ledger(entry: object) -> None:
    kept = encode(entry)  # type: ignore[arg-type]
    assert decode(kept.kind, json.loads(json.dumps(kept.payload)), kept.arrays) == entry


def test_rows_of_a_table() -> None:
    both = (SIGMA, DENSITY)
    found = outcome_of({"sigma": "1.2", "sigma_se": "0.1", "density": "88"}, both)
    assert isinstance(found, Intact) and found.reading("sigma") == READ.measured[0]
    assert found.reading("density") == Measurement("density", 88.0, None, "percent")
    assert outcome_of({"sigma": "", "density": "88"}, both) is None, "in work"
    assert not isinstance(outcome_of({"sigma": ">5"}, both), Intact), "a bound is no reading"
    failed = outcome_of({"sigma": "", "failure_mode": "crushed"}, both)
    assert isinstance(failed, Failed) and failed.mode is FailureMode.CRUSHED
    with pytest.raises(BadInput, match="no sigma"):
        outcome_of({"sigma": "1", "failure_mode": "crushed"}, both)


def imported(outcome: object = READ) -> Trial:
    trial, = fold([(1, Imported("d", "p", STACK, RECIPE, outcome))])  # type: ignore[arg-type]
    return trial


def test_a_value_is_corrected_by_its_name() -> None:
    entry = corrected(imported(), {"sigma": "2.1"}, "typed 12 for 21")
    trial, = fold([(1, Imported("d", "p", STACK, RECIPE, READ)), (1, entry)])
    assert trial.outcome == Intact(None, measured=(Measurement("sigma", 2.1, None, "mS/cm"),))
    assert differences(trial) == ["sigma 1.2 -> 2.1", "sigma_se 0.1 -> none"]
    both = corrected(imported(), {"sigma": 2.1, "sigma_se": 0.2}, "typed").outcome
    assert isinstance(both, Intact) and both.measured[0].standard_error == 0.2


def test_a_failed_stack_becomes_sound_by_what_the_campaign_measures() -> None:
    failed = imported(Failed(FailureMode.SHORTED, "seen"))
    entry = corrected(failed, {"sigma": 1.0}, "was another one", quantities=(SIGMA,))
    assert entry.outcome == Intact(None, measured=(Measurement("sigma", 1.0, None, "mS/cm"),))
    with pytest.raises(BadInput, match="sigma"):
        corrected(failed, {"sigma": 1.0}, "no such quantity here")
    with pytest.raises(BadInput, match="a value"):
        corrected(failed, {"sigma_se": 1.0}, "no value", quantities=(SIGMA,))


def test_what_a_recipe_is_without() -> None:
    recipe = Recipe(1.0, 1.0, 25.0, others=(("speed", 2.0),), without=("dwell_s", "pressure_mpa"))
    assert recipe.without == ("pressure_mpa", "dwell_s") and recipe.core == ("temperature_c",)
    assert str(recipe) == "25 degC, speed 2"
    assert Recipe(**recipe.plain()) == recipe != recipe.changed(speed=3.0)
    with pytest.raises(BadInput, match="without"):
        Recipe(1.0, 1.0, 25.0, without=("speed",))


def test_from_python_by_a_data_frame() -> None:
    import pandas as pd

    from pressloop.trials import read_trials

    frame = pd.DataFrame({"pressure_mpa": [100, 200, 300], "sigma": [1.0, 0.0, 2.0],
                          "sigma_se": [0.1, None, None]})
    shared = {"dwell_s": 60, "temperature_c": 25, "lot": "L", "operator": "ana", "area_cm2": 0.785,
              "thickness_um": 600}
    first, failed, last = read_trials(frame, measured=(SIGMA,), **shared)
    assert first.outcome == Intact(None, measured=(Measurement("sigma", 1.0, 0.1, "mS/cm"),))
    assert isinstance(failed.outcome, Failed) and failed.outcome.mode is FailureMode.UNKNOWN
    assert isinstance(last.outcome, Intact) and last.outcome.measured[0].standard_error is None
    with pytest.raises(BadInput, match="column density"):
        read_trials(frame, measured=(Quantity("density", goal="maximise"),), **shared)
