"""A newcomer can take in every folder and every module at a glance."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pressloop

ROOT = Path(pressloop.__file__).parent
TESTS = Path(__file__).parent
ROOMS = ("evaluation", "flows", "hardware", "optimizer", "studies", "surrogates", "trials", "views")
MOST_MODULES = 25
MOST_LINES = 300


def modules(folder: Path) -> list[Path]:
    """Every module below a folder."""
    return [path for path in folder.rglob("*.py") if "__pycache__" not in path.parts]


def test_no_folder_is_a_long_list_of_modules() -> None:
    folders = Counter(path.parent for of in (*(ROOT / room for room in ROOMS), TESTS)
                      for path in modules(of))
    assert {str(folder): n for folder, n in folders.items() if n > MOST_MODULES} == {}, \
        "group them into sub-folders, each named by what it does"


def test_no_module_is_long() -> None:
    lines = {str(path): len(path.read_text(encoding="utf-8").splitlines())
             for of in (*(ROOT / room for room in ROOMS), TESTS) for path in modules(of)}
    assert len(lines) > 300
    assert {path: n for path, n in lines.items() if n > MOST_LINES} == {}, "split them by sense"


def test_half_of_the_modules_are_short() -> None:
    lines = sorted(len(path.read_text(encoding="utf-8").splitlines())
                   for room in ROOMS for path in modules(ROOT / room))
    assert lines[len(lines) // 2] < 100
