"""Users without a folder in common are told about each other."""

from __future__ import annotations

import os
import pwd
import stat
import subprocess
import sys
import threading
import time

import pytest
from another_user import NOBODY, as_nobody, as_root, open_folder

from pressloop.hardware.locks.lock import lock_path, press_lock
from pressloop.hardware.neighbours import FOLDER, Announcement, began
from pressloop.trials.errors import PressHeld
from tests.hardware.locks.taking import take

HERE = os.getpid()


def press_of_ours(number: int) -> str:
    """A serial number that no other session of tests on this computer announces."""
    return f"serial {number} of {HERE}"


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
