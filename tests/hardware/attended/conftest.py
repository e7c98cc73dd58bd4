"""Where an attended press remembers."""

from __future__ import annotations

from pathlib import Path

import pytest

from pressloop.hardware.protocols import Place
from tests.hardware.attended.pressed_by_hand import ENVELOPE


@pytest.fixture
def at(tmp_path: Path) -> Place:
    return Place(7, tmp_path / "lab", ENVELOPE)
