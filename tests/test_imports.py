"""The drawing of the imports: no circle, no sentences below the views."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pressloop

ROOT = Path(pressloop.__file__).parent
ROOMS = ("evaluation", "flows", "hardware", "optimizer", "studies", "surrogates", "trials", "views")
KNOWN_CIRCLES = frozenset({
    # Models ask their problem for its objective, and an objective reads the models.
    frozenset({"optimizer.incumbent", "optimizer.models", "optimizer.objectives",
               "optimizer.problem"}),
})
"""Modules that import one another in a circle, each with the reason why it stands."""


def module_of(path: Path) -> str:
    """The name that it is imported by."""
    parts = ("pressloop", *path.relative_to(ROOT).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported(path: Path, known: frozenset[str]) -> Iterator[str]:
    """Modules of pressloop that a file names in an import, wherever in the file it stands."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in known)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                if whole in known or node.module in known:
                    yield whole if whole in known else node.module


@cache
def graph() -> dict[str, set[str]]:
    """What each module imports, itself left out; links to the rooms are followed."""
    files = {module_of(path): path for room in ROOMS for path in (ROOT / room).rglob("*.py")}
    known = frozenset(files)
    return {name: set(imported(path, known)) - {name} for name, path in files.items()}


def circles() -> Iterator[frozenset[str]]:
    """Modules of which each reaches all others, in sets of two and more."""
    reached: dict[str, set[str]] = {}
    for name in graph():
        seen, left = set[str](), [name]
        while left:
            new = graph()[left.pop()] - seen
            seen |= new
            left += new
        reached[name] = seen
    for name, others in reached.items():
        ring = frozenset(o for o in others if name in reached[o])
        if ring and name == min(ring):
            yield ring


def test_imports_go_round_in_no_circle_but_the_known_ones() -> None:
    found = {frozenset(name.removeprefix("pressloop.") for name in ring) for ring in circles()}
    assert len(graph()) > 300
    assert found == KNOWN_CIRCLES, "mend new circles; take mended ones out of the list"


def test_studies_find_and_views_word_it() -> None:
    """Findings are values: no module of studies imports a module of sentences."""
    wordy = {f"{name} imports {used}" for name, all_used in graph().items()
             if name.startswith("pressloop.studies.") for used in all_used
             if ".words" in used or used.endswith("_words") or used.startswith("pressloop.views")}
    assert not wordy
    assert not [name for name in graph() if name.startswith("pressloop.studies.")
                and name.rpartition(".")[2].endswith("words")]
