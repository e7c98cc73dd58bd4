"""A command line in a folder of its own: nothing of the user's home, locks or server is touched."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

HOME = tempfile.TemporaryDirectory(prefix="pressloop-prefect-")
# Prefect reads this once, when it is first imported, which any test may do.
os.environ["PREFECT_HOME"] = HOME.name
os.environ.setdefault("OMP_NUM_THREADS", "1")


@dataclass(frozen=True)
class Answer:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """stdout as the one JSON document it must be."""
        return json.loads(self.out)

    def refused(self, *words: str) -> str:
        """Proves that this is bad input told in one clear line, which it returns."""
        assert self.code == 2, (self.code, self.err)
        assert self.out == ""
        lines = self.err.splitlines()
        assert len(lines) == 1, self.err
        assert lines[0].startswith("pressloop: ")
        assert "Traceback" not in self.err
        assert lines[0].endswith((".", "?", ")")), lines[0]
        for word in words:
            assert word in lines[0], lines[0]
        return lines[0]


@pytest.fixture(autouse=True)
def own_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Working directory, locks and environment are this test's own."""
    before = dict(os.environ)
    monkeypatch.chdir(tmp_path)
    os.environ["PRESSLOOP_LOCKS"] = str(tmp_path)
    os.environ.pop("PREFECT_API_URL", None)
    yield
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture
def pressloop() -> Callable[..., Answer]:
    """Runs a command in this process. Errors that are no exits are the test's errors."""
    from flows.cli import app

    def call(*arguments: object) -> Answer:
        result = CliRunner().invoke(app, [str(a) for a in arguments], catch_exceptions=False)
        return Answer(result.exit_code, result.stdout, result.stderr)

    return call


@contextmanager
def unchanged(folder: Path) -> Iterator[None]:
    """Proves that the block neither creates, changes nor loses a file of the folder."""
    before = _contents(folder)
    yield
    assert _contents(folder) == before


def _contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*")
            if p.is_file() and p.suffix != ".lock"}


@pytest.fixture
def nothing_changes(tmp_path: Path) -> Callable[[], Any]:
    """A block in which the test's folder must stay as it is, byte for byte."""
    return lambda: unchanged(tmp_path)
