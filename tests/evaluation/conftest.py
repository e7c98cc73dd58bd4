"""Spectra of known circuits, and readings of simulated stacks."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest

from pressloop.evaluation.rules import Rules
from pressloop.hardware.meters.simulated import Options, SimulatedMeter
from pressloop.hardware.simulation import cycle as cycles
from pressloop.hardware.simulation.bench import Accepted, Bench
from pressloop.hardware.simulation.sample import pressed
from pressloop.trials.recipe import Recipe
from pressloop.trials.spectrum import Spectrum
from pressloop.trials.stack import Stack
from tests.evaluation.cells import Cell

AREA_CM2 = 0.785
THREE_ARCS = "L0-R0-p(R1,CPE1)-p(R2,CPE2)-p(R3,CPE3)-CPE4"


@pytest.fixture(scope="session")
def rules() -> Rules:
    return Rules(circuit=THREE_ARCS)


@pytest.fixture(scope="session")
def two_arcs() -> Cell:
    """Two arcs a factor of a hundred apart, and a tail."""
    return Cell(2e-7, 20.0, np.array([30.0, 60.0]), np.array([2e-5, 2e-3]),
                np.array([0.92, 0.88]), 0.05, 0.5)


@pytest.fixture(scope="session")
def spectrum_of() -> Callable[..., Spectrum]:
    """The spectrum of a circuit, with proportional noise from a seed."""
    def spectrum(of: Cell, noise: float = 0.003, seed: int = 0, points: int = 71,
                 **other) -> Spectrum:
        draw = np.random.default_rng(seed)
        frequency = np.geomspace(1e6, 0.1, points)
        clean = of.impedance(frequency)
        wiggle = draw.standard_normal(points) + 1j * draw.standard_normal(points)
        return Spectrum(frequency, clean * (1.0 + noise * wiggle),
                        **({"area_cm2": 1.0} | other))
    return spectrum


@pytest.fixture(scope="session")
def pressed_stack(tmp_path_factory) -> Callable[..., SimpleNamespace]:
    """Stack, recipe, trace, spectra and truth of one simulated cycle."""
    bench = Bench(tmp_path_factory.mktemp("bench") / "none")

    def press(recipe: Recipe, name: str = "a", seed: int = 7, preset: str = "reference",
              acoustic: bool = True, **meter) -> SimpleNamespace:
        stack = Stack(name, "lot", "somebody", AREA_CM2, 600.0, 375.0)
        cycle = Accepted(1, stack, recipe, preset, seed, 0.0, 0.0)
        bench.last_of = lambda stack_id: cycle
        sample = pressed(cycle, 30.0)
        spectra = SimulatedMeter(Options(**({"glitch_fraction": 0.0} | meter)), bench,
                                 seed).sweep(stack)
        trace = cycles.trace(cycle, sample, 100.0 * AREA_CM2, acoustic)
        return SimpleNamespace(stack=stack, recipe=recipe, trace=trace, spectra=spectra,
                               sample=sample)
    return press


@pytest.fixture(scope="session")
def random_stacks() -> ModuleType:
    """The benchmark's random stacks, one piece of code for both."""
    path = Path(__file__).parents[2] / "benchmarks" / "random_stacks.py"
    spec = importlib.util.spec_from_file_location("random_stacks", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules["random_stacks"] = module
    spec.loader.exec_module(module)
    return module
