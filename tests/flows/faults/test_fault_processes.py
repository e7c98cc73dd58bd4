"""Rows of the table of faults that need processes.

A killed supervisor, a cancelled flow, a press without power, a full disk."""

from __future__ import annotations

import json
import os
import resource
import signal
import socket
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest
from crash_lab import emulator
from fault_lab import DIRECT, FaultLab, fault_lab
from lab_files import settings_values
from standing_press import go_on, once

from pressloop.flows.campaign.lab import open_run, order_of
from pressloop.flows.campaign.trial import plan, press_stack
from pressloop.flows.settings.campaign import from_plain
from pressloop.hardware.plc.frames import read_snapshot
from pressloop.hardware.plc.register_map import read_map
from pressloop.hardware.supervisor.wire import socket_path
from pressloop.hardware.units import Machine
from pressloop.trials import Commanded, Ledger, State
from pressloop.trials.errors import Fault, LedgerProblem, PressloopError

pytestmark = pytest.mark.sockets
LOADED = ("ramping", "dwelling", "releasing")


def supervisor_of(lab: FaultLab) -> int:
    """The process that listens for this press."""
    with closing(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)) as probe:
        probe.connect(str(socket_path(f"modbus 127.0.0.1:{lab.press.port}")))
        told = probe.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
    return int.from_bytes(told[:4], "little")


def end_supervisor(lab: FaultLab) -> None:
    """Tidies up early; one that has been idle for `linger_s` is gone already."""
    with suppress(FileNotFoundError, ConnectionRefusedError, ProcessLookupError):
        os.kill(supervisor_of(lab), signal.SIGTERM)


@pytest.mark.parametrize("phase", ["ramping", "dwelling", "releasing"])
def test_26_supervisor_killed(phase: str, tmp_path: Path) -> None:
    """The press goes on by its own policy.

    A new supervisor asks it and collects the log, in which the time without one is no more than a
    gap."""
    with fault_lab(tmp_path, "modbus", watchdog_s=30.0) as lab:
        lab.stand_still_in(phase)
        with lab.run() as run:
            # Before the start is acknowledged is another row.
            lab.start_one(run)
            lab.until(lambda: lab.press.phase == phase)
            before = supervisor_of(lab)
            os.kill(before, signal.SIGKILL)
            go_on(lab.press)
            press_stack.fn(run, 1)
            assert supervisor_of(lab) != before
        found = lab.remains()
        end_supervisor(lab)
    assert (found.accepted, found.force_n, found.state, found.told) == (
        [1], 0.0, State.PRESSED, "")


def test_26b_supervisor_killed_while_it_starts_a_cycle(tmp_path: Path) -> None:
    """Nobody can say whether the press took the order.

    It is released, and asked at the next start."""
    with fault_lab(tmp_path, "modbus", speed=100.0) as lab:
        lab.press.inject("frozen program", "start", seconds=0.5)
        once(lab.press, lambda: lab.press.program.frozen_until > 0,
             lambda: os.kill(supervisor_of(lab), signal.SIGKILL))
        lab.press_one()
        assert "nothing is sent twice" in lab.told
        lab.press_one()
        found = lab.remains()
        end_supervisor(lab)
    assert len(found.accepted) <= 1
    assert found.force_n == 0.0


@pytest.mark.parametrize("policy", ["finish", "release"])
def test_3_flow_cancelled_in_mid_press(policy: str, tmp_path: Path) -> None:
    """The heart goes on beating.

    The press finishes, or releases where the settings say so; the next run asks and presses nothing
    twice."""
    with fault_lab(tmp_path, "modbus", watchdog_s=5.0) as lab:
        asked = {"campaign": {"on_stop": policy}}
        lab.stand_still_in("ramping")
        with lab.run(**asked) as run:
            plan.fn(run, 1)
            lab.meanwhile("ramping", lambda: os.kill(os.getpid(), signal.SIGINT))
            with pytest.raises(KeyboardInterrupt):
                press_stack.fn(run, 1)
            assert lab.press.memory.accepted == [1]
        if policy == "finish":
            heard = lab.press.program.beat
            lab.until(lambda: lab.press.program.beat > heard + 5)
            assert lab.press.phase == "ramping"
        go_on(lab.press)
        lab.press_one(**asked)
        found = lab.remains()
        end_supervisor(lab)
    assert (found.accepted, found.force_n) == ([1], 0.0)
    assert found.state is (State.PRESSED if policy == "finish" else State.FAULTED)


def kill_emulator(folder: Path) -> None:
    """As a power cut does."""
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            if f"--state\0{folder}/plc.json".encode() in process.read_bytes():
                os.kill(int(process.parent.name), signal.SIGKILL)


def phase_at(port: int) -> str:
    """The state register, read by somebody who only looks."""
    from pymodbus.client import ModbusTcpClient

    of = read_map("generic")
    with ModbusTcpClient("127.0.0.1", port=port, retries=0) as client:
        words = client.read_input_registers(0, count=of.snapshot.words, device_id=1).registers
    return of.codes["state"][int(read_snapshot(of, Machine(1.0, 1.0), words)["state"])]


def lab_on(port: int, driver: str = DIRECT) -> Any:
    """Settings for a press on that port."""
    from fault_lab import QUICK

    return from_plain(settings_values(**(QUICK | {"press": {
        "driver": driver, "port": port, "patience_s": 20.0, "timeout_s": 2.0,
        "heartbeat_s": 0.2}})), "test")


def press_one(settings: Any) -> str:
    """Presses stack 1, or goes on with it; what the user is told."""
    try:
        with open_run(settings, order_of(settings)) as run:
            if run.ledger.trial(run.campaign, 1) is None:
                plan.fn(run, 1)
            press_stack.fn(run, 1)
    except PressloopError as error:
        return str(error)
    return ""


def state_of(settings: Any) -> State:
    with closing(Ledger.open(settings.campaign.ledger)) as ledger:
        trial = ledger.trial(settings.campaign.name, 1)
        assert trial is not None
        return trial.state


@pytest.mark.parametrize("forgets", [False, True])
def test_29_press_without_power_in_the_dwell(forgets: bool, tmp_path: Path, in_background: Any,
                                             eventually: Any) -> None:
    """Killed and started again on the same port, with and without its retained words."""
    # A dwell of some seconds, so that it is seen from outside.
    port = emulator(in_background, tmp_path, 0, "--speed", 15)
    settings = lab_on(port)
    with open_run(settings, order_of(settings)) as run:
        plan.fn(run, 1)
        run.ledger.append(run.campaign, 1, Commanded(1, run.press.identify().serial))
        trial = run.ledger.trial(run.campaign, 1)
        assert trial is not None
        run.press.start(1, trial.stack, trial.recipe)
        eventually(lambda: phase_at(port) == "dwelling", "dwell")
        kill_emulator(tmp_path)
        if forgets:
            (tmp_path / "plc.json").unlink()
        emulator(in_background, tmp_path, 1, port=port)
    said = press_one(settings)
    memory = json.loads((tmp_path / "plc.json").read_text())
    assert memory["running_id"] == 0
    if forgets:
        assert memory["accepted"] == []
        assert "forgotten" in said
        assert state_of(settings) is State.COMMANDED
    else:
        assert memory["accepted"] == [1]
        assert said == ""
        assert state_of(settings) is State.FAULTED


def test_30_disk_full_in_mid_cycle(tmp_path: Path, in_background: Any, eventually: Any) -> None:
    """The ledger cannot take the trace; the press finishes; the next start collects."""
    from threading import Thread

    port = emulator(in_background, tmp_path, 0, "--speed", 30)
    settings = lab_on(port)
    old = resource.getrlimit(resource.RLIMIT_FSIZE)

    def fill() -> None:
        eventually(lambda: phase_at(port) in LOADED, "the load")
        resource.setrlimit(resource.RLIMIT_FSIZE, (1, old[1]))

    with open_run(settings, order_of(settings)) as run:
        plan.fn(run, 1)
        thread = Thread(target=fill)
        thread.start()
        try:
            with pytest.raises((Fault, LedgerProblem)):
                press_stack.fn(run, 1)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, old)
        thread.join()
    assert state_of(settings) is State.COMMANDED
    assert press_one(settings) == ""
    assert state_of(settings) is State.PRESSED
    assert json.loads((tmp_path / "plc.json").read_text())["accepted"] == [1]


def test_the_row_is_named_for_its_reader() -> None:
    page = (Path(__file__).parents[3] / "docs" / "explanation" / "faults.md").read_text()
    for number in ("3", "26", "27", "28", "29a", "29b", "30"):
        assert f"| {number} |" in page
