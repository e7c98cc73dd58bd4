"""The documentation site builds without a warning, and asks nothing of the network."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from documented import ROOT

pytestmark = pytest.mark.slow

FETCHED = re.compile(r"<(?:script|img|link|iframe|source)\b[^>]*\b(?:src|href)="
                     r"\"((?:https?:)?//[^\"]+)\"")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built site."""
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)],
        cwd=ROOT, env=os.environ | {"NO_MKDOCS_2_WARNING": "1"}, capture_output=True, text=True,
        check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    assert "WARNING" not in done.stderr, done.stderr
    return folder


def test_pages_fetch_nothing_from_elsewhere(site: Path) -> None:
    pages = sorted(site.rglob("*.html"))
    assert len(pages) > 40
    for page in pages:
        assert not FETCHED.findall(page.read_text(encoding="utf-8")), page
    for sheet in site.rglob("*.css"):
        assert not re.search(r"url\([\"']?(?:https?:)?//", sheet.read_text(encoding="utf-8")), sheet


def test_files_of_the_repository_come_along(site: Path) -> None:
    page = (site / "explanation" / "other-tools.html").read_text(encoding="utf-8")
    assert 'href="../files/benchmarks/optimizers/RESULTS.html"' in page
    assert (site / "files/benchmarks/optimizers/RESULTS.html").is_file()
    assert (site / "files/benchmarks/optimizers/regret.png").is_file()
    assert (site / "files/examples/attended_lab.toml").is_file()


def test_every_page_is_in_the_list_of_pages(site: Path) -> None:
    home = (site / "index.html").read_text(encoding="utf-8")
    for folder in ("tutorial", "how-to", "reference", "explanation", "decisions"):
        for page in (ROOT / "docs" / folder).glob("*.md"):
            assert (site / folder / f"{page.stem}.html").is_file(), page
        assert f'href="{folder}/' in home, folder
