"""The page on adding a press, followed to the letter by somebody who can only copy."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from lab_files import write_settings

from pressloop.flows.campaign.lab import open_run, order_of
from pressloop.flows.campaign.trial import plan, press_stack
from pressloop.flows.settings.campaign import read_settings
from pressloop.trials import State
from tests.flows.campaign.test_press_step import QUICK

PAGE = Path(__file__).parents[3] / "docs" / "how-to" / "add-a-press.md"


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    """The copied driver is gone when the test is."""
    yield
    for name in [name for name in sys.modules if name.partition(".")[0] == "my_lab"]:
        del sys.modules[name]


def block(kind: str) -> str:
    """The page's one block of this kind."""
    found, = re.findall(rf"```{kind}\n(.*?)```", PAGE.read_text(), re.DOTALL)
    return found


def copied(folder: Path, monkeypatch) -> Path:
    """The driver where the page says, and the page's [press] in a settings file."""
    (folder / "my_lab").mkdir()
    (folder / "my_lab" / "press.py").write_text(block("python"))
    monkeypatch.syspath_prepend(str(folder))
    path = write_settings(folder, press=None, **QUICK)
    path.write_text(path.read_text() + block("toml"))
    return path


def test_check_shows_the_new_press(tmp_path, monkeypatch, pressloop):
    found = pressloop("check", copied(tmp_path, monkeypatch), "--json")
    assert found.code == 0, found.err
    assert "my press, serial SN-1" in found.out
    assert not (tmp_path / "controller.json").exists()


def test_a_stack_is_pressed_with_it_once(tmp_path, monkeypatch):
    settings = read_settings(copied(tmp_path, monkeypatch))
    with open_run(settings, order_of(settings)) as run:
        plan.fn(run, 1)
        press_stack.fn(run, 1)
        trial = run.ledger.trial(run.campaign, 1)
        assert trial is not None
        assert trial.state is State.PRESSED
        assert trial.press_serial == "SN-1"
    assert '"last_accepted_id": 1' in (tmp_path / "controller.json").read_text()
