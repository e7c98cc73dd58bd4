"""How long commands take to start: two trees of the program in one run, taken in turns.

Run as `python benchmarks/startup.py BEFORE AFTER`, folders with a checkout each; both are run by
this Python. Times of a busy computer differ by the minute: each pair is run side by side, and the
ratio of the medians is what can be carried elsewhere.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TURNS = 5
LEDGER = "sqlite:///startup.db"
SETTINGS = """
[campaign]
name = "startup"
ledger = "sqlite:///startup.db"
[stack]
lot = "A"
operator = "ana"
thickness_um = 600
pre_press_mpa = 375
[space]
pressure_mpa = [50, 500]
dwell_s = [10, 1800]
temperature_c = [25, 140]
[reference]
pressure_mpa = 140
dwell_s = 180
temperature_c = 25
[envelope]
die_diameter_mm = 10
press_max_force_kn = 50
die_max_pressure_mpa = 600
max_temperature_c = 150
[press]
driver = "simulated"
[meter]
driver = "simulated"
"""
COMMANDS = {
    "--help": ("--help",),
    "stacks list": ("stacks", "list", "--ledger", LEDGER),
    "queue": ("queue", "lab.toml"),
    "log": ("log", "--ledger", LEDGER),
    "export": ("export", "--ledger", LEDGER, "--out", "out"),
    "suggest": ("suggest", "lab.toml"),
}


def took(tree: Path, folder: Path, words: tuple[str, ...]) -> tuple[float, float]:
    """Wall and CPU seconds of one command of a tree."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run([sys.executable, "-m", "pressloop", *words], cwd=folder, check=False,
                          capture_output=True, text=True, env={
                              **os.environ, "PYTHONPATH": str(tree), "OMP_NUM_THREADS": "1",
                              "PRESSLOOP_RUNTIME": str(folder / "own")})
    wall, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode not in (0, 2):
        sys.exit(f"{' '.join(words)}: {done.stderr}")
    return wall, (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def main() -> None:
    """Prints a table in Markdown."""
    asked = argparse.ArgumentParser()
    asked.add_argument("before", type=Path)
    asked.add_argument("after", type=Path)
    given = asked.parse_args()
    trees = [given.before.resolve(), given.after.resolve()]
    print("| command | CPU before | CPU after | ratio | wall before | wall after |")
    print("|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "lab.toml").write_text(SETTINGS)
        took(trees[1], folder, ("queue", "lab.toml", "--recipe", "140,180,25", "--reason",
                                 "to have a campaign"))
        for command, words in COMMANDS.items():
            found = [[took(tree, folder, words) for tree in trees] for _ in range(TURNS)]
            (wall, cpu), (wall_now, cpu_now) = (
                [statistics.median(turn[i][clock] for turn in found) for clock in (0, 1)]
                for i in (0, 1))
            print(f"| `{command}` | {cpu:.2f} s | {cpu_now:.2f} s | {cpu_now / cpu:.2f} | "
                  f"{wall:.2f} s | {wall_now:.2f} s |", flush=True)


if __name__ == "__main__":
    main()
