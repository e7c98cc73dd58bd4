"""CPU time of one suggestion, beside Ax's: `python benchmarks/optimizers/timing.py`.

The same n stacks are told to both, in one process, on one thread, in turns; then each is asked for
q recipes at once. Fits and candidates are made anew each time: nothing is kept from the call
before. Writes timing.csv beside this file and prints a table of medians and ratios.
"""

from __future__ import annotations

import os

# Before numpy and torch are loaded: small matrices are slower on many threads.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import argparse
import csv
import sys
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
if not __package__:
    sys.path[0] = str(HERE.parents[1])

import numpy as np  # noqa: E402
import torch  # noqa: E402

from benchmarks.optimizers.problems.press import PressProblem  # noqa: E402
from benchmarks.optimizers.stacks_in_memory import SPACE, pressed_trial  # noqa: E402
from pressloop.optimizer import Problem, Search, fit_models, propose  # noqa: E402
from pressloop.optimizer.constraints.sobol import sobol  # noqa: E402
from pressloop.trials.outcome import Failed, Intact  # noqa: E402
from pressloop.trials.trial import Trial  # noqa: E402

SIZES, COUNTS, TARGET = (30, 100, 300), (1, 4), 0.4


def history(stacks: int, seed: int) -> list[Trial]:
    """Stacks by a space-filling design."""
    points = sobol(3, stacks, seed)
    return [pressed_trial(SPACE.decode(x), "reference", seed, "lot", i)
            for i, x in enumerate(points, 1)]


def ours(told: list[Trial], count: int, seed: int) -> float:
    """CPU seconds of a fit and a proposal."""
    began = time.process_time()
    propose(fit_models(Problem(SPACE, search=Search(start_with=0)), told), count, seed)
    return time.process_time() - began


def theirs(told: list[Trial], count: int, seed: int) -> float:
    """CPU seconds of Ax for the same, the stacks attached before the clock starts."""
    from benchmarks.optimizers.methods.ax import VALUE, Ax

    method = Ax(PressProblem("reference"), seed)
    for trial, x in zip(told, SPACE.encode([t.recipe for t in told]), strict=True):
        known = _known(trial, VALUE)
        index = method.client.attach_trial({f"x{i}": float(v) for i, v in enumerate(x)})
        if known:
            method.client.complete_trial(index, raw_data=known)
        else:
            method.client.mark_trial_abandoned(index)
    # Ax begins with the centre and a design whatever it has been told; that is not timed.
    for index in method.client.get_next_trials(1):
        method.client.complete_trial(index, raw_data={VALUE: 4.0, "damage_index": 0.01})
    began = time.process_time()
    method.client.get_next_trials(count)
    return time.process_time() - began


def _known(trial: Trial, value: str) -> dict[str, float]:
    outcome = trial.outcome
    assert isinstance(outcome, (Intact, Failed))
    known = {"damage_index": outcome.damage.index} if outcome.damage else {}
    if isinstance(outcome, Intact):
        known[value] = float(np.log(outcome.resistance_ohm_cm2))
    return known


def main() -> None:
    """Measures all sizes and counts."""
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("--repeats", type=int, default=3)
    repeats = ask.parse_args().repeats
    torch.set_num_threads(1)
    ours(history(12, 99), 1, 0), theirs(history(12, 99), 1, 0)
    rows = []
    for stacks in SIZES:
        for count in COUNTS:
            for seed in range(repeats):
                told = history(stacks, seed)
                rows.append({"stacks": stacks, "count": count, "seed": seed,
                             "pressloop_cpu_s": round(ours(told, count, seed), 3),
                             "ax_cpu_s": round(theirs(told, count, seed), 3)})
                print(rows[-1], file=sys.stderr, flush=True)
    with (HERE / "timing.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    print("\n".join(table(rows)))


def table(rows: list[dict[str, Any]]) -> list[str]:
    """Medians and their ratio as Markdown lines."""
    lines = ["| stacks | recipes at once | pressloop, CPU s | Ax, CPU s | ratio |",
             "|---|---|---|---|---|"]
    for stacks, count in sorted({(int(r["stacks"]), int(r["count"])) for r in rows}):
        mine, ax = (np.median([float(r[key]) for r in rows
                               if (int(r["stacks"]), int(r["count"])) == (stacks, count)])
                    for key in ("pressloop_cpu_s", "ax_cpu_s"))
        lines.append(f"| {stacks} | {count} | {mine:.2f} | {ax:.2f} | {mine / ax:.2f} |")
    return lines


if __name__ == "__main__":
    main()
