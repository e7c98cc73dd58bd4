"""The pages on parameters and rules: their settings and commands, run as they stand there."""

from __future__ import annotations

import json
import re
import shlex
import tomllib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from lab_files import settings_values

from pressloop.flows.settings.campaign import from_plain
from pressloop.flows.study.simulated_stacks import simulated_stacks
from pressloop.optimizer.constraints.feasible import inside
from pressloop.optimizer.constraints.sobol import sobol
from pressloop.trials.outcome import Intact
from pressloop.trials.recipe import CORE, RATES

pytestmark = pytest.mark.slow

DOCS = Path(__file__).parents[3] / "docs" / "how-to"
PAGES = {name: (DOCS / f"{name}.md").read_text() for name in ("parameters", "rules")}


def blocks(page: str) -> list[dict[str, Any]]:
    """The settings on a page, block by block."""
    return [tomllib.loads(text) for text in
            re.findall(r"^```toml\n(.*?)^```$", PAGES[page], re.DOTALL | re.MULTILINE)]


def values(block: dict[str, Any]) -> dict[str, Any]:
    """The base settings with the tables of a block in place of its own."""
    found = settings_values() | block
    if "space" in block and "reference" not in block:
        del found["reference"]
    return found


def write(page: str) -> Path:
    """The first settings of a page as a file, and a table of past presses of its parameters."""
    found = values(blocks(page)[0])
    lines = []
    for table, keys in found.items():
        lines += [f"[{table}]", *(f"{key} = {_toml(value)}" for key, value in keys.items())]
    Path(f"{page}.toml").write_text("\n".join(lines) + "\n")
    space = from_plain(found, "page").space
    extra = {p.name: p for p in space.others}
    rows = [",".join([*CORE, *extra, "resistance_ohm_cm2", "failure_mode"])]
    draw = np.random.default_rng(1)
    for trial in simulated_stacks("reference", 12, 1, 6):
        told = [str(v) for p in extra.values() for v in p.settings_at(draw.uniform(size=1))]
        intact = isinstance(trial.outcome, Intact)
        rows.append(",".join([*(f"{trial.recipe.value(name):g}" for name in CORE), *told,
                              f"{trial.outcome.resistance_ohm_cm2:.3f}" if intact else "",
                              "" if intact else str(trial.outcome.mode)]))
    Path(f"{page}.csv").write_text("\n".join(rows) + "\n")
    return Path(f"{page}.toml")


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{k} = {_toml(v)}" for k, v in value.items()) + " }"
    return json.dumps(value)


COMMANDS = [(page, line.strip()) for page, text in PAGES.items()
            for line in text.splitlines() if line.startswith("    pressloop ")]


@pytest.mark.parametrize("page, command", COMMANDS)
def test_a_command(page: str, command: str, pressloop: Callable[..., Any], tmp_path: Path) -> None:
    write(page)
    answer = pressloop(*shlex.split(command)[1:])
    assert answer.code == 0, answer.err


@pytest.mark.parametrize("page, at", [(page, i) for page in PAGES
                                      for i in range(len(blocks(page)))])
def test_settings_of_a_page(page: str, at: int) -> None:
    settings = from_plain(values(blocks(page)[at]), page)
    space = settings.space
    for recipe in space.decode_all(inside(space, sobol(len(space.free), 64, 0))):
        assert all(p.holds(recipe.value(p.name)) for p in space.parameters)


def test_the_fractions_of_the_page_add_up() -> None:
    space = from_plain(values(blocks("rules")[-1]), "rules").space
    for recipe in space.decode_all(inside(space, sobol(len(space.free), 64, 0))):
        assert sum(v for name, v in recipe.named.items() if name not in RATES) == pytest.approx(100)


def test_old_settings_say_what_they_said_before() -> None:
    plain = from_plain(settings_values(), "test").plain()
    assert plain["space"] == settings_values()["space"]
    assert "constraints" not in plain
    full = from_plain(values(blocks("parameters")[0]), "test")
    assert from_plain(full.plain(), "again") == full
    assert replace(full.space) == full.space
