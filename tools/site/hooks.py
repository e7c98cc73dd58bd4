"""What mkdocs does not do by itself.

Pages link to files of the repository, which the site carries along under `files/`, and the list of
decisions is that of their folder."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

LINK = re.compile(r"(?<=\]\()(?!https?:|mailto:|#)([^)\s#]+)(#[^)\s]*)?(?=\))")
PLACE = "files"
DECISIONS = "decisions"


def on_config(config: Any) -> Any:
    """Lists the decisions by their number."""
    folder = Path(config.docs_dir, DECISIONS)
    config.nav = [*config.nav, {"Decisions": [
        f"{DECISIONS}/{one.name}" for one in sorted(folder.glob("*.md"))]}]
    return config


def on_files(files: Files, *, config: Any) -> Files:
    """Adds every file of the repository that a page links to, and what those link to in turn."""
    docs = Path(config.docs_dir).resolve()
    waiting = [path for path in docs.rglob("*.md") if DECISIONS not in path.parts]
    known: set[Path] = set()
    while waiting:
        page = waiting.pop()
        for path in _linked(page):
            if path in known or path.is_relative_to(docs) or not path.is_file():
                continue
            known.add(path)
            files.append(File.generated(config, _uri(path, docs), abs_src_path=str(path)))
            if path.suffix == ".md":
                waiting.append(path)
    return files


def on_page_markdown(markdown: str, *, page: Any, config: Any, files: Files) -> str:
    """Turns links to files of the repository into links to their copies."""
    docs = Path(config.docs_dir).resolve()
    source = Path(page.file.abs_src_path).resolve()
    here = Path(page.file.src_uri).parent

    def link(found: re.Match[str]) -> str:
        target = (source.parent / found[1]).resolve()
        if target.is_relative_to(docs) and source.is_relative_to(docs):
            return found[0]
        uri = (target.relative_to(docs).as_posix() if target.is_relative_to(docs)
               else _uri(target, docs))
        if files.get_file_from_path(uri) is None:
            return found[0]
        return os.path.relpath(uri, here).replace(os.sep, "/") + (found[2] or "")

    return LINK.sub(link, markdown)


def _linked(page: Path) -> list[Path]:
    text = page.read_text(encoding="utf-8")
    return [(page.parent / found[1]).resolve() for found in LINK.finditer(text)]


def _uri(path: Path, docs: Path) -> str:
    return f"{PLACE}/{path.relative_to(docs.parent).as_posix()}"
