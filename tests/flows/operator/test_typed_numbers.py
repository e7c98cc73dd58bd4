"""Numbers as people type them, in the terminal and in forms."""

from __future__ import annotations

import re

import pytest

from pressloop.flows.operator.typed import number, pattern, with_error


@pytest.mark.parametrize("typed, unit, value", [
    ("1,9", "t", 1.9), ("1.9", "t", 1.9), ("19", "t", 19.0), ("-3", "degC", -3.0),
    ("10:00", "s", 600.0), ("3:00 min", "s", 180.0), ("0:45", "s", 45.0), ("1:10:00", "s", 4200.0),
    ("7,5", "s", 7.5), ("10:00", "t", None), ("10:60", "s", None), ("10:0", "s", None),
    ("10:", "s", None), (":30", "s", None), ("1:2:3:04", "s", None), ("-1:00", "s", None),
    ("1,9,5", "t", None), ("٣", "t", None), ("", "t", None), ("nan", "s", None)])
def test_what_is_typed_and_what_a_form_takes(typed: str, unit: str, value: float | None) -> None:
    assert number(typed, unit) == value
    assert bool(re.search(pattern(unit), typed)) == (value is not None)


@pytest.mark.parametrize("typed, value", [
    ("38.1 ± 0.4", (38.1, 0.4)), ("38,1±0,4", (38.1, 0.4)), ("1e3 +/- 2", (1000.0, 2.0)),
    ("-3 +- 1", (-3.0, 1.0)), ("38,1", (38.1, None)), ("4 ± -1", None), ("± 3", None),
    ("4 ±", None), ("4 ± 1 ± 2", None), ("", None), ("nan", None)])
def test_an_error_may_stand_behind_a_number(
        typed: str, value: tuple[float, float | None] | None) -> None:
    assert with_error(typed) == value


def test_a_form_can_do_without_sign_or_value() -> None:
    assert not re.search(pattern("MPa", signed=False), "-1")
    assert re.search(pattern("MPa", optional=True), "")
    assert not re.search(pattern("MPa"), "")


def test_forms_of_the_deployments_ask_for_texts() -> None:
    """A browser's own field for numbers drops the comma of 1,9 while it is typed."""
    from prefect.utilities.callables import parameter_schema
    from pydantic import ValidationError

    from pressloop.flows.deployments.people_forms import FORMS, own_recipe

    for flow, _ in FORMS:
        properties = parameter_schema(flow).properties.values()
        kinds = {kind["type"] for one in properties for kind in one.get("anyOf", [one])}
        assert kinds <= {"string", "integer", "null"}, flow.name
    taken = own_recipe.validate_parameters({
        "pressure_mpa": "312,5", "dwell_s": "10:00", "temperature_c": "-5", "reason": "why"})
    assert taken == {"pressure_mpa": 312.5, "dwell_s": 600.0, "temperature_c": -5.0,
                     "reason": "why", "parameters": ""}
    with pytest.raises(Exception, match="must be") as wrong:
        own_recipe.validate_parameters({"pressure_mpa": "1.9.5", "dwell_s": "60",
                                        "temperature_c": "25", "reason": "why"})
    assert not isinstance(wrong.value, ValidationError) or "19.5" not in str(wrong.value)
