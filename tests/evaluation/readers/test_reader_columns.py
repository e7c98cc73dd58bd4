"""A person says what the columns are; and what is said of files whose header does not."""

from __future__ import annotations

import re

import numpy as np
import pytest
from reader_spectra import example, lines, same

from pressloop.evaluation.readers import read_text
from pressloop.trials.errors import BadInput

F, Z = example()


@pytest.mark.parametrize(("said", "columns", "delimiter"), [
    ("f,re,im", (F, Z.real, Z.imag), ","),
    ("f,re,-im", (F, Z.real, -Z.imag), ";"),
    ("f, re, -im", (F, Z.real, -Z.imag), "  "),
    ("f/kHz,re/mOhm,-im/mOhm", (F / 1e3, Z.real * 1e3, -Z.imag * 1e3), "\t"),
    ("_,f,_,|z|,phase", (Z.real, F, F, abs(Z), np.degrees(np.angle(Z))), ","),
    ("|z|,-phase/rad,f", (abs(Z), -np.angle(Z), F), ","),
    ("log f,re,im", (np.log10(F), Z.real, Z.imag), ","),
    ("omega,re,im", (2 * np.pi * F, Z.real, Z.imag), ","),
    ("f,rs,x", (F, Z.real, Z.imag), ","),
    ("freq/Hz,Re(Z)/Ohm,-Im(Z)/Ohm", (F, Z.real, -Z.imag, F), ","),
    ("f,g,b", (F, (1 / Z).real, (1 / Z).imag), ","),
])
@pytest.mark.parametrize("head", ["", "x,y,z\n", "# made by hand\nsome words\n\n"])
def test_columns_that_are_said(said: str, columns: tuple[object, ...], delimiter: str,
                               head: str) -> None:
    text = head + lines(*columns, delimiter=delimiter)
    same(read_text(text, area_cm2=1.0, columns=said), F, Z)


def test_decimal_commas_and_an_area_above() -> None:
    text = "area_cm2: 1,33\n" + lines(F, Z.real, -Z.imag, delimiter="\t", mark=",")
    got = read_text(text, columns="f,re,-im")
    same(got, F, Z)
    assert got.area_cm2 == 1.33


def test_several_sweeps_and_curves_side_by_side() -> None:
    rows = lines(F, Z.real, Z.imag) + lines(F, 2 * Z.real, 2 * Z.imag)
    same(read_text(rows, area_cm2=1.0, columns="f,re,im", sweep=2), F, 2 * Z)
    rows = lines(F, Z.real, Z.imag, 2 * Z.real, 2 * Z.imag)
    same(read_text(rows, area_cm2=1.0, columns="f,re,im,re,im", sweep=2), F, 2 * Z)


@pytest.mark.parametrize(("said", "word"), [
    ("f,re", "two parts"), ("re,im", "frequency"), ("f,banana,im", "banana"), (",,,", "frequency"),
    ("f/furlong,re,im", "unit"), ("f,re/S,im/S", "unit"), ("_,_,_,f,re,im", "6 numbers"),
    ("f,re,im,pear", "pear")])
def test_columns_that_cannot_be(said: str, word: str) -> None:
    with pytest.raises(BadInput) as told:
        read_text(lines(F, Z.real, Z.imag), area_cm2=1.0, columns=said)
    assert word in str(told.value)


@pytest.mark.parametrize("header", [
    "freq/kHz,Re(Z)/Ohm,Im(Z)/Ohm", "Index,freq/kHz,time/s,Z' [mOhm],Z'' [mOhm]",
    "f (kHz);|Z| (Ohm);phase (deg)", "f (kHz),|Z| (Ohm),-phase (rad)", "log f/kHz,re,im",
    "w/rad s-1,|Z|,phase/mrad"])
def test_the_remedy_for_a_wrong_sign_is_one(header: str) -> None:
    """What the message says to type reads the file."""
    angle = np.angle(Z)
    named = {"freq/kHz": F / 1e3, "f (kHz)": F / 1e3, "log f/kHz": np.log10(F / 1e3),
             "w/rad s-1": 2 * np.pi * F, "Re(Z)/Ohm": Z.real, "re": Z.real,
             "Im(Z)/Ohm": -Z.imag, "im": -Z.imag, "Z' [mOhm]": Z.real * 1e3,
             "Z'' [mOhm]": -Z.imag * 1e3, "|Z| (Ohm)": abs(Z), "|Z|": abs(Z),
             "phase (deg)": -np.degrees(angle), "-phase (rad)": angle, "phase/mrad": -1e3 * angle}
    delimiter = ";" if ";" in header else ","
    text = header + "\n" + lines(*(named.get(name, F) for name in header.split(delimiter)),
                                 delimiter=delimiter)
    with pytest.raises(BadInput, match="sign") as told:
        read_text(text, area_cm2=1.0)
    said = re.search("--columns '(.*?)'", str(told.value))
    assert said is not None
    same(read_text(text, area_cm2=1.0, columns=said[1]), F, Z)


def test_a_file_without_header_says_what_to_type() -> None:
    for text in (lines(F, Z.real, Z.imag), lines(F, Z.real, Z.imag, delimiter="   ")):
        with pytest.raises(BadInput, match="no header line above rows of 3 numbers") as told:
            read_text(text, area_cm2=1.0)
        assert "--columns f,re,-im" in str(told.value)


def test_columns_that_no_name_tells_apart_are_refused() -> None:
    """Rows with more or fewer cells than names: no guess is made about which are missing."""
    with pytest.raises(BadInput, match="--columns f,re,-im"):
        read_text("freq,Zre,Zim\n" + lines(F, F, Z.real, Z.imag, F), area_cm2=1.0)
    with pytest.raises(BadInput, match="--columns f,re,-im"):
        read_text("freq,time,Zre,Zim,phase\n" + lines(F, Z.real, Z.imag, F), area_cm2=1.0)


def test_a_row_number_without_name_is_none() -> None:
    text = "freq,Zre,Zim\n" + lines(np.arange(1, F.size + 1), F, Z.real, Z.imag)
    got = read_text(text, area_cm2=1.0)
    same(got, F, Z)
    assert "row number" in " ".join(got.notes)
