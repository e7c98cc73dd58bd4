"""Runs campaigns on tables: `python -m benchmarks.tables.run --packages FOLDER --seeds 0-9`.

Appends to campaigns.csv beside this file, one row per batch. A campaign that is there already for
this version of its method is not run again, so that the command may be stopped and repeated.
"""

from __future__ import annotations

import os

# Before numpy and torch are loaded: small matrices are slower on many threads.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import argparse
import csv
import fcntl
import random
import time
import traceback
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass, fields
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from benchmarks.tables import methods, sources
from benchmarks.tables.methods.base import Method
from benchmarks.tables.problem import Emulator, Point, Pool, Table, table

HERE = Path(__file__).resolve().parent
CAMPAIGNS = HERE / "campaigns.csv"
BUDGET, BATCH, PER_PROCESS = 30, 3, 12
NO_EMULATOR = frozenset({"alkox"})
"""Tables whose forest predicts nothing (out-of-bag R2 below 0.3)."""


@dataclass(frozen=True, slots=True)
class Row:
    """One batch of one campaign.

    Regrets are those after it, 0 for the best and 1 for the median point: of the recommended
    point, and of the best one run."""

    table: str
    way: str
    method: str
    version: str
    seed: int
    runs: int
    regret: float
    best_regret: float
    cpu_s: float
    error: str = ""


def campaign(name: str, way: str, method: str, seed: int, folder: Path) -> list[Row]:
    """One campaign, batch by batch; one that ends in an error has a last row that says so."""
    import torch

    torch.set_num_threads(1)
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)
    rows, version = list[Row](), methods.version(method)
    try:
        searched = table(name, folder)
        rows += (_pool if way == "pool" else _emulator)(
            searched, methods.start(method, searched, seed, way == "pool"), seed,
            lambda runs, regret, best, cpu: Row(name, way, method, version, seed, runs,
                                                regret, best, cpu))
    except Exception:  # noqa: BLE001 (a peer may end in anything)
        rows.append(Row(name, way, method, version, seed, 0, float("nan"), float("nan"), 0.0,
                        traceback.format_exc()[-400:].replace("\n", " | ")))
    return rows


Note = Callable[[int, float, float, float], Row]


def _pool(searched: Table, method: Method, seed: int, note: Note) -> list[Row]:
    pool, rows = Pool(searched, seed), list[Row]()
    left, tried = list(range(len(searched.points))), list[int]()
    where = {id(p): i for i, p in enumerate(searched.points)}
    best, middle = pool.scale

    def regret(row: int) -> float:
        return (float(searched.values[row]) - best) / (middle - best)

    while len(tried) < min(BUDGET, len(searched.points) // 2):
        began = time.process_time()
        asked = [where[id(p)] for p in method.ask(BATCH, left)]
        if len(set(asked) & set(left)) < BATCH:
            raise RuntimeError(f"{asked} are not rows that are left")
        for row in asked:
            method.tell(searched.points[row], pool.run(row))
            left.remove(row)
        tried += asked
        named = where[id(method.recommend())]
        rows.append(note(len(tried), regret(named), min(map(regret, tried)),
                         time.process_time() - began))
    return rows


def _emulator(searched: Table, method: Method, seed: int, note: Note) -> list[Row]:
    emulator, rows, tried = Emulator(searched), list[Row](), list[Point]()
    best, middle = emulator.scale

    def regrets(points: list[Point]) -> list[float]:
        return [float(v) for v in (emulator.truth(points) - best) / (middle - best)]

    while len(tried) < BUDGET:
        began = time.process_time()
        for point in method.ask(BATCH, ()):
            tried.append(point)
            method.tell(point, emulator.run(point, len(tried), seed))
        named = method.recommend()
        rows.append(note(len(tried), regrets([named])[0], min(regrets(tried)),
                         time.process_time() - began))
    return rows


def done(path: Path = CAMPAIGNS) -> set[tuple[str, ...]]:
    """Campaigns that are there and ended well."""
    if not path.exists():
        return set()
    with path.open(newline="") as file:
        return {(r["table"], r["way"], r["method"], r["version"], r["seed"])
                for r in csv.DictReader(file) if not r["error"] and int(r["runs"]) >= 3}


def append(rows: list[Row], path: Path = CAMPAIGNS) -> None:
    """Adds the rows of one campaign; several commands may run at once."""
    with path.open("a", newline="") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        writer = csv.DictWriter(file, [f.name for f in fields(Row)], lineterminator="\n")
        if not file.tell():
            writer.writeheader()
        writer.writerows({k: f"{v:.5g}" if isinstance(v, float) else v
                          for k, v in asdict(row).items()} for row in rows)


def _numbers(text: str) -> list[int]:
    low, _, high = text.partition("-")
    return list(range(int(low), int(high or low) + 1))


def main() -> None:
    """Reads the options and runs what is not there yet."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--packages", type=Path, required=True, help="folder for the packages")
    parser.add_argument("--tables", default="all")
    parser.add_argument("--methods", default=",".join(methods.NAMES))
    parser.add_argument("--ways", default="pool,emulator")
    parser.add_argument("--seeds", type=_numbers, default=list(range(10)))
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--out", type=Path, default=CAMPAIGNS)
    given = parser.parse_args()
    sources.fetch(given.packages)
    names = list(sources.SOURCES) if given.tables == "all" else given.tables.split(",")
    there = done(given.out)
    todo = [(name, way, method, seed) for seed in given.seeds for name in names
            for way in given.ways.split(",") for method in given.methods.split(",")
            if not (way == "emulator" and name in NO_EMULATOR)
            and (name, way, method, methods.version(method), str(seed)) not in there]
    print(f"{len(todo)} campaigns")
    for first in range(0, len(todo), PER_PROCESS * given.jobs):
        _run(todo[first:first + PER_PROCESS * given.jobs], given)


def _run(todo: list[tuple[str, str, str, int]], given: argparse.Namespace) -> None:
    """Runs these in fresh processes: some peers do not give memory back."""
    with ProcessPoolExecutor(given.jobs, mp_context=get_context("spawn")) as pool:
        jobs = {pool.submit(campaign, *one, given.packages): one for one in todo}
        for job in as_completed(jobs):
            rows = job.result()
            append(rows, given.out)
            last = rows[-1]
            print(*jobs[job], f"{last.regret:.3f}", f"{sum(r.cpu_s for r in rows):.1f} s",
                  last.error[-160:], flush=True)


if __name__ == "__main__":
    main()
