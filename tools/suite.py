"""`make test`: the test suite, and a second look at one or two tests that fail.

Five thousand tests with servers, signals and kills on a busy computer: one that fails there and
passes by itself is UNSTEADY. It is named, and is a fault of the program or of the test that is to
be mended, but does not hold up a change that has nothing to do with it. Three or more that fail are
never looked at again, and `make nightly` forgives none (`docs/decisions/0047`).
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

MOST = 2
"""Tests that are looked at again, at most."""
SOME_FAILED = 1
"""pytest's exit code for that; any other one is no matter of tests."""


def main(options: Sequence[str]) -> int:
    """The exit code of pytest; 0, too, where the tests that failed pass by themselves."""
    code, failed = _run(options)
    if code != SOME_FAILED or not 0 < len(failed) <= MOST:
        return code
    print(f"\nAgain, by themselves: {', '.join(failed)}", flush=True)
    code, _ = _run(failed)
    if code == 0:
        print(f"UNSTEADY, to be mended: {', '.join(failed)}", flush=True)
    return code


def _run(arguments: Sequence[str]) -> tuple[int, list[str]]:
    """pytest's exit code, and the tests that failed, as `tests/conftest.py` notes them."""
    with tempfile.TemporaryDirectory() as folder:
        noted = Path(folder, "failed")
        done = subprocess.run([sys.executable, "-m", "pytest", *arguments], check=False,
                              env=os.environ | {"PRESSLOOP_FAILED_TESTS": str(noted)})
        found = noted.read_text().splitlines() if noted.exists() else []
    return done.returncode, found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
