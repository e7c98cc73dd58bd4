"""The benchmark of the impedance evaluation: what it draws is true, what it counts is right."""

from __future__ import annotations

import math
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.impedance import figures, folder, report, run
from benchmarks.impedance.bound import known_to
from benchmarks.impedance.cells import APART, INTERFACE_BELOW_HZ, TAILS, Cell, drawn_cell
from benchmarks.impedance.draws import NOISE, draw
from benchmarks.impedance.judged import Said
from benchmarks.impedance.specimens import KINDS
from pressloop.evaluation.circuits.notation import parse_circuit
from pressloop.evaluation.rules import Rules

pytestmark = pytest.mark.slow

seeds = st.integers(0, 999)


def _values(cell: Cell) -> np.ndarray:
    values = [cell.inductance_h] * (cell.inductance_h > 0) + [cell.series_ohm]
    for arc in cell.arcs:
        values += [arc.ohm, arc.tau_s, arc.exponent]
    if cell.tail is not None:
        tail = cell.tail
        values += [tail.size] if tail.kind == "warburg" else [tail.size, tail.shape]
    return np.array(values)


@settings(max_examples=40, deadline=None)
@given(seeds)
def test_cells_have_the_impedance_of_the_circuit_they_name(seed):
    one = draw("sound", seed)
    hz = one.spectrum.frequency_hz
    told = parse_circuit(one.cell.circuit)
    assert one.cell.ohm(hz) == pytest.approx(told.impedance(hz, _values(one.cell)), rel=1e-9)


@settings(max_examples=40, deadline=None)
@given(seeds)
def test_sound_cells_can_be_read_by_definition(seed):
    one = draw("sound", seed)
    hz, tops = one.spectrum.frequency_hz, [arc.top_hz for arc in one.cell.arcs]
    assert hz[-1] < tops[-1] < tops[0] < hz[0]
    assert all(a / b >= APART for a, b in pairwise(tops))
    assert all(not INTERFACE_BELOW_HZ / 3 < top < INTERFACE_BELOW_HZ * 3 for top in tops)
    assert 0 < one.interface_ohm_cm2[0] <= one.total_ohm_cm2[0]


@settings(max_examples=20, deadline=None)
@given(seeds)
def test_noise_is_as_told(seed):
    one = draw("sound", seed)
    z = one.cell.ohm(one.spectrum.frequency_hz)
    relative = (one.spectrum.impedance_ohm - z) / np.abs(z)
    assert NOISE[0] <= one.noise <= NOISE[1]
    assert np.std([relative.real, relative.imag]) == pytest.approx(one.noise, rel=0.4)


def test_a_draw_is_always_the_same_and_no_two_are():
    again = draw("disturbed", 5)
    assert (draw("disturbed", 5).spectrum.impedance_ohm == again.spectrum.impedance_ohm).all()
    assert draw("disturbed", 10).told != again.told


@pytest.mark.parametrize("seed", range(1, 50, 5))
def test_drift_leaves_no_truth_but_that_between_its_ends(seed):
    one = draw("disturbed", seed)
    assert one.kind == "drift"
    low, high = one.total_ohm_cm2
    assert low < high <= 1.41 * low / 0.6


def test_finite_diffusion_counts_only_where_it_closes_inside_the_sweep():
    rng = np.random.default_rng(4)
    hz = np.geomspace(1e6, 1e-2, 70)
    cells = [drawn_cell(rng, hz, processes=2, tail="ws") for _ in range(30)]
    closed = [cell.diffusion_ohm > 0 for cell in cells]
    slow = [-cell.ohm(np.array([1e-2])).imag[0] < -cell.ohm(np.array([3e-2])).imag[0]
            for cell in cells]
    assert any(closed) and not all(closed)
    assert all(falls for falls, shut in zip(slow, closed, strict=True) if shut)


@pytest.mark.parametrize("tail", TAILS)
def test_half_the_noise_halves_the_bound(tail):
    hz = np.geomspace(1e6, 1e-2, 70)
    cell = drawn_cell(np.random.default_rng(2), hz, processes=2, tail=tail)
    loud, still = known_to(cell, hz, 0.01), known_to(cell, hz, 0.005)
    assert loud[0] > 0
    assert still == pytest.approx((loud[0] / 2, loud[1] / 2), rel=1e-3)


def test_every_kind_of_specimen_is_judged():
    rows = [run.row(draw("specimens", seed), Rules()) for seed in range(len(KINDS))]
    assert [row.kind for row in rows] == list(KINDS)
    by_kind = {row.kind: row.verdict for row in rows}
    assert by_kind["metal short"] == "shorted"
    assert by_kind["open"] == "delaminated"


def test_rows_become_a_page(tmp_path: Path):
    rows = tmp_path / "rows.csv"
    run.main(["--development", "--count", "2", "--out", str(rows)])
    results = tmp_path / "RESULTS.md"
    report.main(rows, tmp_path / "nothing.csv", results)
    page = results.read_text()
    assert "DEVELOPMENT" in page
    assert "| total within 10%, all drawn |" in page
    assert len(pd.read_csv(rows)) == 6


def _rows(*changes: dict) -> pd.DataFrame:
    usual = {"kind": "drift", "verdict": "valid", "right": "set aside or valid", "total": 100.0,
             "total_se": 1.0, "interface": 50.0, "interface_se": 1.0, "true_total_low": 100.0,
             "true_total_high": 100.0, "true_interface_low": 50.0, "true_interface_high": 50.0}
    return pd.DataFrame([usual | change for change in changes])


def test_a_number_is_wrong_that_is_far_off_in_share_and_in_errors():
    rows = _rows({}, {"interface": 60.0}, {"interface": 54.0}, {"interface": 60, "interface_se": 9},
                 {"interface": 60.0, "true_interface_high": 58.0},
                 {"interface": 60.0, "verdict": "set aside"})
    assert figures.wrong(rows).tolist() == [False, True, False, False, False, False]


def test_an_interface_that_is_not_there_is_wrong_where_it_is_known():
    nothing = {"true_interface_low": 0.0, "true_interface_high": 0.0}
    rows = _rows(nothing | {"interface": 1.0, "interface_se": 0.1},
                 nothing | {"interface": 1.0, "interface_se": 0.9}, nothing | {"interface": 0.0})
    assert figures.wrong(rows).tolist() == [True, False, False]


def test_coverage_and_distance_in_errors():
    rows = _rows({"total": 101.9}, {"total": 102.1}, {"total": 94.0}, {"total": math.nan})
    assert str(figures.covered(rows, "total")) == "25.0% (1 of 4)"
    assert figures.far(rows).tolist() == [False, False, True, False]
    assert figures.within(rows, "total", 0.03).some == 2


def test_repeats_are_those_that_a_number_tells_apart():
    root = Path("cells")
    first, again, old, older = (folder.cell_of(root / name, root) for name in (
        "a_loop3.csv", "a_loop12.csv", "a_cycle3.csv", "a_cycle4.csv"))
    assert first == again
    assert old != older
    valid = [Said("valid", "", "R0", v, 1.0, v, 1.0, 0.0, 0.1) for v in (99.0, 100.0, 101.0)]
    assert "all within 1.00%" in folder.agreement(valid)
