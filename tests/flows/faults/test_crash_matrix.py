"""`kill -9` of a campaign at every boundary of every step, and in the middle of each.

Each row kills a process of its own: the next one goes on from what the ledger has and what the
press says, and is killed in turn, until the last one is left alone. What then lies on the press and
in the ledger must be what one undisturbed process leaves.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from crash_lab import CrashLab, emulated_lab, simulated_lab
from crash_points import points_of
from killed_run import KilledRun, Zygote, forking
from press_memory import told
from standing_press import go_on, stand_still

from pressloop.hardware.emulators.plc_cycle import Cycle
from pressloop.hardware.emulators.plc_server import EmulatedPress
from pressloop.trials import Failed, Intact, State, Trial

STACKS = 7
BY_DESIGN = 6
"""The models choose the last recipe."""
SPEED = 60.0
"""Machine seconds per second of the emulated press: some four seconds a cycle."""
SECONDS = 300.0
"""How long a run may take to its point, or, undisturbed, for a few stacks."""
IN_RAMP, IN_DWELL, IN_RELEASE = (f"press: in the {phase}" for phase in (
    "ramp", "dwell", "release"))
AFTERWARDS = (IN_DWELL, IN_RELEASE, "collecting: while the cycle still runs")
"""Points after which the emulated press goes on from where a run met it."""


@pytest.fixture(scope="module")
def forks(one_server: str) -> Iterator[Zygote]:
    """What the runs of this file are forked from."""
    with forking(one_server) as ready:
        yield ready


Labs = tuple[CrashLab, CrashLab]


@pytest.fixture
def labs(press: str, tmp_path: Path, in_background: Callable[..., Any]) -> Iterator[Labs]:
    """Two equal labs with this press: one to be disturbed, one for comparison."""
    names = ("killed", "undisturbed")
    campaign = {"trials": STACKS}
    if press == "simulated":
        killed, undisturbed = (
            simulated_lab(tmp_path / name, {"driver": "odd_lab.counted_press"}, campaign=campaign,
                          search={"start_with": BY_DESIGN}) for name in names)
        yield killed, undisturbed
        return
    with ExitStack() as open_labs:
        killed, undisturbed = (open_labs.enter_context(
            emulated_lab(tmp_path / name, in_background, i, SPEED, campaign=campaign,
                         search={"start_with": STACKS})) for i, name in enumerate(names))
        yield killed, undisturbed


def meets(press: EmulatedPress, point: str) -> None:
    """Makes the press stand still where a run is to die with it in the middle of the next cycle."""
    coming = press.memory.last_accepted_id + 1

    def passed(phase: str, far: Callable[[Cycle], bool]) -> None:
        stand_still(press, lambda: (cycle := press.program.cycle) is not None and far(cycle)
                    and (cycle.order.cycle_id, cycle.phase) == (coming, phase))

    if point == IN_RAMP:
        passed("ramping", lambda cycle: True)
    elif point == IN_DWELL:
        passed("dwelling", lambda cycle: cycle.held > 0.5 * cycle.order.dwell)
    elif point == IN_RELEASE:
        passed("releasing", lambda cycle: cycle.force < 0.5 * cycle.peak)


def killed_everywhere(lab: CrashLab, press: str, forks: Zygote) -> list[KilledRun]:
    """One run per point, killed there, and one that is left alone."""
    runs, stack, supervisors = list[KilledRun](), 0, set[int]()
    for point in points_of(press):
        if not (point.again or point.anywhere):
            stack += 1
        if lab.press is not None:
            meets(lab.press, point.name)
        run = forks.run(lab.folder, lab.settings, press=press, point=point,
                        stack=None if point.anywhere else stack)
        runs.append(run)
        code = run.wait(SECONDS)
        assert (code, run.reached) == (-signal.SIGKILL, point.name), run.said()
        if lab.press is not None:
            supervisors.add(lab.supervisor())
            if point.name in AFTERWARDS:
                go_on(lab.press)
    assert len(supervisors) == (lab.press is not None), "it outlives the runs"
    runs.append(forks.run(lab.folder, lab.settings))
    assert runs[-1].wait(SECONDS) == 0, runs[-1].said()
    return runs


def comparable(trials: tuple[Trial, ...], press: str) -> list[tuple[Any, ...]]:
    """What a run must leave behind, killed or not.

    A PLC's log is what was seen of it between looks, so that hits of the acoustic sensor fall on
    either side of the middle of the dwell: the damage index has its own error, and is not compared.
    """
    if press == "simulated":
        return told(trials)
    return [(*found[:-1], replace(found[-1], damage=None)
             if isinstance(found[-1], (Intact, Failed)) else found[-1])
            for found in told(trials)]


@pytest.mark.prefect
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("press", [
    "simulated", pytest.param("modbus", marks=[pytest.mark.sockets, pytest.mark.nightly])])
def test_a_run_killed_anywhere_is_taken_up_as_if_nothing_had_happened(
        press: str, labs: Labs, forks: Zygote, server: Any) -> None:
    lab, other = labs
    undisturbed = forks.run(other.folder, other.settings)
    runs = killed_everywhere(lab, press, forks)
    assert undisturbed.wait(SECONDS) == 0, undisturbed.said()

    assert len(runs) - 1 >= 30
    assert comparable(lab.trials, press) == comparable(other.trials, press)
    assert [t.number for t in lab.trials] == list(range(1, STACKS + 1))
    assert {t.state for t in lab.trials} == {State.EVALUATED}
    assert lab.pressed() == other.pressed() == lab.as_remembered(STACKS)

    proof = lab.proof()
    assert (proof.sound, proof.broken, proof.open_trials) == (True, None, ())
    assert not any(run.left_something for run in runs)
    assert server(f"flow_runs/{lab.flow_runs()[-1]}")["state"]["type"] == "COMPLETED"
