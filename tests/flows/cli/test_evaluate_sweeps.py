"""`evaluate` on files with several sweeps, without header, and with something left out."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from test_bad_spectra import spectrum_csv

pytestmark = pytest.mark.slow

Call = Callable[..., Any]


@pytest.fixture
def loops(tmp_path: Path) -> Path:
    """Three sweeps one below the other; the last was stopped after eight points."""
    head, *rows = spectrum_csv(40).splitlines()
    path = tmp_path / "loops.csv"
    path.write_text("\n".join([head, *rows, *rows, *rows[:8]]) + "\n")
    return path


def test_every_sweep_is_evaluated_and_listed(loops: Path, pressloop: Call) -> None:
    answer = pressloop("evaluate", loops, "--area-cm2", "0.785", "--json")
    assert answer.code == 2, "one of three sweeps cannot be used"
    first, second, third = answer.json["spectra"]
    assert [(one["sweep"], one["sweeps"], one["points"]) for one in (first, second)] == [
        (1, 3, 40), (2, 3, 40)]
    assert first["valid"] and second["valid"]
    assert "points = 8" in third["error"]
    listing, error = answer.err.splitlines()
    assert "3 sweeps, each is evaluated; choose with --sweep" in listing
    assert "3: 8 points" in listing
    assert "loops.csv sweep 3" in error


@pytest.mark.parametrize(("choice", "number"), [("1", 1), ("2", 2)])
def test_one_sweep_is_chosen(choice: str, number: int, loops: Path, pressloop: Call) -> None:
    answer = pressloop("evaluate", loops, "--area-cm2", "0.785", "--sweep", choice, "--json")
    one, = answer.json["spectra"]
    assert (answer.code, one["sweep"], one["valid"]) == (0, number, True)
    assert f"of 3 sweeps in the file, this is number {number}" in answer.err
    assert answer.err.strip().endswith(one["notes"][0])


def test_a_person_sees_which_sweep_it_is(loops: Path, pressloop: Call) -> None:
    answer = pressloop("evaluate", loops.name, "--area-cm2", "0.785", "--sweep", "2")
    assert "loops.csv sweep 2 of 3" in answer.out
    answer = pressloop("evaluate", loops.name, "--area-cm2", "0.785", "--sweep", "all")
    assert "sweep 1 of 3" in answer.out and "sweep 2 of 3" in answer.out


@pytest.mark.parametrize("choice", ["0", "4", "first", "-1"])
def test_sweeps_that_are_not_there(choice: str, loops: Path, pressloop: Call) -> None:
    pressloop("evaluate", loops, "--area-cm2", "1", f"--sweep={choice}").refused("sweep")


def test_a_file_without_header_and_the_remedy_it_prints(tmp_path: Path, pressloop: Call) -> None:
    path = tmp_path / "bare.csv"
    path.write_text("\n".join(spectrum_csv(40).splitlines()[1:]) + "\n")
    said = pressloop("evaluate", path, "--area-cm2", "0.785").refused("--columns f,re,im")
    assert "--columns f,re,-im" in said
    answer = pressloop("evaluate", path, "--area-cm2", "0.785", "--columns", "f,re,im", "--json")
    assert answer.code == 0 and answer.json["spectra"][0]["valid"]
    pressloop("evaluate", path, "--area-cm2", "0.785", "--columns", "f,re,-im").refused("sign")
    pressloop("evaluate", path, "--area-cm2", "0.785", "--columns", "f,pear").refused("pear")


def test_what_was_left_out_is_said(tmp_path: Path, pressloop: Call) -> None:
    rows = spectrum_csv(40).splitlines()
    path = tmp_path / "gaps.csv"
    path.write_text("\n".join([rows[0], "0,0,0", *rows[1:9], rows[9].rpartition(",")[0] + ",",
                               *rows[10:], "end of data"]) + "\n")
    answer = pressloop("evaluate", path, "--area-cm2", "0.785", "--json")
    one, = answer.json["spectra"]
    assert (one["points"], one["missing"]) == (39, 1)
    for words in ("1 row of 0 Hz was left out", "1 line of text was left out",
                  "1 of 40 points without a reading"):
        assert any(words in note for note in one["notes"])
        assert words in answer.err


def test_json_is_the_only_thing_on_stdout(loops: Path, pressloop: Call) -> None:
    answer = pressloop("evaluate", loops, "--area-cm2", "1", "--json")
    assert json.loads(answer.out)
