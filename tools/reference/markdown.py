"""Markdown of the reference pages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

MADE = "<!-- Made by `make reference` from the program itself: change it there. -->"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; cells may hold any text."""
    lines = [heads, ["---"] * len(heads), *[[cell(text) for text in row] for row in rows]]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def cell(text: str) -> str:
    """Text on one line, in which nothing ends the cell."""
    return " ".join(text.split()).replace("|", "\\|")


def code(text: str) -> str:
    """Text as code; "" stays empty."""
    return f"`{text}`" if text else ""


def page(title: str, intro: str, sections: Iterable[str]) -> str:
    """A whole page."""
    return "\n".join([f"# {title}", "", MADE, "", intro, "", *sections]).rstrip() + "\n"
