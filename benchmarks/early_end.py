"""When simulated campaigns would have stopped, and how far from the best recipe they were then.

    python -m benchmarks.early_end [stacks]

One line per campaign and rule: stacks pressed, and true resistance over that of the best sound
recipe, at that moment and at the end. Some five minutes.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.closed_loop import (
    HELD_MPA,
    REFERENCE,
    SPACE,
    _lab,
    _outcome,
    _stack,
    best_of,
)
from pressloop.hardware.protocols import Place
from pressloop.hardware.simulation.materials import materials
from pressloop.hardware.simulation.truth import truth
from pressloop.optimizer import Models, Problem, fit_models, propose, recommend
from pressloop.optimizer.stopping import Stopping, assess
from pressloop.trials.trial import State, Trial

PRESETS, SEEDS, STACKS, FIRST = ("reference", "fragile", "single-crystal"), (1, 2, 3), 30, 12
RULES = {"5 % with 5 %": Stopping(0.05, 0.05), "10 % with 5 %": Stopping(0.10, 0.05),
         "worth 0.2 %": Stopping(worth=0.002)}
PROBLEM = Problem(SPACE, reference=REFERENCE)


def learned(preset: str, seed: int, stacks: int) -> Iterator[Models]:
    """What the same campaign knows after each of its stacks."""
    with tempfile.TemporaryDirectory() as folder:
        press, meter = _lab(preset, Place(seed, Path(folder) / "lab"))
        history, models = list[Trial](), fit_models(PROBLEM, [])
        for number in range(1, stacks + 1):
            proposal, = propose(models, seed=seed)
            stack = _stack(f"s{number}")
            outcome = _outcome(press, meter, number, stack, proposal.recipe)
            history.append(Trial(number, stack, proposal.recipe, State.EVALUATED,
                                 proposal.purpose, number, outcome=outcome))
            models = fit_models(PROBLEM, history)
            yield models


def ratio(preset: str, models: Models) -> float:
    """True resistance of what would be recommended, over that of the best sound recipe."""
    held = HELD_MPA.get(preset, 30.0)
    found = truth(recommend(models).recipe, materials(preset), stack_pressure_mpa=held)
    return found.resistance_ohm_cm2 / best_of(preset).resistance_ohm_cm2


def main(stacks: int = STACKS) -> None:
    """Prints the table."""
    for preset in PRESETS:
        for seed in SEEDS:
            ended: dict[str, str] = {}
            for models in learned(preset, seed, stacks):
                number = len(models.history)
                for name, rules in RULES.items():
                    if name not in ended and number >= FIRST and assess(models, rules).stop:
                        ended[name] = f"{number} stacks, {ratio(preset, models):.3f}"
            for name in RULES:
                print(f"{preset} {seed}, {name}: {ended.get(name, 'never')}; after {stacks} "
                      f"stacks {ratio(preset, models):.3f}", flush=True)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
