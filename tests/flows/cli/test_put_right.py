"""A lab that gets things wrong, at the command line: corrected, told of, and nothing lost."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from few_stacks import QUICK, press_few
from lab_files import PAST, SETTINGS, TABLE, write_settings, write_table
from press_memory import trials_of

from pressloop.flows.campaign.decisions.put_right import Known, correct, trial_numbers
from pressloop.trials import BadInput, Failed, FailureMode, Intact, Ledger, Spoilt
from pressloop.trials.trial import Trial

pytestmark = pytest.mark.slow

LEDGER = Path("lab.db")
URL = "sqlite:///lab.db"
PAGES = Path(__file__).parents[3] / "docs" / "how-to"
NAMED = "stack," + "\n".join(f"s{i},{row}" if i else row
                             for i, row in enumerate(PAST.splitlines())) + "\n"
WHY = ("--reason", "decimal point")


@pytest.fixture
def lab(tmp_path: Path, pressloop: Callable[..., Any]) -> Callable[..., Any]:
    """A ledger with six imported stacks, s1 to s6; runs a command on it."""
    write_settings(tmp_path)
    write_table(tmp_path, NAMED)
    assert pressloop("import", SETTINGS, TABLE).code == 0

    def call(command: str, *arguments: object) -> Any:
        return pressloop(command, "--ledger", URL, *arguments)

    return call


def trial(number: int) -> Trial:
    return trials_of(LEDGER)[number - 1]


def resistance(number: int) -> float:
    outcome = trial(number).outcome
    assert isinstance(outcome, Intact)
    return outcome.resistance_ohm_cm2


def test_a_decimal_point_is_put_right_and_shown(lab: Callable[..., Any], tmp_path: Path) -> None:
    answer = lab("correct", "--stack", "s2", "--set", "resistance_ohm_cm2=14.0", *WHY)
    assert "resistance_ohm_cm2 140 -> 14" in answer.out
    assert resistance(2) == 14.0
    log = lab("log", "--json").json["entries"]
    assert [one["kind"] for one in log].count("imported") == 6
    assert log[-1]["payload"]["reason"] == "decimal point"
    assert "corrected" in lab("log").out
    told = lab("recommend", "--json").json
    assert told["corrections"]["trials"][0]["changed"] == ["resistance_ohm_cm2 140 -> 14"]
    without = told["corrections"]["recommendation_without"]["recipe"]
    assert without != told["recommendation"]["recipe"]
    words = " ".join(lab("recommend").out.split())
    assert "Without 1 correction" in words and "decimal point" in words
    assert lab("verify").code == 0
    assert lab("export", "--out", "out").code == 0
    assert "resistance_ohm_cm2 140 -> 14" in (tmp_path / "out" / "trials.csv").read_text()


def test_the_wrong_lot_for_a_day(lab: Callable[..., Any]) -> None:
    lab("correct", "--trial", "2-4,6", "--set", "lot=L-2", "--set", "operator=ben", *WHY)
    assert [t.stack.lot for t in trials_of(LEDGER)] == ["L-1", *["L-2"] * 3, "L-1", "L-2"]
    assert trial(6).stack.operator == "ben"
    lab("correct", "--trial", "1-3", "--set", "lot=L-2", *WHY).refused("trial 2", "--over 1")
    assert trial(1).stack.lot == "L-1", "all or none"


def test_labels(lab: Callable[..., Any]) -> None:
    lab("relabel", "--trial", 3, "--as", "spoilt", "--reason", "dropped")
    lab("relabel", "--trial", 6, "--as", "failed", "--reason", "nobody knows")
    assert trial(3).outcome == Spoilt("dropped")
    assert trial(6).outcome == Failed(FailureMode.UNKNOWN, "nobody knows")
    assert lab("recommend", "--json").json["recommendation"]["intact"] == 4
    lab("relabel", "--trial", 3, "--as", "fine", *WHY).refused("--as", "crushed")
    lab("relabel", "--trial", 1, "--as", "intact", *WHY).refused("pressloop correct")


def test_what_cannot_be_put_right(lab: Callable[..., Any], nothing_changes: Any) -> None:
    with nothing_changes():
        lab("correct", "--trial", 9, "--set", "lot=x", *WHY).refused("trial", "1 to 6")
        lab("correct", "--trial", "4-2", "--set", "lot=x", *WHY).refused("3-9,12")
        lab("correct", "--set", "lot=x", *WHY).refused("--trial")
        lab("correct", "--trial", 1, "--stack", "s1", "--set", "lot=x", *WHY).refused("--stack")
        lab("correct", "--stack", "s9", "--set", "lot=x", *WHY).refused("s9")
        lab("correct", "--trial", 1, "--set", "lot", *WHY).refused("NAME=VALUE")
        lab("correct", "--trial", 1, "--set", "lot=a", "--set", "lot=b", *WHY).refused("once")
        lab("correct", "--trial", 1, *WHY).refused("--set")
        lab("correct", "--trial", 1, "--set", "lot=x", "--reason", " ").refused("--reason")
        lab("correct", "--trial", 1, "--set", "stack=s2", *WHY).refused("trial 2 has it")
        lab("correct", "--trial", "1,3", "--set", "stack=t", *WHY).refused("one stack")
        lab("correct", "--trial", 1, "--as-recorded", *WHY).refused("Nothing was added")
        lab("withdraw", "--trial", 2, *WHY).refused("--reference-too", "trial = 2")
        lab("correct", "--trial", 1, "--set", "lot=x").refused("--reason")


def test_the_reference_is_withdrawn_by_somebody_who_means_it(lab: Callable[..., Any]) -> None:
    lab("withdraw", "--trial", 2, "--reference-too", *WHY)
    assert trial(2).withdrawn
    lab("correct", "--trial", 2, "--as-recorded", "--over", 1, "--reason", "it was right")
    assert (resistance(2), trial(2).is_corrected) == (140.0, False)


def test_two_people_at_once_and_the_second_is_told(lab: Callable[..., Any]) -> None:
    def mine(value: int) -> str:
        with closing(Ledger.open(URL)) as ledger:
            try:
                correct(ledger, "night", [1, 3], {"resistance_ohm_cm2": float(value)},
                        Known(f"person {value}"))
            except BadInput as refused:
                return str(refused)
        return "done"

    with ThreadPoolExecutor(4) as people:
        said = list(people.map(mine, (41, 42, 43, 44)))
    assert said.count("done") == 1
    winner = 41 + said.index("done")
    assert resistance(1) == resistance(3) == winner
    assert all(f"person {winner}" in one and "--over 1" in one for one in said if one != "done")


def test_a_second_outcome_under_one_name(lab: Callable[..., Any], tmp_path: Path,
                                         pressloop: Callable[..., Any]) -> None:
    typo = write_table(tmp_path, NAMED.replace("s4,260,300,95,40", "s4,260,300,95,4"), "typo.csv")
    pressloop("import", SETTINGS, typo).refused("row 5", "s4", "trial 4", "pressloop correct")
    assert len(trials_of(LEDGER)) == 6
    lab("correct", "--trial", 4, "--set", "resistance_ohm_cm2=4", *WHY)
    for table in (typo, TABLE):
        assert pressloop("import", SETTINGS, table, "--json").json["added"] == 0
    lab("withdraw", "--trial", 4, "--over", 1, "--reason", "the wrong pellet")
    new = write_table(tmp_path, NAMED.replace("s4,260,300,95,40", "s4,260,300,95,44"), "new.csv")
    assert pressloop("import", SETTINGS, new, "--json").json["added"] == 1
    twice = write_table(tmp_path, NAMED + "s1,100,60,25,161,2,\n", "twice.csv")
    pressloop("import", SETTINGS, twice).refused("row 8", "row 2 has it with 160 ohm cm2")
    pressloop("suggest", SETTINGS, "--data", twice).refused("row 8")


def test_a_stack_that_got_its_right_name_is_not_imported_under_it(
        lab: Callable[..., Any], tmp_path: Path, pressloop: Callable[..., Any]) -> None:
    lab("correct", "--stack", "s3", "--set", "stack=t3", "--reason", "the label fell off")
    renamed = write_table(tmp_path, NAMED.replace("s3,", "t3,"), "renamed.csv")
    for table in (renamed, TABLE):
        assert pressloop("import", SETTINGS, table, "--json").json["added"] == 0
    far = lab("correct", "--stack", "s5", "--set", "pressure_mpa=3000", *WHY)
    assert "outside the envelope" in far.err and "Is the unit right?" in far.err


def test_rows_without_a_reading_are_in_work(tmp_path: Path, pressloop: Callable[..., Any]) -> None:
    write_settings(tmp_path)
    write_table(tmp_path, NAMED)
    first = pressloop("suggest", SETTINGS, "--data", TABLE, "--json").json["suggestions"][0]
    at = [first["recipe"][name] for name in ("pressure_mpa", "dwell_s", "temperature_c")]
    busy = write_table(tmp_path, NAMED + f"s7,{at[0]},{at[1]},{at[2]},,,\n", "busy.csv")
    answer = pressloop("suggest", SETTINGS, "--data", busy, "--json")
    assert answer.json["in_work"] == 1 and "row 8" in answer.err
    assert answer.json["suggestions"][0]["recipe"] != first["recipe"]
    imported = pressloop("import", SETTINGS, busy, "--json")
    assert (imported.json["added"], imported.json["in_work"]) == (6, 1)
    assert pressloop("lint", busy).code == 0


def test_what_was_learned_from_is_counted(tmp_path: Path, lab: Callable[..., Any],
                                          pressloop: Callable[..., Any]) -> None:
    """The space changes on the way: narrowed, fixed, freed again."""
    def learned(**space: Any) -> tuple[int, int, list[str]]:
        write_settings(tmp_path, "now.toml", space=space, reference=None)
        row = write_table(tmp_path, f"stack,pressure_mpa,dwell_s,temperature_c,resistance_ohm_cm2\n"
                          f"n{len(trials_of(LEDGER))},210,120,25,70\n", "row.csv")
        assert pressloop("import", "now.toml", row).code == 0
        found = lab("recommend", "--json").json["recommendation"]
        return found["intact"], found["failed"], found["notes"]

    assert learned(pressure_mpa=[150, 300]) == (6, 1, []), "narrowed: all are still learned from"
    assert learned(pressure_mpa=[20, 550]) == (7, 1, []), "widened"
    assert learned(temperature_c=25) == (8, 1, []), "fixed: stacks off it teach what it does"
    assert learned(temperature_c=[25, 140]) == (9, 1, []), "freed again"
    write_settings(tmp_path, "now.toml", space={"temperature_c": 140}, reference=None)
    row = write_table(tmp_path, "stack,pressure_mpa,dwell_s,temperature_c,failure_mode\n"
                      "hot,210,120,140,crushed\n", "row.csv")
    assert pressloop("import", "now.toml", row).code == 0
    assert lab("recommend", "--json").json["recommendation"]["recipe"]["temperature_c"] == 140
    assert lab("report", "--out", "page").code == 0


def test_stacks_that_a_person_has_looked_at_do_not_stop_a_campaign(tmp_path: Path) -> None:
    from dataclasses import replace

    from pressloop.flows.campaign.fruitless import in_a_row
    from pressloop.trials import SetAside

    press_few(tmp_path, 3)
    trials = [replace(t, outcome=SetAside("noisy")) for t in trials_of(LEDGER)]
    assert len(in_a_row(trials, 0)) == 3
    assert len(in_a_row([*trials[:2], replace(trials[2], outcome=Spoilt("dropped"))], 0)) == 0


def commands_of(page: str) -> list[list[str]]:
    text = (PAGES / page).read_text()
    blocks = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines() if line.strip()]
    assert lines and all(line.startswith("pressloop ") for line in lines)
    return [shlex.split(line)[1:] for line in lines]


@pytest.mark.slow
@pytest.mark.parametrize("page", ["corrections.md", "own-recipes.md"])
def test_the_page_is_followed(page: str, tmp_path: Path, pressloop: Callable[..., Any]) -> None:
    press_few(tmp_path, 9, **QUICK)
    commands = commands_of(page)
    assert len(commands) >= 8
    for command in commands:
        answer = pressloop(*command)
        assert answer.code == 0, (command, answer.err)
    python, = re.findall(r"```python\n(.*?)```", (PAGES / page).read_text(), re.DOTALL)
    if page == "corrections.md":
        python = python.replace("[7]", "[1]")
    exec(compile(python, page, "exec"), {"Path": Path})
    assert pressloop("verify", "--ledger", URL).code == 0


def test_numbers_of_trials() -> None:
    assert trial_numbers("3, 5-7,3") == (3, 5, 6, 7)
    for bad in ("", "a", "3-", "5-3", "1,,2", "-3", "1-99999999"):
        with pytest.raises(BadInput, match="--trial"):
            trial_numbers(bad)
