"""Impedance files that cannot be used."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from lab_files import BASE

from tests.views.test_report_page import Seen

pytestmark = pytest.mark.slow

CIRCUIT = BASE["evaluation"]["circuit"]


def spectrum_csv(points: int = 60, sign: float = 1.0, series_ohm: float = 4.0) -> str:
    """Two arcs and a tail, as plain CSV with Im(Z) in the sense of physics times `sign`."""
    f = np.geomspace(1e6, 0.1, points)
    jw = 2j * np.pi * f
    arcs = 20 / (1 + (jw * 1e-5) ** 0.9) + 60 / (1 + (jw * 1e-3) ** 0.88)
    z = series_ohm + arcs + 1 / (0.5 * jw**0.5)
    rows = [f"{a:.6e},{b.real:.6e},{sign * b.imag:.6e}" for a, b in zip(f, z, strict=True)]
    return "\n".join(["frequency_hz,z_real_ohm,z_imag_ohm", *rows]) + "\n"


@pytest.fixture
def good(tmp_path: Path) -> Path:
    path = tmp_path / "good.csv"
    path.write_text(spectrum_csv())
    return path


def test_a_good_file_is_read(good: Path, pressloop: Callable[..., Any]) -> None:
    answer = pressloop("evaluate", good, "--area-cm2", "0.785", "--json")
    assert answer.code == 0
    spectrum, = answer.json["spectra"]
    assert spectrum["valid"]
    assert spectrum["points"] == 60
    assert spectrum["area_cm2"] == 0.785
    assert spectrum["total_polarisation_ohm_cm2"] == pytest.approx(80 * 0.785, rel=0.03)
    assert spectrum["interfacial_ohm_cm2"] == pytest.approx(80 * 0.785, rel=0.03)
    names = [row["element"] for row in spectrum["elements"]]
    assert names[0] in ("L0", "R0")
    assert {"R0", "R1", "R2"} <= set(names)
    for row in spectrum["elements"]:
        assert row.keys() == {"element", "value", "standard_error", "unit", "fixed"}


def test_the_boundary_between_separator_and_interface_is_the_callers(
        good: Path, pressloop: Callable[..., Any]) -> None:
    """The faster arc peaks at 16 kHz: below the default boundary, above this one."""
    answer = pressloop("evaluate", good, "--area-cm2", "0.785", "--interface-below-hz", "5000",
                       "--json")
    spectrum, = answer.json["spectra"]
    assert spectrum["interfacial_ohm_cm2"] == pytest.approx(60 * 0.785, rel=0.03)


@pytest.mark.parametrize(("series_ohm", "known"), [(4.0, True), (-3.0, False)])
def test_a_series_resistance_at_the_end_of_its_range_is_no_value(
        series_ohm: float, known: bool, tmp_path: Path, pressloop: Callable[..., Any]) -> None:
    """As where the meter has taken off more than its leads."""
    path = tmp_path / "cell.csv"
    path.write_text(spectrum_csv(series_ohm=series_ohm))
    told, = pressloop("evaluate", path, "--area-cm2", "0.785", "--json").json["spectra"]
    assert (told["series_se_ohm_cm2"] is not None) == known
    said = pressloop("evaluate", path, "--area-cm2", "0.785").out
    assert ("series: not determined" not in said) == known
    page = tmp_path / "cell.html"
    pressloop("evaluate", path, "--area-cm2", "0.785", "--plot", page)
    assert "0.0000" not in Seen(page.read_text(encoding="utf-8")).words


def test_it_is_readable_too(good: Path, pressloop: Callable[..., Any]) -> None:
    answer = pressloop("evaluate", good, "--area-cm2", "0.785")
    assert answer.code == 0
    for words in ("total polarisation", "interfacial", "ohm cm2", "standard error", "valid"):
        assert words in answer.out


@pytest.mark.parametrize("area", ["-1", "0", "nan", "inf"])
def test_areas_that_are_none(area: str, good: Path, pressloop: Callable[..., Any]) -> None:
    pressloop("evaluate", good, f"--area-cm2={area}").refused("area")


@pytest.mark.parametrize("hertz", ["-1", "0", "nan"])
def test_boundaries_that_are_none(hertz: str, good: Path, pressloop: Callable[..., Any]) -> None:
    pressloop("evaluate", good, "--area-cm2", "0.785",
              f"--interface-below-hz={hertz}").refused("interface_below_hz")


def test_a_file_without_area_asks_for_it(good: Path, pressloop: Callable[..., Any]) -> None:
    pressloop("evaluate", good).refused("good.csv", "--area-cm2")


@pytest.mark.parametrize("circuit", ["R0-p(R1", "banana", "R0-X1", "__import__('os')"])
def test_circuits_that_are_none(circuit: str, good: Path, pressloop: Callable[..., Any]) -> None:
    pressloop("evaluate", good, "--area-cm2", "1", "--circuit", circuit).refused("circuit")


def test_too_few_points(good: Path, pressloop: Callable[..., Any]) -> None:
    good.write_text(spectrum_csv(3))
    pressloop("evaluate", good, "--area-cm2", "1", "--circuit", CIRCUIT).refused("good.csv", "3")


def test_the_wrong_sign(good: Path, pressloop: Callable[..., Any]) -> None:
    good.write_text(spectrum_csv(sign=-1.0))
    pressloop("evaluate", good, "--area-cm2", "1").refused("good.csv", "sign")


def test_files_that_are_no_spectra(good: Path, pressloop: Callable[..., Any], tmp_path: Path,
                                   nothing_changes: Callable[[], Any]) -> None:
    text = good.read_text()
    (tmp_path / "cut.csv").write_text(text[:len(text) // 2 - 9])
    (tmp_path / "empty.csv").touch()
    (tmp_path / "binary.mpt").write_bytes(bytes(range(256)))
    (tmp_path / "folder.csv").mkdir()
    with nothing_changes():
        for name in ("cut.csv", "empty.csv", "binary.mpt", "folder.csv", "none.DTA"):
            pressloop("evaluate", name, "--area-cm2", "1").refused(name)


def test_one_bad_file_does_not_hide_the_good_one(
        good: Path, pressloop: Callable[..., Any]) -> None:
    answer = pressloop("evaluate", "none.csv", good, "--area-cm2", "1", "--json")
    assert answer.code == 2
    assert len(answer.err.splitlines()) == 1
    bad, fine = answer.json["spectra"]
    assert "none.csv" in bad["file"]
    assert "No such file" in bad["error"]
    assert fine["valid"]


def test_instruments_exports_as_they_are(pressloop: Callable[..., Any]) -> None:
    folder = Path(__file__).parents[2] / "evaluation" / "readers" / "files"
    files = sorted(folder.glob("gamry*.DTA")) + sorted(folder.glob("eclab*.mpt"))
    assert len(files) == 4
    answer = pressloop("evaluate", *files, "--area-cm2", "0.785", "--json")
    assert answer.code == 0, answer.err
    assert [Path(one["file"]) for one in answer.json["spectra"]] == files
