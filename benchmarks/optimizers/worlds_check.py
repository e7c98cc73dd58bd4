"""How honest pressloop is on presses it has never seen.

`python benchmarks/optimizers/worlds_check.py`

One campaign of 30 stacks on each instance of each family, with the laws of pressing and without.
Judged at its end: whether intervals hold the truth, whether recipes called safe are, what the last
stacks were spent on. Writes worlds_check.csv beside this file; a campaign that is there already is
not run again.
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

from benchmarks.optimizers.methods.pressloop import COMPARING, VERSION  # noqa: E402
from benchmarks.optimizers.problems.worlds import FAMILIES, REPORT_FROM, TELLINGS  # noqa: E402
from benchmarks.optimizers.problems.worlds.bench import WorldBench  # noqa: E402
from benchmarks.optimizers.problems.worlds.problem import WorldProblem  # noqa: E402
from pressloop.optimizer import (  # noqa: E402
    Models,
    Problem,
    Recommendation,
    SurrogateChoice,
    fit_models,
    propose,
    recommend,
)
from pressloop.trials.outcome import Intact  # noqa: E402
from pressloop.trials.trial import State, Trial  # noqa: E402

CHECKS = HERE / "worlds_check.csv"
STACKS, BATCH, LATE, HOPELESS = 30, 3, 15, 3.0
RECIPES, FRESH = 400, 40
Row = dict[str, object]


def campaign(job: tuple[str, int, int, bool, int]) -> Row:
    """One campaign and what is true of it. Deterministic."""
    family, instance, seed, laws, batch = job
    world = WorldProblem(family, TELLINGS[instance % len(TELLINGS)], instance)
    problem = Problem(world.space, surrogate=SurrogateChoice(laws=laws))
    with world.bench(seed) as bench:
        history = _pressed(problem, world, bench, seed, batch)
        models = fit_models(problem, history)
        found = recommend(models)
        return {"version": VERSION, "family": family, "instance": instance, "seed": seed,
                "laws": int(laws), "batch": batch, "telling": world.telling,
                **_regret(world, found), **_late(world, history),
                **_calibration(world, models, seed), **_fresh(world, bench, models, found)}


def _pressed(problem: Problem, world: WorldProblem, bench: WorldBench, seed: int, batch: int
             ) -> list[Trial]:
    history: list[Trial] = []
    while len(history) < STACKS:
        count = min(batch, STACKS - len(history))
        for proposal in propose(fit_models(problem, history), count, seed):
            number = len(history) + 1
            seen = bench.observe(world.space.encode([proposal.recipe])[0], number)
            history.append(Trial(number, world.stack(number), proposal.recipe, State.EVALUATED,
                                 proposal.purpose, number, outcome=seen.outcome))
    return history


def _regret(world: WorldProblem, found: Recommendation) -> Row:
    """Regret as run.py counts it, and whether the interval holds the truth in the lot at hand."""
    x = world.space.encode([found.recipe])[0]
    true = world.truth(x)
    here = true.value * np.exp(world.world.lot(STACKS).offset)
    regret = np.log((true.value if true.feasible else world.typical) / world.optimum)
    return {"ln_regret": round(float(regret), 4), "feasible": int(true.feasible),
            "crush_true": round(float(world.crush_probability(x)[0]), 4),
            "crush_told": round(found.p_crushed, 4),
            "weight_of_laws": "" if found.laws is None else round(found.laws, 4),
            "holds": int(found.low_ohm_cm2 <= here <= found.high_ohm_cm2)}


def _late(world: WorldProblem, history: list[Trial]) -> Row:
    """Stacks lost, and how many of the last ones were pressed by much worse recipes.

    Much worse: truly three times worse than the best recipe pressed before."""
    values = [world.truth(world.space.encode([t.recipe])[0]).value for t in history]
    late = [i for i in range(STACKS - LATE, STACKS) if history[i].purpose not in COMPARING]
    return {"lost": sum(t.outcome is not None and type(t.outcome).__name__ == "Failed"
                        for t in history),
            "late": len(late),
            "hopeless": sum(values[i] > HOPELESS * min(values[:i]) for i in late)}


def _calibration(world: WorldProblem, models: Models, seed: int) -> Row:
    """Recipes that are called safe, or even odds, and their true chance of crushing.

    Recipes all over the space, their chances added up."""
    x = np.random.default_rng([seed, 5]).random((RECIPES, world.dim))
    told, true = models.crushing(world.space.decode_all(x)), world.crush_probability(x)
    safe, even = told <= 0.05, (told >= 0.3) & (told <= 0.7)
    return {"safe": int(safe.sum()), "safe_crushed": round(float(true[safe].sum()), 3),
            "even": int(even.sum()), "even_crushed": round(float(true[even].sum()), 3)}


def _fresh(world: WorldProblem, bench: WorldBench, models: Models, found: Recommendation) -> Row:
    """How many readings of more stacks lie within the interval of one more stack.

    Stacks of the lot at hand, at the recommended recipe and at safe ones all over the space."""
    x = np.random.default_rng([7, world.instance]).random((4 * FRESH, world.dim))
    recipes = [r for r in world.space.decode_all(x) if models.crushing([r])[0] <= 0.05][:FRESH]
    recipes += [found.recipe] * FRESH
    told = models.resistance(recipes, new_stack=True)
    lot, numbers = world.stack(STACKS).lot, iter(range(1001, 100_000))
    inside = []
    for i, recipe in enumerate(recipes):
        number = next(n for n in numbers if world.stack(n).lot == lot)
        outcome = bench.observe(world.space.encode([recipe])[0], number).outcome
        if isinstance(outcome, Intact):
            inside.append(told.low[i] <= outcome.resistance_ohm_cm2 <= told.high[i])
    return {"fresh": len(inside), "fresh_inside": int(sum(inside))}


def finished(path: Path) -> set[tuple[str, int, int, bool, int]]:
    """Campaigns of this version that are there."""
    if not path.exists():
        return set()
    with path.open(newline="", encoding="utf-8") as file:
        return {(r["family"], int(r["instance"]), int(r["seed"]), r["laws"] == "1",
                 int(r.get("batch", BATCH)))
                for r in csv.DictReader(file) if r["version"] == VERSION}


def append(row: Row, path: Path) -> None:
    """Adds one campaign."""
    with path.open("a", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(row), lineterminator="\n")
        if file.tell() == 0:
            writer.writeheader()
        writer.writerow(row)


def main() -> None:
    """Runs what is not there yet."""
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("--instances", default=f"{REPORT_FROM}-{REPORT_FROM + 5}")
    ask.add_argument("--seeds", default="0-0")
    ask.add_argument("--laws", default="on,off")
    ask.add_argument("--batches", default=str(BATCH))
    ask.add_argument("--processes", type=int, default=1)
    ask.add_argument("--out", type=Path, default=CHECKS)
    given = ask.parse_args()
    ends = [[int(n) for n in v.split("-")] for v in (given.instances, given.seeds)]
    instances, seeds = (range(v[0], v[-1] + 1) for v in ends)
    jobs = [(f, i, s, laws == "on", int(batch)) for laws in given.laws.split(",") for s in seeds
            for batch in given.batches.split(",") for i in instances for f in FAMILIES]
    jobs = [job for job in jobs if job not in finished(given.out)]
    with ProcessPoolExecutor(given.processes, mp_context=get_context("spawn")) as pool:
        for done, row in enumerate(pool.map(campaign, jobs), 1):
            append(row, given.out)
            print(f"{done}/{len(jobs)} {row['family']} {row['instance']}", flush=True)


if __name__ == "__main__":
    main()
