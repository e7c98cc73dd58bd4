"""One run per press, even when the holder dies; a lock is nobody else's file, and is swept."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import threading
import time

import pytest

from pressloop.hardware.leftovers import EMPTY_S, OLD_S, sweep
from pressloop.hardware.locks.lock import lock_path, press_lock
from pressloop.hardware.locks.posix_lock import file_lock
from pressloop.trials.errors import BadInput, PressBusy
from tests.hardware.locks.taking import take

HOLD = """
import sys, time
from pressloop.hardware.locks.lock import press_lock
with press_lock("serial 1"):
    print("held", flush=True)
    time.sleep(600)
"""


@pytest.fixture
def holder():
    """Another process that holds the press."""
    process = subprocess.Popen([sys.executable, "-c", HOLD], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


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


def test_nothing_is_left_after_a_run(tmp_path):
    take("a")
    assert list(tmp_path.iterdir()) == []


def test_a_lock_is_no_file_that_strangers_can_open(tmp_path):
    lock_path("b").write_text("")
    lock_path("b").chmod(0o666)
    with press_lock("b"):
        assert stat.S_IMODE(lock_path("b").stat().st_mode) == 0o600


def test_a_lock_of_a_group_is_the_group_s(tmp_path):
    tmp_path.chmod(0o2770)
    with press_lock("b"):
        assert stat.S_IMODE(lock_path("b").stat().st_mode) == 0o660
        assert lock_path("b").stat().st_gid == tmp_path.stat().st_gid


@pytest.mark.parametrize("kind", ["symbolic", "dangling", "hard", "folder", "pipe"])
def test_what_is_no_lock_file_is_left_alone(tmp_path, kind):
    other, path = tmp_path / "other", lock_path("b")
    if kind != "dangling":
        other.write_text("precious")
    make = {"symbolic": path.symlink_to, "dangling": path.symlink_to, "hard": path.hardlink_to,
            "folder": lambda _: path.mkdir(), "pipe": lambda _: os.mkfifo(path)}
    make[kind](other)
    with pytest.raises(PressBusy, match="lock file"):
        take("b")
    assert other.exists() is (kind != "dangling")
    assert kind == "dangling" or other.read_text() == "precious"


@pytest.mark.parametrize("mode", [0o777, 0o1777, 0o772])
def test_a_folder_that_everybody_may_write_is_refused(tmp_path, mode):
    tmp_path.chmod(mode)
    with pytest.raises(BadInput, match=r"PRESSLOOP_LOCKS .*chmod 2770"):
        take("b")


def test_many_that_wait_for_a_file_that_is_removed_come_one_by_one(tmp_path):
    inside, most = [], []

    def work():
        for _ in range(20):
            with file_lock(tmp_path / "x.starting", wait=True, what="x"):
                inside.append(1)
                most.append(len(inside))
                time.sleep(0.0005)
                inside.pop()

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(most), max(most)) == (120, 1)
    assert list(tmp_path.iterdir()) == []


def test_leftovers_are_swept_and_what_is_held_or_new_stays(tmp_path):
    for name in ("dead.lock", "dead.starting", "new.log", "empty.log", "old.log", "said.log"):
        (tmp_path / name).write_text("said" if name in ("old.log", "said.log") else "")
    now = time.time()
    os.utime(tmp_path / "empty.log", (now, now - EMPTY_S - 60))
    os.utime(tmp_path / "said.log", (now, now - EMPTY_S - 60))
    os.utime(tmp_path / "old.log", (now, now - OLD_S - 60))
    (tmp_path / "link.lock").symlink_to(tmp_path / "said.log")
    with file_lock(tmp_path / "held.lock", wait=False, what="x"):
        sweep(tmp_path)
        assert {p.name for p in tmp_path.iterdir()} == {
            "held.lock", "new.log", "said.log", "link.lock"}
