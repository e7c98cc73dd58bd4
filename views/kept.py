"""What earlier reports have fitted, so that the next one fits only what is new.

A file in the user's cache folder, never a record: without it, or with one that cannot be read, all
is fitted anew and comes out the same. Each value has a key that covers all that it depends on:
stacks, problem, versions of libraries and the program's own text (ADR 0046).
"""

from __future__ import annotations

import hashlib
import json
import math
import os
from collections.abc import Iterable
from contextlib import suppress
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from pressloop.trials.provenance import versions
from pressloop.views.files import write_atomically

ROOMS = ("trials", "surrogates", "optimizer", "views")
"""Whose text shapes a value."""
LARGEST = 20_000_000
"""Bytes of a file that is read."""


class Kept:
    """Values by key, of which those that are asked for are written again, and no others."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._known = {} if path is None else _read(path)
        self._used = dict[str, list[Any]]()

    def numbers(self, key: str) -> list[Any] | None:
        """What was kept under a key, None where nothing was."""
        found = self._known.get(key)
        if isinstance(found, list):
            self._used[key] = found
            return found
        return None

    def keep(self, key: str, value: list[Any]) -> None:
        """Keeps a list that JSON can hold."""
        self._used[key] = value

    def write(self) -> None:
        """Puts the file in place; a folder that cannot be written keeps nothing."""
        path, told = self._path, json.dumps(self._used)
        if path is not None and self._used != self._known:
            with suppress(OSError):
                write_atomically(path, lambda draft: _write(draft, told))


def kept_at(name: str) -> Path:
    """Where what belongs to this name is kept: in PRESSLOOP_CACHE, else the user's cache folder."""
    home = os.environ.get("LOCALAPPDATA" if os.name == "nt" else "XDG_CACHE_HOME")
    folder = os.environ.get("PRESSLOOP_CACHE") or (Path(home) if home else Path.home() / ".cache"
                                                   ) / "pressloop"
    return Path(folder) / f"report-{digest([name])}.json"


def digest(parts: Iterable[str]) -> str:
    """One key of several texts, in their order."""
    return hashlib.sha256(json.dumps(list(parts)).encode()).hexdigest()[:40]


@cache
def program() -> str:
    """Changes with the program's own text and with the libraries."""
    whole = hashlib.sha256(json.dumps(versions()).encode())
    for room in ROOMS:
        for path in sorted(Path(str(files(f"pressloop.{room}"))).rglob("*.py")):
            whole.update(path.read_bytes())
    return whole.hexdigest()


def finite(values: Iterable[Any]) -> bool:
    """True where all are finite numbers."""
    return all(isinstance(v, (int, float)) and math.isfinite(v) for v in values)


def _read(path: Path) -> dict[str, Any]:
    with suppress(OSError, ValueError, RecursionError):
        if path.stat().st_size <= LARGEST:
            found = json.loads(path.read_text(encoding="utf-8"))
            return found if isinstance(found, dict) else {}
    return {}


def _write(draft: Path, told: str) -> None:
    draft.touch(mode=0o600)
    draft.write_text(told, encoding="utf-8")
