"""Many simulated presses on one campaign on PostgreSQL: what a press waits for, and how long.

Run as `python -m benchmarks.scale.presses URL N... --cycle 30`, with the address of an empty
database for each N. One process a press, as `pressloop run --press` has, but forked from one that
has loaded everything (64 times PyTorch does not fit into a small computer) and without Prefect,
whose share benchmarks/scale/prefect_cost.py measures. Presses run by the clock: a cycle takes about
`--cycle` seconds whatever the computer does meanwhile.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import sys
import tempfile
import time
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np

from pressloop.flows.campaign.enough import enough
from pressloop.flows.campaign.lab import Run, open_run, order_of
from pressloop.flows.campaign.planning import planning_turn
from pressloop.flows.campaign.trial import evaluate_stack, measure, plan, press_stack
from pressloop.flows.settings.campaign import Settings, from_plain
from pressloop.hardware.presses import simulated
from pressloop.hardware.simulation.cycle import phases
from pressloop.trials.entry import Evaluated
from pressloop.trials.ledger.ledger import Ledger
from pressloop.trials.ledger.verification import prove

ROUNDS = 4
"""Stacks for each press."""


def settings_for(url: str, presses: int, stacks: int, cycle_s: float) -> Settings:
    """A campaign whose cycles take about so long."""
    machine_s = phases(200.0, 150.0, 25.0, None, None).total
    one = {"driver": "simulated", "time_scale": cycle_s / machine_s}
    return from_plain({
        "campaign": {"name": "scale", "trials": stacks, "ledger": url, "seed": 7},
        "stack": {"lot": "L", "operator": "ana", "thickness_um": 600.0, "pre_press_mpa": 375.0},
        "space": {"pressure_mpa": [50, 500], "dwell_s": [120, 180], "temperature_c": [25, 30]},
        "envelope": {"die_diameter_mm": 10.0, "press_max_force_kn": 50.0,
                     "die_max_pressure_mpa": 600.0, "max_temperature_c": 150.0},
        "press": [{"name": f"P{i:02d}", **one} for i in range(presses)],
        "meter": {"driver": "simulated", "glitch_fraction": 0.0},
        "evaluation": {"circuit": "L0-R0-p(R1,CPE1)-p(R2,CPE2)-p(R3,CPE3)-CPE4"},
        "search": {"start_with": 5}}, "benchmark")


def work(settings: Settings, name: str) -> list[dict[str, float]]:
    """What one press does until there are enough: seconds of each part, a row per stack."""
    rows = []
    with open_run(settings, order_of(settings, press=name)) as run:
        while (row := _one(run)) is not None:
            rows.append(row)
    return rows


def _one(run: Run) -> dict[str, float] | None:
    free, tries = time.monotonic(), 0
    while True:
        with planning_turn(run):
            turn = time.monotonic()
            number = run.ledger.next_number(run.campaign)
            if enough(run):
                return None
            spent = time.process_time()
            plan.fn(run, number)
            spent = time.process_time() - spent
        tries += 1
        planned = run.ledger.trial(run.campaign, number)
        if planned is not None and run.owns(planned):
            break
    chosen = time.monotonic()
    press_stack.fn(run, number)
    opened = time.monotonic()
    measure.fn(run, number)
    outcome = evaluate_stack.fn(run, number).result()
    run.ledger.append(run.campaign, number, Evaluated(1, outcome, run.settings.rules.plain()))
    done = time.monotonic()
    return {"waited_s": turn - free, "proposed_s": chosen - turn, "pressed_s": opened - chosen,
            "read_s": done - opened, "tries": tries, "cpu_s": spent, "began": free, "ended": done}


def measured(url: str, presses: int, stacks: int, cycle_s: float) -> dict[str, Any]:
    """All presses at once; figures over all of their stacks."""
    settings = settings_for(url, presses, stacks, cycle_s)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["PRESSLOOP_LOCKS"] = folder
        os.chdir(folder)
        Ledger.open(url).close()
        children = {_forked(settings, press.name, Path(folder)): press.name
                    for press in settings.presses}
        codes = [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in children]
        found = {name: json.loads((Path(folder) / f"{name}.json").read_text())
                 for name in children.values() if (Path(folder) / f"{name}.json").exists()}
        pressed = Counter(json.loads(line)["stack"]["stack_id"]
                          for file in Path(folder).glob("*.press.jsonl")
                          for line in file.read_text().splitlines())
    with closing(Ledger.open(url)) as ledger:
        assert prove(ledger, "scale").broken is None
        lost = sum(t.outcome is None for t in ledger.history("scale", arrays=False))
    return _figures(presses, cycle_s, found) | {
        "errors": sum(code != 0 for code in codes), "lost": lost, "stacks": sum(pressed.values()),
        "pressed twice": sum(count > 1 for count in pressed.values()),
        "load": round(os.getloadavg()[0], 1)}


def _figures(presses: int, cycle_s: float, found: dict[str, Any]) -> dict[str, Any]:
    rows = [row for one in found.values() for row in one["rows"]]
    began, ended = min(r["began"] for r in rows), max(r["ended"] for r in rows)
    answer = np.array([r["waited_s"] + r["proposed_s"] for r in rows])
    proposed = np.array([r["proposed_s"] for r in rows])
    # From its first stack to its last each press is wanted; its first proposal is part of that.
    whole = sum(one["rows"][-1]["ended"] - one["rows"][0]["began"] for one in found.values()
                if one["rows"])
    pressing = sum(r["pressed_s"] for r in rows)
    return {"presses": presses, "cycle s": cycle_s, "trials per min": 60 * len(rows) / (
                ended - began), "proposal p50 s": float(np.median(proposed)),
            "proposal CPU p50 s": float(np.median([r["cpu_s"] for r in rows])),
            "answer p50 s": float(np.median(answer)), "answer p95 s": float(
                np.quantile(answer, 0.95)), "idle share": 1 - pressing / whole,
            "idle for recipes": float(answer.sum()) / whole,
            "plans made anew": sum(r["tries"] - 1 for r in rows),
            "own memory MB": float(np.median([one["own_mb"] for one in found.values()]))}


def _forked(settings: Settings, name: str, folder: Path) -> int:
    if pid := os.fork():
        return pid
    try:
        rows = work(settings, name)
        (folder / f"{name}.json").write_text(json.dumps({"rows": rows, "own_mb": _own_mb()}))
        code = 0
    except BaseException as error:  # noqa: BLE001 - it is counted, whatever it is
        print(f"{name}: {error!r}", file=sys.stderr, flush=True)
        code = 1
    os._exit(code)


def _own_mb() -> float:
    """Memory of this process that no other one shares."""
    rollup = Path("/proc/self/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in rollup
               if line.startswith(("Private_Clean", "Private_Dirty"))) / 1024


def _load_all() -> None:
    """What the forked processes share: everything that the first stack would load."""
    import torch

    from pressloop.optimizer import Problem, fit_models, propose
    from pressloop.optimizer.space import Space

    torch.set_num_threads(1)
    propose(fit_models(Problem(Space((50.0, 500.0), (10.0, 20.0), (25.0, 30.0))), []))
    assert simulated.MEMORY_SUFFIX
    resource.setrlimit(resource.RLIMIT_NOFILE, (4096, resource.getrlimit(
        resource.RLIMIT_NOFILE)[1]))


def main() -> None:
    """Prints one JSON document per number of presses."""
    asked = argparse.ArgumentParser()
    asked.add_argument("url", help="with {} where the number of presses stands")
    asked.add_argument("presses", type=int, nargs="+")
    asked.add_argument("--cycle", type=float, default=30.0)
    asked.add_argument("--rounds", type=int, default=ROUNDS)
    given = asked.parse_args()
    _load_all()
    for presses in given.presses:
        found = measured(given.url.replace("{}", str(presses)), presses,
                         presses * given.rounds, given.cycle)
        print(json.dumps({name: round(value, 3) if isinstance(value, float) else value
                          for name, value in found.items()}), flush=True)


if __name__ == "__main__":
    main()
