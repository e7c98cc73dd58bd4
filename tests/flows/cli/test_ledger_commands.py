"""Commands that look after the ledger: verify, log, reevaluate, backup, restore, migrate."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from few_stacks import press_few
from lab_files import PAST, table_of, write_table

from pressloop.hardware.locks.lock import press_lock
from pressloop.trials import (
    Evaluated,
    Failed,
    FailureMode,
    Faulted,
    Intact,
    Ledger,
    Planned,
    Reconciled,
    SetAside,
    Settled,
    State,
)

pytestmark = pytest.mark.slow

Command = Callable[..., Any]
ONE_ARC = "L0-R0-p(R1,CPE1)-CPE4"


@pytest.fixture
def url(tmp_path: Path) -> str:
    return press_few(tmp_path)


def facts(url: str) -> tuple[Any, ...]:
    with closing(Ledger.open(url)) as ledger:
        return ledger.facts("night")


def readings(url: str) -> list[list[Evaluated]]:
    """Of each stack, the oldest first."""
    found: dict[int, list[Evaluated]] = {}
    for number, entry in facts(url):
        if isinstance(entry, Evaluated):
            found.setdefault(number, []).append(entry)
    return [found[number] for number in sorted(found)]


# verify

def test_a_sound_ledger_is_proved_and_its_hash_can_be_noted(url: str, pressloop: Command) -> None:
    found = pressloop("verify", "--ledger", url, "--json")
    assert found.code == 0
    assert found.json["sound"]
    campaign, = found.json["campaigns"]
    assert (campaign["campaign"], campaign["entries"], campaign["open_trials"]) == ("night", 17, [])
    assert "complete and in order" in pressloop("verify", "--ledger", url, "--expect",
                                                campaign["head"]).out
    with closing(Ledger.open(url)) as ledger:
        ledger.append("other", 1, facts(url)[1][1])
    assert pressloop("verify", "--ledger", url, "--expect", campaign["head"][:12]).code == 0


def test_a_changed_entry_is_named(url: str, pressloop: Command) -> None:
    with closing(sqlite3.connect("lab.db")) as raw, raw:
        raw.execute("DROP TRIGGER entries_no_update")
        raw.execute("UPDATE entries SET operator = 'nobody' WHERE position = 4")
    found = pressloop("verify", "--ledger", url)
    assert found.code == 1
    assert "night: BROKEN at entry 4 (pressed of trial 1" in found.out


def test_a_hash_that_no_campaign_has(url: str, pressloop: Command) -> None:
    pressloop("verify", "--ledger", url, "--expect", "0" * 65).refused("hexadecimal")
    found = pressloop("verify", "--ledger", url, "--expect", "0123456789")
    assert (found.code, "BROKEN: no campaign has the expected 0123456789" in found.out) == (1, True)
    pressloop("verify", "--ledger", url, "--expect", "head").refused("hexadecimal")
    pressloop("verify", "--ledger", url, "--campaign", "day").refused("night")


# log

def test_the_log_says_who_did_what_in_the_order_it_happened(url: str, pressloop: Command) -> None:
    rows = pressloop("log", "--ledger", url, "--json").json["entries"]
    assert [row["position"] for row in rows] == list(range(1, 18))
    assert [row["kind"] for row in rows][:6] == [
        "opened", "planned", "commanded", "pressed", "measured", "evaluated"]
    for row in rows:
        assert row["operator"]
        assert row["host"]
        assert row["code_version"]
        assert {"python", "torch", "prefect"} <= set(row["versions"])
        assert row["settings_digest"] == rows[0]["settings_digest"] != ""
    said = pressloop("log", "--ledger", url).out
    assert "SIMULATED" in said
    assert "night-001: 140 MPa, 60 s, 25" in " ".join(said.split())


def test_a_persons_words_are_kept_and_shown_as_they_are(url: str, pressloop: Command) -> None:
    with closing(Ledger.open(url)) as ledger:
        ledger.append("night", 4, facts(url)[1][1])
    words = "<b>foil</b> torn [red] & gone"
    assert pressloop("settle", "--ledger", url, "--trial", 4, "--reason", words).code == 0
    assert words in " ".join(pressloop("log", "--ledger", url).out.split())
    assert pressloop("log", "--ledger", url, "--out", "pages/log.html").code == 0
    page = Path("pages/log.html").read_text()
    assert "&lt;b&gt;foil&lt;/b&gt; torn [red] &amp; gone" in page
    assert "<b>foil" not in page
    assert "://" not in page, "asks nothing of the network"
    assert "SIMULATED" in page


def test_every_kind_of_entry_has_words(pressloop: Command, tmp_path: Path) -> None:
    """Faults, failures and imports too."""
    url = press_few(tmp_path, stacks=1)
    table = table_of(["260,60,25,40,1,", "430,100,25,,,crushed"], header=PAST.splitlines()[0])
    assert pressloop("import", "lab.toml", write_table(tmp_path, table)).code == 0
    planned = facts(url)[1][1]
    with closing(Ledger.open(url)) as ledger:
        ledger.append("night", 1, Evaluated(2, SetAside("noisy"), {}, "again"))
        ledger.append("night", 1, Evaluated(3, Failed(FailureMode.SHORTED, "1 ohm")))
        for number, entry in ((20, Faulted("press", "link lost")), (21, Settled("torn"))):
            ledger.append("night", number, planned)
            ledger.append("night", number, entry)
        ledger.append("night", None, Reconciled("P-1", "others", (7, 8), ("night-7", ""), 8, "lot"))
    said = " ".join(pressloop("log", "--ledger", url).out.split())
    for words in ("by a person: night-7 (cycle 7), no name (cycle 8) of press P-1 are other",
                  "reading 2: set aside, noisy; again", "reading 3: shorted, 1 ohm",
                  "press: link lost", "by a person: torn", "from past.csv: intact, 40.0 ± 1.0",
                  "from past.csv: crushed"):
        assert words in said


def test_a_stack_that_a_run_is_about_to_press_is_not_settled(url: str, pressloop: Command) -> None:
    planned = facts(url)[1][1]
    with closing(Ledger.open(url)) as ledger:
        ledger.append("night", 4, planned)
        serial = ledger.history("night")[0].press_serial
    settle = ("settle", "--ledger", url, "--trial", 4, "--reason", "foil torn")
    with press_lock(serial):
        found = pressloop(*settle)
        assert found.code == 1
        assert "answer it there" in found.err
    assert pressloop(*settle).code == 0


# reevaluate

def test_new_outcomes_stand_beside_the_old_ones_and_count(url: str, pressloop: Command) -> None:
    before = facts(url)
    found = pressloop("reevaluate", "--ledger", url, "--circuit", ONE_ARC, "--note", "one arc",
                      "--json")
    assert found.json["read_again"] == 3
    assert "[evaluation]" in found.err, "new stacks are still read by the settings"
    assert facts(url)[:len(before)] != ()
    assert [len(some) for some in readings(url)] == [2, 2, 2]
    with closing(Ledger.open(url)) as ledger:
        trials = ledger.history("night")
    for trial, (_, new) in zip(trials, readings(url), strict=True):
        assert trial.outcome == new.outcome
        assert (new.reading, new.rules["circuit"], new.note) == (2, ONE_ARC, "one arc")
        assert trial.state is State.EVALUATED
    assert pressloop("verify", "--ledger", url).code == 0
    assert pressloop("report", "--ledger", url).code == 0


def test_what_was_read_so_already_is_not_read_again(url: str, pressloop: Command) -> None:
    assert pressloop("reevaluate", "--ledger", url, "--circuit", ONE_ARC).code == 0
    before = readings(url)
    found = pressloop("reevaluate", "--ledger", url, "--circuit", ONE_ARC)
    assert "Nothing to do: all 3 readings" in found.out
    assert readings(url) == before


def test_one_that_was_stopped_does_the_rest(url: str, pressloop: Command) -> None:
    full = Path("lab.db").read_bytes()
    assert pressloop("reevaluate", "--ledger", url, "--circuit", ONE_ARC).code == 0
    first = readings(url)[0][1]
    Path("lab.db").write_bytes(full)
    with closing(Ledger.open(url)) as ledger:
        ledger.append("night", 1, first)
    assert pressloop("reevaluate", "--ledger", url, "--circuit", ONE_ARC, "--json").json[
        "read_again"] == 2
    assert [len(some) for some in readings(url)] == [2, 2, 2]


def test_a_gate_can_be_moved_there_and_back(url: str, pressloop: Command) -> None:
    """A stack that was intact is set aside by a stricter gate, and intact again by the old one."""
    def outcomes(reading: int) -> list[Any]:
        return [some[reading - 1].outcome for some in readings(url)]

    intact = [isinstance(outcome, Intact) for outcome in outcomes(1)]
    assert any(intact)
    assert pressloop("reevaluate", "--ledger", url, "--set", "max_relative_se=1e-6").code == 0
    assert [isinstance(outcome, SetAside) for outcome in outcomes(2)] == intact
    assert pressloop("reevaluate", "--ledger", url, "--set", "max_relative_se=0.2").code == 0
    assert outcomes(3) == outcomes(1)


@pytest.mark.parametrize("words, told", [
    ((), "other rules"), (("--circuit", "R0-what(R1)"), "circuit"),
    (("--set", "fixed=1"), "NAME=VALUE"),
    (("--set", "max_relative_se"), "NAME=VALUE"), (("--set", "max_relative_se=much"), "a number"),
    (("--set", "max_relative_se=nan"), "max_relative_se"),
    (("--set", "crushed_above=-1"), "crushed_above")])
def test_rules_that_make_no_sense_change_nothing(
        url: str, pressloop: Command, words: tuple[str, ...], told: str) -> None:
    before = len(facts(url))
    pressloop("reevaluate", "--ledger", url, *words).refused(told)
    assert len(facts(url)) == before


# backup, restore, migrate

def test_a_backup_is_restored_to_the_bit_and_the_campaign_goes_on_there(
        url: str, pressloop: Command, tmp_path: Path) -> None:
    found = pressloop("backup", "--ledger", url, "--to", "kept.backup", "--json")
    assert (found.json["entries"], found.json["equal"]) == (17, True)
    assert sorted(p.name for p in tmp_path.glob("*kept*")) == ["kept.backup"]
    again = pressloop("restore", "kept.backup", "--to", "sqlite:///again.db", "--json")
    assert again.json["heads"] == found.json["heads"]
    for _, entry in facts("sqlite:///again.db"):
        assert entry is not None
    assert pressloop("verify", "--ledger", "sqlite:///again.db", "--expect",
                     found.json["heads"]["night"]).code == 0
    with closing(Ledger.open("sqlite:///again.db")) as ledger:
        assert ledger.append("night", 4, facts(url)[1][1])
    assert pressloop("recommend", "--ledger", "sqlite:///kept.backup").code == 0


def test_a_backup_while_somebody_writes(url: str, pressloop: Command) -> None:
    """Holds the writer's lock and has not committed."""
    with closing(sqlite3.connect("lab.db", isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        assert pressloop("backup", "--ledger", url, "--to", "kept.backup").code == 0
        writer.execute("ROLLBACK")
    assert pressloop("verify", "--ledger", "sqlite:///kept.backup").code == 0


def test_a_copy_replaces_nothing(url: str, pressloop: Command, tmp_path: Path) -> None:
    Path("kept.backup").write_text("mine")
    pressloop("backup", "--ledger", url, "--to", "kept.backup").refused("replaces nothing")
    assert Path("kept.backup").read_text() == "mine"
    pressloop("backup", "--ledger", url, "--to", "no/such/x").refused("Create the folder")
    pressloop("restore", "missing", "--to", "sqlite:///x.db").refused("backup")
    pressloop("restore", "kept.backup", "--to", "sqlite:///x.db").refused("SQLite database")
    pressloop("migrate", "--from", url, "--to", url).refused("without entries")
    pressloop("migrate", "--from", url, "--to", "sqlite:///no/such/x.db").refused("folder")
    pressloop("backup", "--ledger", url, "--to", "what?").refused("question mark")
    assert not Path("x.db").exists()
    assert not list(tmp_path.glob(".*"))


def test_a_copy_that_fails_takes_nothing_away(
        url: str, pressloop: Command, tmp_path: Path) -> None:
    """Not even what has the name of the new file in its own."""
    for name in ("x.db-older", "x.db-backup", "x.db-wal.old"):
        Path(name).write_text("mine")
    Path("x.db-cut").write_bytes(Path("lab.db").read_bytes()[:5000])
    before = sorted(path.name for path in tmp_path.iterdir())
    assert pressloop("restore", "x.db-cut", "--to", "sqlite:///x.db").code == 2
    assert pressloop("migrate", "--from", "sqlite:///none.db", "--to", "sqlite:///x.db").code == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == before


def test_to_postgresql_row_by_row(url: str, pressloop: Command, postgres: Any) -> None:
    there = postgres.database()
    found = pressloop("migrate", "--from", url, "--to", there, "--json")
    assert (found.json["entries"], found.json["equal"]) == (17, True)
    assert "set [campaign] ledger to" in found.err
    assert pressloop("verify", "--ledger", there, "--expect",
                     found.json["heads"]["night"]).code == 0
    assert pressloop("recommend", "--ledger", there, "--json").json == pressloop(
        "recommend", "--ledger", url, "--json").json


def test_a_broken_original_is_copied_but_does_not_pass_for_sound(
        url: str, pressloop: Command) -> None:
    with closing(sqlite3.connect("lab.db")) as raw, raw:
        raw.execute("DROP TRIGGER entries_no_update")
        raw.execute("UPDATE entries SET operator = 'nobody' WHERE position = 4")
    found = pressloop("backup", "--ledger", url, "--to", "kept.backup")
    assert found.code == 0
    assert "the original is broken, and so is its copy: night, entry 4" in found.err
    assert any(isinstance(entry, Planned) for _, entry in facts("sqlite:///kept.backup"))
