"""How the command line speaks.

Short options, completion, errors as JSON, one line for what the machine underneath refuses, and
which ledger is meant."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from another_user import as_root
from lab_files import SETTINGS, TABLE, write_settings, write_table

from pressloop import __version__
from pressloop.flows.console import of_system


@pytest.mark.parametrize("option", ["--version", "-v", "-V"])
def test_the_version_is_told(option: str, pressloop: Callable[..., Any]) -> None:
    answer = pressloop(option)
    assert (answer.code, answer.out) == (0, f"pressloop {__version__}\n")


@pytest.mark.parametrize("command", [(), ("run",), ("emulate",), ("emulate", "press")])
def test_minus_h_is_help(command: tuple[str, ...], pressloop: Callable[..., Any]) -> None:
    answer = pressloop(*command, "-h")
    assert answer.code == 0 and answer.out.startswith("Usage: ")
    assert answer.out == pressloop(*command, "--help").out


@pytest.mark.parametrize("typed, wanted", [("pressloop rec", "recommend"),
                                           ("pressloop emulate me", "meter"),
                                           ("pressloop run --tri", "--trials")])
def test_a_shell_completes_commands_and_options(typed: str, wanted: str) -> None:
    told = subprocess.run(
        [sys.executable, "-P", "-c", "import sys; from pressloop.flows.cli.main import app; "
         "sys.argv[0] = 'pressloop'; app(prog_name='pressloop')"],
        env=os.environ | {"_PRESSLOOP_COMPLETE": "complete_bash", "COMP_WORDS": typed,
                          "COMP_CWORD": str(len(typed.split()) - 1)},
        capture_output=True, text=True, check=False)
    assert wanted in told.stdout.split(), told


@pytest.mark.parametrize("arguments, code, kind, word", [
    (("-z", "--json"), 2, "Usage", "-z"),
    (("nothing", "--json"), 2, "Usage", "nothing"),
    (("recommend", "--json"), 2, "Usage", "--ledger"),
    (("recommend", "--ledger", "sqlite:///none.db", "--json"), 2, "LedgerProblem", "none.db"),
    (("check", "none.toml", "--json"), 2, "BadInput", "none.toml"),
    (("run", SETTINGS, "--trials", "0", "--json"), 2, "Usage", "--trials"),
    (("suggest", SETTINGS, "--data", "none.csv", "--json"), 2, "BadInput", "none.csv")])
def test_an_error_is_json_where_json_was_asked_for(
        arguments: tuple[str, ...], code: int, kind: str, word: str, tmp_path: Path,
        pressloop: Callable[..., Any]) -> None:
    write_settings(tmp_path)
    answer = pressloop(*arguments)
    told = answer.json["error"]
    assert answer.code == told["exit_code"] == code and told["kind"] == kind
    assert word in told["message"]
    assert answer.err == f"pressloop: {told['message']}\n"
    if kind != "Usage":
        assert told["remedy"] and told["message"].endswith(told["remedy"])
    plain = pressloop(*[one for one in arguments if one != "--json"])
    assert plain.out == "" and plain.err == answer.err


def test_a_file_called_json_asks_for_none(pressloop: Callable[..., Any]) -> None:
    assert pressloop("check", "--", "--json").out == ""


def test_a_group_without_a_command_shows_its_help(pressloop: Callable[..., Any]) -> None:
    answer = pressloop("emulate")
    assert "Usage: pressloop emulate" in answer.out + answer.err
    assert not answer.err.startswith("pressloop: ") and "press" in answer.out + answer.err


def test_what_the_system_refuses_is_told_with_its_place() -> None:
    assert of_system(PermissionError(13, "Permission denied", "/lab/a")) == (
        "/lab/a: Permission denied. Give this user the right to write there, or choose another "
        "folder.")
    assert "Make room" in of_system(OSError(28, "No space left on device"))
    assert "None" not in of_system(OSError("timed out"))


@pytest.mark.skipif(shutil.which("mount") is None, reason="needs a file system of its own")
@as_root
def test_a_full_disk_is_called_full(tmp_path: Path, pressloop: Callable[..., Any]) -> None:
    write_settings(tmp_path)
    write_table(tmp_path)
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", disk],
                      capture_output=True, check=False).returncode:
        pytest.skip("this machine lets nobody mount")
    try:
        pressloop("import", SETTINGS, TABLE, "--ledger", f"sqlite:///{disk}/lab.db")
        with suppress(OSError), (disk / "fill").open("wb", buffering=0) as file:
            while file.write(b"0" * 1024):
                pass
        answer = pressloop("recommend", "--ledger", f"sqlite:///{disk}/lab.db")
        assert answer.code == 2 and "on a disk with free space" in answer.err
        assert len(answer.err.splitlines()) == 1
    finally:
        subprocess.run(["umount", disk], check=True)


def test_the_ledger_is_said_with_its_whole_path(tmp_path: Path, pressloop: Callable[..., Any]
                                                ) -> None:
    write_settings(tmp_path)
    write_table(tmp_path)
    place = str(tmp_path / "lab.db")
    assert f"Ledger: {place}" in pressloop("import", SETTINGS, TABLE).err.splitlines()
    assert f"Ledger: {place}" in pressloop("queue", SETTINGS).err.splitlines()
    rows = pressloop("check", SETTINGS, "--json").json["checks"]
    assert next(r["found"] for r in rows if r["check"] == "ledger").startswith(f"{place}, ")
    pressloop("recommend", "--ledger", "sqlite:///none.db").refused(str(tmp_path / "none.db"))


def test_two_ledgers_of_one_settings_file_are_noticed(
        tmp_path: Path, pressloop: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_settings(tmp_path)
    write_table(tmp_path)
    for name in ("monday", "tuesday"):
        (tmp_path / name).mkdir()
    monkeypatch.chdir(tmp_path / "monday")
    first = pressloop("import", path, "../past.csv")
    assert first.code == 0 and "another ledger" not in first.err
    monkeypatch.chdir(tmp_path / "tuesday")
    second = pressloop("import", path, "../past.csv")
    warned = next(one for one in second.err.splitlines() if "another ledger" in one)
    assert str(tmp_path / "monday" / "lab.db") in warned and "(6 stacks)" in warned
    assert str(tmp_path / "tuesday" / "lab.db") in warned
    rows = pressloop("check", path, "--json").json["checks"]
    other = next(row for row in rows if row["check"] == "other ledgers")
    assert other["ok"] and "monday" in other["found"]


def test_one_ledger_is_no_reason_to_warn(tmp_path: Path, pressloop: Callable[..., Any]) -> None:
    path = write_settings(tmp_path)
    write_table(tmp_path)
    pressloop("import", path, TABLE)
    again = pressloop("import", path, TABLE, "--ledger", f"sqlite:///{tmp_path}/lab.db")
    assert "another ledger" not in again.err
    assert json.dumps(pressloop("check", path, "--json").json).count("other ledgers") == 0


def test_a_ledger_that_goes_on_from_another_is_the_same_one(
        tmp_path: Path, pressloop: Callable[..., Any]) -> None:
    path = write_settings(tmp_path)
    write_table(tmp_path)
    pressloop("import", path, TABLE)
    pressloop("migrate", "--from", "sqlite:///lab.db", "--to", "sqlite:///new.db")
    moved = ("import", path, TABLE, "--ledger", "sqlite:///new.db")
    assert "another ledger" not in pressloop(*moved).err
    pressloop("note", "pressed one more", "--ledger", "sqlite:///lab.db")
    assert "another ledger" in pressloop(*moved).err
    assert "another ledger" not in pressloop("import", path, TABLE).err


@pytest.mark.parametrize(("given", "wanted"), [
    ("lab.db", "sqlite:///lab.db"), ("runs/my lab.sqlite", "sqlite:///runs/my lab.sqlite"),
    ("/data/ä.db", "sqlite:////data/ä.db"), ("", "sqlite:///runs/ledger.db"),
    ("http://x", "sqlite:///runs/ledger.db")])
def test_a_file_is_named_as_an_address(
        given: str, wanted: str, pressloop: Callable[..., Any]) -> None:
    pressloop("recommend", "--ledger", given).refused(f"Write it like {wanted}.")
