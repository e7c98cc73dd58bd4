"""`pressloop report` of no stack, of one campaign and of several, and what commands load."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from lab_files import SETTINGS, TABLE, table_of, write_settings, write_table

ROWS = table_of(["100,60,25,160", "140,180,25,140", "200,600,60,60"])
LEDGER = "sqlite:///lab.db"
Command = Callable[..., Any]


def campaign(folder: Path, pressloop: Command, name: str, **space: Any) -> None:
    """One of that name with three stacks from a table."""
    write_settings(folder, campaign={"name": name, "ledger": LEDGER}, **(
        {"space": space} if space else {}))
    write_table(folder, ROWS)
    assert pressloop("import", SETTINGS, TABLE).code == 0


def text_of(answer: Any) -> str:
    assert answer.code == 0, answer.err
    return Path(answer.out.split(": ", 1)[1].strip()).read_text(encoding="utf-8")


@pytest.mark.slow
def test_several_campaigns_are_compared_and_one_is_reported(pressloop: Command, tmp_path: Path
                                                            ) -> None:
    campaign(tmp_path, pressloop, "spring")
    campaign(tmp_path, pressloop, "autumn", pressure_mpa=[50, 450])
    one = text_of(pressloop("report", "--ledger", LEDGER, "--campaign", "autumn"))
    assert "autumn: pressing campaign" in one and "Methods" in one
    assert "the newest has the SHA-256" in one
    kept = list(Path(os.environ["PRESSLOOP_CACHE"]).glob("report-*.json"))
    assert kept, "what was fitted is kept for the next report"
    both = text_of(pressloop("report", "--ledger", LEDGER, "--campaign", "spring", "--campaign",
                             "autumn"))
    assert "spring, autumn: campaigns compared" in both and "space.pressure_mpa" in both


def test_a_campaign_that_is_not_there_or_there_twice_is_refused(pressloop: Command,
                                                                tmp_path: Path) -> None:
    campaign(tmp_path, pressloop, "spring")
    for names, words in ((("spring", "spring"), "each campaign once"),
                         (("spring", "winter"), "one of spring")):
        asked = [word for name in names for word in ("--campaign", name)]
        answer = pressloop("report", "--ledger", LEDGER, *asked, "--out", "out")
        assert answer.code == 2 and words in answer.err
        assert not Path("out").exists()


@pytest.mark.slow
def test_a_campaign_without_a_stack_has_a_page(pressloop: Command, tmp_path: Path) -> None:
    write_settings(tmp_path, campaign={"name": "new", "ledger": LEDGER})
    asked = pressloop("queue", SETTINGS, "--recipe", "140,180,25", "--reason", "to begin with")
    assert asked.code == 0, asked.err
    html = text_of(pressloop("report", "--ledger", LEDGER))
    assert "No stack has been pressed yet." in html
    assert "No stack of campaign new has been pressed." in html


@pytest.mark.slow
@pytest.mark.parametrize("words", [
    ("stacks", "list", "--ledger", LEDGER), ("queue", SETTINGS), ("log", "--ledger", LEDGER),
    ("verify", "--ledger", LEDGER)])
def test_commands_that_need_no_model_load_none(pressloop: Command, tmp_path: Path,
                                               words: tuple[str, ...]) -> None:
    campaign(tmp_path, pressloop, "spring")
    probe = ("import sys\nfrom pressloop.flows.cli.main import main\n"
             f"sys.argv = ['pressloop', *{words!r}]\n"
             "try:\n    main()\nexcept SystemExit as end:\n    code = end.code or 0\n"
             "heavy = {'torch', 'scipy.stats', 'plotly', 'prefect'}\n"
             "print('loaded', code, sorted(heavy & set(sys.modules)), file=sys.stderr)")
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True,
                          timeout=300, cwd=tmp_path, check=True)
    assert done.stderr.splitlines()[-1] == "loaded 0 []", done.stderr
