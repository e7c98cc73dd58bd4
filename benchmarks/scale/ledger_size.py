"""What `history` and `report` of one campaign take in a ledger of many, and bytes per trial.

Run as `python -m benchmarks.scale.ledger_size URL --trials 1000 [--report]`, with the address of a
ledger that `benchmarks.scale.big_ledger` has filled. Wall and CPU time are told apart, and the time
to import from the time to work.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, text

from pressloop.trials.ledger.address import parse, sqlite_path
from pressloop.trials.ledger.ledger import Ledger

LOOKS = 7
HISTORY = """
import time
began = time.perf_counter(), time.process_time()
from pressloop.trials.ledger.ledger import Ledger
imported = time.perf_counter(), time.process_time()
with Ledger.open({url!r}, create=False) as ledger:
    opened = time.perf_counter(), time.process_time()
    assert len(ledger.history({campaign!r}, arrays=False)) == {trials}
    done = time.perf_counter(), time.process_time()
print(*(b - a for a, b in zip(began + imported + opened, imported + opened + done)))
"""


def history(url: str, campaign: str, trials: int) -> dict[str, float]:
    """The first look of a new process: wall and CPU of imports, of opening, and of the history."""
    rows = []
    for _ in range(LOOKS):
        done = subprocess.run([sys.executable, "-c", HISTORY.format(
            url=url, campaign=campaign, trials=trials)], check=True, capture_output=True, text=True)
        rows.append([float(word) for word in done.stdout.split()])
    names = (f"{what} {clock} s" for what in ("import", "open", "history")
             for clock in ("wall", "CPU"))
    return dict(zip(names, map(statistics.median, zip(*rows, strict=True)), strict=True))


def later(url: str, campaign: str) -> dict[str, float]:
    """Questions to a ledger that is open, the history among them once it was read."""
    with closing(Ledger.open(url, create=False)) as ledger:
        ledger.history(campaign, arrays=False)
        found = {"history, later looks": timed(lambda: ledger.history(campaign, arrays=False)),
                 "last cycle id": timed(ledger.last_cycle_id),
                 "campaigns": timed(ledger.campaigns)}
        found["proof with arrays"] = timed(lambda: Ledger.open(url, create=False).prove(campaign))
    return {f"{name} {clock} s": value for name, both in found.items()
            for clock, value in zip(("wall", "CPU"), both, strict=True)}


def timed(work: Any) -> tuple[float, float]:
    """The medians of a few times, wall and CPU, in seconds."""
    found = []
    for _ in range(LOOKS):
        began = time.perf_counter(), time.process_time()
        work()
        found.append((time.perf_counter() - began[0], time.process_time() - began[1]))
    wall, cpu = zip(*found, strict=True)
    return statistics.median(wall), statistics.median(cpu)


def size(url: str) -> int:
    """Bytes of both tables with their indices."""
    if (path := sqlite_path(parse(url))) is not None:
        return path.stat().st_size
    engine = create_engine(parse(url))
    with engine.connect() as connection:
        found = connection.scalar(text("SELECT pg_total_relation_size('entries') + "
                                       "pg_total_relation_size('arrays')"))
    engine.dispose()
    return int(found or 0)


def report(url: str, campaign: str, times: int = 2) -> dict[str, float]:
    """`pressloop report` with nothing kept, then again with what the first one has kept."""
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        for name in ("first", "again")[:times]:
            before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
            subprocess.run([sys.executable, "-m", "pressloop", "report", "--ledger", url,
                            "--campaign", campaign, "--out", folder], check=True,
                           stdout=subprocess.DEVNULL, env={**os.environ, "PRESSLOOP_CACHE": folder})
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            found[f"report {name} wall s"] = time.perf_counter() - began
            found[f"report {name} CPU s"] = (after.ru_utime + after.ru_stime
                                             - before.ru_utime - before.ru_stime)
            found["report MB"] = (Path(folder) / "report.html").stat().st_size / 1e6
    return found


def main() -> None:
    """Prints one JSON document."""
    asked = argparse.ArgumentParser()
    asked.add_argument("url")
    asked.add_argument("--campaign", default="c0500", help="one with arrays")
    asked.add_argument("--trials", type=int, default=1000)
    asked.add_argument("--report", action="store_true", help="time `pressloop report` too")
    given = asked.parse_args()
    found = {"load": os.getloadavg()[0], "bytes": size(given.url),
             **history(given.url, given.campaign, given.trials),
             **later(given.url, given.campaign),
             **(report(given.url, given.campaign) if given.report else {})}
    print(json.dumps({name: round(value, 4) for name, value in found.items()}, indent=1),
          flush=True)


if __name__ == "__main__":
    main()
