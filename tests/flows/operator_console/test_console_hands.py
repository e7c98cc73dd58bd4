"""The console by keyboard alone, and on a tablet that loses its network."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from console_lab import pressed_lab

from tools.console.browser import CHROMIUM, NONE, Page, browser
from tools.console.driven import enter, go, started

pytestmark = [pytest.mark.slow, pytest.mark.prefect,
              pytest.mark.skipif(CHROMIUM is None, reason=NONE)]
FOCUSED = "document.activeElement.textContent.trim()"


@contextmanager
def at_the_console(tmp_path: Path) -> Iterator[Page]:
    """A browser that shows a campaign of one stack, which is done."""
    pressed_lab(tmp_path, 1)
    with started(tmp_path) as console, browser(tmp_path / "chromium") as new:
        page = new()
        enter(page, console.link)
        go(page, "now")
        page.reads("No stack is in work")
        yield page


def test_whoever_has_a_keyboard_alone_confirms_by_it(
        tmp_path: Path, eventually: Callable[..., Any]) -> None:
    with at_the_console(tmp_path) as page:
        # Another part of the page has the button, and comes by itself.
        eventually(lambda: page.run("!!document.querySelector('[data-action=note]')"), "the button")
        page.call("Page.bringToFront")
        page.run("document.querySelector('[data-action=note]').focus()")
        page.press("Enter")
        page.reads_dialog()
        for _ in ("photo", "Continue"):
            page.press("Tab")
        assert page.run(FOCUSED) == "Continue"
        page.press("Enter")
        page.reads("must be a text")
        assert page.run(FOCUSED) == "Continue", "a refusal leaves the keyboard where it was"
        page.run("document.querySelector('#act textarea').focus()")
        page.call("Input.insertText", text="looked at the punch")
        for _ in ("photo", "Continue"):
            page.press("Tab")
        page.press("Enter")
        page.reads("As ana.")
        assert page.run(FOCUSED) == "Yes, do it"
        page.press("Enter")
        page.reads("Noted.")
        assert not page.complaints


def test_a_page_that_was_asked_for_without_a_network_comes_once_there_is_one(
        tmp_path: Path) -> None:
    with at_the_console(tmp_path) as page:
        page.offline(True)
        go(page, "history")
        page.reads("The console does not answer")
        page.offline(False)
        page.reads("Reading or reason", seconds=15)
        assert "The console does not answer" not in page.text
