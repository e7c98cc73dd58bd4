"""What an earlier lot is worth: `python benchmarks/optimizers/lots.py --seeds 0-11`.

A campaign on the "reference" materials is told of 24 stacks of an earlier lot, or of nothing. What
it needs is the number of its own stacks after which the recipe it recommends is in truth within
10 % of the optimum and keeps the limits, now and with one more stack. Writes lots.csv beside this
file, one row per campaign, and prints medians with 95 % bootstrap intervals.

Stacks are the simulator's, read in memory: no spectra, no ledger, so that a campaign takes seconds.
"""

from __future__ import annotations

import os

# Before numpy and torch are loaded: small matrices are slower on many threads.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import argparse
import csv
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, fields, replace
from functools import lru_cache
from multiprocessing import get_context
from pathlib import Path

HERE = Path(__file__).resolve().parent
if not __package__:
    sys.path[0] = str(HERE.parents[1])

import numpy as np  # noqa: E402

from benchmarks.optimizers.stacks_in_memory import (  # noqa: E402
    MAX_CRUSHED,
    READING,
    REFERENCE,
    SPACE,
    held_mpa,
    pressed_trial,
)
from pressloop.hardware.simulation.materials import materials  # noqa: E402
from pressloop.hardware.simulation.truth import optimum, truth  # noqa: E402
from pressloop.optimizer import Models, Problem, fit_models, propose, recommend  # noqa: E402
from pressloop.trials.outcome import Failed, FailureMode, Intact  # noqa: E402
from pressloop.trials.recipe import Recipe  # noqa: E402
from pressloop.trials.trial import Trial  # noqa: E402

BUDGET, BATCH = 24, 4
WITHIN, MAX_SHORTED = 1.10, 0.10
PROBLEM = Problem(SPACE, reference=REFERENCE)
SHIFT = 1.3
ELSEWHERE = 1000
"""Added to a seed for the earlier lot's stacks."""
TOLD = ("nothing", "shifted", "permuted", "single-crystal", "fragile")
"""What the campaign is told of: the same physics with all readings 30 % up; those resistances
dealt out anew among their recipes; a lot of other materials, whose optimum lies elsewhere."""


@dataclass(frozen=True, slots=True)
class Row:
    """One campaign.

    `needed` is one more than the budget where the budget was too small; `ratio` is the true
    resistance of the last recommended recipe over that of the optimum."""

    told: str
    seed: int
    needed: int
    reached: int
    pressed: int
    crushed: int
    failed: int
    ratio: float


def campaign(told: str, seed: int) -> Row:
    """From the first stack until the goal is met or the budget spent. Deterministic."""
    earlier, history = earlier_lot(told, seed), list[Trial]()
    needed, ratio, was_good = BUDGET + 1, float("nan"), False
    models = _learned(history, earlier)
    for number in range(1, BUDGET + 2):
        proposal, = propose(models, seed=seed)
        history.append(pressed_trial(proposal.recipe, "reference", seed, "now", number))
        models = _learned(history, earlier)
        ratio = _true_ratio(models)
        if was_good and ratio <= WITHIN:
            needed = number - 1
            break
        was_good = ratio <= WITHIN
    failures = [t.outcome.mode for t in history if isinstance(t.outcome, Failed)]
    return Row(told, seed, needed, int(needed <= BUDGET), len(history),
               failures.count(FailureMode.CRUSHED), len(failures), ratio)


def earlier_lot(told: str, seed: int) -> tuple[Trial, ...]:
    """The stacks that the campaign is told of."""
    if told == "nothing":
        return ()
    if told not in ("shifted", "permuted"):
        return _whole_campaign(told, seed + ELSEWHERE)
    found = _whole_campaign("reference", seed + ELSEWHERE)
    intact = [i for i, t in enumerate(found) if isinstance(t.outcome, Intact)]
    source = dict(zip(intact, np.random.default_rng(seed).permutation(intact)
                      if told == "permuted" else intact, strict=True))
    factor = SHIFT if told == "shifted" else 1.0
    return tuple(_read_as(t, found[source[i]], factor) if i in source else t
                 for i, t in enumerate(found))


def _read_as(trial: Trial, other: Trial, factor: float) -> Trial:
    """The trial with another one's resistance, times a factor; its damage index stays."""
    mine, its = trial.outcome, other.outcome
    assert isinstance(mine, Intact)
    assert isinstance(its, Intact)
    value = factor * its.resistance_ohm_cm2
    return replace(trial, outcome=replace(mine, resistance_ohm_cm2=value,
                                          resistance_se_ohm_cm2=READING * value))


@lru_cache(maxsize=8)
def _whole_campaign(preset: str, seed: int) -> tuple[Trial, ...]:
    """A campaign on other stacks, to its end: what a lab has in its ledger."""
    history: list[Trial] = []
    while len(history) < BUDGET:
        found = propose(fit_models(PROBLEM, history), BATCH, seed)
        first = len(history) + 1
        history += [pressed_trial(p.recipe, preset, seed, "before", n)
                    for n, p in enumerate(found, first)]
    return tuple(history)


def _learned(history: Sequence[Trial], earlier: Sequence[Trial]) -> Models:
    return fit_models(PROBLEM, history, earlier, origin=("now", "somebody"))


def _true_ratio(models: Models) -> float:
    """True resistance of the recommended recipe over that of the optimum.

    Infinite where it breaks a limit, or where there is none yet."""
    if models.log_resistance is None:
        return float("inf")
    real = truth(recommend(models).recipe, materials("reference"), held_mpa("reference"))
    keeps = real.crushed_fraction <= MAX_CRUSHED and real.short_probability <= MAX_SHORTED
    return real.resistance_ohm_cm2 / _best() if keeps else float("inf")


@lru_cache(maxsize=1)
def _best() -> float:
    low, high = (Recipe(SPACE.pressure_mpa[i], SPACE.dwell_s[i], SPACE.temperature_c[i])
                 for i in (0, 1))
    return optimum(materials("reference"), low, high, stack_pressure_mpa=held_mpa("reference")
                   )[1].resistance_ohm_cm2


def rows_of(table: Sequence[dict[str, object]]) -> list[Row]:
    """Rows as they stand in lots.csv."""
    return [Row(str(r["told"]), *(int(str(r[f.name])) for f in fields(Row)[1:-1]),
                float(str(r["ratio"]))) for r in table]


def summary(rows: Sequence[Row]) -> Iterator[str]:
    """One line for each kind of earlier lot; intervals over seeds."""
    alone = {r.seed: r.needed for r in rows if r.told == "nothing"}
    for told in dict.fromkeys(r.told for r in rows):
        mine = {r.seed: r.needed for r in rows if r.told == told}
        seeds = sorted(mine.keys() & alone.keys())
        if not seeds:
            continue
        pairs = np.array([[mine[s], alone[s]] for s in seeds], dtype=float)
        few = np.random.default_rng(0).integers(len(seeds), size=(4000, len(seeds)))
        line = [_words(pairs, few, lambda p: np.median(p[..., 0], -1)),
                _words(pairs, few, lambda p: np.median(p[..., 0], -1) / np.median(p[..., 1], -1)),
                _words(pairs, few, lambda p: p[..., 0].mean(-1) / p[..., 1].mean(-1))]
        lost = sum(r.told == told and not r.reached for r in rows)
        crushed = np.mean([r.crushed for r in rows if r.told == told])
        yield (f"{told:15s} {len(seeds)} seeds: median stacks needed {line[0]}, of those from "
               f"scratch {line[1]}, means {line[2]}; {lost} never, {crushed:.1f} crushed")


def _words(pairs, few, of) -> str:  # type: ignore[no-untyped-def]
    low, high = np.quantile(of(pairs[few]), (0.025, 0.975))
    return f"{float(of(pairs)):.2f} ({low:.2f} to {high:.2f})"


def main() -> None:
    """Runs every campaign that the arguments name."""
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("--seeds", default="0-11", help="first and last, such as 0-11")
    ask.add_argument("--told", default=",".join(TOLD), help=f"some of {', '.join(TOLD)}")
    ask.add_argument("--processes", type=int, default=1)
    ask.add_argument("--out", type=Path, default=HERE / "lots.csv")
    given = ask.parse_args()
    first, _, last = given.seeds.partition("-")
    jobs = [(told, seed) for seed in range(int(first), int(last or first) + 1)
            for told in given.told.split(",")]
    rows: list[Row] = []
    with ProcessPoolExecutor(given.processes, get_context("spawn")) as pool, \
            given.out.open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, [f.name for f in fields(Row)])
        table.writeheader()
        for row in pool.map(campaign, *zip(*jobs, strict=True)):
            rows.append(row)
            table.writerow(asdict(row))
            file.flush()
            print(f"{row.told} {row.seed}: {row.needed}", file=sys.stderr, flush=True)
    print("\n".join(summary(rows)))


if __name__ == "__main__":
    main()
