"""What pages tell a reader to type: commands in blocks and in sentences, and settings."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
FENCE = re.compile(r"^ *```(\w*)\n(.*?)^ *```", re.DOTALL | re.MULTILINE)
INDENTED = re.compile(r"(?:^    .*\n)+", re.MULTILINE)
INLINE = re.compile(r"`((?:[A-Z_]+=\S+ )?(?:pressloop|make|pip install) [^`\n]+)`")
SHELL = ("", "sh", "bash", "console")


@dataclass(frozen=True)
class Typed:
    """A command as a page has it: variables before it, its words, comments left out."""

    page: str
    text: str

    @property
    def words(self) -> list[str]:
        """The words, as a shell would part them."""
        return [word for word in self._all if not _is_variable(word)]

    @property
    def variables(self) -> dict[str, str]:
        """Variables that stand before the command."""
        return dict(word.split("=", 1) for word in self._all if _is_variable(word))

    @property
    def is_a_name(self) -> bool:
        """True for the mere name of a command, as sentences have it."""
        return not any(one.startswith("-") or "." in one for one in self.words[1:])

    @property
    def _all(self) -> list[str]:
        return shlex.split(self.text, comments=True)

    def __str__(self) -> str:
        return f"{self.page}: {self.text}"


def _is_variable(word: str) -> bool:
    return re.fullmatch(r"[A-Z_]+=.*", word) is not None


def pages() -> list[Path]:
    """The README and all how-to pages."""
    return [ROOT / "README.md", *sorted((ROOT / "docs" / "how-to").glob("*.md"))]


def commands(page: Path) -> list[Typed]:
    """Every command of a page, each once, in the order in which a reader meets them."""
    text = page.read_text(encoding="utf-8")
    found = [line for block in _blocks(text) for line in block.splitlines()]
    found = [line.strip() for line in found
             if re.match(r" *([A-Z_]+=\S+ )?(pressloop|make|pip install) \S", line)]
    found += INLINE.findall(FENCE.sub("", text))
    return [Typed(page.name, line) for line in dict.fromkeys(found)]


def tables(page: Path) -> list[str]:
    """Every piece of TOML of a page."""
    text = page.read_text(encoding="utf-8")
    fenced = [block for language, block in FENCE.findall(text) if language == "toml"]
    rest = FENCE.sub("", text)
    return [*fenced, *(re.sub(r"^    ", "", block, flags=re.MULTILINE)
                       for block in INDENTED.findall(rest) if block.startswith("    ["))]


def _blocks(text: str) -> Iterator[str]:
    yield from (block for language, block in FENCE.findall(text) if language in SHELL)
    yield from INDENTED.findall(FENCE.sub("", text))
