"""Damaged settings, studies, profiles and register maps: read, or refused in one line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest
from fuzzing import cases, damaged

from pressloop.flows.console import one_line
from pressloop.flows.settings.campaign import read_settings
from pressloop.flows.settings.profiles import inlined, profile
from pressloop.flows.study.settings import read_study
from pressloop.hardware.plc.register_map import GENERIC, from_text, map_text
from pressloop.hardware.profiles import Die
from pressloop.trials.errors import BadInput
from pressloop.trials.toml_files import toml

pytestmark = pytest.mark.fuzz

ROOT = Path(__file__).parents[3]
ODD: tuple[Any, ...] = (
    0, -1, 1, 10**18, 1e14, -1e14, 1e-300, 0.1, True, "", " ", "x", "a.b", "..", "json.tool",
    "sqlite://", "sqlite:///x.db", "[]", [], [1], [1, 2], [2, 1], [1, 2, 3], ["a"], [[]], {},
    {"a": 1}, float("inf"), float("nan"), 10**400, "é" * 300, "\u202e", "a\nb")


def readable(read: Callable[[], Any]) -> Any:
    """What is read, None where it was refused in a line that a person can read."""
    try:
        return read()
    except BadInput as error:
        line = one_line(error)
        assert 10 < len(line) < 2000, line
        return None


def examples() -> list[Path]:
    return [*sorted((ROOT / "examples").glob("*.toml")),
            *sorted((ROOT / "examples" / "published").glob("*.toml"))]


def odd_text(values: dict[str, Any], draw: Random) -> str:
    """Settings with one to three values exchanged for odd ones, dropped, or put elsewhere."""
    tables = {name: dict(table) for name, table in values.items() if isinstance(table, dict)}
    for _ in range(draw.randint(1, 3)):
        table = tables[draw.choice(sorted(tables))]
        key = draw.choice([*sorted(table), "odd_key"])
        if draw.random() < 0.1:
            table.pop(key, None)
        else:
            table[key] = draw.choice(ODD)
    return "\n".join(line for name, table in tables.items() for line in (
        f"[{json.dumps(name)}]", *(f"{json.dumps(key)} = {toml_of(value)}"
                                   for key, value in table.items())))


def toml_of(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (int, float)):
        return str(value) if isinstance(value, float) or value.bit_length() < 60 else hex(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(k)} = {toml_of(v)}" for k, v in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(toml_of, value)) + "]"
    return json.dumps(value)


def test_damaged_settings(tmp_path: Path) -> None:
    path = tmp_path / "lab.toml"

    def check(draw: Random) -> None:
        path.write_bytes(damaged(draw.choice(examples()).read_bytes(), draw))
        readable(lambda: read_settings(path).plain())

    cases(check)


def test_odd_values_in_settings(tmp_path: Path) -> None:
    path = tmp_path / "lab.toml"
    folder = tmp_path

    def check(draw: Random) -> None:
        source = draw.choice(examples())
        values = inlined(toml(source.read_text(), "settings", source), source.parent)
        path.write_text(odd_text(values, draw), encoding="utf-8")
        found = readable(lambda: read_settings(path))
        if found is not None:
            assert found.envelope.max_pressure_mpa > 0.0
            assert readable(found.plain) is not None
            readable(lambda: found.stopping)

    cases(check)
    assert not [p for p in folder.iterdir() if p != path]


def test_damaged_studies_profiles_and_register_maps(tmp_path: Path) -> None:
    study = (ROOT / "examples" / "studies" / "simulated.toml").read_bytes()
    die = (ROOT / "examples" / "dies" / "peek_10mm.toml").read_bytes()
    registers = map_text(GENERIC).encode()
    path = tmp_path / "study.toml"

    def check(draw: Random) -> None:
        path.write_bytes(damaged(study, draw))
        readable(lambda: read_study(path))
        text = damaged(die, draw).decode("utf-8", "replace")
        readable(lambda: profile(Die, toml(text, "die", "die.toml"), "die.toml"))
        text = damaged(registers, draw).decode("utf-8", "replace")
        readable(lambda: from_text(text, "map.toml"))

    cases(check)
