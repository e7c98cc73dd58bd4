"""Memory and overhead per trial of a long campaign: `python benchmarks/long_campaign.py [TRIALS]`.

One process runs one campaign of the simulated press against a temporary Prefect server, display
included. Every recipe comes from the design, so that no model's cost is in the way. Overhead is the
time from the beginning of one trial to that of the next, less what choosing the recipe, simulating
press and meter, and reading the spectrum take: on the wall, where waiting for disk and server
counts, and on this process's processor, where other programs disturb less. Prints a table in
Markdown.
"""

from __future__ import annotations

import datetime
import gc
import json
import os
import platform
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np

from pressloop.flows.engine import prefect_environment

TRIALS = 2000
AT_EACH_END = 200
"""Trials whose median is shown for the beginning and for the end."""
WARM_UP = 20
"""First trials that are left out: libraries are loaded and caches filled in them."""
BLOCKS = 20
"""Slopes get their intervals from medians over this many stretches: trials side by side share the
weather of the machine, and are no independent readings."""
T_95 = 2.101
"""Student's t for 95 % and 18 degrees of freedom."""
TOLD = ("prefect", "sqlalchemy", "numpy", "torch")

SETTINGS: dict[str, dict[str, Any]] = {
    "campaign": {"name": "long", "seed": 7, "ledger": "sqlite:///long.db"},
    "stack": {"lot": "L-1", "operator": "ana", "thickness_um": 600, "pre_press_mpa": 375},
    "space": {"pressure_mpa": [50, 500], "dwell_s": [10, 1800], "temperature_c": [25, 140]},
    "reference": {"pressure_mpa": 140, "dwell_s": 180, "temperature_c": 25},
    "envelope": {"die_diameter_mm": 10, "press_max_force_kn": 50, "die_max_pressure_mpa": 600,
                 "max_temperature_c": 150},
    "press": {"driver": "simulated", "time_scale": 0.0},
    "meter": {"driver": "simulated", "glitch_fraction": 0.0},
    "evaluation": {"circuit": "L0-R0-p(R1,CPE1)-p(R2,CPE2)-p(R3,CPE3)-CPE4"},
}


class Clock:
    """When each trial began, what was not overhead since the last one, and the memory then."""

    def __init__(self) -> None:
        self.began_s: list[np.ndarray] = []
        self.excused_s: list[np.ndarray] = []
        self.resident_mb: list[float] = []
        self._excused_s, self._depth = np.zeros(2), 0

    def tick(self) -> None:
        """A trial begins, or the last one is over."""
        self.began_s.append(now_s())
        self.excused_s.append(self._excused_s)
        self.resident_mb.append(resident_mb())
        self._excused_s = np.zeros(2)

    def excusing(self, work: Callable[..., Any]) -> Callable[..., Any]:
        """The same work, whose time is no overhead."""
        def timed(*given: Any, **named: Any) -> Any:
            began, self._depth = now_s(), self._depth + 1
            try:
                return work(*given, **named)
            finally:
                self._depth -= 1
                if not self._depth:
                    self._excused_s += now_s() - began
        return timed

    @property
    def overhead_ms(self) -> np.ndarray:
        """Of each trial, on the wall and on the processor: shape (trials, 2)."""
        return 1e3 * (np.diff(self.began_s, axis=0) - self.excused_s[1:])


def now_s() -> np.ndarray:
    """Wall and processor time of this process, all its threads included."""
    return np.array([time.perf_counter(), time.process_time()])


def resident_mb() -> float:
    """Resident memory of this process now; the Prefect server is another one."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def write_settings(folder: Path, trials: int) -> Path:
    """A settings file whose design is as long as the campaign. JSON's values are TOML's too."""
    tables = SETTINGS | {"search": {"start_with": trials}}
    lines = [line for name, table in tables.items() for line in
             (f"[{name}]", *(f"{key} = {json.dumps(value)}" for key, value in table.items()))]
    path = folder / "long.toml"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@contextmanager
def replaced(owner: Any, name: str, new: Any) -> Iterator[None]:
    """The owner's attribute is `new` for the length of the block."""
    before = getattr(owner, name)
    setattr(owner, name, new)
    try:
        yield
    finally:
        setattr(owner, name, before)


@contextmanager
def watching(clock: Clock) -> Iterator[None]:
    """The clock ticks at each trial, and work that is no overhead is excused."""
    from contextlib import ExitStack

    from pressloop.flows.campaign import artifacts, campaign, trial
    from pressloop.flows.campaign.endurance import Endurance
    from pressloop.flows.campaign.lab import Run
    from pressloop.hardware.meters import simulated as meters
    from pressloop.hardware.presses import simulated as presses

    carry = Endurance.carry

    def ticking(self: Endurance, number: int) -> None:
        clock.tick()
        carry(self, number)

    work = [(Run, "models"), (trial, "propose"), (trial, "evaluate"), (artifacts, "recommend"),
            (presses, "pressed"), (presses.cycles, "trace"), (meters, "pressed"),
            (meters, "impedance"), (meters, "noisy")]
    with ExitStack() as all_of_it:
        all_of_it.enter_context(replaced(campaign.Endurance, "carry", ticking))
        for owner, name in work:
            all_of_it.enter_context(
                replaced(owner, name, clock.excusing(getattr(owner, name))))
        yield


def run(trials: int) -> Clock:
    """One campaign in this process, as `pressloop run` runs it, without what it prints."""
    from pressloop.flows.engine.server import temporary_server
    from pressloop.trials.ledger.ledger import Ledger
    from pressloop.views.live.progress import LiveProgress

    clock, url = Clock(), "sqlite:///long.db"
    path = write_settings(Path.cwd(), trials)
    with temporary_server(), watching(clock), closing(Ledger.open(url)) as ledger:
        from pressloop.flows.campaign.artifacts import Board
        from pressloop.flows.campaign.campaign import campaign

        # The recommendation from thousands of stacks takes minutes, and comes after the last trial.
        with LiveProgress(lambda: ledger.history("long", arrays=False), trials), \
                replaced(Board, "conclude", lambda _board, _stopping: clock.tick()):
            campaign(str(path), trials, None, url)
        if os.environ.get("LONG_CAMPAIGN_COUNTS"):
            print_counts()
    return clock


def print_counts() -> None:
    """Which kinds of objects there are most of, to find what grows."""
    gc.collect()
    kinds = Counter(f"{type(o).__module__}.{type(o).__qualname__}" for o in gc.get_objects())
    for kind, count in kinds.most_common(45):
        print(f"{count:8d} {kind}", file=sys.stderr)


def slope(values: np.ndarray) -> tuple[float, float]:
    """Least-squares slope per 1000 trials and half its 95 % interval, over medians of stretches."""
    blocks = np.array_split(np.asarray(values), BLOCKS)
    at = np.cumsum([len(b) for b in blocks]) - np.array([len(b) for b in blocks]) / 2.0
    middle = np.array([np.median(b) for b in blocks])
    centred = at - at.mean()
    steepness = float(centred @ middle / (centred @ centred))
    left = middle - middle.mean() - steepness * centred
    error = float(np.sqrt(left @ left / (BLOCKS - 2) / (centred @ centred)))
    return 1e3 * steepness, 1e3 * T_95 * error


def rows(clock: Clock) -> list[tuple[str, str]]:
    """The figures."""
    memory = np.array(clock.resident_mb[WARM_UP:])
    grows, wide = slope(memory)
    return [
        *overhead_rows("wall", clock.overhead_ms[WARM_UP:, 0]),
        *overhead_rows("processor", clock.overhead_ms[WARM_UP:, 1]),
        ("resident memory, first and last", f"{memory[0]:.0f} MB, {memory[-1]:.0f} MB"),
        ("slope of the resident memory", f"{grows:+.1f} ± {wide:.1f} MB per 1000 trials"),
        ("all trials, wall", f"{clock.began_s[-1][0] - clock.began_s[0][0]:.0f} s")]


def overhead_rows(which: str, overhead_ms: np.ndarray) -> list[tuple[str, str]]:
    """The figures of one kind of time."""
    ends = min(AT_EACH_END, len(overhead_ms) // 2)
    first, last = np.median(overhead_ms[:ends]), np.median(overhead_ms[-ends:])
    more, half = slope(overhead_ms)
    return [
        (f"overhead per trial, {which}, median of the first and of the last {ends}",
         f"{first:.1f} ms, {last:.1f} ms"),
        (f"slope of the overhead, {which}", f"{more:+.1f} ± {half:.1f} ms per 1000 trials")]


def main() -> None:
    """Runs the campaign and prints the figures."""
    trials = int(sys.argv[1]) if len(sys.argv) > 1 else TRIALS
    prefect_environment.prepare(quiet=True)
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"PREFECT_HOME": f"{folder}/prefect", "PRESSLOOP_LOCKS": folder,
                       "PREFECT_SERVER_EPHEMERAL_ENABLED": "false"}
        os.chdir(folder)
        clock = run(trials)
    libraries = ", ".join(f"{name} {version(name)}" for name in TOLD)
    print(f"Measured {datetime.datetime.now(datetime.UTC):%Y-%m-%d} over {trials} trials on "
          f"{os.cpu_count()} cores, Python {platform.python_version()}, {libraries}.\n")
    print("| figure | value |\n|---|---|")
    for name, value in rows(clock):
        print(f"| {name} | {value} |")
    if raw := os.environ.get("LONG_CAMPAIGN_RAW"):
        np.savez(raw, overhead=clock.overhead_ms, memory=clock.resident_mb)


if __name__ == "__main__":
    main()
