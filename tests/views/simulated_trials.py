"""Trials pressed by the shipped simulated drivers, for the tests of what people look at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from pressloop.evaluation.evaluate import evaluate
from pressloop.evaluation.rules import Rules
from pressloop.hardware.envelope import Envelope
from pressloop.hardware.guard import run_cycle
from pressloop.hardware.protocols import Place
from pressloop.hardware.registry import connect_meter, connect_press
from pressloop.optimizer import Space
from pressloop.trials import Recipe, Stack, State, Trial

SPACE = Space((50.0, 500.0), (10.0, 1800.0), (25.0, 140.0))
RULES = Rules(circuit="L0-R0-p(R1,CPE1)-p(R2,CPE2)-p(R3,CPE3)-CPE4")
REFERENCE = Recipe(140.0, 180.0, 25.0)
ENVELOPE = Envelope(78.5398, 60e3, 600, 15, 150, 3600)
GENTLE = (REFERENCE, Recipe(220.0, 60.0, 60.0), Recipe(480.0, 300.0, 40.0),
          Recipe(260.0, 600.0, 90.0), Recipe(180.0, 300.0, 120.0), Recipe(280.0, 120.0, 70.0))
CRUSHING = tuple(Recipe(p, 300.0, 60.0) for p in (400.0, 450.0, 500.0))


def press(folder: Path, recipes: Sequence[Recipe], preset: str = "reference",
          names: str = "S-{}") -> list[Trial]:
    """One evaluated trial per recipe."""
    folder.mkdir(parents=True, exist_ok=True)
    place = Place(1, folder / "bench")
    machine = connect_press("simulated", {"preset": preset}, place)
    meter = connect_meter("simulated", {"quadrants": True, "glitch_fraction": 0.0}, place)
    trials = []
    for number, recipe in enumerate(recipes, start=1):
        stack = Stack(names.format(number), "L1", "op", 0.785, 600.0, 375.0)
        trace = run_cycle(machine, ENVELOPE, number, stack, recipe)
        spectra = tuple(meter.sweep(stack))
        outcome = evaluate(stack, recipe, trace, spectra, RULES)
        trials.append(Trial(number, stack, recipe, State.EVALUATED, "by hand", number, trace,
                            spectra, 1, outcome))
    return trials


def imported(trials: Sequence[Trial]) -> list[Trial]:
    """The same as taken over from a table: neither trace nor spectra."""
    return [replace(t, state=State.IMPORTED, trace=None, spectra=(), cycle_id=None, purpose="",
                    sweeps=0) for t in trials]
