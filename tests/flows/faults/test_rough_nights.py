"""What goes wrong around a campaign.

A full disk, a locked ledger, a database server or a Prefect server that is restarted, impatient
hands, a clock that is set. In the end there is the same set of trials as on a quiet night, and the
press has pressed each stack once."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from admitted import KEY
from few_stacks import QUICK, press_few
from free_ports import free_port
from held import HELD, let_end
from lab_files import write_settings
from press_memory import pressed_stacks, stacks, told, trials_of

from pressloop.flows.engine.server_key import SERVER_AUTH_VARIABLE
from pressloop.trials import Ended, Ledger, State
from pressloop.trials.ledger.verification import prove

pytestmark = pytest.mark.prefect
LEDGER = Path("lab.db")
BUSY: dict[str, Any] = QUICK | HELD
"""Each cycle lasts until the test lets it end."""
TIMED: dict[str, Any] = QUICK | {"press": {"time_scale": 0.02}}
"""Each lasts a few seconds."""
COMPILER = shutil.which("cc")
DAY_S = 86_400
Start = Callable[..., subprocess.Popen[str]]
Wait = Callable[..., Any]
Story = list[tuple[Any, ...]]


@pytest.fixture(scope="module")
def quiet_night(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """Four stacks of the same settings that nobody disturbed."""
    folder, before = tmp_path_factory.mktemp("quiet"), Path.cwd()
    os.chdir(folder)
    try:
        press_few(folder, stacks=4)
        return told(trials_of(folder / "lab.db"))
    finally:
        os.chdir(before)


def is_as_quiet(night: Story, url: str = "sqlite:///lab.db", memory: Path = LEDGER) -> None:
    """Nothing lost, nothing pressed twice, nothing open, and a sound ledger."""
    with closing(Ledger.open(url, create=False)) as ledger:
        assert told(ledger.history("night")) == night
        assert prove(ledger, "night").broken is None
    assert pressed_stacks(memory) == stacks(1, 2, 3, 4)


def busy(start: Start, eventually: Wait, settings: Path, memory: Path = LEDGER, nth: int = 2,
         **environment: str) -> subprocess.Popen[str]:
    """A run whose press has just been given its nth stack.

    It stays there until `let_end` where cycles can be held."""
    let_end(memory, nth - 1)
    process = start("run", settings, **environment)
    eventually(lambda: len(pressed_stacks(memory)) == nth, f"stack {nth} on the press")
    return process


def goes_on(pressloop: Callable[..., Any], folder: Path) -> None:
    """The next start, with a press that takes no time."""
    assert pressloop("run", write_settings(folder, **QUICK)).code == 0


@pytest.mark.nightly
def test_a_ledger_that_is_locked_for_ten_seconds(
        server: Any, tmp_path: Path, in_background: Start, eventually: Wait, quiet_night: Story
        ) -> None:
    process = busy(in_background, eventually, write_settings(tmp_path, **BUSY))
    with closing(sqlite3.connect(LEDGER, isolation_level=None, timeout=10)) as other:
        other.execute("BEGIN IMMEDIATE")
        let_end(LEDGER)
        time.sleep(10.0)
        assert process.poll() is None
        other.execute("ROLLBACK")
    assert process.wait(150) == 0, (tmp_path / "process-0.log").read_text()
    is_as_quiet(quiet_night)


def test_a_full_disk_stops_the_run_and_costs_no_stack(
        server: Any, pressloop: Callable[..., Any], tmp_path: Path, in_background: Start,
        eventually: Wait, quiet_night: Story) -> None:
    """The kernel refuses this process every further byte of a file, as a full disk does."""
    process = busy(in_background, eventually, write_settings(tmp_path, **BUSY))
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (1, resource.RLIM_INFINITY))
    let_end(LEDGER)
    assert process.wait(150) in (1, 2)
    assert "Traceback" not in (tmp_path / "process-0.log").read_text()
    assert trials_of(LEDGER)[-1].state is State.COMMANDED
    goes_on(pressloop, tmp_path)
    is_as_quiet(quiet_night)


@pytest.mark.nightly
def test_postgresql_is_restarted_in_mid_trial(
        server: Any, tmp_path: Path, in_background: Start, eventually: Wait, quiet_night: Story,
        postgres: Any) -> None:
    url, memory = postgres.database(), Path("pressloop")
    path = write_settings(tmp_path, **BUSY, campaign={"ledger": url})
    process = busy(in_background, eventually, path, memory)
    postgres.stop()
    let_end(memory)
    time.sleep(4.0)
    assert process.poll() is None
    postgres.start()
    assert process.wait(150) == 0, (tmp_path / "process-0.log").read_text()
    is_as_quiet(quiet_night, url, memory)


@contextmanager
def prefect_server(home: Path, port: int, eventually: Wait) -> Iterator[subprocess.Popen[bytes]]:
    """A server that this test may kill."""
    from pressloop.flows.engine.server import healthy

    with socket.create_server(("127.0.0.1", port)) as listening:
        process = subprocess.Popen(
            [sys.executable, "-m", "pressloop.flows.engine.server_process",
             str(listening.fileno())], env={
                **os.environ, "PREFECT_HOME": str(home), SERVER_AUTH_VARIABLE: KEY,
                "PYTHONPATH": str(Path(__file__).parents[3])}, pass_fds=[listening.fileno()],
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True)
    try:
        eventually(lambda: healthy(f"http://127.0.0.1:{port}/api"), "a Prefect server")
        yield process
    finally:
        process.kill()
        process.wait(150)


@pytest.fixture
def home(server: Any, tmp_path: Path) -> Path:
    """A Prefect home with the tables that the session's server has laid out already."""
    home = tmp_path / "prefect"
    home.mkdir()
    with (closing(sqlite3.connect(Path(os.environ["PREFECT_HOME"]) / "prefect.db")) as old,
          closing(sqlite3.connect(home / "prefect.db")) as new):
        old.backup(new)
    return home


@pytest.mark.nightly
def test_the_prefect_server_is_stopped_and_started_in_mid_trial(
        server: Any, tmp_path: Path, in_background: Start, eventually: Wait, home: Path,
        quiet_night: Story) -> None:
    """The campaign goes on without it; what it shows catches up once it is back."""
    port = free_port()
    own = {"PREFECT_API_URL": f"http://127.0.0.1:{port}/api", "PREFECT_HOME": str(home)}
    path = write_settings(tmp_path, **BUSY)
    with prefect_server(home, port, eventually):
        process = busy(in_background, eventually, path, **own)
    let_end(LEDGER, 2)
    eventually(lambda: len(pressed_stacks(LEDGER)) == 3, "stack 3, without a server")
    with prefect_server(home, port, eventually):
        let_end(LEDGER)
        assert process.wait(150) == 0, (tmp_path / "process-0.log").read_text()
        ask = type(server)(own["PREFECT_API_URL"])
        run, = ask("flow_runs/filter", {"flow_runs": {"name": {"any_": [f"{path}: 4 stacks"]}}})
        assert run["state"]["type"] == "COMPLETED"
        table, = ask("artifacts/latest/filter", {"artifacts": {"key": {"any_": ["night-trials"]}}})
        assert all(f"night-00{number}" in str(table["data"]) for number in (1, 2, 3, 4))
    is_as_quiet(quiet_night)


@pytest.mark.nightly
def test_a_pause_holds_while_the_prefect_server_is_away(
        server: Any, tmp_path: Path, in_background: Start, eventually: Wait, home: Path,
        quiet_night: Story) -> None:
    port = free_port()
    own = {"PREFECT_API_URL": f"http://127.0.0.1:{port}/api", "PREFECT_HOME": str(home),
           "PREFECT_LOGGING_LEVEL": "INFO", "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "INFO"}
    path, ask = write_settings(tmp_path, **BUSY), type(server)(own["PREFECT_API_URL"])
    with prefect_server(home, port, eventually):
        process = busy(in_background, eventually, path, nth=1, **own)
        run, = ask("flow_runs/filter", {"flow_runs": {"name": {"any_": [f"{path}: 4 stacks"]}}})
        assert ask(f"flow_runs/{run['id']}/set_state", {"state": {
            "type": "PAUSED", "name": "Paused"}})["status"] == "ACCEPT"
        let_end(LEDGER)
        eventually(lambda: "Paused: nothing is pressed" in (
            tmp_path / "process-0.log").read_text(), "the pause")
    time.sleep(6.0)
    assert process.poll() is None
    with prefect_server(home, port, eventually):
        assert len(pressed_stacks(LEDGER)) == 1
        ask(f"flow_runs/{run['id']}/resume", {})
        assert process.wait(150) == 0, (tmp_path / "process-0.log").read_text()
    is_as_quiet(quiet_night)


def test_two_stops_in_a_row_still_unload(
        server: Any, pressloop: Callable[..., Any], tmp_path: Path, in_background: Start,
        eventually: Wait) -> None:
    """The second Ctrl-C, of somebody in fear, does not cut short what the first one began."""
    path = write_settings(tmp_path, **BUSY, campaign={"on_stop": "release"})
    process = busy(in_background, eventually, path)
    process.send_signal(signal.SIGINT)
    time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    assert process.wait(150) == 130
    log = (tmp_path / "process-0.log").read_text()
    assert "Traceback" not in log
    with closing(Ledger.open("sqlite:///lab.db")) as ledger:
        end = ledger.facts("night")[-1][1]
    assert isinstance(end, Ended)
    assert "cycle 2 was released, the platens are open" in end.detail
    assert '"released": 2' in Path("lab.db.press.jsonl").read_text()
    goes_on(pressloop, tmp_path)
    assert [t.state for t in trials_of(LEDGER)] == [
        State.EVALUATED, State.FAULTED, State.EVALUATED, State.EVALUATED]
    assert pressed_stacks(LEDGER) == stacks(1, 2, 3, 4)


@pytest.fixture
def settable_clock(tmp_path: Path) -> tuple[Path, dict[str, str]]:
    """A file of seconds by which the time of day is off, and the environment to go by it.

    The environment is that of one process; nobody else's clock is set."""
    if COMPILER is None:
        pytest.skip("no C compiler: sets the clock of one process instead of the whole machine's")
    library, clock = tmp_path / "set_clock.so", tmp_path / "clock"
    subprocess.run([COMPILER, "-shared", "-fPIC", "-o", library,
                    Path(__file__).parents[2] / "support" / "set_clock.c"], check=True)
    clock.write_text("0")
    return clock, {"LD_PRELOAD": str(library), "CLOCK_OFF_BY": str(clock)}


@pytest.mark.nightly
def test_the_clock_is_set_in_mid_press(
        server: Any, tmp_path: Path, in_background: Start, eventually: Wait, quiet_night: Story,
        settable_clock: tuple[Path, dict[str, str]]) -> None:
    """Two days ahead during one cycle, five days back during the next.

    Dwell and order do not go by the time of day."""
    clock, environment = settable_clock
    process = busy(in_background, eventually, write_settings(tmp_path, **TIMED), **environment)
    clock.write_text(str(2 * DAY_S))
    eventually(lambda: len(pressed_stacks(LEDGER)) == 3, "stack 3 on the press")
    clock.write_text(str(-3 * DAY_S))
    assert process.wait(150) == 0, (tmp_path / "process-0.log").read_text()
    is_as_quiet(quiet_night)
    with closing(Ledger.open("sqlite:///lab.db")) as ledger:
        days = [row.utc[:10] for row in ledger.log("night")]
    assert len(set(days)) >= 3, "the clock was really set"
    assert days != sorted(days), "and back"
