"""Exports whose header, marks for no reading, or pages are not those of a plain table."""

from __future__ import annotations

import cmath
import json
import math

import numpy as np
import pytest
from reader_spectra import example, same

from pressloop.evaluation.readers import read_text
from pressloop.evaluation.readers._table.find import find_area_cm2
from pressloop.trials.errors import BadInput

F, Z = example()
NAMES = "Freq(Hz)   Ampl   Bias   Time(Sec)   Z'(a)   Z''(b)   GD   Err   Range"
REAL, IMAG = Z.real.tolist(), Z.imag.tolist()
POINTS = list(zip(F.tolist(), REAL, IMAG, strict=True))


def rows(form: str) -> str:
    """A row of text for each point; `form` knows f, re, im, size and deg."""
    return "".join(form.format(f=f, re=re, im=im, size=abs(complex(re, im)),
                               deg=math.degrees(cmath.phase(complex(re, im)))) + "\n"
                   for f, re, im in POINTS)


@pytest.mark.parametrize("code", ["999.9999E+28", "-888.8888E+28", "1E+30", "9.99E+99", "#NV", "OF",
                                  "U.F.", ">999M"])
def test_what_a_meter_writes_out_of_its_range_is_left_out(code: str) -> None:
    lines = ["f/Hz,|Z|/Ohm,phase/deg", *rows("{f!r},{size!r},{deg!r}").splitlines()]
    lines[6] = f"{POINTS[5][0]!r},{code},{code}"
    spectrum = read_text("\n".join([*lines, ""]), area_cm2=1.0)
    same(spectrum, np.delete(F, 5), np.delete(Z, 5))
    assert spectrum.missing[0].frequency_hz == pytest.approx(F[5])


@pytest.mark.parametrize("said", [
    "Working Electrode Area (cm2)=0.5", "Electrode Area (cm2):  0.5", "Area of electrode: 50 mm2",
    "electrode_area_cm2 = 0.5", "# area [cm2] 0.5", "Electrode Area,cm2,0.5", "area_mm2: 50"])
def test_an_area_with_its_unit(said: str) -> None:
    assert find_area_cm2(said) == pytest.approx(0.5)


@pytest.mark.parametrize("said", ["Area: 0.5", "Area (cm2) = 0", "BET surface area: 12 m2/g",
                                  "Counter electrode area (cm2)=0.5"])
def test_what_is_no_area_of_the_stack(said: str) -> None:
    assert find_area_cm2(said) is None


@pytest.mark.parametrize(("suffix", "text"), [
    (".z", f"ZPLOT2 ASCII\n  Electrode Area (cm2): 0.5\n  {NAMES}\nEnd Comments\n"
     + rows("{f!r}\t0\t0\t0\t{re!r}\t{im!r}\t0\t0\t0")),
    (".par", "<Action0>\nWorking Electrode Area (cm2)=0.5\n</Action0>\n<Segment1>\nType=2\n"
     "Definition=Segment #, Frequency(Hz), Z Real, Z Imag, 0\n"
     + rows("0,{f!r},{re!r},{im!r}") + "</Segment1>\n"),
    (".txt", "Zahner\nElectrode surface area (cm2): 0.5\nFrequency/Hz\tZ'/Ohm\tZ''/Ohm\n"
     + rows("{f!r}\t{re!r}\t{im!r}"))])
def test_programs_that_keep_the_area_in_their_header(suffix: str, text: str) -> None:
    spectrum = read_text(text, suffix=suffix)
    assert spectrum.area_cm2 == pytest.approx(0.5)
    same(spectrum, F, Z)


@pytest.mark.parametrize("text", [
    f'"Z60W Data File: Version 1.1"\n""\n0,2,0,1\n{F.size}\n"  {NAMES}"\n'
    + rows("{f!r},0,0,0,{re!r},{im!r},0,0,0"),
    f"Z60W Data File: Version 1.1\nCS\n{F.size}\n  {NAMES}\n"
    + rows("{f!r}, 0, 0, 0, {re!r}, {im!r}, 0, 0, 0"),
    "\"Freq (Hz)   Z' (Ohm)   Z'' (Ohm)\"\n" + rows("{f!r}, {re!r}, {im!r}"),
    '"freq/Hz,Re(Z)/Ohm,Im(Z)/Ohm"\n' + rows('"{f!r},{re!r},{im!r}"')])
def test_names_in_one_pair_of_quotes(text: str) -> None:
    same(read_text(text, area_cm2=1.0), F, Z)


@pytest.mark.parametrize("names", [
    "Spalte 1 - Frequenz (Hz)\tSpalte 2 - Z' (Ω)\tSpalte 3 - Z'' (Ω)",
    "1) freq/Hz\t2) Re(Z)/Ohm\t3) Im(Z)/Ohm",
    "Frequency (Hz)\tTrace 1: Impedance: Real (Ω)\tTrace 2: Impedance: Imag (Ω)"])
def test_columns_that_are_numbered(names: str) -> None:
    same(read_text(f"{names}\n" + rows("{f!r}\t{re!r}\t{im!r}"), area_cm2=1.0), F, Z)


def test_volts_per_ampere_of_a_circuit_simulator() -> None:
    head = "Freq.\tV(n001)/I(V1)\n"
    same(read_text(head + rows("{f:.14e}\t{re:.14e},{im:.14e}"), area_cm2=1.0), F, Z)
    turned = "".join(f"{f!r}\t{-re!r},{-im!r}\n" for f, re, im in POINTS)
    same(read_text("Freq.\tV(n001)/-I(V1)\n" + turned, area_cm2=1.0), F, Z)
    decibels = "".join(
        f"{f:.14e}\t({20 * math.log10(abs(z)):.14e}dB,{math.degrees(cmath.phase(z)):.14e}°)\n"
        for f, z in zip(F, Z, strict=True))
    same(read_text(head + decibels, area_cm2=1.0), F, Z)


def test_a_header_that_comes_again_on_each_page() -> None:
    lines = rows("{f!r}  {re!r}  {im!r}").splitlines()
    pages = [line for start in range(0, len(lines), 12)
             for line in ("Freq/Hz  ReZ/Ohm  ImZ/Ohm", *lines[start:start + 12], "")]
    same(read_text("\n".join(pages), area_cm2=1.0), F, Z)


def test_the_same_header_above_another_sweep() -> None:
    page = "Freq/Hz  ReZ/Ohm  ImZ/Ohm\n" + rows("{f!r}  {re!r}  {im!r}")
    assert "of 2 sweeps" in read_text(page + page, area_cm2=1.0, sweep="last").notes[0]


@pytest.mark.parametrize("document", [
    {"frequency": F.tolist(), "impedance": [[re, im] for _, re, im in POINTS], "area_cm2": 0.5},
    {"freq": F.tolist(), "Z": [f"({re!r}{im:+}j)" for _, re, im in POINTS], "area_cm2": 0.5},
    {"freq": F.tolist(), "Z": {"real": REAL, "imag": IMAG}, "area_cm2": 0.5},
    {"freq": F.tolist(), "Z": [{"re": re, "im": im} for _, re, im in POINTS], "area_cm2": 0.5},
    {"area_cm2": 0.5, "runs": [{"name": "a", "data": {"f": F.tolist(), "re": REAL, "im": IMAG}}]},
    {"columns": ["f/Hz", "Re(Z)", "Im(Z)"], "data": POINTS, "electrode_area_cm2": 0.5},
    {"area_cm2": 0.5, "table": {name: {str(place): one for place, one in enumerate(values)}
                                for name, values in (("f", F.tolist()), ("re", REAL),
                                                     ("im", IMAG))}}])
def test_documents_of_scripts(document: object) -> None:
    spectrum = read_text(json.dumps(document))
    assert spectrum.area_cm2 == pytest.approx(0.5)
    same(spectrum, F, Z)


@pytest.mark.parametrize("above", [
    "!Freq (Hz)  Trace1: Z(ohm)  Trace2: tz(deg)\nBEGIN CH1_DATA\n",
    "# freq/Hz, |Z|/Ohm, Phase/deg\n# 3 Nov 2025\n"])
def test_a_comment_that_names_the_columns_before_the_header_does(above: str) -> None:
    text = above + "Frequency(Hz), Z'(ohm), Z''(ohm)\n" + rows("{f!r},{re!r},{im!r}") + "END\n"
    same(read_text(text, area_cm2=1.0), F, Z)


def test_how_many_points_there_are_stands_above_them() -> None:
    head, points = " f/Hz\tZ'/Ohm\tZ''/Ohm\n", rows("{f!r}\t{re!r}\t{im!r}")
    same(read_text(f"{head} {F.size} \n{points}", area_cm2=1.0), F, Z)
    with pytest.raises(BadInput, match="row is cut"):
        read_text(f"{head} {F.size + 9} \n{points}", area_cm2=1.0)
