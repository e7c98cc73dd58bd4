"""The page on objectives: its settings, table and commands, as they stand there."""

from __future__ import annotations

import re
import shlex
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from lab_files import settings_values

from pressloop.flows.settings.campaign import from_plain

pytestmark = pytest.mark.slow

PAGE = (Path(__file__).parents[3] / "docs" / "how-to" / "objectives.md").read_text()
BLOCKS = [tomllib.loads(text)
          for text in re.findall(r"^```toml\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)]
TABLE = re.search(r"^```csv\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
COMMANDS = [line.strip() for line in PAGE.splitlines() if line.startswith("    pressloop ")
            and " run " not in line and " check " not in line]
HEAD = """[campaign]
name = "pellets"
ledger = "sqlite:///pellets.db"
[stack]
lot = "L"
operator = "ana"
thickness_um = 600
[space]
pressure_mpa = [50, 400]
dwell_s = [60, 900]
temperature_c = 25
"""


def written(folder: Path) -> None:
    """The page's first settings, with its [table], and its sheet."""
    first, second = re.findall(r"^```toml\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)[:2]
    (folder / "pellets.toml").write_text(HEAD + first + second)
    assert TABLE is not None
    (folder / "pellets.csv").write_text(TABLE[1])


def test_the_commands_in_their_order(pressloop: Callable[..., Any], tmp_path: Path) -> None:
    written(tmp_path)
    assert len(COMMANDS) >= 5
    for command in COMMANDS:
        answer = pressloop(*shlex.split(command)[1:])
        assert answer.code == 0, (command, answer.err)
        if "lint" in command or "import" in command:
            continue
        assert "conductivity" in answer.out and "mS/cm" in answer.out, command
        assert "Ω" not in answer.out and "resistance" not in answer.out


def test_the_sheet_in_the_units_of_the_settings(pressloop: Callable[..., Any], tmp_path: Path
                                                ) -> None:
    written(tmp_path)
    told = pressloop("suggest", "pellets.toml", "--data", "pellets.csv").err
    assert "conductivity is 'sigma (S/m)', S/m, times 10 (0.102 is 1.02)" in told
    assert "'cracked' is crushed" in told


@pytest.mark.parametrize("at", range(len(BLOCKS)))
def test_settings_of_the_page(at: int) -> None:
    block = BLOCKS[at]
    if "campaign" in block:
        assert from_plain(block, "page").space.absent
        return
    objective = block.get("objective", BLOCKS[0]["objective"])
    found = from_plain(settings_values(**{**block, "objective": objective, "press": {
        "driver": "simulated"}}), "page")
    assert found.quantities


def test_the_page_lists_every_key() -> None:
    from pressloop.flows.settings.objective import QuantityTable

    for name, one in QuantityTable.model_fields.items():
        assert f"`{one.alias or name}" in PAGE or f"{one.alias or name} =" in PAGE, name
