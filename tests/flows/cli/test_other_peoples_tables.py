"""Tables of other processes: kinds, steep responses, second headers, many parameters."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

pytestmark = pytest.mark.slow


def runs_of(kinds: int, each: int, seed: int = 0) -> pd.DataFrame:
    """Yields between 0 and 100 that jump from kind to kind and run steeply within each."""
    draw = np.random.default_rng(seed)
    rows = [(f"K{k}", *draw.uniform((30.0, 60.0), (110.0, 600.0))) for k in range(kinds)
            for _ in range(each)]
    found = pd.DataFrame(rows, columns=["catalyst", "bath_c", "time_s"])
    height = draw.uniform(0.3, 1.0, kinds)[[int(k[1:]) for k in found.catalyst]]
    steep = 1.0 / (1.0 + np.exp(-(found.bath_c - 75.0) / 6.0))
    noise = draw.normal(0.0, 0.02, len(found))
    return found.assign(percent=(100.0 * height * steep * np.exp(noise)).round(2))


def written(runs: pd.DataFrame, folder: Path) -> tuple[str, str]:
    """The table and its settings."""
    kinds = sorted(set(runs.catalyst))
    (folder / "runs.toml").write_text(
        '[campaign]\nname = "runs"\nledger = "sqlite:///runs.db"\n[stack]\nlot = "A"\n'
        f'operator = "mk"\n[space]\ncatalyst = {kinds}\nbath_c = [30, 110]\ntime_s = [60, 600]\n'
        '[objective]\nmeasured = "percent"\ngoal = "maximise"\n', encoding="utf-8")
    runs.to_csv(folder / "runs.csv", index=False)
    return "runs.csv", "runs.toml"


@pytest.fixture
def slips(pressloop: Callable[..., Any], tmp_path: Path) -> Callable[[pd.DataFrame], list[Any]]:
    """Rows that `lint` takes for slips of the decimal point."""
    def found(runs: pd.DataFrame) -> list[Any]:
        table, settings = written(runs, tmp_path)
        told = pressloop("lint", table, "--settings", settings, "--json").json
        return [f["rows"] for f in told["findings"] if f["check"] == "outliers"]
    return found


@pytest.mark.parametrize("seed", range(3))
def test_values_that_run_steeply_and_jump_between_kinds_are_no_slips(
        slips: Callable[[pd.DataFrame], list[Any]], seed: int) -> None:
    assert slips(runs_of(8, 24, seed)) == []


def test_a_slip_among_many_kinds_is_found(slips: Callable[[pd.DataFrame], list[Any]]) -> None:
    runs = runs_of(3, 60).query("bath_c > 90").reset_index(drop=True)
    runs.loc[7, "percent"] /= 10.0
    assert slips(runs) == [[9]]


@pytest.mark.parametrize("bound", ["≥90%", "> 90", "<=3", "ca. über 90"])
def test_a_bound_in_any_spelling_is_no_error(
        pressloop: Callable[..., Any], tmp_path: Path, bound: str) -> None:
    runs = runs_of(2, 12).astype({"percent": object})
    runs.loc[3, "percent"] = bound
    table, settings = written(runs, tmp_path)
    told = pressloop("lint", table, "--settings", settings, "--json").json
    numbers = [(f["severity"], f["rows"]) for f in told["findings"] if f["check"] == "numbers"]
    assert numbers == [("error" if bound.startswith("ca") else "note", [5])]


@pytest.mark.parametrize("columns", [40, 60, 80, 200])
def test_no_value_of_a_suggestion_is_cut_short(
        pressloop: Callable[..., Any], tmp_path: Path, monkeypatch: Any, columns: int) -> None:
    """A person has to set each of them; a screen that is too narrow has a column a recipe."""
    monkeypatch.setenv("COLUMNS", str(columns))
    runs = runs_of(3, 8).replace({f"K{k}": f"Palladium-phosphine-{k}" for k in range(3)})
    table, settings = written(runs, tmp_path)
    found = pressloop("suggest", settings, "--data", table, "--count", "3")
    assert found.code == 0
    assert "…" not in found.out
    asked = pressloop("suggest", settings, "--data", table, "--count", "3", "--json").json
    joined = "".join(found.out.split())
    for one in asked["suggestions"]:
        others = dict(one["recipe"]["others"])
        if columns > 40:
            assert others["catalyst"] in found.out
        assert f"{others['time_s']:g}" in joined
