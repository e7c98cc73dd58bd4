"""What moves no press, and a press that a person operates, need neither fcntl nor resource.

The suite's own tests of them, run once more without what Windows does not have."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

TESTS = Path(__file__).parents[1]
WITHOUT = TESTS / "support" / "no_posix"
PART = ("hardware/attended", "hardware/meters", "flows/cli/test_tables_to_recipes.py",
        "flows/cli/test_import_to_settle.py", "flows/cli/test_evaluate_sweeps.py")
WITH_SERVER = ("flows/operator/test_person_asked.py::test_a_stack_through_a_pipe",
               "flows/cli/test_folders_of_the_lab.py", "flows/study/test_study_run.py")
"""`lint`, `suggest`, `import`, `recommend`, `report`, `study`, `check` of folders, `evaluate`, and
`run` with an attended press."""


def environment() -> dict[str, str]:
    """That of a system without POSIX's own."""
    # Processes of these tests lack what they lack by their own PYTHONPATH, and inherit nothing.
    return os.environ | {"PYTHONPATH": os.pathsep.join(map(str, (WITHOUT, TESTS.parent))),
                         "PRESSLOOP_TESTS_FORK": "0"}


def without(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A piece of Python there."""
    return subprocess.run([sys.executable, "-P", "-c", code, *arguments], env=environment(),
                          capture_output=True, text=True, check=False, timeout=150)


def run_part(*tests: str) -> None:
    """Runs these tests there."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:xdist", *tests], cwd=TESTS.parent,
        env={name: value for name, value in environment().items()
             if not name.startswith("PYTEST_")},
        capture_output=True, text=True, check=False, timeout=850)
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-2000:]
    assert " passed" in done.stdout or "%]" in done.stdout, done.stdout


def test_nothing_is_there_that_windows_lacks() -> None:
    done = without("import signal, os\n"
                   "for name in ('fcntl', 'resource', 'pwd'):\n"
                   "    try: __import__(name)\n"
                   "    except ModuleNotFoundError: print(name)\n"
                   "print(hasattr(signal, 'SIGUSR1') or hasattr(os, 'fchmod'))")
    assert done.stdout.split() == ["fcntl", "resource", "pwd", "False"], done


@pytest.mark.slow
def test_what_moves_no_press_and_the_attended_press() -> None:
    run_part(*(str(TESTS / name) for name in PART))


@pytest.mark.nightly
@pytest.mark.prefect
def test_an_attended_campaign_and_a_study() -> None:
    run_part(*(str(TESTS / name) for name in WITH_SERVER))


def test_a_press_that_a_computer_moves_is_refused_with_the_reason() -> None:
    done = without(
        "from pathlib import Path\n"
        "from pressloop.hardware.protocols import Place\n"
        "from pressloop.hardware.registry import connect_press\n"
        "from pressloop.trials.errors import BadInput\n"
        "try: connect_press('modbus', {'host': '127.0.0.1'}, Place(0, Path('x')))\n"
        "except BadInput as error: print(error)")
    assert "press.driver = modbus" in done.stdout and "POSIX" in done.stdout, done


HOLDS = """import sys, time
from pressloop.hardware.locks.lock import press_lock
from pressloop.hardware.users import KERNEL_LOCKS
assert not KERNEL_LOCKS
with press_lock("hand"):
    print("held", flush=True)
    time.sleep(60)
"""
TRIES = """from pressloop.hardware.locks.lock import press_lock
from pressloop.trials.errors import PressHeld
try:
    with press_lock("hand"): print("mine")
except PressHeld as error: print(error)
"""


def test_two_runs_never_share_a_press(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRESSLOOP_LOCKS", str(tmp_path))
    with subprocess.Popen([sys.executable, "-P", "-c", HOLDS], env=environment(),
                          stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None and holder.stdout.readline() == "held\n"
        told = without(TRIES).stdout
        assert f"held by another run (process {holder.pid})" in told
        holder.send_signal(signal.SIGKILL)
    # The lock of a killed process is free, on Windows at once.
    deadline = time.monotonic() + 30.0
    while without(TRIES).stdout != "mine\n":
        assert time.monotonic() < deadline
    assert without(TRIES).stdout == "mine\n"


def test_posix_locks_by_the_kernel_as_before() -> None:
    from pressloop.hardware.locks import lock, posix_lock

    chosen: Callable[..., Any] = lock.press_lock
    assert chosen is posix_lock.press_lock
