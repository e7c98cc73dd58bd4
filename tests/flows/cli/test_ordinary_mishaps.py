"""Things that happen to every lab: each is refused, or told, in one plain line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from lab_files import PAST, SETTINGS, TABLE, write_settings, write_table


@pytest.mark.parametrize("command", [("run", SETTINGS), ("import", SETTINGS, TABLE)])
def test_a_ledger_in_memory_would_forget_what_was_pressed(
        command: tuple[str, ...], pressloop: Callable[..., Any], tmp_path: Path) -> None:
    write_settings(tmp_path)
    write_table(tmp_path)
    pressloop(*command, "--ledger", "sqlite://").refused("ledger", "on disk")


def test_an_electrode_larger_than_the_die(pressloop: Callable[..., Any], tmp_path: Path) -> None:
    write_settings(tmp_path, stack={"area_cm2": 5.0})
    pressloop("check", SETTINGS).refused("stack.area_cm2", "area of the die")


@pytest.mark.slow
def test_the_same_press_written_differently_is_the_same_press(
        pressloop: Callable[..., Any], tmp_path: Path) -> None:
    write_settings(tmp_path)
    write_table(tmp_path)
    assert pressloop("import", SETTINGS, TABLE, "--json").json["added"] == 6
    write_table(tmp_path, PAST.replace("140,180,25,140,2,", "140.0,180,25.0,140.00,2,"))
    assert pressloop("import", SETTINGS, TABLE, "--json").json["added"] == 0


def test_a_prefect_server_that_is_away(pressloop: Callable[..., Any], tmp_path: Path,
                                       monkeypatch: pytest.MonkeyPatch) -> None:
    write_settings(tmp_path)
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:9/api")
    answer = pressloop("run", SETTINGS)
    assert answer.code == 2
    assert "PREFECT_API_URL = http://127.0.0.1:9/api" in answer.err.splitlines()[-1]
    assert "Traceback" not in answer.err
    assert not (tmp_path / "lab.db.press.jsonl").exists()


@pytest.mark.slow
def test_mixed_stack_pressures_are_told(pressloop: Callable[..., Any], tmp_path: Path) -> None:
    write_settings(tmp_path)
    lines = PAST.splitlines()
    held = ["stack_pressure_mpa", "49", "97", "49", "97", "49", ""]
    write_table(tmp_path, "\n".join(f"{a},{b}" for a, b in zip(lines, held, strict=True)) + "\n")
    answer = pressloop("suggest", SETTINGS, "--data", TABLE)
    assert answer.code == 0
    assert "stack pressures of 49 to 97 MPa" in answer.err
    assert "compared at 49 MPa." in answer.err, "that of the newest stack that tells it"


@pytest.mark.slow
def test_outputs_that_cannot_be_written(pressloop: Callable[..., Any], tmp_path: Path) -> None:
    write_settings(tmp_path)
    write_table(tmp_path)
    pressloop("import", SETTINGS, TABLE)
    (tmp_path / "out" / "trials.csv").mkdir(parents=True)
    pressloop("export", "--ledger", "sqlite:///lab.db", "--out", "out").refused("--out")
