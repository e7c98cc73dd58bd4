"""Whether stated probabilities hold: `python benchmarks/optimizers/calibration.py --seeds 0-9`.

After campaigns of 15 and 30 stacks on every preset, recipes are drawn at random from those that are
called safe (crushing 5 % or less), and a fresh stack of the same lot is pressed by each. Counts how
many crush, and how often the stated 95 % interval of one more stack holds its resistance; the
same for the recipe that would be recommended. Writes calibration.csv beside this file.

Stacks are the simulator's, read in memory.
"""

from __future__ import annotations

import os

# Before numpy and torch are loaded: small matrices are slower on many threads.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import argparse
import csv
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

HERE = Path(__file__).resolve().parent
if not __package__:
    sys.path[0] = str(HERE.parents[1])

import numpy as np  # noqa: E402
from scipy import stats  # noqa: E402

from benchmarks.optimizers.stacks_in_memory import (  # noqa: E402
    REFERENCE,
    SPACE,
    pressed_trial,
)
from pressloop.hardware.simulation.materials import PRESETS  # noqa: E402
from pressloop.optimizer import Models, Problem, fit_models, propose, recommend  # noqa: E402
from pressloop.optimizer.constraints.sobol import sobol  # noqa: E402
from pressloop.trials.outcome import Failed, FailureMode, Intact  # noqa: E402
from pressloop.trials.recipe import Recipe  # noqa: E402
from pressloop.trials.trial import Trial  # noqa: E402

SIZES, BATCH, RECIPES, RECOMMENDED = (15, 30), 3, 60, 40
PROBLEM = Problem(SPACE, reference=REFERENCE)
SAFE = 0.05
Row = dict[str, object]


def campaign(preset: str, seed: int) -> list[Row]:
    """One campaign, judged on the way and at its end. Deterministic."""
    history: list[Trial] = []
    rows: list[Row] = []
    while len(history) < max(SIZES):
        found = propose(fit_models(PROBLEM, history), BATCH, seed)
        history += [pressed_trial(p.recipe, preset, seed, "lot", n)
                    for n, p in enumerate(found, len(history) + 1)]
        if len(history) in SIZES:
            rows += _judged(fit_models(PROBLEM, history), preset, seed)
    return rows


def _judged(models: Models, preset: str, seed: int) -> list[Row]:
    stacks = len(models.history)
    recipes = [SPACE.decode(x) for x in sobol(3, 16 * RECIPES, seed + 5000)]
    safe = [r for r, p in zip(recipes, models.crushing(recipes), strict=True) if p <= SAFE]
    chosen = [("safe", r) for r in safe[:RECIPES]]
    chosen += [("recommended", recommend(models).recipe)] * RECOMMENDED
    told = models.resistance([r for _, r in chosen], new_stack=True)
    crush = models.crushing([r for _, r in chosen])
    fresh = [_fresh(r, preset, seed, stacks, i) for i, (_, r) in enumerate(chosen)]
    return [{"preset": preset, "seed": seed, "stacks": stacks, "which": which,
             "stated": round(float(crush[i]), 4), **_told(fresh[i], told.low[i], told.high[i])}
            for i, (which, _) in enumerate(chosen)]


def _fresh(recipe: Recipe, preset: str, seed: int, stacks: int, number: int) -> Trial:
    return pressed_trial(recipe, preset, seed, "lot", 100_000 + 1000 * stacks + number)


def _told(trial: Trial, low: float, high: float) -> Row:
    """Crushed or not, and inside or not (empty for a stack without resistance)."""
    outcome = trial.outcome
    crushed = isinstance(outcome, Failed) and outcome.mode is FailureMode.CRUSHED
    inside = int(low <= outcome.resistance_ohm_cm2 <= high) if isinstance(outcome, Intact) else ""
    return {"crushed": int(crushed), "inside": inside}


def summary(rows: list[Row]) -> list[str]:
    """Markdown lines: shares with exact 95 % binomial intervals."""
    lines = ["| recipes | after | crushed, of those called 5 % or less | inside the 95 % interval "
             "|", "|---|---|---|---|"]
    for which in ("safe", "recommended"):
        for stacks in SIZES:
            mine = [r for r in rows if r["which"] == which and int(str(r["stacks"])) == stacks
                    and float(str(r["stated"])) <= SAFE]
            lines.append(f"| {which} | {stacks} stacks | {_share(mine, 'crushed')} | "
                         f"{_share(mine, 'inside')} |")
    return lines


def _share(rows: list[Row], key: str) -> str:
    values = [int(str(r[key])) for r in rows if str(r[key]) != ""]
    if not values:
        return "none"
    found = stats.binomtest(sum(values), len(values)).proportion_ci(0.95)
    return (f"{np.mean(values):.1%} ({found.low:.1%} to {found.high:.1%}), n = {len(values)}")


def main() -> None:
    """Runs every preset and seed, writes the rows and prints the table."""
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("--seeds", default="0-9")
    ask.add_argument("--processes", type=int, default=1)
    given = ask.parse_args()
    first, last = (int(n) for n in given.seeds.split("-"))
    jobs = [(preset, seed) for seed in range(first, last + 1) for preset in PRESETS]
    with ProcessPoolExecutor(given.processes, mp_context=get_context("spawn")) as pool:
        found = [row for rows in pool.map(campaign, *zip(*jobs, strict=True)) for row in rows]
    with (HERE / "calibration.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, found[0])
        writer.writeheader()
        writer.writerows(found)
    print("\n".join(summary(found)))


if __name__ == "__main__":
    main()
