"""`pressloop check`: every device, limit and interlock in one table, and a recipe's dry run."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from lab_files import SETTINGS, write_settings

from pressloop.trials.ledger.ledger import Ledger


@pytest.fixture
def rows(pressloop: Callable[..., Any], tmp_path: Path) -> Callable[..., Any]:
    """The exit code and the rows of a check, by name."""
    def call(*arguments: str, **changes: Any) -> tuple[int, dict[str, Any]]:
        write_settings(tmp_path, **changes)
        answer = pressloop("check", SETTINGS, "--json", *arguments)
        assert answer.err == ""
        assert set(answer.json) == {"settings", "ok", "checks"}
        assert answer.json["ok"] is (answer.code == 0)
        return answer.code, {row["check"]: row for row in answer.json["checks"]}

    return call


def press(**told: Any) -> dict[str, Any]:
    return {"driver": "odd_lab.told_press", **told}


def refused(found: dict[str, Any]) -> list[str]:
    return [name for name, row in found.items() if not row["ok"]]


def test_every_device_says_who_it_is(rows: Callable[..., Any]) -> None:
    code, found = rows()
    assert code == 0
    assert "simulated press (reference), serial " in found["press"]["found"]
    assert "simulated impedance meter, serial simulated" in found["meter"]["found"]
    for device in ("press", "meter"):
        assert found[f"{device} firmware"]["found"] == "not told"
        assert found[f"{device} calibrated"]["found"] == "not told"
        assert found[f"{device} is"]["found"].startswith("simulated")
    assert found["interlocks"]["ok"]
    assert found["press clock"]["found"] == "it has none"


def test_a_reference_that_is_never_pressed_says_so(rows: Callable[..., Any]) -> None:
    _, found = rows()
    assert found["reference"]["found"].replace("\u00a0", " ") == "140 MPa, 180 s, 25 °C"
    code, found = rows(reference={"pressure_mpa": 40.0, "dwell_s": 180.0, "temperature_c": 25.0})
    assert code == 0, "what the lab does now may well lie elsewhere"
    assert "outside of [space]: compared with, never pressed" in found["reference"]["found"]


def test_what_the_press_tells_is_shown(rows: Callable[..., Any]) -> None:
    day = date.today() - timedelta(days=30)
    code, found = rows(press=press(calibrated_on=str(day), clock_ahead_s=-3.0))
    assert code == 0
    assert found["press firmware"]["found"] == "2.1"
    assert found["press register map"]["found"] == "generic, version 1"
    assert found["press is"]["found"] == "real"
    assert found["press calibrated"]["found"] in (f"{day}, {n} days ago" for n in (29, 30, 31))
    assert found["press clock"] == {"check": "press clock", "ok": True,
                                    "found": "3 s behind this computer"}
    assert found["interlock guard closed"]["found"] == "yes"
    assert "press 3600 s" in found["longest dwell"]["found"]


def test_an_old_calibration_is_said_and_an_odd_one_is_shown(rows: Callable[..., Any]) -> None:
    _, found = rows(press=press(calibrated_on="2019-02-03"))
    assert "more than a year" in found["press calibrated"]["found"]
    _, found = rows(press=press(calibrated_on="spring"))
    assert found["press calibrated"]["found"] == "spring"


def test_an_open_guard_is_no_go(rows: Callable[..., Any]) -> None:
    code, found = rows(press=press(guard_closed=False))
    assert code == 1
    assert refused(found) == ["press ready", "interlock guard closed"]
    assert "Close the guard" in found["interlock guard closed"]["found"]


@pytest.mark.parametrize(("ahead_s", "ok"), [(4.9, True), (5.0, False), (-7200.0, False)])
def test_clocks_are_compared(ahead_s: float, ok: bool, rows: Callable[..., Any]) -> None:
    code, found = rows(press=press(clock_ahead_s=ahead_s))
    assert found["press clock"]["ok"] is ok
    assert code == (0 if ok else 1)


@pytest.mark.parametrize(("changes", "wrong"), [
    ({"envelope": {"die_diameter_mm": 9}}, ["die area"]),
    ({"envelope": {"press_max_force_kn": 90}}, ["largest force"]),
    ({"press": press(max_temperature_c=149.0)}, ["highest temperature"]),
    ({"press": press(max_dwell_s=3599.0)}, ["longest dwell"]),
    ({"envelope": {"die_diameter_mm": 9, "press_max_force_kn": 90, "max_temperature_c": 170}},
     ["die area", "largest force", "highest temperature"])], ids=str)
def test_every_disagreement_has_its_row(changes: dict[str, Any], wrong: list[str],
                                        rows: Callable[..., Any]) -> None:
    code, found = rows(**changes)
    assert code == 2
    assert refused(found) == wrong
    for name in wrong:
        assert "[envelope]" in found[name]["found"]


def test_the_ledger_is_looked_at_and_never_made(rows: Callable[..., Any], tmp_path: Path) -> None:
    _, found = rows()
    assert "made by the first run" in found["ledger"]["found"]
    assert not (tmp_path / "lab.db").exists()
    with closing(Ledger.open("sqlite:///lab.db")):
        pass
    _, found = rows()
    assert found["ledger"]["found"] == f"{tmp_path / 'lab.db'}, campaigns: none"
    (tmp_path / "text.db").write_text("no database at all, but long enough for its header\n" * 9)
    code, found = rows(campaign={"ledger": "sqlite:///text.db"})
    assert (code, refused(found)) == (2, ["ledger"])
    code, found = rows(campaign={"ledger": "sqlite://"})
    assert (code, refused(found)) == (2, ["ledger"])


@pytest.mark.slow
def test_a_recipe_is_taken_through_every_check(rows: Callable[..., Any], tmp_path: Path,
                                               nothing_changes: Callable[[], Any]) -> None:
    write_settings(tmp_path)
    with nothing_changes():
        code, found = rows("--recipe", "140,180,25")
    assert code == 0
    assert found["recipe force"]["found"].startswith("11.00 kN, 1.12 t, 18.3 % of the 60 kN")
    assert found["recipe, settings"]["found"] == "inside the envelope"
    assert found["recipe, press"]["found"] == "would be accepted"
    by_name = rows("--recipe", "reference")[1]
    of_recipe = [name for name in found if name.startswith("recipe")]
    assert len(of_recipe) >= 3
    # Another row tells the time of day.
    assert [by_name[name] for name in of_recipe] == [found[name] for name in of_recipe]


@pytest.mark.parametrize(("recipe", "wrong", "words"), [
    ("610,60,25", ["recipe, settings"], ["pressure_mpa", "610", "600"]),
    ("900,60,155", ["recipe, settings", "recipe, press"], ["pressure_mpa", "temperature_c"]),
    ("100,4000,25", ["recipe, settings"], ["dwell_s"])])
def test_a_recipe_outside_is_a_row(recipe: str, wrong: list[str], words: list[str],
                                   rows: Callable[..., Any]) -> None:
    code, found = rows("--recipe", recipe)
    assert code == 2
    assert refused(found) == wrong
    for word in words:
        assert word in found["recipe, settings"]["found"]


@pytest.mark.parametrize("recipe", ["", "140", "140,180", "140,180,25,1", "a,b,c", "nan,180,25",
                                    "140,inf,25", "0,180,25", "140,-1,25", "140;180;25"])
def test_what_is_no_recipe_is_refused(recipe: str, pressloop: Callable[..., Any],
                                      tmp_path: Path) -> None:
    write_settings(tmp_path)
    pressloop("check", SETTINGS, "--recipe", recipe).refused()


def test_no_reference_to_dry_run(pressloop: Callable[..., Any], tmp_path: Path) -> None:
    write_settings(tmp_path, reference=None)
    pressloop("check", SETTINGS, "--recipe", "reference").refused("--recipe", "[reference]")


@pytest.mark.parametrize("width", [60, 80, 120])
def test_the_table_fits_and_shows_brackets(width: int, pressloop: Callable[..., Any],
                                           tmp_path: Path, monkeypatch: pytest.MonkeyPatch
                                           ) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    write_settings(tmp_path, envelope={"press_max_force_kn": 90})
    answer = pressloop("check", SETTINGS, "--recipe", "reference")
    assert answer.code == 2
    assert max(map(len, answer.out.splitlines())) <= width
    assert "[envelope]" in answer.out.replace("\n", " ")
    assert answer.out.rstrip().endswith("Not ready. Nothing has moved.")
