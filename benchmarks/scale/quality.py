"""How much less is learned by presses that work at once: regret after as many stacks, 8 against 1.

Run as `python -m benchmarks.scale.quality SEED... --stacks 64 --out quality.csv`. In memory: each
press takes a recipe the moment it is free, while those of the others are under way. All presses
take equally long, so that results come in the order of the recipes. Every press has an offset of
its own, which the models have to find.
"""

from __future__ import annotations

import argparse
import csv
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.closed_loop import REFERENCE, SPACE, _lab, _outcome, _stack, best_of
from pressloop.hardware.protocols import Place
from pressloop.hardware.simulation.materials import materials
from pressloop.hardware.simulation.truth import truth
from pressloop.optimizer import Problem, fit_models, propose, recommend
from pressloop.trials.outcome import Intact, Outcome
from pressloop.trials.recipe import Recipe
from pressloop.trials.trial import State, Trial

PRESETS = ("reference", "bare-foil")
LOOKS = (16, 32, 48, 64)
OFFSET = 0.05
"""Standard deviation of ln R from press to press."""


def campaign(preset: str, seed: int, presses: int, stacks: int) -> list[dict[str, object]]:
    """What is recommended after so many results, and the truth about it."""
    draw = np.random.default_rng([seed, presses])
    offsets = np.exp(OFFSET * draw.standard_normal(presses))
    offsets[0] = 1.0
    found = []
    with tempfile.TemporaryDirectory() as folder:
        press, meter = _lab(preset, Place(seed, Path(folder) / "lab"))
        problem, history = Problem(SPACE, reference=REFERENCE), list[Trial]()
        for number in range(1, stacks + presses + 1):
            if (done := number - presses - 1) >= 0:
                one = history[done]
                outcome = _outcome(press, meter, one.number, one.stack, one.recipe)
                history[done] = replace(one, state=State.EVALUATED, outcome=_read_by(
                    outcome, offsets[done % presses]))
                if done + 1 in LOOKS:
                    found.append(_judged(preset, seed, presses, problem, history))
            if number <= stacks:
                at = f"P{(number - 1) % presses}" if presses > 1 else ""
                origin = ("lot", "somebody", *([at] if at else []))
                proposal, = propose(fit_models(problem, history, origin=origin), seed=seed)
                history.append(Trial(number, _stack(f"s{number}"), proposal.recipe,
                                     State.COMMANDED, proposal.purpose, number, press=at))
    return found


def _read_by(outcome: Outcome, factor: float) -> Outcome:
    if not isinstance(outcome, Intact) or outcome.resistance_ohm_cm2 is None:
        return outcome
    return replace(outcome, resistance_ohm_cm2=outcome.resistance_ohm_cm2 * float(factor),
                   resistance_se_ohm_cm2=None if outcome.resistance_se_ohm_cm2 is None
                   else outcome.resistance_se_ohm_cm2 * float(factor))


def _judged(preset: str, seed: int, presses: int, problem: Problem, history: list[Trial]
            ) -> dict[str, object]:
    origin = ("lot", "somebody", *(["P0"] if presses > 1 else []))
    best = recommend(fit_models(problem, history, origin=origin), analysis=False).recipe
    real, optimum = _truth(preset, best), best_of(preset).resistance_ohm_cm2
    done = sum(t.state is State.EVALUATED for t in history)
    return {"preset": preset, "seed": seed, "presses": presses, "stacks": done,
            "ratio": real[0] / optimum, "crushed": real[1]}


def _truth(preset: str, recipe: Recipe) -> tuple[float, float]:
    from benchmarks.closed_loop import HELD_MPA

    found = truth(recipe, materials(preset), HELD_MPA.get(preset, 30.0))
    return found.resistance_ohm_cm2, found.crushed_fraction


def main() -> None:
    """Appends a line for each look at each campaign."""
    asked = argparse.ArgumentParser()
    asked.add_argument("seeds", type=int, nargs="+")
    asked.add_argument("--stacks", type=int, default=64)
    asked.add_argument("--presses", type=int, nargs="+", default=[1, 8])
    asked.add_argument("--presets", nargs="+", default=[*PRESETS])
    asked.add_argument("--out", type=Path, default=Path("benchmarks/scale/quality.csv"))
    given = asked.parse_args()
    for seed in given.seeds:
        for preset in given.presets:
            for presses in given.presses:
                rows = campaign(preset, seed, presses, given.stacks)
                new = not given.out.exists()
                with given.out.open("a", newline="") as file:
                    table = csv.DictWriter(file, [*rows[0]])
                    if new:
                        table.writeheader()
                    table.writerows(rows)


if __name__ == "__main__":
    main()
