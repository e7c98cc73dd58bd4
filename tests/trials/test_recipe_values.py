"""Recipes that say more than pressure, dwell and temperature; those that do not are as before."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pressloop.trials.entry import Evaluated, Imported, Planned
from pressloop.trials.errors import BadInput
from pressloop.trials.ledger.codec import decode, encode
from pressloop.trials.outcome import Achieved, Failed, FailureMode, Intact
from pressloop.trials.recipe import Recipe
from pressloop.trials.stack import Stack
from pressloop.trials.trial import State, Trial

STACK = Stack("s", "lot", "ana", 0.785, 600.0)
CORE = Recipe(140.0, 180.0, 25.0)
BEFORE = ('{"pressure_mpa": 140.0, "dwell_s": 180.0, "temperature_c": 25.0, '
          '"ramp_mpa_per_s": null, "release_mpa_per_s": null}')


def test_a_recipe_of_the_core_alone_is_kept_byte_for_byte_as_before():
    assert json.dumps(encode(Planned(STACK, CORE, "reference")).payload["recipe"]) == BEFORE
    assert repr(CORE) == ("Recipe(pressure_mpa=140.0, dwell_s=180.0, temperature_c=25.0, "
                          "ramp_mpa_per_s=None, release_mpa_per_s=None)")
    assert str(CORE) == "140 MPa, 180 s, 25 degC"
    assert Recipe(**json.loads(BEFORE)) == CORE


def test_an_outcome_that_kept_its_recipe_is_kept_as_before():
    payload = encode(Evaluated(1, Intact(40.0, 0.4), {})).payload["outcome"]
    assert "achieved" not in payload
    assert "achieved" not in repr(Intact(40.0)) and "achieved" not in repr(
        Failed(FailureMode.CRUSHED, "broke"))


VALUES = st.one_of(st.floats(allow_nan=False, allow_infinity=False),
                   st.text("ab-_ 1", min_size=1).filter(str.strip))


@pytest.mark.slow
@given(st.dictionaries(st.from_regex(r"x[a-z_]{0,8}", fullmatch=True), VALUES, max_size=4))
def test_named_values_survive_the_ledger(others):
    recipe = CORE.changed(**others)
    kept = encode(Imported("key", "table", STACK, recipe, Intact(40.0)))
    payload = json.loads(json.dumps(kept.payload))
    assert decode(kept.kind, payload, kept.arrays).recipe == recipe
    assert hash(recipe) == hash(Recipe(**json.loads(json.dumps(recipe.plain()))))
    assert dict(recipe.others) == others


def test_values_are_had_by_name():
    recipe = CORE.changed(ramp_mpa_per_s=2.0, collector="SUS")
    assert recipe == Recipe.of({"pressure_mpa": 140.0, "dwell_s": 180.0, "temperature_c": 25.0,
                                "ramp_mpa_per_s": 2.0, "collector": "SUS"})
    assert (recipe.value("ramp_mpa_per_s"), recipe.value("collector")) == (2.0, "SUS")
    assert recipe.value("unknown") is None
    assert recipe.named == {"ramp_mpa_per_s": 2.0, "collector": "SUS"}
    assert str(recipe).endswith(", collector SUS")


@pytest.mark.parametrize("others", [
    (("dwell_s", 3.0),), (("a", 1.0), ("a", 2.0)), (("a", float("nan")),), (("a", ""),),
    (("a", True),), (("", 1.0),)])
def test_what_is_no_value_is_refused(others):
    with pytest.raises(BadInput):
        Recipe(140.0, 180.0, 25.0, others=others)


def test_what_was_really_pressed():
    off = Trial(1, STACK, CORE, State.EVALUATED,
                outcome=Intact(40.0, achieved=Achieved(151.0, 170.0)))
    assert off.pressed == Recipe(151.0, 170.0, 25.0)
    assert Trial(1, STACK, CORE, State.EVALUATED, outcome=Intact(40.0)).pressed is CORE
    kept = encode(Evaluated(1, off.outcome, {}))
    again = decode(kept.kind, json.loads(json.dumps(kept.payload)), kept.arrays)
    assert again.outcome.achieved == Achieved(151.0, 170.0)
