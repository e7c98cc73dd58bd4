"""A stop that comes while SciPy reads its tables of Sobol directions for the first time."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

STOPPED = """
import os, signal, sys, time
from scipy.stats import qmc
from pressloop.optimizer.constraints.sobol import sobol

def stop(*_):
    raise KeyboardInterrupt

def first(after_s):
    signal.signal(signal.SIGALRM, stop)
    try:
        signal.setitimer(signal.ITIMER_REAL, after_s)
        while True:
            sobol(3, 8, 0)
    except KeyboardInterrupt:
        os._exit(0)

began = time.monotonic()
if (child := os.fork()) == 0:
    sobol(3, 8, 0)
    os._exit(0)
os.waitpid(child, 0)
took = time.monotonic() - began
for turn in range(1, 31):
    if (child := os.fork()) == 0:
        signal.alarm(0)
        first(turn * took / 25)
    deadline = time.monotonic() + 5
    while os.waitpid(child, os.WNOHANG)[0] == 0:
        if time.monotonic() > deadline:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            sys.exit("a stop was lost")
        time.sleep(0.002)
"""


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="needs the timers of POSIX")
def test_it_is_neither_lost_nor_told_as_an_error() -> None:
    found = subprocess.run([sys.executable, "-P", "-c", STOPPED], capture_output=True, text=True,
                           check=False, timeout=120)
    assert (found.returncode, found.stderr) == (0, "")
