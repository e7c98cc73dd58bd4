"""The whole attack.

Short campaigns whose processes are killed and stopped at random, and whose ledgers are set back, on
simulated presses and on emulated PLCs.

Not part of the suite: `make soak`. PRESSLOOP_SOAK_CAMPAIGNS sets their number. Each line names the
seed by which that campaign is repeated: PRESSLOOP_SOAK_SEED=... PRESSLOOP_SOAK_CAMPAIGNS=1.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import pytest
from admitted import admitted
from crash_lab import CrashLab, emulated_lab, simulated_lab
from killed_run import Zygote, unmarked, zygote
from soak import Attack, Tally, table

pytestmark = [pytest.mark.prefect, pytest.mark.soak, pytest.mark.sockets]

CAMPAIGNS = int(os.environ.get("PRESSLOOP_SOAK_CAMPAIGNS", "100"))
SEED = int(os.environ.get("PRESSLOOP_SOAK_SEED", str(time.time_ns() % 10**9)))
FEWEST, MOST = 5, 8
"""Stacks of a campaign."""
PRESSES = ("simulated", "modbus")
"""In turn, by the seed."""
SIMULATED_SPEED, PLC_SPEED = 1000.0, 150.0
"""Machine seconds per second: a cycle takes a quarter of a second, or almost two, in which a PLC is
looked at some thirty times."""


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


@contextmanager
def lab_of(press: str, folder: Path, stacks: int, start: Callable[..., Any], index: int
           ) -> Iterator[CrashLab]:
    """A lab with this press; the recipes are those of a design, whatever was measured before.

    On a busy computer a PLC is looked at too seldom to tell how long it held: that stops
    nothing."""
    changes: dict[str, Any] = {"campaign": {"trials": stacks, "nothing_learned_in_a_row": 0},
                               "search": {"start_with": 1000}}
    with (nullcontext(simulated_lab(folder, {"time_scale": 1 / SIMULATED_SPEED}, **changes))
          if press == "simulated" else emulated_lab(folder, start, index, PLC_SPEED, **changes)
          ) as lab:
        yield lab


@pytest.mark.timeout(6 * 3600)
def test_campaigns_under_attack(tmp_path: Path, forks: Zygote, in_background: Callable[..., Any]
                                ) -> None:
    """None is lost, none is pressed twice, none in silence, and nothing ends in a traceback."""
    tallies: dict[str, list[Tally]] = {press: [] for press in PRESSES}
    try:
        for seed in range(SEED, SEED + CAMPAIGNS):
            press, draw, began = PRESSES[seed % 2], random.Random(seed), time.monotonic()
            stacks = draw.randint(FEWEST, MOST)
            with lab_of(press, tmp_path / f"soak-{seed}", stacks, in_background,
                        len(tallies["modbus"])) as lab:
                found = Attack(lab, forks, draw, stacks).carried_out()
            tallies[press].append(found)
            print(f"seed {seed}, {press}: {found}; {time.monotonic() - began:.0f} s", flush=True)
    finally:
        print(table(tallies), flush=True)
    assert not any(one.bad for some in tallies.values() for one in some)
