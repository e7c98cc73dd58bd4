"""One of something is written in the singular, wherever people read it."""

from __future__ import annotations

from pathlib import Path

import pytest

from pressloop.evaluation.readers import read_text
from pressloop.flows.past.soundness import refusal
from pressloop.studies.lint.finding import Finding, Severity
from pressloop.trials.errors import BadInput
from pressloop.trials.tables.files import cells_of

ONE = Finding("units", Severity.ERROR, "pressure_mpa", (3,), "2.1", "too low", "Convert it.")


@pytest.mark.parametrize(("errors", "words"), [
    (1, "used. If it is right"), (2, "There is 1 more error: see"),
    (3, "There are 2 more errors: see")])
def test_errors_of_a_table(errors: int, words: str) -> None:
    assert words in str(refusal([ONE] * errors, Path("past.csv")))


def test_a_row_of_one_cell(tmp_path: Path) -> None:
    path = tmp_path / "past.csv"
    path.write_text("a,b\n1,2\n3\n4,5\n")
    with pytest.raises(BadInput, match="= 1 cell: must be 2 cells, as in the header"):
        list(cells_of(path).named(path))


def test_a_row_of_a_spectrum_that_is_cut_to_one_column() -> None:
    rows = [f"{1e6 / 2**n:.6g},{10 + n},{-n - 1}" for n in range(12)]
    text = "freq/Hz,Re(Z)/Ohm,Im(Z)/Ohm\n" + "\n".join([*rows[:6], "12345", *rows[6:]]) + "\n"
    with pytest.raises(BadInput, match="1 column: must be 3 columns"):
        read_text(text, area_cm2=1.0)
