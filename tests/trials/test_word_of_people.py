"""Requests, notes and caution: kept whole, of no trial's story, and refused where senseless."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from trial_stories import OPENED, same, story

from pressloop.trials import BadInput, Ended, Ledger, LedgerProblem
from pressloop.trials.ledger.verification import prove
from pressloop.trials.people import MOST_PHOTO_BYTES, Cautioned, Noted, Requested
from pressloop.trials.provenance import OPERATOR_VARIABLE, acting, operator

PHOTO = np.frombuffer(b"\xff\xd8\xff" + bytes(range(256)), np.uint8)
ENTRIES = (Requested(1, "pause", "lunch"), Requested(2, "go on"), Noted(1, "dusty", None, PHOTO),
           Noted(2, "see the crack", 1), Cautioned(1, {"losses": 1.5}, {"losses": 2.0}, "dear"))
DEVICES = {"press": "Simulated press, serial bench, firmware 1"}


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    ledger = Ledger.open(f"sqlite:///{tmp_path / 'l.db'}")
    ledger.append("c", None, OPENED)
    for entry in story():
        ledger.append("c", 1, entry)
    return ledger


def test_they_come_back_as_they_were_and_the_chain_is_whole(ledger: Ledger) -> None:
    for entry in ENTRIES:
        ledger.append("c", None, entry)
    kept = [entry for _, entry in ledger.facts("c") if isinstance(entry, (Requested, Noted,
                                                                          Cautioned))]
    assert all(same(a, b) for a, b in zip(kept, ENTRIES, strict=True))
    assert prove(ledger, "c").sound
    assert [one.text for one in ledger.noted("c")] == ["dusty", "see the crack"]
    assert [one.what for one in ledger.requested("c")] == ["pause", "go on"]
    assert ledger.cautioned("c") == ENTRIES[-1]


def test_notes_are_listed_without_a_byte_of_their_photos(ledger: Ledger) -> None:
    large = np.resize(PHOTO, 1_000_000)
    for number in range(1, 21):
        ledger.append("c", None, Noted(number, f"note {number}", 1, large if number % 2 else None))
    tracemalloc.start()
    try:
        listed, count = ledger.noted("c"), ledger.times_noted("c")
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert most < 1_000_000, "less than one photo"
    assert count == 20 and [one.photo_bytes for one in listed[:2]] == [1_000_000, None]
    assert (listed[2].number, listed[2].text, listed[2].trial) == (3, "note 3", 1)
    kept = ledger.photo("c", 3)
    assert kept is not None and np.array_equal(kept, large)
    assert ledger.photo("c", 2) is None and ledger.photo("c", 99) is None
    assert ledger.photo("other", 3) is None and ledger.times_noted("other") == 0


def test_they_are_no_part_of_a_stack_s_story(ledger: Ledger) -> None:
    before = ledger.history("c")
    for entry in ENTRIES:
        ledger.append("c", None, entry)
    assert all(same(a, b) for a, b in zip(ledger.history("c"), before, strict=True))
    with pytest.raises(BadInput, match="trial"):
        ledger.append("c", 1, Requested(3, "stop"))


def test_each_number_is_given_once(ledger: Ledger) -> None:
    ledger.append("c", None, ENTRIES[0])
    with pytest.raises(LedgerProblem, match="requested/1"):
        ledger.append("c", None, Requested(1, "stop"))


def test_the_course_begins_with_the_latest_opening(ledger: Ledger) -> None:
    ledger.append("c", None, ENTRIES[0])
    ledger.append("c", None, Ended("stopped", "by Ctrl-C"))
    assert ledger.courses("c") == (), "opened by a person, without a press: no run"
    ledger.append("c", None, replace(OPENED, devices=DEVICES))
    ledger.append("c", None, ENTRIES[1])
    course, = ledger.courses("c")
    assert course.since == (ENTRIES[1],) and course.press == ""
    assert ledger.courses("nobody's") == ()


def test_each_press_has_its_own_end_and_all_hear_what_is_asked(ledger: Ledger) -> None:
    asked, later = Requested(1, "pause"), Requested(2, "go on")
    ends = Ended("failed", "alarm 7", "south"), Ended("finished", "3 stacks", "north")
    for entry in (replace(OPENED, devices=DEVICES, press="south"), asked,
                  replace(OPENED, devices=DEVICES, press="north"), ends[0], later, OPENED, ends[1]):
        ledger.append("c", None, entry)
    found = {one.press: one.since for one in ledger.courses("c")}
    assert found == {"north": (later, ends[1]), "south": (asked, ends[0], later)}


def test_each_run_of_a_press_ends_once(ledger: Ledger) -> None:
    ends = [Ended("finished", "enough", press) for press in ("north", "south", None)]
    for end in ends:
        ledger.append("c", None, end)
        with pytest.raises(LedgerProblem, match="recorded already"):
            ledger.append("c", None, end)
    assert [entry for _, entry in ledger.facts("c") if isinstance(entry, Ended)] == ends
    assert prove(ledger, "c").sound


def test_a_press_without_a_name_is_kept_as_older_programs_read_it(ledger: Ledger) -> None:
    ledger.append("c", None, Ended("stopped", "by Ctrl-C"))
    ledger.append("c", None, ENTRIES[0])
    told = {row.kind: row.payload for row in ledger.log("c")}
    assert "press" not in told["ended"] and "press" not in told["opened"]
    assert "trial" not in told["requested"]


@pytest.mark.parametrize("bad", [
    lambda: Requested(1, "explode"),  # type: ignore[arg-type]
    lambda: Noted(1, " "), lambda: Noted(1, "x", None, np.zeros(0, np.uint8)),
    lambda: Noted(1, "x", None, np.frombuffer(b"GIF89a..", np.uint8)),
    lambda: Noted(1, "x", None, np.resize(PHOTO, MOST_PHOTO_BYTES + 1))])
def test_what_makes_no_sense_is_refused(bad: object) -> None:
    with pytest.raises(BadInput):
        bad()  # type: ignore[operator]


def test_an_entry_names_the_person_and_the_login(
        ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(OPERATOR_VARIABLE, raising=False)
    login = operator()
    with acting("ben"):
        ledger.append("c", None, ENTRIES[0])
    monkeypatch.setenv(OPERATOR_VARIABLE, "ana")
    ledger.append("c", None, ENTRIES[1])
    rows = ledger.log("c", last=2)
    assert [row.operator for row in rows] == [f"ben ({login})", f"ana ({login})"]


def test_the_log_of_one_trial_and_the_newest_of_all(ledger: Ledger) -> None:
    assert [row.kind for row in ledger.log("c", trial=1)][:2] == ["planned", "commanded"]
    ledger.append("c", None, ENTRIES[0])
    newest = ledger.log("c", last=3)
    assert len(newest) == 3 and newest[-1].kind == "requested"
    assert [row.position for row in newest] == sorted(row.position for row in newest)
