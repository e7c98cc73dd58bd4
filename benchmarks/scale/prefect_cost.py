"""What Prefect costs a stack: one campaign without it, and on each kind of server.

Run as `python -m benchmarks.scale.prefect_cost [--stacks 24] [--database URL]`, with the address of
an empty database such as postgresql+asyncpg://prefect@host/prefect for Prefect's server on
PostgreSQL. Simulated stacks that take no time, by a design, so that little but records and Prefect
is left; each way is a process of its own, and seconds are those between the first stack's outcome
and the last one's, by the ledger's clock: starting is not counted. CPU is that of the run, without
the server's.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import ExitStack, closing
from datetime import datetime
from pathlib import Path

from pressloop.flows.engine.server import lasting_server
from pressloop.flows.lab.keeper import DATABASE_VARIABLE

SETTINGS = """
[campaign]
name = "cost"
trials = {stacks}
seed = 7
ledger = "sqlite:///cost.db"
[stack]
lot = "L"
operator = "ana"
thickness_um = 600.0
[space]
pressure_mpa = [50, 300]
dwell_s = [10, 600]
temperature_c = [25, 140]
[envelope]
die_diameter_mm = 10
press_max_force_kn = 50
die_max_pressure_mpa = 600
max_temperature_c = 150
[press]
driver = "simulated"
time_scale = 0
[meter]
driver = "simulated"
glitch_fraction = 0.0
[evaluation]
circuit = "L0-R0-p(R1,CPE1)-p(R2,CPE2)-p(R3,CPE3)-CPE4"
[search]
start_with = 100000
"""
ALONE = """
import sys
from pathlib import Path
from benchmarks.scale.presses import work
from pressloop.flows.settings.campaign import read_settings
work(read_settings(Path(sys.argv[1])), "")
"""
"""The steps of a run, one after the other, without Prefect."""
PORTS = {"server on SQLite": "4271", "server on PostgreSQL": "4272"}


def seconds_per_stack(ledger: Path) -> float:
    """Between two outcomes, on average."""
    with closing(sqlite3.connect(ledger)) as known:
        told = [datetime.fromisoformat(at) for (at,) in known.execute(
            "SELECT recorded_utc FROM entries WHERE kind = 'evaluated' ORDER BY entry_id")]
    return (told[-1] - told[0]).total_seconds() / (len(told) - 1)


def measured(way: str, stacks: int, database: str) -> dict[str, object]:
    """One campaign in a folder of its own."""
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        settings = folder / "cost.toml"
        settings.write_text(SETTINGS.format(stacks=stacks), encoding="utf-8")
        environment = _environment(folder)
        if way in PORTS:
            os.environ |= environment | {"PREFECT_SERVER_API_PORT": PORTS[way]}
            if way == "server on PostgreSQL":
                os.environ[DATABASE_VARIABLE] = database
            environment |= {"PREFECT_API_URL": stack.enter_context(lasting_server())}
        before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
        words = ["-c", ALONE] if way == "without Prefect" else ["-m", "pressloop", "run"]
        subprocess.run([sys.executable, *words, str(settings)], cwd=folder, check=True,
                       env=os.environ | environment, stdout=subprocess.DEVNULL)
        after = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
        return {"way": way, "seconds a stack": round(seconds_per_stack(folder / "cost.db"), 3),
                "user CPU s, start included": round(after - before, 1),
                "load": round(os.getloadavg()[0], 1)}


def _environment(folder: Path) -> dict[str, str]:
    own = folder / "own"
    own.mkdir(mode=0o700)
    root = str(Path(__file__).resolve().parents[2])
    return {"PRESSLOOP_RUNTIME": str(own), "PRESSLOOP_LOCKS": str(own), "OMP_NUM_THREADS": "1",
            "PREFECT_HOME": str(folder / "prefect"), "PYTHONPATH": root}


def main() -> None:
    """Prints one JSON document a way; each runs in a process of its own."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--stacks", type=int, default=24)
    asked.add_argument("--database", default="")
    asked.add_argument("--way", default="")
    given = asked.parse_args()
    if given.way:
        print(json.dumps(measured(given.way, given.stacks, given.database)), flush=True)
        return
    for way in ("without Prefect", "temporary server", *PORTS):
        if way != "server on PostgreSQL" or given.database:
            subprocess.run([sys.executable, "-m", "benchmarks.scale.prefect_cost", "--way", way,
                            *sys.argv[1:]], check=True)


if __name__ == "__main__":
    main()
