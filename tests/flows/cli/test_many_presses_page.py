"""The page on several presses: its settings and commands, as they stand there."""

from __future__ import annotations

import shlex
import subprocess
import tomllib
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from documented import ROOT, commands, tables
from lab_files import write_settings
from several_presses import QUICK, each_pressed_once, history, memories_of

from pressloop.trials import Ledger

PAGE = ROOT / "docs" / "how-to" / "many-presses.md"
TYPED = [shlex.split(one.text)[1:] for one in commands(PAGE) if not one.is_a_name]
RUNS = [one for one in TYPED if one[0] == "run"]


def lab(folder: Path) -> None:
    """Settings with the page's presses."""
    path = write_settings(folder, press=None, **QUICK, campaign={"trials": 6})
    path.write_text(f"{path.read_text()}\n{tables(PAGE)[0]}")


def test_the_page_has_what_is_tried_here() -> None:
    presses = tomllib.loads(tables(PAGE)[0])["press"]
    assert [press["name"] for press in presses] == ["north", "south"]
    assert RUNS == [["run", "lab.toml"], ["run", "lab.toml", "--press", "north"],
                    ["run", "lab.toml", "--press", "south"]]
    assert {one[0] for one in TYPED} == {"run", "check", "adopt"}


def test_what_only_looks(pressloop: Callable[..., Any], tmp_path: Path) -> None:
    lab(tmp_path)
    for one in (one for one in TYPED if one[0] != "run"):
        answer = pressloop(*one)
        assert answer.code == 0, answer.err


@pytest.mark.nightly
@pytest.mark.prefect
@pytest.mark.slow
def test_a_process_for_each_press_beside_one_another_then_one_command_for_all(
        server: Any, in_background: Callable[..., subprocess.Popen[str]], tmp_path: Path) -> None:
    lab(tmp_path)
    processes = [in_background(*one) for one in RUNS[1:]]
    for index, process in enumerate(processes):
        assert process.wait(300) == 0, (tmp_path / f"process-{index}.log").read_text()
    names = ("north", "south")
    each_pressed_once(history("sqlite:///lab.db"), memories_of(Path("lab.db"), *names), 6)
    assert in_background(*RUNS[0], "--trials", 8).wait(300) == 0
    each_pressed_once(history("sqlite:///lab.db"), memories_of(Path("lab.db"), *names), 8)
    with closing(Ledger.open("sqlite:///lab.db")) as ledger:
        targets = [opened.target for opened in ledger.openings("night")]
    assert targets == [6, 6, 8, 8]
