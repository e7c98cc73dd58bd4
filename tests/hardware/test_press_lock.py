"""One run per press, even when the holder dies."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from hardware.lock import lock_path, press_lock
from trials.errors import PressBusy

HOLD = """
import sys, time
from hardware.lock import press_lock
with press_lock("serial 1"):
    print("held", flush=True)
    time.sleep(600)
"""


@pytest.fixture(autouse=True)
def locks(tmp_path, monkeypatch):
    monkeypatch.setenv("PRESSLOOP_LOCKS", str(tmp_path))


@pytest.fixture
def holder():
    """Another process that holds the press."""
    process = subprocess.Popen([sys.executable, "-c", HOLD], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


def take(serial: str) -> None:
    with press_lock(serial):
        pass


def test_second_holder_is_refused_by_name_of_the_first(holder):
    with pytest.raises(PressBusy, match=rf"serial 1 .*process {holder.pid}\b"):
        take("serial 1")


def test_another_press_is_free(holder):
    take("serial 2")


def test_killed_holder_lets_go(holder):
    os.kill(holder.pid, signal.SIGKILL)
    holder.wait()
    take("serial 1")


def test_lock_is_let_go_after_the_block_and_after_an_error():
    with pytest.raises(RuntimeError), press_lock("a"):
        raise RuntimeError
    take("a")
    with press_lock("a"), pytest.raises(PressBusy, match=str(os.getpid())):
        take("a")


def test_shorter_process_number_leaves_no_digits_of_the_last(holder):
    lock_path("b").write_text("9" * 30)
    with press_lock("b"):
        assert lock_path("b").read_text() == str(os.getpid())


def test_serial_with_slashes_stays_in_the_folder(tmp_path):
    assert lock_path("/../etc/x y").parent == tmp_path
