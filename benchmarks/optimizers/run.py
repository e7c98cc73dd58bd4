"""Runs campaigns: `python benchmarks/optimizers/run.py --methods all --problems all --seeds 0-9`.

Appends to campaigns.csv beside this file, one row per batch. A campaign that is there already for
this version of its method is not run again, so the command may be stopped and repeated at will;
one that ended in an error is.

`--problems worlds` (or worlds/<family>, lists with commas) runs `--instances 0-5` of every family,
told as `--tellings` says. Instances below problems.worlds.REPORT_FROM (1000) are for development,
the report uses those from there.
"""

from __future__ import annotations

import os

# Before numpy and torch are loaded: small matrices are slower on many threads.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import argparse
import csv
import fcntl
import math
import random
import sys
import time
import traceback
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass, fields
from multiprocessing import get_context
from pathlib import Path

HERE = Path(__file__).resolve().parent
# Not the folder of this file: `methods/ax.py` and its like must not hide the peers themselves.
if not __package__:
    sys.path[0] = str(HERE.parents[1])

import numpy as np  # noqa: E402

from benchmarks.optimizers import methods, problems  # noqa: E402
from benchmarks.optimizers.methods.base import Method, NotOffered  # noqa: E402
from benchmarks.optimizers.problems import worlds  # noqa: E402
from benchmarks.optimizers.problems.base import Array, Bench, Problem  # noqa: E402

CAMPAIGNS = HERE / "campaigns.csv"
BUDGET, BATCH = 30, 3
HALFWAY, HOPELESS = 16, 3.0
RESTART_AFTER = 12
"""Campaigns per worker after which it is replaced, as some peers do not give memory back."""


@dataclass(frozen=True, slots=True)
class Row:
    """One batch of one campaign; counts and regrets are those after it.

    `ln_regret` counts a recommendation that is infeasible in truth, or missing, as the typical
    recipe; `ln_ratio` is ln(true value / optimum) whatever its feasibility. `excess` is by how
    many standard errors the worst limit is exceeded in truth. `ask_cpu_s` is ask and tell.
    `hopeless` counts stacks from the HALFWAY-th on whose true resistance is above HOPELESS times
    the best true one of the intact stacks before them, those pressed to compare left out.
    """

    method: str
    version: str
    problem: str
    seed: int
    batch: int = 0
    stacks: int = 0
    ln_regret: float | str = ""
    ln_ratio: float | str = ""
    feasible: int | str = ""
    excess: float | str = ""
    crushed: int = 0
    failed: int = 0
    fallbacks: int = 0
    ask_cpu_s: float | str = ""
    recommend_cpu_s: float | str = ""
    error: str = ""
    hopeless: int | str = ""


@dataclass(frozen=True, slots=True)
class Job:
    """One campaign to run."""

    method: str
    problem: str
    seed: int
    budget: int
    batch: int


def campaign(job: Job) -> list[Row]:
    """All batches of one campaign; a single row with the message where the method fails."""
    version = "unknown"
    try:
        version = methods.module(job.method).VERSION
        problem = problems.problem(job.problem)
        _seed_everything(job.seed)
        method = methods.module(job.method).start(problem, job.seed)
        with problem.bench(job.seed) as bench:
            return list(_batches(job, version, problem, method, bench))
    except NotOffered as reason:
        return [Row(job.method, version, job.problem, job.seed, error=f"not offered: {reason}")]
    except Exception as error:  # noqa: BLE001
        # Whatever a peer raises is a result of this benchmark, and the others go on.
        traceback.print_exc()
        said = " ".join(f"{type(error).__name__}: {error}".split())
        return [Row(job.method, version, job.problem, job.seed, error=said[:300])]


def _batches(job: Job, version: str, problem: Problem, method: Method, bench: Bench
             ) -> Iterator[Row]:
    stacks = crushed = failed = hopeless = 0
    best_yet = math.inf
    while stacks < job.budget:
        began = time.process_time()
        points = method.ask(min(job.batch, job.budget - stacks))
        spent = time.process_time() - began
        true = [problem.truth(x).value for x in points]
        seen = [bench.observe(x, stacks + i + 1) for i, x in enumerate(points)]
        began = time.process_time()
        for x, observation in zip(points, seen, strict=True):
            method.tell(x, observation)
        told = time.process_time()
        best = method.recommend()
        named = time.process_time()
        compared = getattr(method, "controls", ())
        for number, (value, observation) in enumerate(zip(true, seen, strict=True), stacks + 1):
            hopeless += (number >= HALFWAY and number not in compared
                         and value > HOPELESS * best_yet)
            best_yet = best_yet if observation.value is None else min(best_yet, value)
        stacks += len(points)
        crushed += sum(o.failed == "crushed" for o in seen)
        failed += sum(o.failed is not None for o in seen)
        yield Row(job.method, version, job.problem, job.seed, math.ceil(stacks / job.batch),
                  stacks, *_judged(problem, best), crushed, failed, method.fallbacks,
                  round(spent + told - began, 3), round(named - told, 3),
                  hopeless=hopeless)


def _judged(problem: Problem, x: Array | None) -> tuple[float, float | str, int | str, float | str]:
    """ln regret, ln ratio, feasible in truth, excess."""
    lost = round(math.log(problem.typical / problem.optimum), 5)
    if x is None:
        return lost, "", "", ""
    found = problem.truth(x)
    ratio = round(math.log(found.value / problem.optimum), 5)
    return (ratio if found.feasible else lost, ratio, int(found.feasible),
            round(found.excess, 4))


def _seed_everything(seed: int) -> None:
    """Some peers draw from the global generators only."""
    import torch

    torch.set_num_threads(1)
    torch.manual_seed(seed)
    np.random.seed(seed)
    random.seed(seed)


def finished(path: Path = CAMPAIGNS) -> set[tuple[str, str, str, int]]:
    """Method, version, problem and seed of the campaigns that are there."""
    if not path.exists():
        return set()
    with path.open(newline="") as file:
        return {(r["method"], r["version"], r["problem"], int(r["seed"]))
                for r in csv.DictReader(file)
                if not r["error"] or r["error"].startswith("not offered")}


def append(rows: Sequence[Row], path: Path = CAMPAIGNS) -> None:
    """Adds one campaign in one piece, so that several commands may run side by side.

    In the columns of the file where it is an older one with fewer of them."""
    with path.open("a+", newline="") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        there = next(csv.reader(file), None)
        file.seek(0, os.SEEK_END)
        writer = csv.DictWriter(file, there or [f.name for f in fields(Row)],
                                extrasaction="ignore", lineterminator="\n")
        if there is None:
            writer.writeheader()
        writer.writerows(asdict(row) for row in rows)


def jobs(args: argparse.Namespace) -> list[Job]:
    """Seeds outermost, so that what is there when it is stopped is balanced."""
    return [Job(m, p, s, args.budget, args.batch) for s in _range(args.seeds)
            for p in _problems(args)
            for m in _names(args.methods, methods.NAMES)]


def _problems(args: argparse.Namespace) -> list[str]:
    """Problems by name, and instances of worlds."""
    parts = args.problems.split(",")
    chosen = [n for part in parts if not part.startswith("worlds")
              for n in _names(part, problems.NAMES)]
    members = [part for part in parts if part.count("/") == 3]
    given = [part for part in parts if part.startswith("worlds") and part not in members]
    families = _names(",".join(given), [f"worlds/{f}" for f in worlds.FAMILIES]) if given else []
    return [*chosen, *members, *(n for i in _range(args.instances) for f in families
                                 for n in worlds.names(f.partition("/")[2], args.tellings, [i]))]


def _names(given: str, known: Sequence[str]) -> list[str]:
    """`all`, or a list with commas; a family such as `press` stands for its members."""
    if given == "all":
        return list(known)
    chosen = [n for part in given.split(",") for n in known
              if n == part or n.startswith(f"{part}/")]
    if not chosen:
        raise SystemExit(f"{given}: none of {', '.join(known)}")
    return chosen


def _range(given: str) -> range:
    first, _, last = given.partition("-")
    return range(int(first), int(last or first) + 1)


def main() -> None:
    """Runs what is not there yet."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--methods", default="all")
    parser.add_argument("--problems", default="all")
    parser.add_argument("--instances", default="0-5", help="of worlds; reported from 1000")
    parser.add_argument("--tellings", default="rotate",
                        help="of worlds: rotate, all, or a list of index,labels,bare")
    parser.add_argument("--seeds", default="0-9")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--budget", type=int, default=BUDGET)
    parser.add_argument("--batch", type=int, default=BATCH)
    parser.add_argument("--out", type=Path, default=CAMPAIGNS)
    args = parser.parse_args()
    done = finished(args.out)
    versions = {m: methods.module(m).VERSION for m in _names(args.methods, methods.NAMES)}
    todo = [j for j in jobs(args) if (j.method, versions[j.method], j.problem, j.seed) not in done]
    print(f"{len(todo)} campaigns to run", flush=True)
    for number, rows in enumerate(_run(todo, args.processes), 1):
        append(rows, args.out)
        last = rows[-1]
        spent = sum(float(r.ask_cpu_s or 0) + float(r.recommend_cpu_s or 0) for r in rows)
        print(f"{time.strftime('%H:%M:%S')} {number}/{len(todo)} {last.method} {last.problem} "
              f"seed {last.seed}: regret {last.ln_regret} crushed {last.crushed} "
              f"cpu {spent:.1f} s {last.error}", flush=True)


def _run(todo: Sequence[Job], processes: int) -> Iterator[list[Row]]:
    """In pools that are closed after a while (`max_tasks_per_child` hangs in Python 3.11)."""
    chunk = processes * RESTART_AFTER
    for begin in range(0, len(todo), chunk):
        with ProcessPoolExecutor(processes, get_context("spawn")) as pool:
            running = [pool.submit(campaign, job) for job in todo[begin:begin + chunk]]
            for future in as_completed(running):
                yield future.result()


if __name__ == "__main__":
    main()
