"""The page on real sheets, followed command by command."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

PAGE = (Path(__file__).parents[3] / "docs" / "how-to" / "real-sheets.md").read_text(
    encoding="utf-8")
Pressloop = Callable[..., Any]


@pytest.mark.slow
def test_the_page_can_be_followed(pressloop: Pressloop, tmp_path: Path) -> None:
    sheet = re.search(r"```csv\n(.*?)```", PAGE, re.DOTALL)
    assert sheet is not None
    (tmp_path / "stacks.csv").write_text(sheet[1], encoding="utf-8")
    commands = [line.split()[1:] for line in PAGE.splitlines()
                if line.startswith("    pressloop ")]
    assert [command[0] for command in commands] == ["table", "table", "lint", "suggest", "import"]
    answers = [pressloop(*command) for command in commands]
    assert [answer.code for answer in answers] == [0] * 5, [a.err for a in answers]
    shown = answers[0].out
    for promised in ("10 rows read", "rows 1-2 (above the header), row 15 (totals)",
                     "decimal comma in Presskraft [t], R_int [Ω]", "times 124.862",
                     "'Kurzschluss' is shorted, 'defekt' is failed", "Columns not used: Bemerkung"):
        assert promised in shown, shown
    written = (tmp_path / "stacks.toml").read_text(encoding="utf-8")
    for line in ('pressure_mpa = { column = "Presskraft [t]", unit = "t" }',
                 'resistance_ohm_cm2 = { column = "R_int [Ω]", unit = "Ω" }', "header_row = 4",
                 'lot = "NCM622, LPSCl"', "YOURS"):
        assert line in written, written
    assert "1 row without a reading, row 14" in answers[3].err
    assert "9 of 9 rows added" in answers[4].out
    assert "set aside, and taught to no model" in answers[4].err
