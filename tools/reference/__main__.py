"""`python -m tools.reference [--check]`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tools.reference.pages import PAGES, outdated, write

FOLDER = Path(__file__).parents[2] / "docs" / "reference"


def main() -> int:
    """Writes the pages, or with --check says which are out of date; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing")
    if not parser.parse_args().check:
        for name in PAGES:
            print(write(FOLDER, name))
        return 0
    old = outdated(FOLDER)
    for name in old:
        print(f"docs/reference/{name} is out of date: run `make reference`.")
    return 1 if old else 0


if __name__ == "__main__":
    sys.exit(main())
