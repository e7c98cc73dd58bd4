"""SQLite's file in a folder that this user may not write, such as an archive or a colleague's.

SQLite keeps an index of its log beside the file, also for those who only read."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote


def reader_of(path: Path, timeout_s: float) -> Callable[[], sqlite3.Connection] | None:
    """How to connect where this user may only read; None where the usual way is open.

    Nobody writes while there is neither a log nor its index: the file is read as one that does not
    change. Decided at each connection, which is therefore to be used once. Otherwise somebody
    else's index serves."""
    if not path.exists() or os.access(path.parent, os.W_OK):
        return None

    def connected() -> sqlite3.Connection:
        how = "mode=ro" if _in_use(path) else "mode=ro&immutable=1"
        return sqlite3.connect(f"file:{quote(str(path.absolute()))}?{how}", timeout_s, uri=True)

    return connected


def _in_use(path: Path) -> bool:
    log, index = (path.with_name(f"{path.name}{end}") for end in ("-wal", "-shm"))
    return index.exists() or (log.exists() and log.stat().st_size > 0)
