"""The page on reading spectra: every command on it is run, and says what the page says."""

from __future__ import annotations

import re
import shlex
import tomllib
from pathlib import Path

import instrument_bytes as made
import numpy as np
import pytest
from reader_spectra import example, lines
from test_reader_programs import with_yadg, with_zahner
from test_reader_sweeps import dta, mpt
from typer.testing import CliRunner

pytestmark = pytest.mark.slow

PAGE = (Path(__file__).parents[3] / "docs" / "how-to" / "read-your-spectra.md").read_text()
F, Z = example()
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
COMMANDS = [line for kind, block in BLOCKS if not kind
            for line in block.splitlines() if line.startswith("pressloop ")]


def block(kind: str, begins: str = "") -> str:
    """The page's one block of this kind that begins so."""
    (found,) = [text for name, text in BLOCKS if name == kind and text.startswith(begins)]
    return found


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the files that the page speaks of."""
    turned = "freq/Hz,Re(Z)/Ohm,Im(Z)/Ohm\n" + lines(F, Z.real, -Z.imag)
    files = {"cell.DTA": dta(1).encode(), "loops.mpt": mpt((1, 31), (1.01, 31)).encode(),
             "cell.csv": ("freq/Hz,Re(Z)/Ohm,Im(Z)/Ohm\n" + lines(F, Z.real, Z.imag)).encode(),
             "bare.csv": lines(F, Z.real, -Z.imag).encode(), "turned.csv": turned.encode(),
             "polar.txt": lines(F, F / 1e3, 1e3 * abs(Z), np.degrees(np.angle(Z)),
                                delimiter=" ").encode(),
             "cell.mpr": made.mpr(F, Z, np.ones(F.size), 0.785), "cell.ism": made.ism(F, Z)}
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def ran(command: str, folder: Path) -> tuple[int, str]:
    from pressloop.flows.cli.main import app

    result = CliRunner().invoke(app, shlex.split(command)[1:], catch_exceptions=False)
    return result.exit_code, result.output


@pytest.mark.parametrize("command", [one for one in COMMANDS if not re.search("mpr|ism", one)])
def test_a_command(command: str, folder: Path) -> None:
    code, said = ran(command, folder)
    assert code == 0, said
    assert "total polarisation" in said


@with_yadg
def test_the_command_for_eclab(folder: Path) -> None:
    (command,) = [one for one in COMMANDS if "mpr" in one]
    assert ran(command, folder)[0] == 0


@with_zahner
def test_the_command_for_zahner(folder: Path) -> None:
    (command,) = [one for one in COMMANDS if "ism" in one]
    assert ran(command, folder)[0] == 0


def test_the_lines_of_python(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    exec(compile(block("python"), "page", "exec"), {})
    assert capsys.readouterr().out.startswith("2 31 1.33")


def test_the_settings() -> None:
    from pressloop.hardware.meters.folder import Options
    from pressloop.hardware.options import read_options

    meter = tomllib.loads(block("toml", "[meter]"))["meter"]
    assert meter.pop("driver") == "folder"
    assert read_options(Options, meter, "meter").sweep == "last"


def test_the_rules() -> None:
    from pressloop.evaluation.rules import rules_from

    table = tomllib.loads(block("toml", "[evaluation]"))["evaluation"]
    rules = rules_from(table)
    assert rules.fixed == {"alpha1": 0.9} and table.keys() <= rules.plain().keys()


def test_every_element_is_on_the_page() -> None:
    from pressloop.evaluation.circuits.elements import KINDS

    told = PAGE.partition("| element |")[2].partition("## Pictures")[0]
    assert all(f"`{symbol}`" in told for symbol in KINDS)


def test_notes_are_worded_as_on_the_page() -> None:
    """The first words of every note stand in the readers."""
    source = "".join(path.read_text() for path in
                     (Path(__file__).parents[3] / "evaluation" / "readers").rglob("*.py"))
    told = " ".join(re.sub(r"[\"\n]\s*f?[\"]", "", source).split())
    notes = re.findall(r"^\| `([^`]*)` \|", PAGE.partition("What the notes mean")[2], re.MULTILINE)
    assert len(notes) == 11
    for note in notes:
        longest = max(re.split(r"[0-9]+%?|\\?\|Z\\?\|", note), key=len).strip(" :,.")
        words = longest.split()
        assert any(" ".join(words[at:at + 3]) in told for at in range(max(1, len(words) - 2))), note
