"""Past presses from a DataFrame: what is in it is taken as it is, or refused with its place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pressloop.trials import (
    BadInput,
    Failed,
    FailureMode,
    Intact,
    Recipe,
    SetAside,
    Spoilt,
    State,
    read_trials,
)

SAMPLE = {"lot": "A7", "operator": "mk", "area_cm2": 0.785, "thickness_um": 600}
ROWS = {"pressure_mpa": [140, 250.5], "dwell_s": [180, 600], "temperature_c": [25, 80.0],
        "resistance_ohm_cm2": [89.3, None], "failure_mode": [None, "crushed"]}


def frame(**changes: Any) -> pd.DataFrame:
    return pd.DataFrame(ROWS | changes)


def test_rows_become_imported_trials() -> None:
    one, two = read_trials(frame(), **SAMPLE)
    assert (one.number, two.number) == (1, 2)
    assert one.state is two.state is State.IMPORTED
    assert two.recipe == Recipe(250.5, 600.0, 80.0)
    assert isinstance(one.outcome, Intact) and one.outcome.resistance_ohm_cm2 == 89.3
    assert isinstance(two.outcome, Failed) and two.outcome.mode is FailureMode.CRUSHED
    assert (one.stack.lot, one.stack.operator, one.stack.area_cm2) == ("A7", "mk", 0.785)


def test_a_column_counts_before_what_all_share_and_an_empty_cell_does_not() -> None:
    lots = [t.stack.lot for t in read_trials(frame(lot=["B1", None]), **SAMPLE)]
    assert lots == ["B1", "A7"]


def test_a_stack_without_a_reading_is_in_work() -> None:
    waiting, crushed = read_trials(frame(resistance_ohm_cm2=[None, None]), **SAMPLE)
    assert waiting.outcome is None and waiting.is_open and not crushed.is_open
    with pytest.raises(BadInput, match=r"row 0: failure_mode = empty.*no column of resistances"):
        read_trials(frame().drop(columns="resistance_ohm_cm2"), **SAMPLE)


@pytest.mark.parametrize("bound", [">1000", "< 0.01", "OL"])
def test_a_bound_is_no_reading(bound: str) -> None:
    one, _ = read_trials(frame(resistance_ohm_cm2=[bound, None]), **SAMPLE)
    assert isinstance(one.outcome, SetAside) and bound in one.outcome.reason


def test_stacks_may_be_spoilt_or_failed_without_a_known_cause() -> None:
    spoilt, failed = read_trials(frame(resistance_ohm_cm2=[None, None],
                                       failure_mode=["spoilt", "failed"]), **SAMPLE)
    assert isinstance(spoilt.outcome, Spoilt)
    assert isinstance(failed.outcome, Failed) and failed.outcome.mode is FailureMode.UNKNOWN


@pytest.mark.parametrize("nothing", [None, np.nan, pd.NA, pd.NaT, ""])
def test_every_kind_of_empty_cell_is_empty(nothing: object) -> None:
    one, _ = read_trials(frame(resistance_se_ohm_cm2=pd.Series([nothing, nothing], dtype=object)),
                         **SAMPLE)
    assert isinstance(one.outcome, Intact) and one.outcome.resistance_se_ohm_cm2 is None


@pytest.mark.parametrize("kind", ["Int64", "float32", "string", "int16", "object"])
def test_columns_of_every_type_are_read(kind: str) -> None:
    told = read_trials(frame(dwell_s=pd.Series([180, 600]).astype(kind)), **SAMPLE)
    assert [t.recipe.dwell_s for t in told] == [180.0, 600.0]


@given(st.floats(1e-2, 1e6), st.floats(1.0, 1e3))
def test_no_digit_is_lost(resistance: float, pressure: float) -> None:
    one, _ = read_trials(frame(resistance_ohm_cm2=[resistance, None],
                               pressure_mpa=[pressure, 10.0]), **SAMPLE)
    assert isinstance(one.outcome, Intact) and one.outcome.resistance_ohm_cm2 == resistance
    assert one.recipe.pressure_mpa == pressure


@pytest.mark.parametrize("name", ["past.csv", "past.xlsx", "past.parquet"])
def test_a_file_gives_what_the_frame_gives(tmp_path: Path, name: str) -> None:
    table = frame(stack=["a1", "a2"])
    path = tmp_path / name
    write = {".csv": table.to_csv, ".xlsx": table.to_excel, ".parquet": table.to_parquet}
    write[path.suffix](path, index=False)
    told, read = (read_trials(source, **SAMPLE) for source in (table, str(path)))
    assert [(t.stack, t.recipe, t.outcome) for t in told] == [
        (t.stack, t.recipe, t.outcome) for t in read]


@pytest.mark.parametrize(("changes", "words"), [
    ({"pressure_mpa": [140, None]}, ("row 1", "pressure_mpa", "a number")),
    ({"pressure_mpa": [np.inf, 100]}, ("row 0", "pressure_mpa", "finite")),
    ({"pressure_mpa": [-5, 100]}, ("row 0", "pressure_mpa", "above 0")),
    ({"pressure_mpa": ["140 MPa", 100]}, ("row 0", "140 MPa", "without unit")),
    ({"dwell_s": [True, 100]}, ("row 0", "dwell_s", "a number")),
    ({"resistance_ohm_cm2": [9.9e37, None]}, ("row 0", "between 0.001 and 1e+09")),
    ({"resistance_ohm_cm2": [0, None]}, ("row 0", "above 0", "failure_mode")),
    ({"resistance_ohm_cm2": [89.3, 10.0]}, ("row 1", "empty for a crushed stack")),
    ({"failure_mode": [None, "broken"]}, ("row 1", "one of crushed, shorted, delaminated")),
    ({"resistance_ohm_cm": [1, 2], "resistance_ohm_cm2": [1, 2]}, ("row 1", "crushed")),
])
def test_what_cannot_be_used_is_named(changes: dict[str, Any], words: tuple[str, ...]) -> None:
    with pytest.raises(BadInput) as refused:
        read_trials(frame(**changes), **SAMPLE)
    for word in words:
        assert word in str(refused.value)


def test_rows_are_named_as_a_notebook_shows_them() -> None:
    table = frame(pressure_mpa=[140, -1]).set_index(pd.Index(["spring-1", "spring-2"]))
    with pytest.raises(BadInput, match="row spring-2: pressure_mpa"):
        read_trials(table, **SAMPLE)


def test_columns_that_lack_or_are_misspelt_are_named() -> None:
    with pytest.raises(BadInput, match=r"column temperature_c.*temperature_c=\.\.\."):
        read_trials(frame().drop(columns="temperature_c"), **SAMPLE)
    with pytest.raises(BadInput, match="Did you mean pressure_mpa"):
        read_trials(frame().rename(columns={"pressure_mpa": "pressure_mpas"}), **SAMPLE)
    with pytest.raises(BadInput, match="Did you mean operator"):
        read_trials(frame(), **SAMPLE, operater="x")
    with pytest.raises(BadInput, match="there twice"):
        read_trials(pd.concat([frame(), frame()], axis=1), **SAMPLE)
    with pytest.raises(BadInput, match="or failure_mode"):
        read_trials(frame()[["pressure_mpa", "dwell_s", "temperature_c"]], **SAMPLE)


def test_what_all_stacks_share_may_replace_a_column() -> None:
    told = read_trials(frame().drop(columns="temperature_c"), **SAMPLE, temperature_c=25,
                       pre_press_mpa=375)
    assert {t.recipe.temperature_c for t in told} == {25.0}
    assert {t.stack.pre_press_mpa for t in told} == {375.0}


def test_a_row_counts_once() -> None:
    twice = pd.concat([frame(), frame()], ignore_index=True)
    with pytest.raises(BadInput, match=r"row 2 = the same as row 0.*column 'stack'"):
        read_trials(twice, **SAMPLE)
    assert len(read_trials(twice.assign(stack=list("abcd")), **SAMPLE)) == 4


def test_a_row_of_a_file_that_is_cut_off_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "past.csv"
    path.write_text("pressure_mpa,dwell_s,temperature_c,resistance_ohm_cm2\n"
                    "140,180,25,89.3\n250,600,80\n")
    with pytest.raises(BadInput, match=r"past.csv row 3.*3 cells"):
        read_trials(path, **SAMPLE)
