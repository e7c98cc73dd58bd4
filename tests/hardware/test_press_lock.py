"""One run per press, even when the holder dies, and whoever else is on the computer."""

from __future__ import annotations

import os
import pwd
import signal
import stat
import subprocess
import sys
import threading
import time

import pytest
from another_user import NOBODY, as_nobody, as_root, open_folder

from pressloop.hardware.leftovers import EMPTY_S, OLD_S, sweep
from pressloop.hardware.locks.lock import lock_path, press_lock
from pressloop.hardware.locks.posix_lock import file_lock
from pressloop.hardware.neighbours import FOLDER, Announcement, began
from pressloop.hardware.plc.journal import Journal, Sent
from pressloop.hardware.state_files import state_path
from pressloop.trials import Recipe
from pressloop.trials.errors import BadInput, Fault, PressBusy, PressHeld

HERE = os.getpid()
HOLD = """
import sys, time
from pressloop.hardware.locks.lock import press_lock
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


def press_of_ours(number: int) -> str:
    """A serial number that no other session of tests on this computer announces."""
    return f"serial {number} of {HERE}"


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


# Users without a folder in common.


@pytest.fixture
def alone(monkeypatch):
    monkeypatch.delenv("PRESSLOOP_LOCKS")


def files(press):
    return [p for p in FOLDER.glob("pressloop-*") if p.name.count(".") == 3 and press in p.name]


def test_a_run_announces_itself_and_withdraws(alone):
    digest = lock_path(press_of_ours(7)).stem.removeprefix("pressloop-")
    stale = Announcement(digest, os.getuid(), os.getpid(), 1)
    elsewhere = Announcement("0123456789abcdef", os.getuid(), os.getpid(), 1)
    for one in (stale, elsewhere):
        one.path.touch(0o600)
    with press_lock(press_of_ours(7)):
        assert not elsewhere.path.exists()
        path, = files(digest)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert Announcement.parsed(path.name).is_true()
    assert files(digest) == []


def test_who_was_killed_holds_nothing_though_its_parent_has_not_asked():
    """As in a container whose first process never does."""
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        mine = Announcement("0123456789abcdef", os.getuid(), child.pid, began(child.pid))
        mine.path.touch(0o600)
        assert mine.is_true()
        child.kill()
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        assert not mine.is_true()
    finally:
        mine.path.unlink()
        child.wait()
        child.stdin.close()


@pytest.mark.parametrize("name", [
    "pressloop-ab.1.2", "pressloop-ab.1.2.3.4", "pressloop-ab.-1.2.3", "pressloop-ab.1.2.x",
    "other-ab.1.2.3", "pressloop-ab.1.2." + "9" * 30, "pressloop-ab.\u0661.2.3"])
def test_other_files_are_no_announcements(name):
    assert Announcement.parsed(name) is None


@as_root
def test_two_users_are_told_about_each_other(alone):
    digest = lock_path(press_of_ours(8)).stem.removeprefix("pressloop-")
    with press_lock(press_of_ours(8)):
        said = as_nobody(lambda: take_alone(press_of_ours(8)))
        assert said.startswith("PressHeld")
        assert f"process {os.getpid()} of user {pwd.getpwuid(os.getuid()).pw_name}" in said
    assert as_nobody(lambda: take_alone(press_of_ours(8))) is None
    assert files(digest) == []

    with open_folder(0o777) as folder:
        held = threading.Thread(target=as_nobody, args=(lambda: hold_until(folder / "go"),))
        held.start()
        while not (folder / "held").exists():
            time.sleep(0.01)
        with pytest.raises(PressHeld, match=r"of user nobody\. Agree with them"):
            take(press_of_ours(8))
        (folder / "go").touch()
        held.join()
    take(press_of_ours(8))


@as_root
@pytest.mark.parametrize("member", [True, False])
def test_a_group_is_told_of_members_who_have_not_named_its_folder_and_of_nobody_else(
        member, monkeypatch):
    """Of a stranger it is not: anybody could keep a group from its press.

    A member who has not named the folder is told of the group's."""
    with open_folder(0o777) as there, open_folder() as folder:
        os.chown(folder, 0, NOBODY.pw_gid if member else 4711)
        folder.chmod(0o2770)
        monkeypatch.setenv("PRESSLOOP_LOCKS", str(folder))
        with press_lock(press_of_ours(8)):
            assert as_nobody(lambda: take_alone(press_of_ours(8))).startswith("PressHeld")
        held = threading.Thread(target=as_nobody, args=(lambda: hold_until(there / "go"),))
        held.start()
        while not (there / "held").exists():
            time.sleep(0.01)
        try:
            if member:
                with pytest.raises(PressHeld, match="of user nobody"):
                    take(press_of_ours(8))
            else:
                take(press_of_ours(8))
        finally:
            (there / "go").touch()
            held.join()


def take_alone(serial):
    os.environ.pop("PRESSLOOP_LOCKS", None)
    os.environ.pop("PRESSLOOP_RUNTIME", None)
    take(serial)


def hold_until(go):
    os.environ.pop("PRESSLOOP_LOCKS", None)
    os.environ.pop("PRESSLOOP_RUNTIME", None)
    with press_lock(press_of_ours(8)):
        (go.parent / "held").touch()
        while not go.exists():
            time.sleep(0.01)


@as_root
def test_what_a_stranger_forges_in_another_s_name_holds_nothing(alone):
    """Files that name no process which holds the press.

    A file of nobody's that names root's process, a process of nobody's that has ended, a link and a
    number that was reused."""
    digest = lock_path(press_of_ours(9)).stem.removeprefix("pressloop-")
    me, mine = os.getuid(), began(os.getpid())
    forged = [Announcement(digest, me, os.getpid(), mine + 1),
              Announcement(digest, NOBODY.pw_uid, 2**22 + 5, 1),
              Announcement(digest, NOBODY.pw_uid, os.getpid(), mine)]
    as_nobody(lambda: [one.path.touch() for one in forged] and None)
    linked = Announcement(digest, NOBODY.pw_uid, 1, began(1))
    as_nobody(lambda: linked.path.symlink_to("/etc/passwd"))
    try:
        take(press_of_ours(9))
    finally:
        for one in (*forged, linked):
            one.path.unlink(missing_ok=True)


@as_root
def test_a_stranger_cannot_hold_the_lock_of_another_user(alone):
    def grip():
        path = lock_file
        with open(path) as file:
            import fcntl
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)

    with press_lock(press_of_ours(10)):
        lock_file = lock_path(press_of_ours(10))
        assert "PermissionError" in as_nobody(grip)
    take(press_of_ours(10))


# The journal of a press in a folder of a group.


def journal_in(folder, monkeypatch) -> Journal:
    monkeypatch.setenv("PRESSLOOP_LOCKS", str(folder))
    return Journal(state_path("journal of press 4711"))


@as_root
def test_a_journal_of_a_group_is_written_by_its_next_member_too(monkeypatch):
    """Whatever the umask of the first one was, and after the journal was made smaller."""
    monkeypatch.setattr("pressloop.hardware.plc.journal.LARGEST_BYTES", 1)
    with open_folder() as folder:
        os.chown(folder, 0, NOBODY.pw_gid)
        folder.chmod(0o2770)
        before = os.umask(0o077)
        try:
            journal_in(folder, monkeypatch).accepted(3)
            journal_in(folder, monkeypatch)
        finally:
            os.umask(before)

        def goes_on() -> int:
            journal = journal_in(folder, monkeypatch)
            journal.send(Sent(4, "b-001", Recipe(200.0, 30.0, 25.0), 1, 1, 1, 0.0))
            journal.accepted(4)
            return journal.highest_accepted

        assert as_nobody(goes_on) == 4
        assert journal_in(folder, monkeypatch).sent[4].stack_id == "b-001"
        for path in folder.glob("*.jsonl"):
            assert not path.stat().st_mode & 0o007


def test_a_journal_of_one_user_is_read_by_nobody_else(tmp_path, monkeypatch):
    journal = journal_in(tmp_path, monkeypatch)
    journal.accepted(3)
    assert stat.S_IMODE(journal.path.stat().st_mode) == 0o600


def test_a_journal_follows_no_link(tmp_path, monkeypatch):
    journal = journal_in(tmp_path, monkeypatch)
    target = tmp_path / "diary"
    target.write_text("mine")
    journal.path.symlink_to(target)
    with pytest.raises(Fault, match="cannot be written"):
        journal.send(Sent(1, "b-001", Recipe(200.0, 30.0, 25.0), 1, 1, 1, 0.0))
    assert target.read_text() == "mine"


@as_root
def test_a_journal_that_cannot_be_read_is_told(monkeypatch):
    with open_folder(0o755) as folder:
        journal_in(folder, monkeypatch).accepted(3)
        told = as_nobody(lambda: journal_in(folder, monkeypatch).highest_accepted)
    assert "Fault: the press journal" in told
    assert "PRESSLOOP_STATE" in told
