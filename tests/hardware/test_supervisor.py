"""The supervisor: one process per press, which outlives the flows that talk to it."""

from __future__ import annotations

import os
import signal
import socket
import stat
import subprocess
import sys
import time
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pressloop.hardware.envelope import Envelope
from pressloop.hardware.protocols import CycleReport, CycleState, Place
from pressloop.hardware.registry import connect_directly, connect_press
from pressloop.hardware.supervisor import wire
from pressloop.hardware.supervisor.client import SupervisedPress
from pressloop.trials.errors import (
    BadInput,
    Fault,
    OtherCycle,
    OutcomeUnknown,
    OutOfEnvelope,
    PressBusy,
)
from pressloop.trials.recipe import Recipe
from pressloop.trials.trace import Trace

pytestmark = pytest.mark.slow

DRIVER = "own_lab.kept_press"


@pytest.fixture(autouse=True)
def own_locks(tmp_path, monkeypatch):
    monkeypatch.setenv("PRESSLOOP_LOCKS", str(tmp_path))


@pytest.fixture
def open_press(place):
    """Connects through the supervisor; every supervisor has ended when the test has."""
    opened: list[SupervisedPress] = []

    def call(where: Place = place, **options: object) -> SupervisedPress:
        press = connect_press(DRIVER, {"linger_s": 0.5} | options, where)
        opened.append(press)
        return press

    yield call
    for press in opened:
        press.close()
    supervisor = process_of()
    if supervisor:
        os.kill(supervisor, signal.SIGKILL)
    wire.socket_path("kept press").unlink(missing_ok=True)


def process_of() -> int | None:
    """The supervisor's process, as its socket tells; None where nobody listens."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        if probe.connect_ex(str(wire.socket_path("kept press"))) != 0:
            return None
        credentials = probe.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
    return int.from_bytes(credentials[:4], "little")


def gone(pid: int | None, seconds: float = 150.0) -> bool:
    """True once the process is no more (or only waits to be reaped)."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with suppress(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False


def test_a_press_behind_the_supervisor_answers_as_it_does_directly(open_press, place, stack,
                                                                    recipe):
    press = open_press(acoustic_sensor=True)
    press.start(3, stack("a"), recipe)
    direct = connect_directly(DRIVER, {}, place)
    assert press.identify() == direct.identify()
    assert press.last_accepted_id() == 3
    here, there = press.report(3), direct.report(3)
    assert replace(here, trace=None) == replace(there, trace=None)
    assert here.state is CycleState.FINISHED
    for name in ("time_s", "force_n", "position_mm", "temperature_upper_c", "acoustic_hits"):
        np.testing.assert_array_equal(getattr(here.trace, name), getattr(there.trace, name))
    assert press.would_refuse(stack("b"), Recipe(5000.0, 60, 25))


def test_errors_come_through_as_themselves(open_press, stack, recipe):
    press = open_press()
    with pytest.raises(OutOfEnvelope, match="pressure_mpa = 5000"):
        press.start(1, stack("a"), Recipe(5000.0, 60, 25))
    press.start(1, stack("a"), recipe)
    with pytest.raises(Fault, match="may be a repeat"):
        press.start(1, stack("a"), recipe)
    press.close()
    with pytest.raises(BadInput, match="no_such_option"):
        open_press(no_such_option=1)


def test_killed_supervisor_is_replaced_and_the_press_asked(open_press, stack, recipe):
    press = open_press(time_scale=1.0)
    press.start(1, stack("a"), recipe)
    before = process_of()
    os.kill(before, signal.SIGKILL)
    assert press.report(1).state is CycleState.RUNNING
    assert process_of() not in (None, before)
    press.release()
    assert press.report(1).state is CycleState.RELEASED


def test_a_release_of_one_cycle_ends_no_other(open_press, stack, recipe):
    press = open_press(time_scale=1.0)
    press.start(2, stack("a"), recipe)
    with pytest.raises(OtherCycle, match="cycle 2 is in the press, not 1"):
        press.release_cycle(1)
    assert press.report(2).state is CycleState.RUNNING
    press.release_cycle(2)
    assert press.report(2).state is CycleState.RELEASED


def test_a_start_is_never_sent_again(open_press, stack, recipe):
    press = open_press()
    os.kill(process_of(), signal.SIGSTOP)
    os.kill(process_of_stopped(press), signal.SIGKILL)
    with pytest.raises(OutcomeUnknown, match="nothing is sent twice"):
        press.start(1, stack("a"), recipe)
    assert press.report(1).state is CycleState.NEVER_ACCEPTED


def process_of_stopped(press: SupervisedPress) -> int:
    """The process at the other end of an open connection."""
    told = press._socket.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
    return int.from_bytes(told[:4], "little")


def test_it_stays_while_a_cycle_runs_and_leaves_when_nobody_needs_it(open_press, stack, recipe):
    press = open_press(time_scale=0.003)
    press.start(1, stack("a"), replace(recipe, dwell_s=1500.0))
    supervisor = process_of()
    press.close()
    time.sleep(1.0)
    assert process_of() == supervisor
    assert gone(supervisor)


def test_two_clients_share_one_supervisor(open_press, place):
    first, second = open_press(), open_press()
    assert first.identify() == second.identify()
    assert process_of_stopped(first) == process_of_stopped(second)


def test_other_settings_wait_for_the_run_that_holds_the_press(open_press, place):
    first = open_press()
    tighter = replace(place, envelope=Envelope(78.5, 50e3, 600.0, 15.0, 150.0, 3600.0))
    with pytest.raises(PressBusy, match="other settings"):
        open_press(tighter)
    supervisor = process_of()
    first.close()
    second = open_press(tighter)
    assert second.identify().serial
    assert process_of() != supervisor


def test_only_its_user_may_open_the_socket(open_press):
    open_press()
    path = wire.socket_path("kept press")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_folder_that_others_may_enter_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("PRESSLOOP_RUNTIME", str(tmp_path / "own"))
    wire.socket_path("x").parent.chmod(0o755)
    with pytest.raises(Fault, match="others could command the press"):
        wire.socket_path("x")


def test_only_the_methods_of_a_press_can_be_called(open_press):
    open_press()
    with closing(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)) as raw:
        raw.connect(str(wire.socket_path("kept press")))
        for method in ("close", "__class__", "bench", "_running"):
            raw.sendall(wire.dump({"method": method, "with": {}}))
            assert b'"error"' in raw.recv(10_000)


def test_a_report_survives_the_wire():
    trace = Trace(np.array([0.0, 1.0]), np.array([0.0, 5.0]), None, None, None, 78.5,
                  peak_force_n=5.0, held_s=1.0, gap="no log for 3 s", conditions={"o2_ppm": 0.5})
    sent = CycleReport(7, CycleState.FINISHED, trace, 1.5, 2.5, "a", Recipe(100, 60, 25), "", 12)
    back = wire.result("report", wire.plain("report", sent))
    assert replace(back, trace=None) == replace(sent, trace=None)
    assert (back.trace.gap, back.trace.conditions) == (trace.gap, trace.conditions)
    np.testing.assert_array_equal(back.trace.force_n, trace.force_n)


@pytest.mark.parametrize("torn", [b'{"method": "rele', b'{"method": "release", "with": {}}'],
                         ids=["in mid word", "all but the end of the line"])
def test_a_client_that_was_killed_in_mid_line_orders_nothing(open_press, torn, stack, recipe):
    press = open_press(time_scale=1.0)
    press.start(1, stack("a"), recipe)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as killed:
        killed.connect(str(wire.socket_path("kept press")))
        killed.sendall(torn)
        killed.shutdown(socket.SHUT_WR)
        assert killed.recv(100) == b"", "no answer, and no longer a client"
    assert press.report(1).state is CycleState.RUNNING
    press.release()


def test_a_supervisor_whose_starter_was_killed_ends_in_peace(place, open_press, tmp_path):
    order = {"driver": DRIVER, "options": {"linger_s": 0.5}, "place": wire.plain_place(place),
             "socket": str(wire.socket_path("kept press")), "digest": "", "linger_s": 2.0}
    read, write = os.pipe()
    os.close(read)
    with open(tmp_path / "said", "wb") as said:
        process = subprocess.Popen([sys.executable, "-m", "pressloop.hardware.supervisor.process"],
                                   stdin=subprocess.PIPE, stdout=write, stderr=said)
    os.close(write)
    process.communicate(wire.dump(order))
    assert process.returncode == 0
    assert (tmp_path / "said").read_text() == ""
    assert open_press().last_accepted_id() == 0


@pytest.mark.parametrize("told", [b"", b'{"driver": "own_lab.kept_pr'], ids=["nothing", "half"])
def test_a_supervisor_whose_starter_was_killed_before_it_said_anything(told):
    started = subprocess.run(
        [sys.executable, "-m", "pressloop.hardware.supervisor.process"], input=told,
        capture_output=True, check=False)
    assert (started.returncode, started.stdout, started.stderr) == (0, b"", b"")


RUN = """
import sys
from pathlib import Path
from pressloop.hardware.protocols import Place
from pressloop.hardware.registry import connect_press
connect_press(sys.argv[1], {"linger_s": 0.5, "connect_s": 3.0}, Place(7, Path(sys.argv[2])))
"""


def test_a_run_whose_predecessor_was_killed_while_its_supervisor_started(open_press, place):
    """It finds that supervisor, which goes on without its starter, and starts none beside it.

    One that was told nothing yet ends in peace."""
    killed = subprocess.Popen([sys.executable, "-c", RUN, DRIVER, str(place.stem)],
                              env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)})
    first = child_of(killed.pid)
    time.sleep(0.3)
    killed.kill()
    killed.wait()
    press = open_press(connect_s=3.0)
    assert press.last_accepted_id() == 0
    assert process_of_stopped(press) == first or gone(first, 0.5), "never two at one press"


def child_of(process: int) -> int:
    """The first process that this one has started."""
    children = Path(f"/proc/{process}/task/{process}/children")
    deadline = time.monotonic() + 150.0
    while not (found := children.read_text().split()):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return int(found[0])


def test_a_run_that_comes_while_a_supervisor_ends_gets_one_of_its_own(open_press):
    first = open_press(close_s=4.0)
    before = process_of()
    first.close()
    while wire.socket_path("kept press").exists():
        time.sleep(0.01)
    second = open_press(close_s=4.0)
    assert process_of_stopped(second) != before
    assert gone(before, 0.5), "never two at one press"
