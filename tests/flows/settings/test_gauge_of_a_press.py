"""`shown_in` holds wherever a person reads what to set."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from lab_files import SETTINGS, TABLE, write_settings, write_table

from pressloop.flows.settings.campaign import read_settings
from pressloop.flows.settings.gauge import load_of

HAND = {"driver": "attended", "name": "hand", "die_diameter_mm": 10, "max_force_kn": 60}


def hand_lab(folder: Path, **press: Any) -> Path:
    """A press that a person operates, with its gauge."""
    return write_settings(folder, press=HAND | press, space={"temperature_c": 25},
                          envelope={"max_temperature_c": 40})


@pytest.mark.parametrize("press, words", [
    ({"shown_in": "t"}, "1.12 t"), ({}, "1.12 t"), ({"shown_in": "kN"}, "11 kN"),
    ({"shown_in": "short_t"}, "1.24 US short ton"),
    ({"shown_in": "bar_oil", "piston_area_mm2": 2000.0}, "55 bar of oil")])
def test_a_pressure_in_the_gauges_unit(press: dict[str, Any], words: str, tmp_path: Path) -> None:
    load = load_of(read_settings(hand_lab(tmp_path, **press)))
    assert load is not None and load(140.0) == words


def test_a_gauge_of_pressure_adds_nothing(tmp_path: Path) -> None:
    assert load_of(read_settings(hand_lab(tmp_path, shown_in="MPa"))) is None
    assert load_of(read_settings(write_settings(tmp_path))) is None


@pytest.mark.slow
def test_it_holds_everywhere(tmp_path: Path, pressloop: Callable[..., Any]) -> None:
    hand_lab(tmp_path)
    write_table(tmp_path)
    rows = pressloop("check", SETTINGS, "--json").json["checks"]
    told = next(row["found"] for row in rows if row["check"] == "space pressure_mpa")
    assert " t to " in told and "on the gauge" in told
    suggested = pressloop("suggest", SETTINGS, "--data", TABLE, "--json").json["suggestions"]
    assert suggested[0]["on_gauge"].endswith(" t")
    assert suggested[0]["on_gauge"] in pressloop("suggest", SETTINGS, "--data", TABLE).out
    pressloop("import", SETTINGS, TABLE)
    queued = pressloop("queue", SETTINGS, "--recipe", "140,180,25", "--reason", "why").out
    assert "140 MPa (1.12 t)" in queued.replace("\N{NO-BREAK SPACE}", " ")
    ledger = ("--ledger", "sqlite:///lab.db")
    assert "On the gauge" in pressloop("recommend", *ledger).out
    predicted = pressloop("predict", "140,180,25", *ledger).out.replace("\N{NO-BREAK SPACE}", " ")
    assert predicted.startswith("140 MPa (1.12 t), 180 s")
    pressloop("report", *ledger)
    assert " t on the gauge" in (tmp_path / "report.html").read_text(encoding="utf-8")
