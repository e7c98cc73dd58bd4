"""Whoever waits for a spectrum is told folder, name, deadline and each file that is not taken."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from pressloop.hardware.protocols import Place
from pressloop.hardware.registry import told_by_meter
from pressloop.trials.errors import Fault
from tests.hardware.meters.exported import export, meter_at, read, stack, sweep_text


def told_while(tmp_path: Path, exports: Path, act: Callable[[list[str]], None] | None = None,
               **options: Any) -> list[str]:
    """What is said during one sweep; `act` is done when waiting has begun."""
    lines: list[str] = []
    began = threading.Event()

    def tell(words: str) -> None:
        lines.append(words)
        began.set()

    at = replace(Place(7, tmp_path / "lab", read_file=read), tell=tell)
    meter = meter_at(at, exports, **options)

    def acting() -> None:
        assert began.wait(20.0)
        if act is not None:
            act(lines)

    helper = threading.Thread(target=acting)
    helper.start()
    try:
        meter.sweep(stack())
    except Fault:
        pass
    finally:
        helper.join()
    return lines


def until(lines: list[str], words: str) -> None:
    """Waits until some line has these words."""
    deadline = time.monotonic() + 20.0
    while not any(words in line for line in lines):
        assert time.monotonic() < deadline, (words, lines)
        time.sleep(0.005)


def test_folder_name_and_deadline_are_told_first(tmp_path: Path, exports: Path) -> None:
    first = told_while(tmp_path, exports, patience_s=0.05, match="{stack_id}_after")[0]
    assert str(exports) in first and "night-001_after" in first
    assert "Deadline: " in first and "0.05 s from now" in first
    marked = told_while(tmp_path, exports, patience_s=0.05, barcode_in_file=True)[0]
    assert "night-001 in its first lines" in marked


def test_a_rejected_file_is_told_at_once_and_once(tmp_path: Path, exports: Path) -> None:
    def act(lines: list[str]) -> None:
        export(exports, "night-001.csv", "no numbers here\n")
        until(lines, "night-001.csv: not taken")
        export(exports, "night-002.csv")
        until(lines, "night-002.csv: not taken, it does not name stack night-001")
        time.sleep(0.1)
        export(exports, "night-001.csv")

    lines = told_while(tmp_path, exports, act, patience_s=30.0)
    assert sum("night-001.csv: not taken" in line for line in lines) == 1, lines
    assert sum("night-002.csv" in line for line in lines) == 1, lines
    assert lines[-1] == "night-001.csv: taken for stack night-001, 30 frequencies."


def test_a_rejected_file_is_named_once_with_what_the_settings_can_do(
        tmp_path: Path, exports: Path) -> None:
    rows = "".join(f"{10**k},{50 + k},{3 * k}\n" for k in range(6, 0, -1))
    export(exports, "night-001.csv", rows)
    lines = told_while(tmp_path, exports, patience_s=0.05)
    assert lines[-1].count("night-001.csv") == 1, lines
    assert "meter.columns" in lines[-1] and "--" not in lines[-1]


def test_what_was_told_last_is_told_to_those_who_look_from_elsewhere(
        tmp_path: Path, exports: Path) -> None:
    def from_elsewhere() -> tuple[str, ...]:
        return told_by_meter("folder", {}, Place(7, tmp_path / "lab"), "night-001")

    assert from_elsewhere() == ()
    export(exports, "night-001.csv", "no numbers here\n")
    refused = told_while(tmp_path, exports, patience_s=0.05)
    assert from_elsewhere() == tuple(refused) and "not taken" in refused[-1]
    export(exports, "night-001.csv")
    last = told_while(tmp_path, exports, patience_s=30.0)
    assert from_elsewhere() == tuple(last), "of the latest wait alone"
    assert told_by_meter("simulated", {}, Place(7, tmp_path / "lab"), "night-001") == ()


def test_an_old_file_says_how_old(tmp_path: Path, exports: Path) -> None:
    path = export(exports, "night-001.csv")
    os.utime(path, (time.time() - 90.0, time.time() - 90.0))
    lines = told_while(tmp_path, exports)
    old, = [line for line in lines if "night-001.csv" in line]
    assert "older than the request" in old and "not_older_than_s" in old


def test_files_that_lay_there_before_are_counted_only(tmp_path: Path, exports: Path) -> None:
    for n in range(2, 60):
        export(exports, f"night-{n:03d}.csv", sweep_text())
    lines = told_while(tmp_path, exports)
    assert "58 files are there of other stacks, not looked at." in lines
    assert len(lines) == 2


def test_a_growing_file_is_no_rejected_one(tmp_path: Path, exports: Path) -> None:
    export(exports, "night-001.csv")
    lines = told_while(tmp_path, exports, settle_s=0.1, patience_s=20.0)
    assert "night-001.csv: seen, still changing." in lines
    assert not any("not taken" in line for line in lines)
