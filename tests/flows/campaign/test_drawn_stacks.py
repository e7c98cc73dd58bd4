"""Campaigns that draw their stacks from the inventory: none twice, none unfit, and a polite end."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from few_stacks import QUICK, press_few
from lab_files import settings_values, write_settings
from press_memory import pressed_stacks, trials_of

from pressloop.flows.campaign.drawing import none_left, wanted
from pressloop.flows.campaign.lab import open_run, order_of
from pressloop.flows.campaign.trial import carry_through, plan
from pressloop.flows.cli.records.stack_sheet import utc
from pressloop.flows.settings.campaign import from_plain, read_settings
from pressloop.trials import BadInput, Ledger, State
from pressloop.trials.entry import Handled, Stocked
from pressloop.trials.inventory import INVENTORY, Wanted

LEDGER, URL = Path("lab.db"), "sqlite:///lab.db"
DRAWS: dict[str, Any] = QUICK | {"inventory": {"draw": "any"}}


def stock(url: str, *barcodes: str, hours_ago: float = 1.0, **more: Any) -> None:
    then = (datetime.now(UTC) - timedelta(hours=hours_ago)).isoformat(timespec="seconds")
    with closing(Ledger.open(url)) as ledger:
        ledger.append_all(INVENTORY, [(None, Stocked(
            one, more.get("lot", "L-1"), then, then, **{k: v for k, v in more.items()
                                                        if k != "lot"})) for one in barcodes])


@pytest.mark.prefect
def test_a_campaign_draws_what_is_there_and_ends_with_the_reason(
        server: Any, pressloop: Callable[..., Any], tmp_path: Path) -> None:
    stock(URL, "A-1", lot="L-9", thickness_um=580.0)
    stock(URL, "A-2", "A-3")
    stock(URL, "old", hours_ago=9.0, exposure_limit_h=8.0)
    with closing(Ledger.open(URL)) as ledger:
        ledger.append(INVENTORY, None, Handled("A-3", 1, "quarantined", reason="chipped"))
    path = write_settings(tmp_path, **DRAWS)
    answer = pressloop("run", path, "--json")
    assert answer.code == 0, answer.err
    assert "of 4 stacks, 2 used, 1 in quarantine, 1 expired" in answer.err
    trials = trials_of(LEDGER)
    assert [(t.stack.stack_id, t.stack.barcode, t.stack.lot, t.stack.thickness_um)
            for t in trials] == [("night-001", "A-1", "L-9", 580.0),
                                 ("night-002", "A-2", "L-1", 600.0)]
    assert [t.state for t in trials] == [State.EVALUATED] * 2
    run, = server("flow_runs/filter", {"flow_runs": {"name": {"any_": [f"{path}: 4 stacks"]}}})
    assert (run["state"]["type"], run["state"]["name"]) == ("COMPLETED", "Completed")
    assert "No stack is left in the inventory" in run["state"]["message"]

    pressloop("stacks", "release", "A-3", "--reason", "fine", "--ledger", URL)
    assert pressloop("run", path).code == 0
    assert [t.stack.barcode for t in trials_of(LEDGER)] == ["A-1", "A-2", "A-3"]
    assert pressed_stacks(LEDGER) == ["night-001", "night-002", "night-003"]
    assert "barcode A-3" in pressloop("log", "--ledger", URL).out.replace("\n", " ")


def run_of(tmp_path: Path, **changes: Any) -> Any:
    settings = read_settings(write_settings(tmp_path, **(DRAWS | changes)))
    return open_run(settings, order_of(settings))


def test_a_stack_that_expires_or_is_set_apart_between_plan_and_press_is_not_pressed(
        tmp_path: Path) -> None:
    stock(URL, "B-1", "B-2")
    with run_of(tmp_path) as run:
        plan.fn(run, 1)
        run.ledger.append(INVENTORY, None, Handled("B-1", 1, "quarantined", reason="bad lot"))
        carry_through(run, 1)
        trial, = run.history()
        assert (trial.state, trial.stack.barcode) == (State.FAULTED, "B-1")
        assert "bad lot" in str(trial.fault)
    assert pressed_stacks(LEDGER) == []


def test_none_that_is_loaded_is_told_apart_from_none_at_all(tmp_path: Path) -> None:
    settings = from_plain(settings_values(inventory={"draw": "loaded", "loaded_at": "p1"}), "here")
    with closing(Ledger.open(URL)) as ledger:
        assert "none was ever added" in none_left(ledger, settings)
        stock(URL, "C-1", "C-2")
        ledger.append(INVENTORY, None, Handled("C-2", 1, "loaded", "p2"))
        assert "2 not loaded at p1" in none_left(ledger, settings)
        ledger.append(INVENTORY, None, Handled("C-1", 1, "loaded", "p1"))
        assert none_left(ledger, settings) == ""


def test_each_of_several_presses_draws_what_is_loaded_there() -> None:
    values = settings_values(inventory={"draw": "loaded"})
    press = values.pop("press")
    values["press"] = [press | {"name": "north"}, press | {"name": "south"}]
    settings = from_plain(values, "here")
    assert [wanted(settings.of_press(name)) for name in ("north", "south")] == [
        Wanted(True, "north", ()), Wanted(True, "south", ())]


@pytest.mark.slow
def test_campaigns_without_an_inventory_press_as_before(tmp_path: Path) -> None:
    press_few(tmp_path, 2)
    assert [t.stack.barcode for t in trials_of(LEDGER)] == [None, None]
    plain = from_plain(settings_values(), "here").plain()
    assert "inventory" not in plain, "settings on record stay the same ones"


def test_a_stack_larger_than_the_die_is_refused(tmp_path: Path) -> None:
    stock(URL, "big", area_cm2=3.0)
    with run_of(tmp_path) as run, pytest.raises(BadInput, match="area of the die"):
        plan.fn(run, 1)


DRAWER = """
import sys
import time
from contextlib import nullcontext
from pathlib import Path
from pressloop.flows.campaign.lab import open_run, order_of
from pressloop.flows.campaign.trial import plan
from pressloop.flows.settings.campaign import read_settings
from pressloop.optimizer import propose  # so that both are ready to race
settings = read_settings(Path(sys.argv[1]))
with open_run(settings, order_of(settings), lambda serial: nullcontext()) as run:
    Path(sys.argv[1] + ".ready").touch()
    while not Path("go").exists():
        time.sleep(0.01)
    for number in range(1, 9):
        plan.fn(run, number)
"""


@pytest.mark.slow
@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_two_processes_never_draw_the_same_stack(
        tmp_path: Path, database: str, request: pytest.FixtureRequest,
        in_background: Callable[..., Any], eventually: Callable[..., Any]) -> None:
    url = f"sqlite:///{tmp_path / 'shared.db'}" if database == "sqlite" else (
        request.getfixturevalue("postgres").database())
    barcodes = [f"D-{n}" for n in range(11)]
    stock(url, *barcodes)
    script = tmp_path / "drawer.py"
    script.write_text(DRAWER)
    names = ("one", "two")
    racers = [in_background(script, write_settings(tmp_path, f"{name}.toml", **(DRAWS | {
        "campaign": {"name": name, "ledger": url}, "search": {"start_with": 20}})))
        for name in names]
    eventually(lambda: len([*tmp_path.glob("*.ready")]) == len(names), "both ready")
    (tmp_path / "go").touch()
    for index, one in enumerate(racers):
        assert one.wait(300) == 0, (tmp_path / f"process-{index}.log").read_text()
    with closing(Ledger.open(url)) as ledger:
        found = [t.stack.barcode for name in names for t in ledger.history(name)]
        assert sorted(found) == sorted(barcodes), "each once, and then no more"


# At the command line.


@pytest.mark.slow
def test_the_inventory_at_the_command_line(pressloop: Callable[..., Any], tmp_path: Path) -> None:
    sheet = tmp_path / "sheet.csv"
    sheet.write_text("barcode,lot,made,exposure_limit_h,thickness_um\n"
                     "E-1,L-1,2026-03-01 10:00,,590\nE-2,L-1,2026-03-01T10:00+09:00,48,\n")
    told = ("--ledger", URL, "--json")
    assert pressloop("stacks", "add", "--from", sheet, *told).json["added"] == ["E-1", "E-2"]
    again = pressloop("stacks", "add", "--from", sheet, *told).json
    assert (again["added"], again["there_before"]) == ([], 2)
    assert pressloop("stacks", "add", "E-3", "--lot", "L-2", *told).code == 0
    pressloop("stacks", "add", "E-4", "E-3", "--lot", "L-9", "--ledger", URL).refused(
        "barcode = E-3", "new in the inventory", "lot L-2", "no stack was added")
    assert pressloop("stacks", "load", "E-3", "--at", "press-1", *told).code == 0
    found = {one["barcode"]: one for one in pressloop("stacks", "list", *told).json["stacks"]}
    assert found["E-2"]["made_utc"] == "2026-03-01T01:00:00+00:00"
    assert found["E-2"]["state"] == "expired, exposed for more than 48 h"
    assert (found["E-3"]["state"], found["E-1"]["state"]) == ("loaded at press-1", "on the shelf")
    assert "press-1" in pressloop("stacks", "list", "--ledger", URL).out
    # A word that cannot be kept leaves all as it was.
    pressloop("stacks", "load", "E-1", "nobody", "--at", "p", "--ledger", URL).refused("nobody")
    assert json.loads(pressloop("stacks", "list", *told).out)["stacks"][0]["where"] == ""
    told = [one["kind"] for one in pressloop("stacks", "log", *told).json["entries"]]
    assert told == ["stocked", "stocked", "stocked", "handled"]
    assert "E-3 loaded at press-1" in pressloop("stacks", "log", "--ledger", URL).out
    assert pressloop("verify", "--ledger", URL).out.startswith("inventory: entries 1 to 4")


@pytest.mark.parametrize(("told", "iso"), [
    ("1.3.2026 10:05", "2026-03-01T10:05"), ("01.03.2026", "2026-03-01"),
    ("31. 12. 2025T07:00+09:00", "2025-12-31T07:00+09:00")])
def test_a_date_with_points_has_its_day_first(told: str, iso: str) -> None:
    assert utc("made", told) == utc("made", iso)


@pytest.mark.parametrize("told", ["12.31.2025", "31.12.25", "03/04/2026", "1.3.2026x"])
def test_a_date_that_could_mean_another_is_refused(told: str) -> None:
    with pytest.raises(BadInput, match="a date and time"):
        utc("made", told)


@pytest.mark.parametrize("text, words", [
    ("barcode,lot\nF-1,L\n", "made"), ("barcode,lot,made,colour\nF-1,L,2026-03-01,red\n", "colour"),
    ("barcode,lot,made,exposure_limt_h\nF-1,L,2026-03-01,4\n", "exposure_limit_h"),
    ("barcode,lot,made\nF-1,L,2026-03-01\nF-1,L,2026-03-01\n", "row 2"),
    ("barcode,lot,made\nF-1,L,soon\n", "row 2"), ("barcode,lot,made\nF-1,L,2999-01-01\n", "past"),
    ("barcode,lot,made,exposure_limit_h\nF-1,L,2026-03-01,-4\n", "above 0"),
    ("barcode,lot,made\n,L,2026-03-01\n", "barcode")])
def test_a_sheet_that_makes_no_sense_adds_nothing(pressloop: Callable[..., Any], tmp_path: Path,
                                                  text: str, words: str) -> None:
    sheet = tmp_path / "sheet.csv"
    sheet.write_text(text)
    pressloop("stacks", "add", "--from", sheet, "--ledger", URL).refused(words)
    assert not LEDGER.exists()
