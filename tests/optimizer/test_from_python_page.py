"""The page on recipes from Python: its code is run on its table, and stays short."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

HOW_TO = Path(__file__).parents[2] / "docs" / "how-to"
PAGE = (HOW_TO / "from-python.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)


def test_ten_lines_propose_and_recommend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                         capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    table, = blocks("csv")
    Path("past.csv").write_text(table)
    first, second = blocks("python")
    assert len([line for line in first.splitlines() if line.strip()]) <= 10
    names: dict[str, object] = {}
    exec(compile(first, "page", "exec"), names)
    *proposed, best = capsys.readouterr().out.splitlines()
    assert len(proposed) == 3
    for line in (*proposed, best):
        assert re.match(r"\d+ MPa, \d+ s, \d+ degC", line)
    exec(compile(second, "page", "exec"), names)
    chance, *sentences = capsys.readouterr().out.splitlines()
    assert 0.0 < float(chance) <= 0.02
    assert sentences[0].startswith("Budget: ")
