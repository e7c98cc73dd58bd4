"""Profiles named in a settings file: read at the door, kept whole, refused in one line."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from lab_files import SETTINGS, write_settings

from pressloop.flows.settings.campaign import from_plain, read_settings
from pressloop.trials.errors import OutOfEnvelope

DIE = """name = "my die"
diameter_mm = 10
max_pressure_mpa = 550
max_temperature_c = 150
source = "its plate"
"""
MATERIAL = """name = "indium anode"
max_temperature_c = 145
temperature_reason = "indium melts at 156.6 degC"
source = "a book"
"""
NAMED: dict[str, Any] = {"die": "parts/die.toml", "materials": ["parts/indium.toml"],
                         "die_diameter_mm": None, "die_max_pressure_mpa": None,
                         "max_temperature_c": None}


@pytest.fixture
def parts(tmp_path: Path) -> Path:
    folder = tmp_path / "parts"
    folder.mkdir()
    (folder / "die.toml").write_text(DIE)
    (folder / "indium.toml").write_text(MATERIAL)
    return folder


def test_profiles_make_the_envelope(tmp_path: Path, parts: Path,
                                    monkeypatch: pytest.MonkeyPatch) -> None:
    """Paths are relative to the settings file, not to where the command runs."""
    path = write_settings(tmp_path, envelope=NAMED)
    monkeypatch.chdir("/")
    found = read_settings(path).envelope
    assert (found.die_max_pressure_mpa, found.max_temperature_c) == (550.0, 145.0)
    assert found.reason("max_temperature_c") == "indium anode: indium melts at 156.6 degC"


def test_the_ledger_keeps_them_whole(tmp_path: Path, parts: Path) -> None:
    read = read_settings(write_settings(tmp_path, envelope=NAMED))
    for file in parts.iterdir():
        file.unlink()
    again = from_plain(json.loads(json.dumps(read.plain())), "ledger")
    assert (again, again.digest, again.envelope) == (read, read.digest, read.envelope)


def test_another_profile_is_another_digest(tmp_path: Path, parts: Path) -> None:
    path = write_settings(tmp_path, envelope=NAMED)
    before = read_settings(path).digest
    (parts / "die.toml").write_text(DIE.replace("550", "540"))
    assert read_settings(path).digest != before


def test_space_and_reference_are_told_who_limits(pressloop: Callable[..., Any], tmp_path: Path,
                                                 parts: Path) -> None:
    write_settings(tmp_path, envelope=NAMED, space={"temperature_c": [146, 148]}, reference=None)
    pressloop("check", SETTINGS).refused("envelope.temperature_c", "145")
    write_settings(tmp_path, envelope=NAMED, reference={"temperature_c": 146})
    pressloop("check", SETTINGS).refused("reference.temperature_c", "146", "145",
                                         "indium melts at 156.6 degC")
    write_settings(tmp_path, envelope=NAMED, reference={"pressure_mpa": 551})
    pressloop("check", SETTINGS).refused("reference.pressure_mpa", "551", "my die")


@pytest.mark.parametrize(("changes", "words"), [
    ({"max_temperature_c": 150}, ["envelope.max_temperature_c", "145", "indium", "loosen"]),
    ({"die_max_pressure_mpa": 600}, ["envelope.die_max_pressure_mpa", "550", "my die"]),
    ({"die_diameter_mm": 13}, ["envelope.die_diameter_mm", "my die"]),
    ({"die": None}, ["envelope.die_max_pressure_mpa", "missing"]),
    ({"die": "parts/none.toml"}, ["envelope.die", "none.toml", "No such file"]),
    ({"die": "parts"}, ["envelope.die", "directory"]),
    ({"die": "parts/indium.toml"}, ["envelope.die", "indium.toml", "diameter_mm"]),
    ({"die": 7}, ["envelope.die", "7"]),
    ({"materials": "parts/indium.toml"}, ["envelope.materials"]),
    ({"materials": [7]}, ["envelope.materials"]),
    ({"materials": ["parts/none.toml"]}, ["envelope.materials", "No such file"])], ids=str)
def test_refused_at_the_door(changes: dict[str, Any], words: list[str], parts: Path,
                             pressloop: Callable[..., Any], tmp_path: Path,
                             nothing_changes: Callable[[], Any]) -> None:
    write_settings(tmp_path, envelope=NAMED | changes)
    with nothing_changes():
        pressloop("check", SETTINGS).refused(*words)


@pytest.mark.parametrize(("text", "words"), [
    (DIE + "max_presure_mpa = 3", ["die.toml", "max_presure_mpa", "Did you mean max_pressure_mpa"]),
    (DIE.replace("diameter_mm = 10\n", ""), ["die.toml", "diameter_mm", "missing"]),
    (DIE.replace("550", "nan"), ["die.toml", "max_pressure_mpa", "nan"]),
    (DIE.replace("550", '"550"'), ["die.toml", "max_pressure_mpa", "550"]),
    (DIE.replace('"its plate"', '" "'), ["die.toml", "source"]),
    (DIE + "pressure_reason = 3", ["pressure_reason", "3"]),
    ("name = ", ["die.toml", "TOML"])], ids=lambda v: str(v)[-30:])
def test_a_profile_that_is_none(text: str, words: list[str], parts: Path, tmp_path: Path,
                                pressloop: Callable[..., Any]) -> None:
    write_settings(tmp_path, envelope=NAMED)
    (parts / "die.toml").write_text(text)
    pressloop("check", SETTINGS).refused("envelope.die", *words)


def test_the_page_on_profiles(tmp_path: Path) -> None:
    """Its settings work beside the shipped profiles, and its message is what one reads."""
    root = Path(__file__).parents[3]
    page = (root / "docs" / "reference" / "profiles.md").read_text()
    envelope = tomllib.loads(page.split("```toml\n")[1].split("```")[0])["envelope"]
    steel = {"die": str(root / "examples" / "dies" / "steel_10mm.toml")}
    shipped = {"materials": [str(root / "examples" / one) for one in envelope["materials"]]}
    path = write_settings(tmp_path, envelope=NAMED | envelope | steel | shipped,
                          space={"temperature_c": [25, 100]}, reference={"temperature_c": 121})
    with pytest.raises(OutOfEnvelope) as refused:
        read_settings(path)
    assert refused.value.bound in " ".join(page.split())
    assert (root / "examples" / envelope["die"]).exists()
