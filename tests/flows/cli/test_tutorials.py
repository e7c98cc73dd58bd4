"""A newcomer follows each tutorial literally.

Files are saved, commands typed in a shell, questions answered, and what the page promises is seen.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from documented import ROOT

TUTORIALS = ROOT / "docs" / "tutorial"
FIRST = "first-campaign"
BLOCK = re.compile(r"^(?:<!-- (?P<mark>[^\n]*) -->\n)?```(?P<kind>\w+)"
                   r"(?: title=\"(?P<title>[^\"]+)\")?\n(?P<text>.*?)^```",
                   re.DOTALL | re.MULTILINE)
ONCE, BEFORE = "typed once", "typed before the run"
SHELL = "set -euo pipefail\n"


@dataclass(frozen=True)
class Block:
    """A piece of a page in a fence, with the remark before it."""

    kind: str
    text: str
    title: str = ""
    mark: str = ""


def blocks(page: Path) -> list[Block]:
    """In the order in which they are read; what is to be typed before the last run comes before."""
    found = [Block(one["kind"], one["text"], one["title"] or "", one["mark"] or "")
             for one in BLOCK.finditer(page.read_text(encoding="utf-8"))]
    early = [i for i, one in enumerate(found) if one.mark.startswith(BEFORE)]
    for i in early:
        run = max(j for j in range(i) if found[j].kind == "console")
        found.insert(run, found.pop(i))
    return [one for one in found if not one.mark.startswith(ONCE)]


def environment(home: Path) -> dict[str, str]:
    """A shell of somebody who has installed pressloop."""
    return os.environ | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT), "PRESSLOOP_ASK": "terminal", "COLUMNS": "200",
        "PRESSLOOP_LOCKS": str(home)}


def typed(block: Block, home: Path) -> str:
    """What the block's commands print, all of which end well."""
    text, answers = block.text, ""
    if block.kind == "console":
        lines = block.text.splitlines()
        text = lines[0].removeprefix("$ ")
        answers = "".join(f"{found[1]}\n" for line in lines[1:]
                          if (found := re.search(r"[)\]]: (.+)$", line)))
    elif block.kind == "python":
        text = f"python - <<'END'\n{block.text}END\n"
    done = subprocess.run(["bash", "-c", SHELL + text], input=answers, text=True, check=False,
                          env=environment(home), capture_output=True, timeout=600)
    assert done.returncode == 0, (text, done.stdout, done.stderr)
    assert "Traceback" not in done.stderr, done.stderr
    return done.stdout + done.stderr


def plain(words: str) -> str:
    return " ".join(words.replace("\N{NO-BREAK SPACE}", " ").split())


@pytest.mark.slow
@pytest.mark.prefect
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("page", [
    pytest.param(page, id=page.stem, marks=() if page.stem == FIRST else pytest.mark.nightly)
    for page in sorted(TUTORIALS.glob("*.md"))])
def test_a_newcomer_follows_the_page(page: Path, server: Any, tmp_path: Path,
                                     monkeypatch: pytest.MonkeyPatch) -> None:
    clone, home = tmp_path / "clone", tmp_path / "home"
    subprocess.run(["git", "clone", "-q", "--no-hardlinks", str(ROOT), str(clone)], check=True)
    home.mkdir()
    monkeypatch.chdir(clone)
    shown = ""
    for block in blocks(page):
        if block.title:
            Path(block.title).write_text(block.text, encoding="utf-8")
        elif block.kind in ("sh", "console", "python"):
            shown = typed(block, home)
            if block.kind == "console":
                for line in block.text.splitlines()[1:]:
                    asked = plain(re.sub(r"(?<=[)\]]: ).+$", "", line))
                    assert asked in plain(shown), (line, shown)
        elif block.kind == "text":
            for line in block.text.splitlines():
                assert plain(line) in plain(shown), (line, shown)


def test_every_block_of_a_tutorial_is_followed() -> None:
    """No page has a block that the test above would pass over."""
    for page in TUTORIALS.glob("*.md"):
        text = page.read_text(encoding="utf-8")
        assert text.count("\n```") == 2 * len(BLOCK.findall(text)), page
        for one in BLOCK.finditer(text):
            assert one["kind"] in ("sh", "console", "python", "text", "toml", "csv"), one[0]
            assert one["title"] or one["kind"] not in ("toml", "csv"), one[0]


def test_what_comes_before_the_run_is_typed_before() -> None:
    order = [block.text.split("\n")[0] for block in blocks(TUTORIALS / "manual-press.md")
             if block.kind in ("sh", "console")]
    copied = next(i for i, text in enumerate(order) if text.startswith("cp "))
    assert order[copied + 1].startswith("$ pressloop run")
