"""Settings that cannot be used: refused at the door, before anything moves or is created."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from lab_files import SETTINGS, write_settings, write_table

CASES: dict[str, tuple[dict[str, Any], list[str]]] = {
    "integer of 400 digits": ({"envelope": {"die_diameter_mm": int("9" * 400)}},
                              ["envelope.die_diameter_mm", "1329 bits"]),
    "die as wide as no room": ({"envelope": {"die_diameter_mm": 1e200}},
                               ["envelope.die_diameter_mm", "1e+200"]),
    "die of two metres": ({"envelope": {"die_diameter_mm": 2000}},
                          ["envelope.die_diameter_mm", "2000", "1000"]),
    "lists in lists": ({"space": {"dwell_s": [[[[[[[[[[[[[[[[[[[10]]]]]]]]]]]]]]]]]]]}},
                       ["settings", "nested at most 16 deep"]),
    "unknown key": ({"space": {"presure_mpa": [50, 500]}},
                    ["space.presure_mpa", "Did you mean pressure_mpa?"]),
    "unknown table": ({"serch": {"start_with": 3}}, ["serch", "Did you mean search?"]),
    "unknown key like no other": ({"campaign": {"zzz": 1}}, ["campaign.zzz", "Remove it"]),
    "missing key": ({"campaign": {"name": None}}, ["campaign.name", "missing", "Add the key"]),
    "missing table": ({"space": None}, ["space", "missing"]),
    "empty name": ({"campaign": {"name": ""}}, ["campaign.name"]),
    "blank name": ({"campaign": {"name": "   "}}, ["campaign.name"]),
    "name of two lines": ({"campaign": {"name": "a\nb"}}, ["campaign.name"]),
    "space beyond the press": ({"space": {"pressure_mpa": [610, 620]}},
                               ["envelope.pressure_mpa", "600", "contradicts the bounds"]),
    "space beyond tonnage over die area": (
        {"envelope": {"press_max_force_kn": 30}, "space": {"pressure_mpa": [400, 500]}},
        ["envelope.pressure_mpa", "381.97", "contradicts the bounds"]),
    "reference beyond the press": ({"reference": {"pressure_mpa": 610}},
                                   ["reference.pressure_mpa", "610", "600"]),
    "space too hot": ({"space": {"temperature_c": [160, 170]}},
                      ["envelope.temperature_c", "150"]),
    "range upside down": ({"space": {"pressure_mpa": [500, 50]}}, ["pressure_mpa", "500"]),
    "range of three": ({"space": {"dwell_s": [1, 2, 3]}}, ["space.dwell_s"]),
    "zero pressure": ({"space": {"pressure_mpa": [0, 500]}}, ["pressure_mpa", "0"]),
    "everything fixed": ({"space": {"pressure_mpa": 100, "dwell_s": 60, "temperature_c": 25}},
                         ["free"]),
    "text for a number": ({"stack": {"thickness_um": "600"}}, ["stack.thickness_um", "600"]),
    "number for a text": ({"stack": {"lot": 7}}, ["stack.lot", "7"]),
    "half a trial": ({"campaign": {"trials": 2.5}}, ["campaign.trials", "2.5"]),
    "no trials": ({"campaign": {"trials": 0}}, ["campaign.trials", "0"]),
    "negative seed": ({"campaign": {"seed": -1}}, ["campaign.seed", "-1"]),
    "negative thickness": ({"stack": {"thickness_um": -600}}, ["stack.thickness_um", "-600"]),
    "no sweeps": ({"campaign": {"max_sweeps": 0}}, ["campaign.max_sweeps"]),
    "policy on stop that is none": ({"campaign": {"on_stop": "freeze"}},
                                    ["campaign.on_stop", "freeze", "finish"]),
    "circuit that is none": ({"evaluation": {"circuit": "R0-p(R1"}}, ["circuit", "R0-p(R1"]),
    "negative rule": ({"evaluation": {"crushed_above": -0.1}}, ["crushed_above", "-0.1"]),
    "risk beyond one": ({"risk_limits": {"max_crush_probability": 5.0}},
                        ["max_crush_probability", "5"]),
    "table of an older version": ({"caution": {"tolerance": 0.2}},
                                  ["caution", "called [risk_limits] now"]),
    "key of an older version": ({"risk_limits": {"exploring": 1.0}},
                                ["risk_limits.exploring", "called survival_exponent now"]),
    "model that does not exist": ({"surrogate": {"model": "oracle"}},
                                  ["surrogate.model", "oracle", "physics_gp"]),
    "failure model without a fit": ({"surrogate": {"failure_model": "json.tool"}},
                                    ["surrogate.failure_model", "json.tool"]),
    "laws that are no switch": ({"surrogate": {"laws": 0.5}}, ["surrogate.laws", "0.5"]),
    "acquisition that does not exist": ({"search": {"acquisition": "luck"}},
                                        ["search.acquisition", "luck", "knowledge_gradient"]),
    "objective that does not exist": ({"objective": {"focus": "luck"}},
                                      ["objective.focus", "luck", "stability"]),
    "objective without its threshold": ({"objective": {"focus": "threshold"}},
                                        ["objective.resistance_ohm_cm2", "missing"]),
    "objective with another one's option": ({"objective": {"margin": 0.2}},
                                            ["objective.margin", "conductivity"]),
    "objective that the space cannot meet": (
        {"objective": {"focus": "stability", "min_dwell_s": 5000.0}},
        ["objective.min_dwell_s", "5000", "1800"]),
    "negative cost": ({"cost": {"weight": -1.0}}, ["cost.weight", "-1"]),
    "cost unknown": ({"cost": {"wait": 1.0}}, ["cost.wait", "Did you mean weight?"]),
    "controls without a reference": ({"search": {"control_every": 5}, "reference": None},
                                     ["search.control_every", "5", "reference"]),
    "press driver that does not exist": ({"press": {"driver": "hydra"}},
                                         ["press.driver", "hydra", "simulated"]),
    "outside driver that does not exist": ({"press": {"driver": "my_lab.press"}},
                                           ["press.driver", "my_lab.press"]),
    "meter driver that does not exist": ({"meter": {"driver": "ohmmeter"}},
                                         ["meter.driver", "ohmmeter"]),
    "driver option unknown": ({"press": {"colour": "red"}}, ["press.colour", "preset"]),
    "driver option of a wrong type": ({"press": {"time_scale": "fast"}},
                                      ["press.time_scale", "fast"]),
    "preset that does not exist": ({"press": {"preset": "diamond"}},
                                   ["preset", "diamond", "fragile"]),
}
UNLIKE_THE_PRESS: dict[str, tuple[dict[str, Any], list[str]]] = {
    "die that is not fitted": ({"envelope": {"die_diameter_mm": 9}},
                               ["die_area_mm2", "63.6", "78.5"]),
    "more force than the press has": ({"envelope": {"press_max_force_kn": 90}},
                                      ["press_max_force_n", "90000", "60000"]),
}
"""`check` shows these in its table; see test_check_table.py."""


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES)
def test_check_refuses(case: str, pressloop: Callable[..., Any], tmp_path: Path,
                       nothing_changes: Callable[[], Any]) -> None:
    changes, words = CASES[case]
    write_settings(tmp_path, **changes)
    with nothing_changes():
        pressloop("check", SETTINGS).refused(*words)


@pytest.mark.parametrize("case", ["unknown key", "space beyond the press", "range upside down",
                                  "driver option unknown", "acquisition that does not exist",
                                  "model that does not exist"])
def test_run_and_serve_refuse_before_a_server_or_a_ledger(
        case: str, pressloop: Callable[..., Any], tmp_path: Path,
        nothing_changes: Callable[[], Any]) -> None:
    changes, words = CASES[case]
    write_settings(tmp_path, **changes)
    with nothing_changes():
        pressloop("run", SETTINGS).refused(*words)
        pressloop("serve", SETTINGS).refused(*words)


@pytest.mark.parametrize("case", UNLIKE_THE_PRESS)
def test_run_and_serve_refuse_what_the_press_is_not(
        case: str, pressloop: Callable[..., Any], tmp_path: Path,
        nothing_changes: Callable[[], Any]) -> None:
    changes, words = UNLIKE_THE_PRESS[case]
    write_settings(tmp_path, **changes)
    with nothing_changes():
        pressloop("run", SETTINGS).refused(*words)
        pressloop("serve", SETTINGS).refused(*words)


@pytest.mark.parametrize("value", ["nan", "inf", "-inf"])
@pytest.mark.parametrize("key", ["thickness_um", "pressure_mpa", "tolerance", "noise"])
def test_numbers_that_are_none(key: str, value: str, pressloop: Callable[..., Any],
                               tmp_path: Path) -> None:
    path = write_settings(tmp_path, risk_limits={"tolerance": 0.1}, meter={"noise": 0.003})
    lines = [f"{key} = {value}" if line.startswith(f"{key} =") else line
             for line in path.read_text().splitlines()]
    path.write_text("\n".join(lines))
    pressloop("check", SETTINGS).refused(key)


def test_files_that_are_no_settings(pressloop: Callable[..., Any], tmp_path: Path,
                                    nothing_changes: Callable[[], Any]) -> None:
    write_table(tmp_path)
    (tmp_path / "folder").mkdir()
    (tmp_path / "binary.toml").write_bytes(bytes(range(256)))
    (tmp_path / "broken.toml").write_text("[campaign\nname = 3")
    (tmp_path / "empty.toml").write_text("")
    (tmp_path / "flat.toml").write_text("campaign = 3")
    with nothing_changes():
        for command in (["check"], ["run"], ["serve"]):
            pressloop(*command, "none.toml").refused("none.toml", "No such file")
        pressloop("suggest", "none.toml", "--data", "past.csv").refused("none.toml")
        pressloop("import", "none.toml", "past.csv").refused("none.toml")
        pressloop("check", "folder").refused("folder", "directory")
        pressloop("check", "binary.toml").refused("binary.toml", "TOML")
        pressloop("check", "broken.toml").refused("broken.toml", "line 1")
        pressloop("check", "empty.toml").refused("campaign", "missing")
        pressloop("check", "flat.toml").refused("campaign")


def test_arguments_that_make_no_sense(pressloop: Callable[..., Any], tmp_path: Path,
                                      nothing_changes: Callable[[], Any]) -> None:
    write_settings(tmp_path)
    write_table(tmp_path)
    with nothing_changes():
        pressloop("run", SETTINGS, "--trials", "0").refused("--trials", "--help")
        pressloop("run", SETTINGS, "--trials", "many").refused("--trials")
        pressloop("run", SETTINGS, "--seed", "-1").refused("--seed")
        pressloop("suggest", SETTINGS, "--data", "past.csv", "--count", "0").refused("--count")
        pressloop("suggest", SETTINGS).refused("--data")
        pressloop("recommend").refused("--ledger")
        pressloop("press", SETTINGS).refused("press")


@pytest.mark.parametrize("cron", ["at eight", "99 99 * * *", "0 20 * *", "", "* * * * * * * *"])
def test_a_cron_line_that_is_none_starts_no_server(
        cron: str, pressloop: Callable[..., Any], tmp_path: Path,
        nothing_changes: Callable[[], Any]) -> None:
    write_settings(tmp_path)
    with nothing_changes():
        pressloop("serve", SETTINGS, "--cron", cron).refused("--cron", "0 20 * * 1-5")
