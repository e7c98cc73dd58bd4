"""A folder of exports, and where its meter remembers."""

from __future__ import annotations

from pathlib import Path

import pytest

from pressloop.hardware.protocols import Place
from tests.hardware.meters.exported import read


@pytest.fixture
def exports(tmp_path: Path) -> Path:
    folder = tmp_path / "exports"
    folder.mkdir()
    return folder


@pytest.fixture
def at(tmp_path: Path) -> Place:
    return Place(7, tmp_path / "lab", read_file=read)
