"""`[objective]` with measured quantities, and settings of campaigns that press nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from lab_files import settings_values

from pressloop.flows.settings.campaign import Settings, from_plain
from pressloop.flows.settings.units import factor, known_unit
from pressloop.trials.errors import BadInput, OutOfEnvelope
from pressloop.trials.quantity import Quantity

BARE = {"campaign": {"name": "prints"}, "stack": {"lot": "ink", "operator": "printer"},
        "space": {"speed": [0.1, 10], "delay": [0, 5]},
        "objective": {"measured": "score", "goal": "maximise", "failed_at": 0}}


def settings(**tables: Any) -> Settings:
    return from_plain(settings_values(**tables), "test")


def of(**objective: Any) -> tuple[Quantity, ...]:
    return settings(objective=objective).quantities


def test_one_quantity_in_short() -> None:
    assert of(measured="conductivity", goal="maximise", unit="S/cm") == (
        Quantity("conductivity", "S/cm", "log", "maximise"),)
    assert of(measured="d", goal="target", target=90, unit="percent") == (
        Quantity("d", "percent", "linear", "target", target=90.0),)
    assert of(measured="d", goal="range", **{"from": 80, "to": 95}) == (
        Quantity("d", goal="range", low=80.0, high=95.0),)
    assert of(measured="d", goal="minimize")[0].goal == "minimise"


def test_several_those_sought_first() -> None:
    found = of(measured={"density": {"at_least": 90, "unit": "percent"},
                         "sigma": {"goal": "maximise", "unit": "mS/cm"}})
    assert [q.name for q in found] == ["sigma", "density"]
    assert found[1].goal == "limit" and found[1].low == 90.0


@pytest.mark.parametrize("unit, scale", [
    ("S/cm", "log"), ("mS cm-1", "log"), ("ohm cm2", "log"), ("cm^2/s", "log"),
    ("percent", "linear"), ("J/m2", "linear"), ("mAh/g", "linear"), ("", "linear")])
def test_the_scale_that_a_unit_suggests(unit: str, scale: str) -> None:
    assert of(measured="q", goal="maximise", unit=unit)[0].scale == scale
    assert of(measured="q", goal="maximise", unit=unit, scale="linear")[0].scale == "linear"


@pytest.mark.parametrize("objective, words", [
    ({"measured": "q"}, ["objective.q.goal", "missing"]),
    ({"measured": "q", "goal": "win"}, ["objective.q.goal", "win"]),
    ({"measured": "q", "goal": "maximise", "unit": "blorb"}, ["objective.q.unit", "blorb"]),
    ({"measured": "q", "goal": "maximise", "target": 3}, ["objective.q.target"]),
    ({"measured": "q", "goal": "target"}, ["objective.q.target", "missing"]),
    ({"measured": "q", "goal": "range", "from": 3}, ["objective.q.from"]),
    ({"measured": "q", "goal": "range", "from": 3, "to": 2}, ["Swap"]),
    ({"measured": "q", "goal": "maximise", "at_least": 3}, ["objective.q.at_least"]),
    ({"measured": "q", "goal": "maximise", "gaol": 3}, ["objective.q.gaol", "goal"]),
    ({"measured": "q", "at_least": 3}, ["goal", "nothing to look for"]),
    ({"measured": {}}, ["objective.measured"]), ({"measured": 3}, ["objective.measured"]),
    ({"measured": {"q": 3}}, ["objective.measured.q"]),
    ({"measured": {"q": {"goal": "maximise"}}, "unit": "S"}, ["objective.unit", "q"]),
    ({"measured": "pressure_mpa", "goal": "maximise"}, ["objective.pressure_mpa", "Rename"]),
    ({"measured": "resistance_ohm_cm", "goal": "minimise"}, ["resistance_ohm_cm2"]),
    ({"measured": "q", "goal": "maximise", "focus": "stability"}, ["objective.focus"])])
def test_what_is_refused(objective: dict[str, Any], words: list[str]) -> None:
    with pytest.raises(BadInput) as caught:
        settings(objective=objective)
    assert all(word in str(caught.value) for word in words), caught.value


def test_columns_of_the_table_are_named_beside_the_known_ones() -> None:
    objective = {"measured": "score", "goal": "maximise"}
    found = settings(objective=objective, table={"score": "Punkte", "score_se": {"column": "±"}})
    assert {k: v.names for k, v in found.table.named.items()} == {
        "score": ("Punkte",), "score_se": ("±",)}
    assert from_plain(found.plain(), "again") == found
    for key, near in (("scoer", "score"), ("presure_mpa", "pressure_mpa"), ("zzz", "Remove")):
        with pytest.raises(BadInput, match=near):
            settings(objective=objective, table={key: "Punkte"})
    with pytest.raises(BadInput, match=r"table\.score"):
        settings(objective=objective, table={"score": 3})


def test_a_process_without_pressing_needs_neither_press_nor_limits() -> None:
    found = from_plain(BARE, "test")
    assert found.space.absent == ("pressure_mpa", "dwell_s", "temperature_c")
    assert [p.name for p in found.space.told] == ["speed", "delay"]
    assert not found.simulated and found.stack.thickness_um is None
    assert from_plain(found.plain(), "again").digest == found.digest
    recipe = found.space.decode(np.array([0.5, 0.5]))
    assert recipe.without == found.space.absent and "MPa" not in str(recipe)


@pytest.mark.parametrize("more, name", [
    ({"press": {"driver": "simulated"}}, "envelope"),
    ({"press": {"driver": "simulated"}, "envelope": settings_values()["envelope"]},
     "space.pressure_mpa"),
    ({"press": {"driver": "simulated"}, "envelope": settings_values()["envelope"],
      "space": BARE["space"] | {"pressure_mpa": 100, "dwell_s": 60, "temperature_c": 25}},
     "stack.thickness_um")])
def test_a_press_is_told_everything(more: dict[str, Any], name: str) -> None:
    with pytest.raises(BadInput, match=name):
        from_plain(BARE | more, "test")


def test_a_machine_refuses_what_says_no_pressure() -> None:
    from pressloop.hardware.envelope import check

    recipe = from_plain(BARE, "test").space.decode(np.array([0.5, 0.5]))
    with pytest.raises(OutOfEnvelope, match="pressure_mpa"):
        check(recipe, settings().envelope)


def test_a_reference_may_leave_out_what_the_space_fixes() -> None:
    found = from_plain(BARE | {"reference": {"speed": 1.0, "delay": 0}}, "test").reference
    assert found is not None and found.value("speed") == 1.0 and found.without
    space = BARE["space"] | {"gap": 0.4}
    found = from_plain(BARE | {"space": space, "reference": {"speed": 1.0, "delay": 0}}, "test")
    assert found.reference is not None and found.reference.value("gap") == 0.4
    with pytest.raises(BadInput, match=r"reference\.pressure_mpa"):
        settings(reference={"pressure_mpa": None})


def test_old_settings_keep_their_digest() -> None:
    plain = settings().plain()
    assert "measured" not in str(plain) and {"press", "meter", "envelope"} <= plain.keys()
    assert plain["objective"] == {"focus": "conductivity"}


@pytest.mark.parametrize("unit, to, times", [
    ("mS/cm", "S/cm", 1e-3), ("S/m", "mS/cm", 10.0), ("%", "percent", 1.0), ("J/m2", "J/m^2", 1.0),
    ("Ω·cm²", "ohm cm2", 1.0), ("S cm-1", "S/cm", 1.0), ("S/cm", "J", None), ("?", "J", None)])
def test_units_as_labs_write_them(unit: str, to: str, times: float | None) -> None:
    assert factor(unit, to) == (None if times is None else pytest.approx(times))
    if times is not None:
        assert known_unit("unit", unit) == unit
