"""import, check, recommend, report, export, settle: what is done with a ledger without a server."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from lab_files import (
    PAST,
    RECIPE_KEYS,
    SETTINGS,
    TABLE,
    settings_values,
    write_settings,
    write_table,
)

from pressloop.flows.campaign.stored import stored
from pressloop.flows.settings.campaign import from_plain, read_settings
from pressloop.trials import Commanded, Imported, Ledger, Opened, Planned, Recipe, State

pytestmark = pytest.mark.slow
URL = "sqlite:///lab.db"


@pytest.fixture
def imported(pressloop: Callable[..., Any], tmp_path: Path) -> Any:
    """A ledger with six past presses; the import's answer."""
    write_settings(tmp_path)
    write_table(tmp_path)
    answer = pressloop("import", SETTINGS, TABLE, "--json")
    assert answer.code == 0, answer.err
    return answer


def history(campaign: str = "night") -> tuple[Any, ...]:
    with closing(Ledger.open(URL, create=False)) as ledger:
        return ledger.history(campaign)


# import


def test_import_keeps_every_row(imported: Any) -> None:
    assert imported.json == {
        "campaign": "night", "rows": 6, "added": 6, "known": 0,
        "in_work": 0, "warnings": [],
        "table": {"rows": 6, "decimals": "decimal point", "left_out": [], "notes": [],
                  "columns": []}}
    trials = history()
    assert [t.number for t in trials] == [1, 2, 3, 4, 5, 6]
    assert {t.state for t in trials} == {State.IMPORTED}
    assert trials[0].recipe == Recipe(100.0, 60.0, 25.0)
    assert trials[0].outcome.resistance_ohm_cm2 == 160.0
    assert trials[0].outcome.resistance_se_ohm_cm2 == 2.0
    assert trials[5].outcome.mode == "crushed"


def test_importing_again_adds_nothing(imported: Any, pressloop: Callable[..., Any],
                                      nothing_changes: Callable[[], Any]) -> None:
    with closing(Ledger.open(URL)) as ledger:
        before = ledger.facts("night")
    again = pressloop("import", SETTINGS, TABLE, "--json")
    assert (again.json["added"], again.json["known"]) == (0, 6)
    with closing(Ledger.open(URL)) as ledger:
        assert len(ledger.facts("night")) == len(before)


def test_importing_a_longer_table_adds_what_is_new(
        imported: Any, pressloop: Callable[..., Any], tmp_path: Path) -> None:
    rows = PAST.splitlines()
    write_table(tmp_path, "\n".join([rows[0], "280,200,100,37,1,", *rows[1:]]), "more.csv")
    added = pressloop("import", SETTINGS, "more.csv", "--json").json
    assert (added["added"], added["known"]) == (1, 6)
    assert history()[6].recipe == Recipe(280.0, 200.0, 100.0)


def test_replicates_are_told_apart_by_their_stack(
        pressloop: Callable[..., Any], tmp_path: Path) -> None:
    write_settings(tmp_path)
    write_table(tmp_path, "stack,lot,operator,pressure_mpa,dwell_s,temperature_c,"
                          "resistance_ohm_cm2\nA,L-2,bo,100,60,25,160\nB,,,100,60,25,161\n")
    assert pressloop("import", SETTINGS, TABLE, "--json").json["added"] == 2
    first, second = (t.stack for t in history())
    assert (first.stack_id, first.lot, first.operator) == ("A", "L-2", "bo")
    assert (second.stack_id, second.lot, second.operator) == ("B", "L-1", "ana")


def test_import_into_another_ledger(pressloop: Callable[..., Any], tmp_path: Path) -> None:
    write_settings(tmp_path)
    write_table(tmp_path)
    answer = pressloop("import", SETTINGS, TABLE, "--ledger", "sqlite:///else.db")
    assert answer.code == 0
    assert "6 of 6" in answer.out
    assert (tmp_path / "else.db").exists()
    assert not (tmp_path / "lab.db").exists()


# check


def test_check_moves_nothing(pressloop: Callable[..., Any], tmp_path: Path,
                             nothing_changes: Callable[[], Any]) -> None:
    path = write_settings(tmp_path)
    with nothing_changes():
        answer = pressloop("check", SETTINGS, "--json")
        readable = pressloop("check", SETTINGS)
    assert answer.code == 0
    assert answer.err == ""
    assert answer.json["ok"] is True
    assert answer.json["settings"] == path.name
    rows = {row["check"]: row for row in answer.json["checks"]}
    assert rows["press free"] == {"check": "press free", "found": "yes", "ok": True}
    assert "600" in rows["largest pressure"]["found"]
    assert "Nothing has moved" in readable.out


def test_check_says_who_holds_the_press(pressloop: Callable[..., Any], tmp_path: Path) -> None:
    write_settings(tmp_path)
    serial = tmp_path / "lab.db.press.jsonl"
    holder = subprocess.Popen(
        [sys.executable, "-c", "import sys; from pressloop.hardware.locks.lock import press_lock\n"
         "with press_lock(sys.argv[1]): print('held', flush=True); sys.stdin.read()",
         str(serial)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        cwd=Path(__file__).parents[3])
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        answer = pressloop("check", SETTINGS, "--json")
    finally:
        holder.communicate("", timeout=150)
    assert answer.code == 1
    assert answer.json["ok"] is False
    row, = (row for row in answer.json["checks"] if row["check"] == "press free")
    assert not row["ok"]
    assert str(holder.pid) in row["found"]
    assert pressloop("check", SETTINGS).code == 0


# recommend, report, export, settle


def test_recommend_tells_recipe_interval_risk_and_region(
        imported: Any, pressloop: Callable[..., Any],
        nothing_changes: Callable[[], Any]) -> None:
    with nothing_changes():
        answer = pressloop("recommend", "--ledger", URL, "--json")
        readable = pressloop("recommend", "--ledger", URL)
    assert answer.code == readable.code == 0
    assert answer.err == ""
    found = answer.json
    assert (found["campaign"], found["simulated"], found["stacks"]) == ("night", False, 6)
    best = found["recommendation"]
    assert best["recipe"].keys() == RECIPE_KEYS
    assert best["low_ohm_cm2"] < best["resistance_ohm_cm2"] < best["high_ohm_cm2"]
    assert 0 <= best["p_crushed"] <= 1
    assert best["region"].keys() == {"pressure_mpa", "dwell_s", "temperature_c", "share",
                                     "probability"}
    low, high = best["region"]["pressure_mpa"]
    assert low <= best["recipe"]["pressure_mpa"] <= high
    assert best["reference"]["recipe"]["pressure_mpa"] == 140.0
    assert (best["intact"], best["failed"]) == (5, 1)
    for words in ("MPa", "95"):
        assert words in readable.out


def test_tolerance_and_limits_of_the_settings_reach_the_recommendation(
        pressloop: Callable[..., Any], tmp_path: Path) -> None:
    write_table(tmp_path)
    found = []
    for name, limits in (("wide", {"tolerance": 0.5}), ("narrow", {"tolerance": 0.02}),
                         ("timid", {"max_crush_probability": 0.001})):
        write_settings(tmp_path, campaign={"name": name}, risk_limits=limits)
        assert pressloop("import", SETTINGS, TABLE).code == 0
        answer = pressloop("recommend", "--ledger", URL, "--campaign", name, "--json")
        found.append(answer.json["recommendation"])
    wide, narrow, timid = found
    assert wide["region"]["share"] > narrow["region"]["share"]
    assert timid["p_crushed"] <= 0.001 or not timid["cautious"]
    assert timid["p_crushed"] < narrow["p_crushed"]


def test_report_is_one_page(imported: Any, pressloop: Callable[..., Any], tmp_path: Path) -> None:
    answer = pressloop("report", "--ledger", URL, "--out", "new/folder", "--json")
    assert answer.code == 0, answer.err
    path = tmp_path / answer.json["report"]
    assert path == tmp_path / "new/folder/report.html"
    assert [p.name for p in path.parent.iterdir()] == ["report.html"]
    text = path.read_text()
    assert "night" in text
    assert "<script src=" not in text


def test_export_lists_what_it_wrote(imported: Any, pressloop: Callable[..., Any],
                                    tmp_path: Path) -> None:
    answer = pressloop("export", "--ledger", URL, "--out", "out", "--json")
    assert answer.code == 0, answer.err
    assert answer.json.keys() == {"campaign", "files"}
    assert {str(p.relative_to(tmp_path)) for p in (tmp_path / "out").iterdir()} == set(
        answer.json["files"])
    assert {"trials.csv", "trials.parquet"} <= {Path(f).name for f in answer.json["files"]}
    header, *rows = (tmp_path / "out/trials.csv").read_text().splitlines()
    assert "pressure_mpa" in header
    assert len(rows) == 6


def commanded() -> None:
    """A ledger whose trial 1 was commanded; nobody knows more."""
    settings = from_plain(settings_values(), "test")
    with closing(Ledger.open(URL)) as ledger:
        ledger.append("night", None, Opened(settings.plain(), settings.digest, 7))
        ledger.append("night", 1, Planned(settings.stack_named("night-001"),
                                          Recipe(140.0, 180.0, 25.0), "reference"))
        ledger.append("night", 1, Commanded(1))


def test_a_ledger_with_settings_by_their_older_names_is_still_read(
        pressloop: Callable[..., Any]) -> None:
    values = settings_values(caution={"tolerance": 0.2, "exploring": 1.0},
                             search={"acquisition": "shipping_gain"})
    with closing(Ledger.open(URL)) as ledger:
        ledger.append("night", None, Opened(values, "0123456789abcdef", 7))
    settings = stored(URL, None).settings
    assert (settings.limits.tolerance, settings.limits.survival_exponent) == (0.2, 1.0)
    assert settings.search.acquisition == "knowledge_gradient"


def test_settling_closes_a_trial_for_good(pressloop: Callable[..., Any]) -> None:
    commanded()
    call = ("settle", "--ledger", URL, "--trial", "1", "--reason", "used up, found it flat")
    answer = pressloop(*call, "--json")
    assert answer.code == 0, answer.err
    assert answer.json == {"campaign": "night", "trial": 1, "settled": "used up, found it flat"}
    trial, = history()
    assert trial.state is State.SETTLED
    assert trial.fault == "used up, found it flat"
    pressloop(*call).refused("--trial", "1")


@pytest.mark.parametrize("reason", ["", "   "])
def test_settling_needs_a_reason(reason: str, pressloop: Callable[..., Any],
                                 nothing_changes: Callable[[], Any]) -> None:
    commanded()
    with nothing_changes():
        pressloop("settle", "--ledger", URL, "--trial", "1", "--reason", reason).refused("reason")


def test_past_presses_do_not_spend_the_budget(imported: Any, tmp_path: Path) -> None:
    from pressloop.flows.campaign.lab import open_run, order_of
    from pressloop.flows.campaign.ordered import stacks_used

    settings = read_settings(tmp_path / SETTINGS)
    with open_run(settings, order_of(settings)) as run:
        assert stacks_used(run) == 0
        assert all(isinstance(entry, (Opened, Imported)) for _, entry in run.ledger.facts("night"))
