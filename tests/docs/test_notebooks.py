"""The example notebooks run from top to bottom, and are kept without outputs."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import nbformat
import pytest
from documented import ROOT
from nbclient import NotebookClient

NOTEBOOKS = sorted((ROOT / "examples" / "notebooks").glob("*.ipynb"))


def executed(path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The notebook after its cells have run in a kernel of their own."""
    monkeypatch.setenv("PYTHONPATH", f"{ROOT}{os.pathsep}{os.environ.get('PYTHONPATH', '')}")
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    book = nbformat.read(path, as_version=4)
    return NotebookClient(book, timeout=600, kernel_name="python3",
                          resources={"metadata": {"path": str(path.parent)}}).execute()


def shown(book: Any) -> str:
    """All texts that the cells leave behind."""
    told = []
    for cell in book.cells:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            told += [output.get("text", ""), data.get("text/plain", ""), data.get("text/html", "")]
            told += [kind for kind in data if "plotly" in kind]
    return "\n".join(told)


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    words = shown(executed(path, monkeypatch))
    wanted = {"quickstart": ("Recommended recipe", "Follows the laws of pressing", "plotly"),
              "own_model": ("SingleTaskGP", "mine: ", "pressloop's: "),
              "offline_study": ("stacks", "model")}
    for one in wanted[path.stem]:
        assert one in words, (one, words[:3000])


def test_notebooks_are_kept_without_outputs() -> None:
    assert len(NOTEBOOKS) == 3
    for path in NOTEBOOKS:
        book = nbformat.read(path, as_version=4)
        nbformat.validate(book)
        for cell in book.cells:
            assert not cell.get("outputs") and cell.get("execution_count") is None, path
