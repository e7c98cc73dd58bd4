"""What each part is worth: `python benchmarks/optimizers/ablation.py --seeds 0-9`.

Campaigns of 30 stacks in batches of 3 on every preset, with one part changed at a time: without
the laws of pressing, with laws that are wrong (contacts that open under pressure and heat, a
reaction layer where it is cold), without the price of lost stacks, with noisy expected improvement
in place of the knowledge gradient. Writes ablation.csv beside this file, one row per campaign, and
prints medians.

Stacks are the simulator's, read in memory.
"""

from __future__ import annotations

import os

# Before numpy and torch are loaded: small matrices are slower on many threads.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import argparse
import csv
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from math import log
from multiprocessing import get_context
from pathlib import Path

HERE = Path(__file__).resolve().parent
if not __package__:
    sys.path[0] = str(HERE.parents[1])

import numpy as np  # noqa: E402

from benchmarks.closed_loop import best_of  # noqa: E402
from benchmarks.optimizers.stacks_in_memory import (  # noqa: E402
    REFERENCE,
    SPACE,
    held_mpa,
    pressed_trial,
)
from pressloop.hardware.simulation.materials import PRESETS, materials  # noqa: E402
from pressloop.hardware.simulation.truth import truth  # noqa: E402
from pressloop.optimizer import (  # noqa: E402
    Models,
    Problem,
    RiskLimits,
    Search,
    SurrogateChoice,
    fit_models,
    physics_prior,
    propose,
    recommend,
)
from pressloop.trials.outcome import Failed, FailureMode  # noqa: E402
from pressloop.trials.trial import Trial  # noqa: E402

STACKS, BATCH = 30, 3
PARTS = ("all parts", "no laws", "wrong laws", "losses free", "noisy improvement")
NOTHING = log(1.3)
"""Regret where nothing that keeps the limits is recommended: about that of the median recipe."""
Row = dict[str, object]


@contextmanager
def _laws(part: str) -> Iterator[None]:
    """The laws of this variant, while the block lasts."""
    contact, reaction = physics_prior.CONTACT, physics_prior.REACTION
    if part == "wrong laws":
        physics_prior.CONTACT = replace(contact, pressure=(1.7, 0.4), energy=(-14e3, 7e3),
                                        amplitude=(0.1, 0.2))
        physics_prior.REACTION = replace(reaction, energy=(40e3, 9e3), amplitude=(0.1, 0.2))
    try:
        yield
    finally:
        physics_prior.CONTACT, physics_prior.REACTION = contact, reaction


def _problem(part: str) -> Problem:
    """What is sought in this variant."""
    limits, search = RiskLimits(), Search()
    if part == "losses free":
        limits = RiskLimits(losses=0.0)
    if part == "noisy improvement":
        search = Search(acquisition="noisy_expected_improvement")
    return Problem(SPACE, limits=limits, reference=REFERENCE, search=search,
                   surrogate=SurrogateChoice(laws=part != "no laws"))


def campaign(part: str, preset: str, seed: int) -> Row:
    """One campaign of one variant. Deterministic."""
    history: list[Trial] = []
    curve = []
    with _laws(part):
        models = fit_models(_problem(part), history)
        while len(history) < STACKS:
            found = propose(models, BATCH, seed)
            history += [pressed_trial(p.recipe, preset, seed, "lot", n)
                        for n, p in enumerate(found, len(history) + 1)]
            models = fit_models(models.problem, history)
            curve.append(_regret(models, preset))
    modes = [t.outcome.mode for t in history if isinstance(t.outcome, Failed)]
    return {"part": part, "preset": preset, "seed": seed, "regret": round(curve[-1], 5),
            "area": round(float(np.mean(curve)), 5), "crushed": modes.count(FailureMode.CRUSHED),
            "failed": len(modes)}


def _regret(models: Models, preset: str) -> float:
    if models.log_resistance is None:
        return NOTHING
    real = truth(recommend(models).recipe, materials(preset), held_mpa(preset))
    keeps = real.crushed_fraction <= 0.05 and real.short_probability <= 0.10
    return log(real.resistance_ohm_cm2 / best_of(preset).resistance_ohm_cm2) if keeps else NOTHING


def summary(rows: list[Row]) -> list[str]:
    """Markdown lines: medians over seeds per preset."""
    lines = ["| part | preset | seeds | ln regret | area | crushed | lost |",
             "|---|---|---|---|---|---|---|"]
    for part in dict.fromkeys(r["part"] for r in rows):
        for preset in dict.fromkeys(r["preset"] for r in rows):
            mine = [r for r in rows if (r["part"], r["preset"]) == (part, preset)]
            told = [np.median([float(str(r[key])) for r in mine])
                    for key in ("regret", "area", "crushed", "failed")]
            lines.append(f"| {part} | {preset} | {len(mine)} | {told[0]:.3f} | {told[1]:.3f} | "
                         f"{told[2]:.1f} | {told[3]:.1f} |")
    return lines


def main() -> None:
    """Runs every variant, preset and seed, writes the rows and prints the table."""
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("--seeds", default="0-9")
    ask.add_argument("--processes", type=int, default=1)
    given = ask.parse_args()
    first, last = (int(n) for n in given.seeds.split("-"))
    jobs = [(part, preset, seed) for seed in range(first, last + 1) for part in PARTS
            for preset in PRESETS]
    with ProcessPoolExecutor(given.processes, mp_context=get_context("spawn")) as pool:
        found = list(pool.map(campaign, *zip(*jobs, strict=True)))
    with (HERE / "ablation.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, found[0])
        writer.writeheader()
        writer.writerows(found)
    print("\n".join(summary(found)))


if __name__ == "__main__":
    main()
