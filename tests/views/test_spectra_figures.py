"""What the figures of spectra show: scales, marks of what was left out, processes, words."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pressloop.evaluation.classify import hard_failure
from pressloop.evaluation.reading import read
from pressloop.evaluation.rules import Rules
from pressloop.trials.checks import ComplexArray
from pressloop.trials.spectrum import Spectrum
from pressloop.views.figures.nyquist import bode, nyquist
from pressloop.views.figures.relaxation import relaxation
from pressloop.views.figures.residuals import residuals
from pressloop.views.figures.shown import COLOURS, Shown
from pressloop.views.spectra.page import write_spectra
from pressloop.views.spectra.process_table import process_table
from tests.views.test_report_page import Seen

pytestmark = pytest.mark.slow

HZ = np.geomspace(1e6, 0.1, 64)
JW: ComplexArray = 2j * np.pi * HZ
TWO = 12.0 + 35.0 / (1 + (JW * 1.2e-5) ** 0.92) + 70.0 / (1 + (JW * 3e-3) ** 0.86)
RULES = Rules()


def spectrum(z: ComplexArray, noise: float = 0.002, seed: int = 1) -> Spectrum:
    draw = np.random.default_rng(seed)
    wiggle = draw.standard_normal(HZ.size) + 1j * draw.standard_normal(HZ.size)
    return Spectrum(HZ, z * (1.0 + noise * wiggle), 0.785)


def shown(of: Spectrum, label: str = "cell.csv", number: int = 0, rules: Rules = RULES) -> Shown:
    if (failed := hard_failure(of, rules)) is not None:
        return Shown(label, number, of, None, f"{failed.mode}: {failed.evidence}", False, rules)
    reading = read(of, rules)
    return Shown(label, number, of, reading, reading.trouble or "valid", reading.trouble is None,
                 rules)


@pytest.fixture(scope="module")
def sound() -> Shown:
    return shown(spectrum(TWO))


@pytest.fixture(scope="module")
def outlier() -> Shown:
    z = TWO.copy()
    z[30] *= 1.08
    return shown(spectrum(z))


@pytest.fixture(scope="module")
def burst() -> Shown:
    draw = np.random.default_rng(5)
    noise = np.where((np.arange(64) >= 40) & (np.arange(64) < 52), 0.08, 0.0)
    return shown(spectrum(TWO * (1.0 + noise * draw.standard_normal(64))))


@pytest.fixture(scope="module")
def short() -> Shown:
    return shown(spectrum(0.5 + 1e-8 * JW), "short.csv", 1)


def named(figure: Any, symbol: str) -> list[Any]:
    """The traces with this mark."""
    return [one for one in figure.data if one.mode == "markers" and one.marker.symbol == symbol]


def test_nyquist_has_one_scale_and_ohm_cm2(sound: Shown) -> None:
    figure = nyquist([sound], "Nyquist").figure
    assert (figure.layout.yaxis.scaleanchor, figure.layout.yaxis.scaleratio) == ("x", 1)
    (points,) = named(figure, "circle")
    assert points.x == pytest.approx(sound.spectrum.impedance_ohm.real * 0.785)
    assert points.y == pytest.approx(-sound.spectrum.impedance_ohm.imag * 0.785)
    low, high = figure.layout.xaxis.range
    assert low < 0.0 < max(points.x) < high


def test_a_blocking_tail_does_not_hide_the_arc() -> None:
    blocked = shown(spectrum(TWO + 1.0 / (1e-6 * JW**0.9)))
    panel = nyquist([blocked], "Nyquist")
    assert panel.figure.layout.xaxis.range[1] < 3 * 117 * 0.785
    assert np.abs(blocked.points).max() > 1e4
    assert "outside of this view" in panel.how_to_read


def test_a_large_series_resistance_does_not_squeeze_the_arc() -> None:
    figure = nyquist([shown(spectrum(TWO + 2000.0, 0.0005))], "Nyquist").figure
    low, high = figure.layout.xaxis.range
    assert low > 1500.0 * 0.785 and high - low < 300.0 * 0.785


def test_bode_has_magnitude_and_phase_over_the_same_frequencies(sound: Shown) -> None:
    figure = bode([sound], "Bode").figure
    magnitude, phase = named(figure, "circle")
    assert (magnitude.yaxis, phase.yaxis) == ("y", "y2")
    assert magnitude.x == pytest.approx(HZ) and phase.x == pytest.approx(HZ)
    assert magnitude.y == pytest.approx(np.abs(sound.points))
    assert phase.y == pytest.approx(-np.degrees(np.angle(sound.points)))
    assert figure.layout.yaxis.domain[0] > figure.layout.yaxis2.domain[1]


def test_residuals_lie_in_percent_within_the_noise(sound: Shown) -> None:
    panel = residuals([sound])
    real, imag = named(panel.figure, "circle") + named(panel.figure, "circle-open")
    for part in (real, imag):
        assert len(part.x) == HZ.size
        assert 0.05 < float(np.std(part.y)) < 0.3, "0.2 % of noise"
    assert "Crosses" not in panel.how_to_read and "Rings" not in panel.how_to_read


def test_a_point_left_out_is_marked_everywhere(outlier: Shown) -> None:
    assert outlier.valid and outlier.used.sum() == HZ.size - 1
    for panel in (nyquist([outlier], "N"), bode([outlier], "B")):
        crosses = named(panel.figure, "x-thin-open")
        assert crosses and all(len(cross.x) == 1 for cross in crosses)
        assert "Crosses were left out" in panel.how_to_read
    panel = residuals([outlier])
    (cross,) = named(panel.figure, "x")
    assert cross.x == pytest.approx([HZ[30]])
    assert float(cross.hovertext[0].split()[2]) == pytest.approx(8.0, abs=1.5), "percent off"
    assert abs(cross.y[0]) <= panel.figure.layout.yaxis.range[1]
    assert "Crosses were left out" in panel.how_to_read


def test_masked_points_are_shown_but_marked_as_not_read() -> None:
    one = shown(spectrum(TWO), rules=Rules(min_hz=1.0))
    (crosses,) = named(nyquist([one], "N").figure, "x-thin-open")
    assert len(crosses.x) == int((HZ < 1.0).sum())


def test_disturbed_frequencies_have_rings(burst: Shown) -> None:
    assert not burst.valid
    panel = residuals([burst])
    rings = [one for one in named(panel.figure, "circle-open") if one.marker.size == 13]
    (ring,) = rings
    inside = (np.array(ring.x) <= HZ[38]) & (np.array(ring.x) >= HZ[53])
    assert inside.mean() > 0.8 and len(ring.x) >= 4
    assert "Rings mark disturbed frequencies" in panel.how_to_read


@pytest.mark.parametrize(("step", "verdict"), [(1.008, "valid"), (1.015, "a step of")])
def test_a_step_between_ranges_is_drawn_where_it_is(step: float, verdict: str) -> None:
    z = np.where(np.arange(64) >= 32, step, 1.0) * TWO
    one = shown(spectrum(z, 0.001))
    assert one.verdict.startswith(verdict)
    panel = residuals([one])
    (line,) = panel.figure.layout.shapes
    assert HZ[33] <= line.x0 <= HZ[30]
    assert "dotted line" in panel.how_to_read


def test_relaxation_times_mark_the_processes(sound: Shown) -> None:
    panel = relaxation([sound])
    (triangles,) = named(panel.figure, "triangle-up")
    assert list(triangles.x) == [arc.peak_hz for arc in sound.reading.arcs]  # type: ignore[union-attr]
    solid, dashed = (one for one in panel.figure.data if one.mode == "lines")
    area = np.trapezoid(solid.y, -np.log(solid.x))
    assert area == pytest.approx(105.0 * 0.785, rel=0.05), "a resistance, in ohm cm2"
    assert dashed.line.dash == "dash"
    assert "differ by a factor of" in panel.how_to_read


def test_a_failed_stack_has_points_but_no_fit(short: Shown, sound: Shown) -> None:
    assert residuals([short]).figure is None and relaxation([short]).figure is None
    assert len(nyquist([short], "N").figure.data) == 1
    both = [sound, short]
    assert {one.marker.color for one in nyquist(both, "N").figure.data
            if one.mode == "markers"} == {COLOURS[0], COLOURS[1]}
    assert [name for _, name in residuals(both).key] == []


def test_many_spectra_stay_apart(sound: Shown) -> None:
    many = [replace(sound, number=i, label=str(i)) for i in range(20)]
    assert len({(one.colour, one.mark) for one in many}) == 20
    names = [name for _, name in nyquist(many, "N").key]
    assert names[:9] == ["0", "1", "2", "3", "4", "5", "6", "■ 7", "■ 8"]
    assert len(set(nyquist(many, "N").key)) == 20


def test_the_table_has_capacitances_and_what_was_counted(sound: Shown, short: Shown) -> None:
    html = process_table([sound, short])
    words = Seen(html).words
    assert html.count("<tr>") == 1 + len(sound.reading.arcs)  # type: ignore[union-attr]
    assert "13.3 kHz" in words and "charge transfer" in words and "interface" in words
    assert "5.5e-05" in words or "5.4e-05" in words, "3 ms / 70 ohm / 0.785 cm2"
    assert process_table([short]) == ""


def test_nothing_of_a_spectrum_that_is_not_valid_is_counted_or_given(burst: Shown, tmp_path: Path
                                                                    ) -> None:
    words = Seen(write_spectra(tmp_path / "x.html", [burst]).read_text(encoding="utf-8")).words
    assert words.count("no reading") == 2
    table = words[words.index("Processes and their capacitances"):]
    assert "Counted as" in table and " interface  " not in table.split("Usual capacitances")[0]


def test_the_page_says_all_and_loads_nothing(sound: Shown, short: Shown, outlier: Shown,
                                             tmp_path: Path) -> None:
    nasty = "<script>alert(1)</script>"
    third = replace(outlier, label=nasty, number=2)
    path = write_spectra(tmp_path / "deep" / "out.html", [sound, short, third], [f"{nasty}: cut."])
    html = path.read_text(encoding="utf-8")
    seen = Seen(html)
    assert seen.loads == [] and "link" not in seen.tags and "img" not in seen.tags
    assert "default-src 'none'" in html and "<script>alert" not in html
    for words in ("3 spectra", "Nyquist", "Bode", "Kramers-Kronig residuals",
                  "Distribution of relaxation times", "Processes and their capacitances",
                  "Valid.", "Shorted: Re(Z) is", "is left out", "for 2 processes of the circuit",
                  nasty):
        assert words in seen.words, words
