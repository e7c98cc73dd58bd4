"""A simulated lab in a temporary folder: shipped drivers, shipped materials."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pressloop.hardware.envelope import Envelope
from pressloop.hardware.meters.simulated import SimulatedMeter
from pressloop.hardware.presses.simulated import SimulatedPress
from pressloop.hardware.protocols import Place
from pressloop.hardware.registry import connect_meter, connect_press
from pressloop.trials.recipe import Recipe
from pressloop.trials.stack import Stack

AREA_MM2 = 78.53981633974483


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(7, tmp_path / "lab")


@pytest.fixture
def press(place: Place) -> SimulatedPress:
    return connect_press("simulated", {}, place)


@pytest.fixture
def meter(place: Place) -> SimulatedMeter:
    return connect_meter("simulated", {"glitch_fraction": 0.0}, place)


@pytest.fixture
def envelope() -> Envelope:
    """A 10 mm die of 600 MPa under 60 kN."""
    return Envelope(AREA_MM2, 60e3, 600.0, 15.0, 150.0, 3600.0)


@pytest.fixture
def stack() -> Callable[[str], Stack]:
    return lambda name: Stack(name, "lot", "somebody", 0.785, 600.0, 375.0)


@pytest.fixture
def recipe() -> Recipe:
    """One that neither crushes nor parts the reference stack."""
    return Recipe(260.0, 60.0, 95.0)
