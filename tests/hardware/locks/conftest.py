"""A folder of locks for each test."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def locks(tmp_path, monkeypatch):
    monkeypatch.setenv("PRESSLOOP_LOCKS", str(tmp_path))
