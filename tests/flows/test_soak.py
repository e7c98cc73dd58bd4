"""Hundreds of stacks by a campaign whose process is killed again and again, at random, and whose
ledger is set back now and then.

Not part of the suite: `make soak`. PRESSLOOP_SOAK_TRIALS sets the number of stacks,
PRESSLOOP_SOAK_SEED repeats a draw.
"""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from admitted import admitted
from crash_lab import CrashLab, simulated_lab
from crash_points import Point, points_of
from killed_run import KilledRun, Zygote, unmarked, zygote
from ledger_copies import Copies

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
SET_BACK = 0.25
"""How often the ledger is set back after a kill."""


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


def disturbed(lab: CrashLab, forks: Zygote, draw: random.Random, copies: Copies) -> KilledRun:
    """A run that dies at a point of a stack to come, or when its time is over. Its ledger is copied
    meanwhile, as it is."""
    point: Point | None = draw.choice([*points_of("simulated"), None])
    stack = len(lab.trials) + draw.randint(0, AHEAD)
    run = forks.run(lab.folder, lab.settings, point=point,
                    stack=None if point is not None and point.anywhere else stack)
    deadline = time.monotonic() + draw.uniform(0.0, LONGEST_S)
    while run.code() is None and time.monotonic() < deadline:
        time.sleep(0.01)
        if draw.random() < 0.01:
            copies.take_alone()
    run.kill()
    run.wait(10.0)
    return run


def set_back(lab: CrashLab, forks: Zygote, copies: Copies) -> str:
    """The ledger is set back. Where the press knows better, a run is refused and presses nothing,
    until a person has had the stacks adopted. How it went: told, nothing lost, silent.
    """
    way, before = copies.set_back(), lab.pressed()
    broken = copies.broken()
    if not broken and not copies.lacks():
        return "nothing lost"
    run = forks.run(lab.folder, lab.settings)
    if run.wait(LAST_S) != 2 or lab.pressed() != before:
        print(f"silent after {way}:\n{run.said()}", flush=True)
        return "silent"
    assert "Traceback" not in run.said(), run.said()
    if broken and "pressloop adopt" not in run.said():
        copies.throw_away()
    adopted = forks.command(lab.folder, "adopt", lab.settings, "--reason", way)
    assert adopted.wait(LAST_S) == 0, adopted.said()
    assert copies.lacks() == []
    return "told"


def done(lab: CrashLab) -> int:
    """Stacks that have their outcome."""
    return sum(not trial.is_open for trial in lab.trials)


@pytest.mark.timeout(7200)
def test_hundreds_of_stacks_with_random_kills(tmp_path: Path, forks: Zygote) -> None:
    """None is lost, none is pressed twice, none in silence, and the ledger is whole."""
    print(f"PRESSLOOP_SOAK_SEED={SEED} PRESSLOOP_SOAK_TRIALS={TRIALS}", flush=True)
    lab = simulated_lab(tmp_path / "soak", {"time_scale": 1 / SPEED}, campaign={"trials": TRIALS},
                        search={"start_with": 1000})
    draw, began, runs = random.Random(SEED), time.monotonic(), list[KilledRun]()
    copies, backs = Copies(lab, draw), Counter[str]()
    while done(lab) < TRIALS - AHEAD:
        runs.append(disturbed(lab, forks, draw, copies))
        if draw.random() < SET_BACK:
            backs[set_back(lab, forks, copies)] += 1
        copies.take()
    last = forks.run(lab.folder, lab.settings)
    assert last.wait(LAST_S) == 0, last.said()

    codes = [run.code() for run in runs]
    numbers, pressed, proof = [t.number for t in lab.trials], lab.pressed(), lab.proof()
    kills, at_points = codes.count(-signal.SIGKILL), sum(bool(run.reached) for run in runs)
    print(f"{len(numbers)} trials, {len(pressed)} cycles on the press, {kills} kills, {at_points} "
          f"of them at a point of the table, {proof.entries} entries, "
          f"{time.monotonic() - began:.0f} s; ledger set back {backs.total()} times: {dict(backs)}",
          flush=True)
    doubled = len(pressed) - len(set(pressed))
    print(f"lost {TRIALS - len(set(pressed))}, doubled {doubled}, silent {backs['silent']}",
          flush=True)
    assert set(codes) <= {-signal.SIGKILL, 0}
    assert backs["silent"] == 0
    assert numbers == list(range(1, TRIALS + 1)), "none is lost"
    assert pressed == lab.as_remembered(TRIALS), "none is pressed twice"
    assert {t.state for t in lab.trials} == {State.EVALUATED}
    assert (proof.sound, proof.open_trials) == (True, ())
