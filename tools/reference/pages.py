"""The pages that are made from the program, by name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tools.reference import cli, python, settings

PAGES: dict[str, Callable[[], str]] = {
    "cli.md": cli.page, "settings.md": settings.page, "python.md": python.page}


def write(folder: Path, name: str) -> Path:
    """Writes one page and returns its path."""
    path = folder / name
    path.write_text(PAGES[name](), encoding="utf-8", newline="\n")
    return path


def outdated(folder: Path) -> list[str]:
    """Names of pages that are not what the program makes now."""
    return [name for name, made in PAGES.items() if not (folder / name).is_file()
            or (folder / name).read_text(encoding="utf-8") != made()]
