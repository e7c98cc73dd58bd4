"""Runs that hold their presses, for a console to stand beside."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from several_presses import several, write_several

from pressloop.flows.campaign.lab import open_run, order_of
from pressloop.flows.settings.campaign import from_plain
from tests.flows.operator_console.plc_lab import Standing, plc_lab, standing
from tests.flows.operator_console.simulated_presses import DESIGN, SLOW


@pytest.fixture
def one(tmp_path: Path) -> Iterator[Standing]:
    """A run that holds a press which takes one connection and stands still in its dwell."""
    with plc_lab(tmp_path, connections=1) as presses, standing(tmp_path, presses[""]) as found:
        yield found


@pytest.fixture
def two(tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """Opens runs of presses that hold them, without anything that presses by itself."""
    path = write_several(tmp_path, {"north": SLOW, "south": SLOW}, **DESIGN)
    assert path.exists()
    settings = from_plain(several({"north": SLOW, "south": SLOW}, **DESIGN), "test")

    def run(press: str) -> Any:
        return open_run(settings, order_of(settings, press=press))

    yield run
