"""Turns: one at a time, for as long as it takes, and never held by a process that died."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from pressloop.hardware.locks.turns import in_turn, in_turn_for

HOLD = """
import time
from pressloop.hardware.locks.turns import in_turn
with in_turn("meter"):
    print("held", flush=True)
    time.sleep(600)
"""


@pytest.fixture(autouse=True)
def locks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRESSLOOP_LOCKS", str(tmp_path))


def test_one_at_a_time_and_nobody_is_forgotten() -> None:
    inside, most, order = 0, 0, list[int]()

    def work(number: int) -> None:
        nonlocal inside, most
        for _ in range(3):
            with in_turn("meter"):
                inside += 1
                most = max(most, inside)
                time.sleep(0.01)
                inside -= 1
                order.append(number)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(5)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert most == 1
    assert sorted(order) == sorted(list(range(5)) * 3)


def test_whoever_is_killed_holds_it_no_more() -> None:
    process = subprocess.Popen([sys.executable, "-c", HOLD], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    with in_turn_for("meter", 0.2) as held:
        assert not held
    process.kill()
    process.wait()
    process.stdout.close()
    with in_turn("meter"), in_turn_for("another", 0.0) as held:
        assert held
