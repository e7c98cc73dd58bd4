"""A ledger that a test may set back behind the back of its press."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from lab_files import write_settings
from set_back import LEDGER, QUICK, pressed


@pytest.fixture(scope="session")
def five_made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Five stacks, and a copy of the ledger from after the third, to be copied in turn."""
    folder = tmp_path_factory.mktemp("five")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("PRESSLOOP_LOCKS", str(folder))
        write_settings(folder, **QUICK)
        pressed(3)
        shutil.copyfile(LEDGER, "old.db")
        pressed(2)
    yield folder


@pytest.fixture
def five(tmp_path: Path, five_made: Path) -> None:
    """Five stacks, and a copy of the ledger from after the third."""
    shutil.copytree(five_made, tmp_path, dirs_exist_ok=True,
                    ignore=shutil.ignore_patterns("*.lock"))
