"""Whatever a page tells a reader to type works.

Typed in a folder that has the files the page speaks of, in a shell where it takes one to understand
it, or works until Ctrl-C."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tomllib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from documented import ROOT, Typed, commands, pages, tables
from lab_files import settings_values, write_settings, write_table
from typer.main import get_command

from pressloop.flows.cli.main import app
from pressloop.flows.settings.campaign import from_plain
from pressloop.flows.study.settings import read_study

ELSEWHERE = {"read-your-spectra.md": "tests/evaluation/readers/test_reading_page.py",
             "corrections.md": "tests/flows/cli/test_put_right.py",
             "own-recipes.md": "tests/flows/cli/test_put_right.py",
             "objectives.md": "tests/flows/cli/test_objectives_page.py",
             "real-sheets.md": "tests/flows/past/test_real_sheets_page.py",
             "lab.md": "tests/flows/lab/test_lab_page.py",
             "harden.md": "tests/flows/lab/test_lab_page.py",
             "add-a-press.md": "tests/flows/cli/test_add_a_press.py",
             "many-presses.md": "tests/flows/cli/test_many_presses_page.py",
             "ask-runs.md": "tests/flows/cli/test_asked_of_runs.py"}
"""Pages whose commands need files of their own, and the tests that run them."""
A_WHOLE_LAB = "lab up"
"""Wants a folder, ports and an end of its own: `tests/flows/lab/test_lab_page.py` types it."""
LASTING = ("serve", "console", "emulate press", "emulate meter")
"""Commands that work until Ctrl-C; each says so when it is ready."""
READY = "Ctrl-C ends it"
ASKS = "Press stack"
GAMRY = "EXPLAIN\nTAG\tEISPOT\nZCURVE\tTABLE\n\tPt\tFreq\tZreal\tZimag\n\t#\tHz\tohm\tohm\n"
ROWS = 8
STACKS = "barcode,lot,made,exposure_limit_h\nM-1,M,2026-01-05 09:00,\nM-2,M,2026-01-05 09:30,48\n"
STUDY = """[study]
name = "spring"
workers = "here"
[source]
table = "past.csv"
settings = "my.toml"
[lint]
"""


def lab(folder: Path, page: Path) -> None:
    """Settings, tables and spectra by the names that pages give them, with the page's drivers."""
    told: dict[str, Any] = {"campaign": {"ledger": "sqlite:///my.db", "trials": 2}}
    if page.name == "attended-press.md":
        told |= tomllib.loads(tables(page)[0])
        told["meter"]["glitch_fraction"] = None
        # Its press is not heated.
        told |= {"envelope": {"die_diameter_mm": 13, "press_max_force_kn": 147,
                              "max_temperature_c": 40}, "space": {"temperature_c": 25}}
        (folder / "exports").mkdir()
    if page.name == "stacks.md":
        told |= tomllib.loads(tables(page)[0])
        (folder / "stacks.csv").write_text(STACKS)
    if page.stem in ("parameters", "rules"):
        with_parameters(folder, page)
    write_settings(folder, "my.toml", **told)
    write_table(folder)
    pd.read_csv(folder / "past.csv").to_excel(folder / "past.xlsx", index=False)
    (folder / "study.toml").write_text(STUDY)
    spectrum = "area_cm2: 0.785\nfrequency_hz,z_real_ohm,z_imag_ohm\n" + "".join(
        f"{f:.6g},{z.real:.6g},{z.imag:.6g}\n" for f, z in arcs())
    for name in ("a.csv", "b.csv"):
        (folder / name).write_text(spectrum)
    (folder / "cell.DTA").write_text(GAMRY + "".join(
        f"\t{n}\t{f:.6g}\t{z.real:.6g}\t{z.imag:.6g}\n" for n, (f, z) in enumerate(arcs())))


def with_parameters(folder: Path, page: Path) -> None:
    """Settings and a table of the page's own variables, by the name of the page."""
    text = tables(page)[0]
    path = write_settings(folder, f"{page.stem}.toml", space=None, reference=None)
    path.write_text(f"{path.read_text()}\n{text}")
    columns = {name: column(told) for name, told in tomllib.loads(text)["space"].items()}
    pd.DataFrame(columns | {"resistance_ohm_cm2": np.linspace(90.0, 40.0, ROWS)}).to_csv(
        folder / f"{page.stem}.csv", index=False)


def column(told: Any) -> list[Any]:
    """Whole numbers between bounds, or kinds in turn."""
    low, high = (told["low"], told["high"]) if isinstance(told, dict) else told
    if isinstance(low, str):
        return [told[i % len(told)] for i in range(ROWS)]
    return np.linspace(max(low, 1), high, ROWS).round()[np.argsort(np.arange(ROWS) * 3 % ROWS)
                                                        ].tolist()


def arcs() -> list[tuple[float, complex]]:
    """Two arcs and a tail, ohm."""
    hz = np.geomspace(1e6, 0.1, 57)
    jw = 2j * np.pi * hz
    z = 12 + 40 / (1 + (jw * 1e-5) ** 0.9) + 80 / (1 + (jw * 3e-3) ** 0.85) + 1 / (0.1 * jw**0.5)
    return list(zip(hz, z, strict=True))


def environment() -> dict[str, str]:
    """A shell that finds this pressloop first."""
    here = Path(sys.executable).parent
    return {**os.environ, "PATH": f"{here}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT)}


def ends_well(command: Typed, pressloop: Callable[..., Any]) -> None:
    """In this process, where no shell is needed to understand it."""
    if not (command.variables or re.search(r"[*|<>$;&~]", command.text)):
        answer = pressloop(*command.words[1:])
        assert answer.code == 0, f"{command}\n{answer.out}\n{answer.err}"
        return
    done = subprocess.run(["bash", "-c", command.text], env=environment(), capture_output=True,
                          text=True, check=False, timeout=600, stdin=subprocess.DEVNULL)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    assert "Traceback" not in done.stderr


def works_until_ctrl_c(command: Typed, says: str, eventually: Callable[..., Any]) -> None:
    log = Path("lasting.log")
    with log.open("w") as out:
        process = subprocess.Popen(
            ["bash", "-c", f"exec {command.text}"], env=environment(), stdout=out, stderr=out,
            stdin=subprocess.PIPE, start_new_session=True)
    try:
        eventually(lambda: says in log.read_text() or process.poll() is not None, str(command), 240)
        assert process.poll() is None, log.read_text()
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGINT)
        process.communicate(timeout=120)
    assert "Traceback" not in log.read_text()


@cache
def all_commands() -> Any:
    """The tree of commands, which takes a while to make."""
    return get_command(app)


def known(command: Typed) -> bool:
    """Whether the command line has a command of this name."""
    found: Any = all_commands()
    for word in command.words[1:]:
        found = found.commands.get(word) if hasattr(found, "commands") else found
    return found is not None


def kept_up(command: Typed) -> bool:
    return " ".join(command.words[1:]).startswith(LASTING)


@pytest.mark.slow
@pytest.mark.prefect
@pytest.mark.parametrize("page", [p for p in pages() if p.name not in ELSEWHERE],
                         ids=lambda page: page.stem)
def test_every_command_of_a_page_can_be_typed(
        page: Path, server: Any, tmp_path: Path, eventually: Callable[..., Any],
        pressloop: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRESSLOOP_ASK", "terminal")
    lab(tmp_path, page)
    for command in [one for one in commands(page) if one.words[0] == "pressloop"]:
        if page.name == "attended-press.md" and command.words[1:] == ["run", "my.toml"]:
            works_until_ctrl_c(command, ASKS, eventually)
        elif command.words[1] in ("emulate", "console"):
            # On a free port, as another test may have the usual one.
            works_until_ctrl_c(Typed(command.page, f"{command.text} --port 0"), READY, eventually)
        elif command.is_a_name or " ".join(command.words[1:]).startswith(A_WHOLE_LAB):
            assert known(command), command
        elif kept_up(command):
            works_until_ctrl_c(command, READY, eventually)
        else:
            ends_well(command, pressloop)


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.stem)
def test_every_name_of_a_command_exists(page: Path) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    for command in commands(page):
        first, *rest = command.words
        if first == "make":
            assert re.search(rf"^{rest[0]}:", makefile, re.MULTILINE), command
        elif first == "pip":
            for package in rest[1:]:
                sought = rf'"{re.split("[=<>]", package)[0]}[=<>]'
                if extra := re.fullmatch(r"pressloop\[(\w+)\]", package):
                    sought = rf"^{extra[1]} = \["
                assert re.search(sought, project, re.MULTILINE), command
        elif command.is_a_name:
            assert known(command), command


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.stem)
def test_every_piece_of_settings_is_understood(page: Path, tmp_path: Path) -> None:
    sought: dict[str, Any] = {}
    for text in tables(page):
        if text.lstrip().startswith("[study]"):
            path = tmp_path / "study.toml"
            path.write_text(text)
            assert read_study(path).options
        else:
            told = tomllib.loads(text)
            if "objective" in told:
                sought = {"objective": told["objective"]}
            elif "table" in told:
                # Its columns are those of what the page seeks.
                told = sought | told
            if "space" in told:
                # The usual recipe says nothing of the page's own parameters.
                told = {"reference": None} | told
            found = from_plain(settings_values(**told), page.name)
            assert found.campaign.name == told.get("campaign", {}).get("name", "night")


def test_pages_whose_commands_are_run_elsewhere_are_run_there() -> None:
    for name, test in ELSEWHERE.items():
        assert name in (ROOT / test).read_text(encoding="utf-8")


def test_commands_are_found_in_blocks_sentences_and_tables(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("""Type `pressloop log` or `A_B=1 pressloop study s.toml`.

    pressloop check my.toml     # moves nothing
    error: not a command

| a | `pressloop suggest my.toml --data past.csv` |

```
pressloop run my.toml
some output
```

```python
pressloop = "not a command"
```
""")
    found = commands(page)
    assert [one.words[1:] for one in found] == [
        ["run", "my.toml"], ["check", "my.toml"], ["log"], ["study", "s.toml"],
        ["suggest", "my.toml", "--data", "past.csv"]]
    assert [one.is_a_name for one in found] == [False, False, True, False, False]
    assert found[3].variables == {"A_B": "1"}
    assert known(Typed("p", "pressloop emulate press")) and not known(Typed("p", "pressloop fly"))
