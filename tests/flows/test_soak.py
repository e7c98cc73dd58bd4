"""Hundreds of stacks by a campaign whose process is killed again and again, at random.

Not part of the suite: `make soak`. PRESSLOOP_SOAK_TRIALS sets the number of stacks,
PRESSLOOP_SOAK_SEED repeats a draw.
"""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from admitted import admitted
from crash_lab import CrashLab, simulated_lab
from crash_points import Point, points_of
from killed_run import KilledRun, Zygote, unmarked, zygote

from trials import State

pytestmark = [pytest.mark.prefect, pytest.mark.soak]

TRIALS = int(os.environ.get("PRESSLOOP_SOAK_TRIALS", "500"))
SEED = int(os.environ.get("PRESSLOOP_SOAK_SEED", str(time.time_ns() % 10**9)))
SPEED = 1000.0
"""Machine seconds per second: a quarter of a second a cycle."""
LONGEST_S = 12.0
"""How long a run may live before it is killed from outside; its start alone takes a second."""
AHEAD = 8
"""How many stacks further a point may be at most."""
LAST_S = 600.0


@pytest.fixture(autouse=True)
def asked_for(request: pytest.FixtureRequest) -> None:
    """Other selections of tests, such as `-m prefect`, do not mean this one."""
    if "soak" not in request.config.getoption("markexpr").replace("not soak", ""):
        pytest.skip("runs for a long time; ask for it with -m soak")


@pytest.fixture
def forks(asked_for: None, one_server: str, own_place: None) -> Iterator[Zygote]:
    """What the runs are forked from."""
    os.environ |= admitted(one_server)
    with unmarked(), zygote() as ready:
        yield ready


def disturbed(lab: CrashLab, forks: Zygote, draw: random.Random) -> KilledRun:
    """A run that dies at a point of a stack to come, or when its time is over."""
    point: Point | None = draw.choice([*points_of("simulated"), None])
    stack = len(lab.trials) + draw.randint(0, AHEAD)
    run = forks.run(lab.folder, lab.settings, point=point,
                    stack=None if point is not None and point.anywhere else stack)
    deadline = time.monotonic() + draw.uniform(0.0, LONGEST_S)
    while run.code() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    run.kill()
    run.wait(10.0)
    return run


def done(lab: CrashLab) -> int:
    """Stacks that have their outcome."""
    return sum(not trial.is_open for trial in lab.trials)


@pytest.mark.timeout(7200)
def test_hundreds_of_stacks_with_random_kills(tmp_path: Path, forks: Zygote) -> None:
    """None is lost, none is pressed twice, and the ledger is whole."""
    print(f"PRESSLOOP_SOAK_SEED={SEED} PRESSLOOP_SOAK_TRIALS={TRIALS}", flush=True)
    lab = simulated_lab(tmp_path / "soak", {"time_scale": 1 / SPEED}, campaign={"trials": TRIALS},
                        search={"start_with": 1000})
    draw, began, runs = random.Random(SEED), time.monotonic(), list[KilledRun]()
    while done(lab) < TRIALS - AHEAD:
        runs.append(disturbed(lab, forks, draw))
    last = forks.run(lab.folder, lab.settings)
    assert last.wait(LAST_S) == 0, last.said()

    codes = [run.code() for run in runs]
    numbers, pressed, proof = [t.number for t in lab.trials], lab.pressed(), lab.proof()
    kills, at_points = codes.count(-signal.SIGKILL), sum(bool(run.reached) for run in runs)
    print(f"{len(numbers)} trials, {len(pressed)} cycles on the press, {kills} kills, {at_points} "
          f"of them at a point of the table, {proof.entries} entries, "
          f"{time.monotonic() - began:.0f} s", flush=True)
    assert set(codes) <= {-signal.SIGKILL, 0}
    assert numbers == list(range(1, TRIALS + 1)), "none is lost"
    assert pressed == lab.as_remembered(TRIALS), "none is pressed twice"
    assert {t.state for t in lab.trials} == {State.EVALUATED}
    assert (proof.sound, proof.open_trials) == (True, ())
