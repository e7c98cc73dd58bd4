"""What is on disk, and not only on its way there."""

from __future__ import annotations

import os
from pathlib import Path


def onto_disk(path: Path) -> None:
    """Returns once a file's bytes, or the names in a folder, would survive a power cut."""
    if os.name == "nt" and path.is_dir():
        # Windows opens no folder as a file, and keeps its names in a journal of its own.
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
