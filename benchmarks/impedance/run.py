"""Reads spectra of known truth as the evaluation does, one row per draw.

    python -m benchmarks.impedance.run                          the report's rows: 500 sound, 200
                                                                disturbed, 140 specimens
    python -m benchmarks.impedance.run --peers                  the same, and the peers
    python -m benchmarks.impedance.report                       RESULTS.md from the rows
    python -m benchmarks.impedance.run --development --out F    150, 60 and 56, seeds below 2000
    python -m benchmarks.impedance.run --folder DIR --area 1    files of a folder: accepted or why
                                                                not, and how repeats agree

Rows of the report start at seed REPORT_FROM (2000); nobody tunes the evaluation on them (seeds from
1000 on were, once they had been read). Peers:
impedance.py comes with the extra `bench`; pyimpspec is under the GPL and runs as a process of its
own, in the Python that `--pyimpspec PYTHON` names. The report says what was not run.
"""

from __future__ import annotations

import os

# Before numpy is loaded: small matrices are slower on many threads.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import argparse
import csv
import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from benchmarks.impedance import folder
from benchmarks.impedance.bound import known_to
from benchmarks.impedance.draws import GROUPS, REPORT_FROM, Draw, draw
from benchmarks.impedance.judged import evaluated
from pressloop.evaluation.rules import Rules

HERE = Path(__file__).resolve().parent
ROWS, PEERS = HERE / "rows.csv", HERE / "peers.csv"
COUNTS = {"sound": 500, "disturbed": 200, "specimens": 140}
DEVELOPMENT = {"sound": 150, "disturbed": 60, "specimens": 56}
PEERS_READ = 100


@dataclass(frozen=True, slots=True)
class Row:
    """A draw and what was said of it; truths are lowest and highest during the sweep, ohm cm2.

    `bound` is the relative standard deviation of the total that no method told the circuit can beat
    (NaN outside of sound draws)."""

    group: str
    seed: int
    kind: str
    told: str
    points: int
    noise: float
    right: str
    true_total_low: float
    true_total_high: float
    true_interface_low: float
    true_interface_high: float
    bound: float
    bound_interface: float
    verdict: str
    reason: str
    circuit: str
    interface: float
    interface_se: float
    total: float
    total_se: float
    misfit: float
    cpu_s: float


def row(one: Draw, rules: Rules) -> Row:
    """One draw read."""
    bound = (math.nan, math.nan)
    if one.group == "sound" and one.cell is not None:
        total, interface = known_to(one.cell, one.spectrum.frequency_hz, one.noise)
        bound = (total / one.cell.total_ohm, interface / one.cell.interface_ohm)
    said = evaluated(one.spectrum, rules)
    return Row(one.group, one.seed, one.kind, one.told, one.spectrum.frequency_hz.size, one.noise,
               " or ".join(one.right), *one.total_ohm_cm2, *one.interface_ohm_cm2, *bound,
               **asdict(said))


def write(path: Path, rows: Iterable[object], kind: type) -> None:
    """Rows of a dataclass as CSV; each is on disk as soon as it is there."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, [f.name for f in fields(kind)])  # type: ignore[arg-type]
        writer.writeheader()
        for one in rows:
            writer.writerow({name: f"{value:.6g}" if isinstance(value, float) else value
                             for name, value in asdict(one).items()})  # type: ignore[call-overload]
            file.flush()


def _draws(counts: dict[str, int], first: int, groups: Sequence[str]) -> Iterable[Draw]:
    for group in groups:
        for seed in range(first, first + counts[group]):
            yield draw(group, seed)


def _told(rows: Iterable[Row]) -> Iterable[Row]:
    for number, one in enumerate(rows, 1):
        if number % 50 == 0:
            print(f"{number} read, {one.group} {one.seed}", flush=True)
        yield one


def main(arguments: Sequence[str] | None = None) -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--development", action="store_true", help="seeds from 0")
    parser.add_argument("--groups", default=",".join(GROUPS))
    parser.add_argument("--count", type=int, help="draws of each group")
    parser.add_argument("--out", type=Path, default=ROWS)
    parser.add_argument("--peers", action="store_true")
    parser.add_argument("--pyimpspec", metavar="PYTHON")
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--area", type=float, default=1.0, help="of the files, cm2")
    told = parser.parse_args(arguments)
    if told.folder is not None:
        folder.report(told.folder, told.area)
        return
    counts = DEVELOPMENT if told.development else COUNTS
    if told.count is not None:
        counts = dict.fromkeys(GROUPS, told.count)
    first, rules = 0 if told.development else REPORT_FROM, Rules()
    draws = _draws(counts, first, told.groups.split(","))
    write(told.out, _told(row(one, rules) for one in draws), Row)
    if told.peers:
        from benchmarks.impedance import peers

        some = (draw("sound", seed) for seed in range(first, first + min(counts["sound"],
                                                                         PEERS_READ)))
        beside = told.out.with_name("peers.csv")
        write(beside, peers.compared(some, told.pyimpspec), peers.PeerRow)


if __name__ == "__main__":
    main()
