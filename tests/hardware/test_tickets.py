"""Who waits for a press, and who comes first."""

from __future__ import annotations

import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from pressloop.hardware.locks.tickets import queue, waiting

WAIT = """
import sys, time
from pressloop.hardware.locks.tickets import waiting
with waiting("serial 1", int(sys.argv[1])):
    print("waits", flush=True)
    time.sleep(600)
"""


@pytest.fixture(autouse=True)
def locks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRESSLOOP_LOCKS", str(tmp_path))


def waiting_process(priority: int) -> subprocess.Popen[str]:
    process = subprocess.Popen([sys.executable, "-c", WAIT, str(priority)],
                               stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "waits\n"
    return process


def test_higher_priorities_first_then_who_came_first() -> None:
    with ExitStack() as all_of_them:
        came = [all_of_them.enter_context(waiting("serial 1", p)) for p in (0, 5, 0, -3, 5)]
        assert [came.index(one) for one in queue("serial 1")] == [1, 4, 0, 2, 3]
        assert queue("serial 2") == ()
    assert queue("serial 1") == ()


def test_whoever_is_killed_waits_no_more_and_leaves_nothing(tmp_path: Path) -> None:
    killed, stays = waiting_process(9), waiting_process(1)
    try:
        assert [one.process for one in queue("serial 1")] == [killed.pid, stays.pid]
        killed.kill()
        killed.wait()
        assert [one.process for one in queue("serial 1")] == [stays.pid]
        assert len(list(tmp_path.glob("*.ticket"))) == 1
    finally:
        for one in (killed, stays):
            one.kill()
            one.wait()
            assert one.stdout is not None
            one.stdout.close()
