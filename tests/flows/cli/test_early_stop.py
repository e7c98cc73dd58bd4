"""Ctrl-C while the command line is only being set up."""

from __future__ import annotations

import subprocess
import sys

EARLY = """
import signal, sys
from pressloop.flows.cli.main import main
sys.argv = ["pressloop", "--help"]
signal.signal(signal.SIGALRM, signal.default_int_handler)
signal.setitimer(signal.ITIMER_REAL, 0.002)
main()
"""


def test_it_ends_in_one_line() -> None:
    done = subprocess.run([sys.executable, "-P", "-c", EARLY], capture_output=True, text=True,
                          timeout=120, check=False)
    assert done.returncode == 130
    assert done.stderr == "pressloop: stopped before it had begun.\n"
