"""The log of the press speaks instead of the person, where it can be used."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from pressloop.hardware.guard import run_cycle
from pressloop.hardware.protocols import Place
from tests.hardware.attended.pressed_by_hand import DONE, ENVELOPE, RECIPE, STACK, press_with


def log(folder: Path, text: str, age_s: float = 0.0) -> None:
    path = folder / "night-001.csv"
    path.write_text(text)
    if age_s:
        then = path.stat().st_mtime - age_s
        os.utime(path, (then, then))


LOG = "time_s,force_kN,temperature_c\n0,0,25\n20,18.6,25\n200,18.5,26\n230,0,26\n"


def test_the_log_of_the_press_speaks_instead_of_the_person(at: Place, tmp_path: Path) -> None:
    log(tmp_path, LOG)
    press, person = press_with(at, "start", "pressed", log_folder=str(tmp_path))
    trace = run_cycle(press, ENVELOPE, 1, STACK, RECIPE)
    assert trace.whole
    assert trace.force_n.max() == 18600.0
    assert trace.temperature_c is not None and trace.temperature_c[-1] == 26.0
    assert len(person.asked) == 2
    (tmp_path / "night-001.csv").unlink()
    assert np.array_equal(press_with(at)[0].report(1).trace.force_n, trace.force_n)


@pytest.mark.parametrize("text, age_s, words", [
    (LOG, 3600.0, "older than this cycle"), ("time_s,force_kN\n", 0.0, "columns"),
    ("time_s,weight\n0,1\n", 0.0, "columns"), ("time_s,force_kN\n0,abc\n", 0.0, "unreadable"),
    (LOG.replace("kN", "t"), 0.0, "Is the unit"), ("time_s,force_kN\n0,nan\n", 0.0, "peak"),
    ("time_s,force_kN\n5,1\n4,2\n", 0.0, "in order"), ("", 0.0, "columns")])
def test_a_log_that_cannot_be_used_is_said_and_the_person_asked(
        at: Place, tmp_path: Path, text: str, age_s: float, words: str) -> None:
    log(tmp_path, text, age_s)
    press, person = press_with(at, *DONE, log_folder=str(tmp_path))
    assert run_cycle(press, ENVELOPE, 1, STACK, RECIPE).entered
    assert words in person.troubles[-1]


def test_a_log_that_no_cycle_fills_is_not_read(at: Place, tmp_path: Path) -> None:
    log(tmp_path, LOG)
    os.truncate(tmp_path / "night-001.csv", 60_000_000)
    press, person = press_with(at, *DONE, log_folder=str(tmp_path))
    assert run_cycle(press, ENVELOPE, 1, STACK, RECIPE).entered
    assert "60 MB" in person.troubles[-1]
