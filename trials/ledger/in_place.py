"""SQLite's files are where they were opened.

Who replaces or removes them behind a run would have it write into a file that nobody finds
again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, event

from pressloop.trials.errors import LedgerProblem

REMEDY = ("{} was replaced or removed while it was in use. Nothing more is recorded, or pressed. "
          "Start again: the press is asked first.")


class _Seen(NamedTuple):
    """Which file it is; and how large, as a ledger never gets smaller, while its log does."""

    device: int
    node: int
    size: int = 0


_files: WeakKeyDictionary[Engine, Path] = WeakKeyDictionary()
_seen: WeakKeyDictionary[Engine, dict[Path, _Seen]] = WeakKeyDictionary()
"""The file and its log, as they were after the last write by this engine."""


def follow(engine: Engine, path: Path) -> None:
    """From now on writes to this file are looked after by `in_place`."""
    _files[engine] = path.absolute()
    # SQLite removes the log with the last connection, and makes a new one.
    event.listen(engine, "connect", lambda *_: _seen.pop(engine, None))


@contextmanager
def in_place(engine: Engine, shown_url: str) -> Iterator[None]:
    """What is proved round a write.

    Raises LedgerProblem where the file, or its log, is another one than at the write before."""
    for file, known in _seen.get(engine, {}).items():
        if (now := _look(file)) is None or now[:2] != known[:2] or now.size < known.size:
            raise LedgerProblem("ledger", shown_url, "left in its place", REMEDY.format(file))
    yield
    if (path := _files.get(engine)) is not None:
        log = path.with_name(f"{path.name}-wal")
        found = {path: _look(path), log: (there := _look(log)) and there._replace(size=0)}
        _seen[engine] = {one: seen for one, seen in found.items() if seen is not None}


def _look(path: Path) -> _Seen | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return _Seen(found.st_dev, found.st_ino, found.st_size)
