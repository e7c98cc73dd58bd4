"""`[[press]]`: several presses in the settings of one campaign."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from lab_files import settings_values, write_settings
from several_presses import several, write_several

from pressloop.flows.campaign.lab import beside
from pressloop.flows.settings.campaign import Settings, from_plain, read_settings
from pressloop.flows.settings.machine_steps import with_steps_of_press
from pressloop.trials.errors import BadInput

SIMULATED = {"driver": "simulated"}
OWN: dict[str, Any] = SIMULATED | {
    "steps": {"pressure_mpa": 20.0}, "limits": {"max_temperature_c": 120.0},
    "meter": {"driver": "simulated", "noise": 0.01}, "time_scale": 0.5}
HAND = {"driver": "attended", "max_temperature_c": 160.0, "heated": True}


def settings(presses: Any, **changes: Any) -> Settings:
    return from_plain(several(presses, **changes), "test")


def test_each_press_has_its_own_and_shares_the_rest() -> None:
    found = settings({"A": SIMULATED, "B": OWN})
    a, b = found.of_press("A"), found.of_press("B")
    assert (a.press_name, b.press_name, found.press_name) == ("A", "B", "")
    assert a.press.options == {}
    assert b.press.options == {"time_scale": 0.5}
    assert a.envelope.max_temperature_c == 150.0
    assert b.envelope.max_temperature_c == 120.0
    assert dict(b.space.steps) == {"pressure_mpa": 20.0}
    assert not a.space.steps
    assert b.meter.options == {"noise": 0.01}
    assert a.meter == found.meter
    assert a.problem.objective == b.problem.objective
    assert a.origin == ("L-1", "ana", "A")
    assert found.origin == ("L-1", "ana", "A")


def test_a_recipe_for_a_press_keeps_its_own_limits() -> None:
    b = settings({"A": SIMULATED, "B": OWN}).of_press("B")
    hot = {"pressure_mpa": [100.0], "dwell_s": [60.0], "temperature_c": [130.0]}
    assert b.space.broken(hot)
    assert not settings({"A": SIMULATED, "B": OWN}).of_press("A").space.broken(hot)


def test_they_are_kept_as_the_settings_of_all() -> None:
    found = settings({"A": SIMULATED, "B": OWN})
    again = from_plain(json.loads(json.dumps(found.plain())), "ledger")
    assert again == found
    for name in "AB":
        one = with_steps_of_press(found.of_press(name))
        assert one.plain() == found.plain()
        assert one.digest == found.digest
        assert one.of_press(name) is one


def test_one_press_table_stays_as_it_was() -> None:
    values = settings_values()
    found = from_plain(values, "test")
    assert found.of_press() is found
    assert found.plain()["press"] == {"driver": "simulated"}
    assert "[[press]]" not in found.plain()
    with pytest.raises(BadInput, match=r"--press = A.*\[\[press\]\]"):
        found.of_press("A")


def test_one_press_with_a_name_needs_none_said() -> None:
    assert settings({"only": SIMULATED}).of_press().press_name == "only"


def test_a_meter_is_taken_in_turns_where_more_than_one_press_uses_it() -> None:
    found = settings({"A": SIMULATED, "B": OWN, "C": SIMULATED})
    assert [found.of_press(name).takes_turns_at_meter for name in "ABC"] == [True, False, True]
    assert not settings({"A": SIMULATED, "B": OWN}).of_press("A").takes_turns_at_meter
    assert not from_plain(settings_values(), "test").takes_turns_at_meter


def test_an_attended_press_is_called_as_its_table() -> None:
    found = settings({"hand press": {"driver": "attended"}, "B": SIMULATED})
    assert found.of_press("hand press").press.options == {"name": "hand press"}


@pytest.mark.parametrize(("presses", "words"), [
    ({"A": SIMULATED, "a": SIMULATED}, "unlike A"),
    ({"A": {}}, r"\[\[press\]\].0.driver"),
    ({"": SIMULATED}, r"\[\[press\]\].0.name"),
    ({"A": SIMULATED, "B": SIMULATED | {"limits": {"max_force": 3}}},
     r"\[\[press\]\].1.limits.max_force"),
    ({"A": SIMULATED, "B": SIMULATED | {"limits": {"max_dwell_s": -1.0}}},
     r"\[\[press\]\].1.limits.max_dwell_s"),
    ({"A": SIMULATED, "B": SIMULATED | {"steps": {"pressure_mpa": 30.0}}},
     r"\[\[press\]\] B: reference.pressure_mpa"),
])
def test_what_cannot_be_is_told_with_its_table(presses: Any, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        settings(presses)


def test_a_reference_beyond_the_limits_of_one_press() -> None:
    with pytest.raises(BadInput, match=r"\[\[press\]\] B: reference"):
        settings({"A": SIMULATED, "B": SIMULATED | {"limits": {"max_dwell_s": 100.0}}})


def test_a_file_says_it_in_toml(tmp_path: Path) -> None:
    assert read_settings(write_several(tmp_path, {"A": SIMULATED, "B": OWN})) == settings(
        {"A": SIMULATED, "B": OWN})


def test_names_make_files_of_their_own(tmp_path: Path) -> None:
    stem = tmp_path / "lab.db"
    names = ["A", "A b", "A-b", "A/b", "压机"]
    found = {beside(stem, name) for name in names}
    assert len(found) == len(names)
    assert {path.parent for path in found} == {tmp_path}
    assert beside(stem, "") == stem


@pytest.mark.parametrize("command", ["run", "check", "adopt"])
def test_commands_refuse_a_name_that_no_press_has(
        command: str, pressloop: Callable[..., Any], tmp_path: Path) -> None:
    more = ("--reason", "lost") if command == "adopt" else ()
    path = write_several(tmp_path, {"A": SIMULATED, "B": SIMULATED})
    pressloop(command, path, "--press", "C", *more).refused("--press = C", "one of A, B")
    path = write_settings(tmp_path)
    pressloop(command, path, "--press", "C", *more).refused("--press = C", "left out")


def test_commands_that_work_with_one_press_ask_for_its_name(
        pressloop: Callable[..., Any], tmp_path: Path) -> None:
    path = write_several(tmp_path, {"A": SIMULATED, "B": SIMULATED})
    pressloop("adopt", path, "--reason", "lost").refused("--press = not given", "one of A, B")
    pressloop("serve", path).refused("--press = not given", "one of A, B")


def test_two_names_of_one_press_are_told(pressloop: Callable[..., Any], tmp_path: Path) -> None:
    hand = HAND | {"serial": "77"}
    path = write_several(tmp_path, {"A": hand, "B": hand})
    answer = pressloop("check", path, "--json")
    assert answer.code == 2
    wrong, = (row for row in answer.json["checks"] if not row["ok"])
    assert wrong["check"] == "B: press is"
    assert "the same as A" in wrong["found"]
    pressloop("run", path).refused("[[press]] = B", "serial 77")


def test_presses_that_ask_a_person_want_a_terminal_each(
        pressloop: Callable[..., Any], tmp_path: Path) -> None:
    path = write_several(tmp_path, {"A": HAND, "B": SIMULATED})
    pressloop("run", path).refused("--press", "a terminal of its own")
