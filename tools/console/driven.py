"""The console as people start it, and a browser that was let in."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from tools.console.browser import Page

LINK = re.compile(r"http://\S+/enter#\S+")
SERIOUS = ("serious", "critical")
SMALL = """Array.from(document.querySelectorAll(
  'button, .tabs a, a.button, a.row, .cards h2 a, input, textarea, label.choice, .home'))
  .filter((one) => one.offsetParent !== null && one.type !== 'radio' && one.type !== 'hidden')
  .map((one) => [one.textContent.trim() || one.name, one.getBoundingClientRect()])
  .filter(([, box]) => box.width > 0 && (box.width < 48 || box.height < 48))
  .map(([words, box]) => `${words} ${box.width} x ${box.height}`)"""


@dataclass
class Started:
    """A console that runs, and its link."""

    process: subprocess.Popen[str]
    link: str

    @property
    def home(self) -> str:
        """Its address."""
        return self.link.partition("/enter")[0]

    def kill(self) -> None:
        """As a power cut would."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@contextmanager
def started(folder: Path, url: str = "sqlite:///lab.db", at: Path | None = None
            ) -> Iterator[Started]:
    """`pressloop console` in this folder; or of this folder, and started `at` another one."""
    of = [] if at is None else ["--folder", str(folder)]
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "pressloop", "console", "--ledger", url, "--port", "0", *of],
        cwd=at or folder, stderr=subprocess.PIPE, text=True, start_new_session=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])})
    assert process.stderr is not None
    link = ""
    for line in process.stderr:
        link = found[0] if (found := LINK.search(line)) else link
        if "Ctrl-C ends it" in line:
            break
    assert link, "the console did not start"
    one = Started(process, link)
    try:
        yield one
    finally:
        one.kill()


def enter(page: Page, link: str, operator: str = "ana") -> None:
    """Opens the console by a link."""
    page.open(link)
    page.reads("Campaigns")
    page.run(f"document.getElementById('operator').value = {operator!r}")


def go(page: Page, name: str, **query: object) -> None:
    """To a page of the console."""
    told = "&".join(f"{k}={v}" for k, v in {"campaign": "night", **query}.items())
    page.run(f"location.hash = '#/{name}?{told}'")


def do(page: Page, button: str, within: str = "main", **values: str) -> None:
    """Presses a button, fills in its form and confirms what is read back."""
    page.click(button, within)
    page.reads_dialog()
    for name, value in values.items():
        page.fill(name, value)
    page.click("Continue", "#dialog")
    page.click("Yes, do it", "#dialog")


def refused(page: Page, **values: str) -> str:
    """Fills in the open form, and returns why it is refused."""
    for name, value in values.items():
        page.fill(name, value)
    page.click("Continue", "#dialog")
    told = ""
    while not told:
        told = page.run("document.getElementById('trouble').textContent")
    assert page.run("document.getElementById('confirm').hidden")
    return str(told)


def grave(page: Page) -> list[str]:
    """What axe-core finds serious on the page as it is."""
    axe = files("axe_core_python").joinpath("axe.min.js").read_text(encoding="utf-8")
    page.run(f"{axe}; 0")
    found: Any = page.run(
        "axe.run(document).then((r) => r.violations.map((v) => [v.impact, v.id, v.help, "
        "v.nodes.map((n) => n.html).slice(0, 3)]))")
    return [str(one) for one in found if one[0] in SERIOUS]


def small(page: Page) -> list[str]:
    """What is smaller than a gloved finger."""
    found: list[str] = page.run(SMALL)
    return found
