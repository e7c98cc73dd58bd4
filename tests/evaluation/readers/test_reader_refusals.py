"""Files that cannot be used are refused with name, value, bound and remedy, never otherwise."""

from __future__ import annotations

import codecs
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reader_spectra import example, lines, same

from pressloop.evaluation.readers import formats, read_spectrum, read_sweep, read_text
from pressloop.trials.errors import BadInput, PressloopError

FILES = Path(__file__).parent / "files"
NAMES = ("gamry.DTA", "gamry_german.DTA", "eclab.mpt", "eclab_german.mpt", "zplot.z",
         "zplotw.z", "zahner.txt", "zahner_parts.csv", "table.csv")
HEAD = "freq/Hz,Re(Z)/Ohm,Im(Z)/Ohm\n"


def text_of(name: str) -> str:
    return (FILES / name).read_text(encoding="utf-8")


def csv(n: int = 20, head: str = HEAD) -> list[str]:
    f = np.geomspace(1e5, 1, n)
    z = 10 + 40 / (1 + 1j * f / 300)
    return [head, *(f"{a:.6E},{b.real:.6E},{b.imag:.6E}\n" for a, b in zip(f, z, strict=True))]


def refused(text: str, *words: str, suffix: str = "", area_cm2: float | None = 1.0) -> BadInput:
    with pytest.raises(BadInput) as caught:
        read_text(text, source="run7", suffix=suffix, area_cm2=area_cm2)
    for word in words:
        assert word in str(caught.value), str(caught.value)
    return caught.value


@pytest.mark.parametrize("name", NAMES)
def test_instrument_file(name: str) -> None:
    got = read_spectrum(FILES / name, area_cm2=0.785)
    assert got.frequency_hz.size >= 25
    assert got.frequency_hz[0] > got.frequency_hz[-1]
    assert np.median(got.impedance_ohm.imag) < 0
    assert read_sweep(FILES / name).source == name


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_a_file_cut_anywhere_is_refused_or_ends_with_whole_rows(name: str) -> None:
    whole, sweep = text_of(name), read_sweep(FILES / name)
    start = len(whole) * 3 // 4
    for end in range(start, len(whole) - 1, 17):
        try:
            got = read_text(whole[:end], suffix=Path(name).suffix, area_cm2=1.0)
        except BadInput:
            continue
        kept = np.isin(got.impedance_ohm, sweep.impedance_ohm)
        assert kept.all()


def test_a_cut_row_names_its_line() -> None:
    refused("".join(csv())[:-15], "run7 line 21", "columns")
    refused("".join(csv())[:-4], "run7 line 21", "add the line end")
    refused("".join(csv())[:-2].rstrip("0123456789"), "line 21")
    refused(text_of("zplot.z").rsplit("\n", 3)[0] + "\n", "rows, as the header says")
    refused("EC-Lab ASCII FILE\nNb header lines : 60\n\nfreq/Hz\n", "Nb header lines = 60")
    gamry = text_of("gamry.DTA").replace("ZCURVE\tTABLE", "ZCURVE\tTABLE\t99")
    refused(gamry, "99 rows, as the header says")


def test_columns_that_are_missing_are_named() -> None:
    refused("".join(csv(head="freq/Hz,Re(Z)/Ohm,time/s\n")), "no column for imaginary",
            suffix=".csv")
    refused("".join(csv(head="freq/Hz,|Z|/Ohm,time/s\n")), "no column for phase", suffix=".csv")
    for suffix in (".csv", "", ".xyz"):
        refused("1,2,3\n" * 20, "no header line above rows of 3 numbers", "--columns f,re,-im",
                suffix=suffix)
        refused("some words\n" * 20, "no header line", suffix=suffix)
    refused("EXPLAIN\nTAG\tCV\nCURVE\tTABLE\n", "no table ZCURVE")
    names = {"-Im(Z)/Ohm\t|Z|": "Cs/µF\t|Y|", "Phase(Z)": "Phase(Y)"}
    text = text_of("eclab.mpt")
    for name, other in names.items():
        text = text.replace(name, other)
    refused(text, "no column for imaginary")


@pytest.mark.parametrize("unit", ["Ohm/cm2", "MOHM", "S"])
def test_units_that_are_no_ohms_are_refused(unit: str) -> None:
    refused("".join(csv(head=f"freq/Hz,Re(Z)/{unit},Im(Z)/{unit}\n")), "unit of column", unit)


def test_area() -> None:
    text = "".join(csv())
    refused(text, "area_cm2 = missing", "--area-cm2", area_cm2=None)
    refused(text, "area_cm2 = 0", area_cm2=0.0)
    refused(text, "area_cm2 = -1", area_cm2=-1.0)
    refused(text, "finite", area_cm2=float("nan"))
    refused("area_cm2=0\n" + text, "area_cm2 = 0", area_cm2=None)
    assert read_text("area_cm2=3\n" + text).area_cm2 == 3
    assert read_text("area_cm2=3\n" + text, area_cm2=0.5).area_cm2 == 0.5


def test_the_area_eclab_fills_in_is_no_area() -> None:
    text = text_of("eclab.mpt").replace("0.785 cm", "0.001 cm")
    refused(text, "--area-cm2", area_cm2=None)


def test_few_points_and_several_sweeps() -> None:
    refused("".join(csv(9)), "points = 9", "10 or more points")
    rows = csv()
    refused("".join(rows + rows[1:]), "sweeps in the file = 2", "--sweep 1", "20 points")
    refused("".join(rows + rows[:0:-1]), "sweeps in the file = 2")
    shifted = [row.replace("E+0", "1E+0", 1) for row in rows[1:]]
    refused("".join(rows + shifted + shifted), "sweeps in the file = 3")


@pytest.mark.parametrize("word", ["9.9E37", "-9.91E+37", "****", "OVLD", "NaN", "--", "", "1.#INF",
                                  "1e999", "overload", "inf", "#N/A", "-", "UNBAL", "OVL",
                                  "Over range", "\u221e", "Error"])
def test_no_reading_becomes_a_missing_point(word: str) -> None:
    rows = csv()
    first = rows[3].split(",")
    rows[3] = f"{first[0]},{word},{first[2]}"
    got = read_text("".join(rows), area_cm2=1.0)
    assert got.frequency_hz.size == 19
    (missing,) = got.missing
    assert missing.frequency_hz == float(first[0])
    assert "line 4: Re(Z)/Ohm is" in missing.reason


def test_a_frequency_that_is_no_number_is_refused_and_rest_rows_are_dropped() -> None:
    refused("".join([*csv(), "NaN,1,1\n"]), "line 22", "freq/Hz = NaN")
    refused("".join([*csv(), "abc,1,1\n"]), "line 22", "freq/Hz = abc")
    refused("".join([*csv(), "-5,1,1\n"]), "line 22")
    got = read_text("".join([HEAD, "0,0,0\n", *csv()[1:]]), area_cm2=1.0)
    assert got.frequency_hz.size == 20 and not got.missing


def test_marks_that_contradict_each_other_are_refused() -> None:
    rows = [row.replace(",", ";") for row in csv()]
    refused("".join([*rows, "1.5;1,23;-1.5\n"]), "line 22", "decimal marks , and .")
    refused("".join([*rows, "1.5;1,234.5;-1,5\n"]), "line 22", "thousands")
    refused("freq;Zre;Zim\n" + "1,000;1.234;-1.234\n" * 12, "decimal marks , and .")


def test_phase_without_unit_must_be_told_apart() -> None:
    text = "".join(csv(head="freq,|Z|,phase\n"))
    small = "\n".join(f"{10.0 ** k},5,-0.2" for k in range(11))
    refused("freq,|Z|,phase\n" + small + "\n", "deg or rad")
    assert text.startswith("freq")


def test_notes_are_logged_and_kept(caplog: pytest.LogCaptureFixture) -> None:
    text = text_of("gamry.DTA") + "EXPERIMENTABORTED\tTOGGLE\tT\tAborted\n"
    got = read_text(text, source="run7")
    assert any("stopped this experiment" in note for note in got.notes)
    assert "run7: the operator stopped this experiment" in caplog.text


@pytest.mark.slow
def test_files_that_are_no_text(tmp_path: Path) -> None:
    cases = {"a.mpr": b"BIO-LOGIC MODULAR FILE", "b.csv": b"\x00\x01\x02", "c.csv": b"",
             "d.csv": codecs.BOM_UTF16_LE + b"a", "e.i2b": b"text", "f.csv": b" \r\n "}
    for name, data in cases.items():
        path = tmp_path / name
        path.write_bytes(data)
        with pytest.raises(BadInput, match=name):
            read_spectrum(path)
    with pytest.raises(BadInput, match="yadg"):
        read_spectrum(tmp_path / "a.mpr")
    with pytest.raises(BadInput, match="as text"):
        read_spectrum(tmp_path / "b.csv")


def test_paths_that_are_no_files(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none.csv", str(tmp_path / "a\0b"), "/dev/zero"):
        with pytest.raises(BadInput, match="file"):
            read_spectrum(path)


STARTS = st.sampled_from([b"", b"EXPLAIN\nZCURVE\tTABLE\n\tPt\tFreq\tZreal\tZimag\n\t#\tHz\n",
                          b"EC-Lab ASCII FILE\nNb header lines : 3\nfreq/Hz\tRe(Z)/Ohm\t|Z|\n",
                          b"ZPLOT2 ASCII\nEnd Comments\n", HEAD.encode(), b"Number,freq,|Z|,phi\n",
                          b"<Segment1>\nDefinition=Segment #, Frequency(Hz), Z Real, Z Imag, 0\n",
                          b"Title=a\nprimary_data\n3\n4\n", b'{"Measurements":[{"DataSet":{}}]',
                          b"PK\x03\x04", b"f,re,im,f,re,im\n", b"Frequency,Cp,D,Cs,Rs\n",
                          codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF8])
SUFFIXES = ["", ".ism", ".xlsx", *(form.SUFFIXES[0] for form in formats().values()
                                   if form.SUFFIXES)]
CELLS = st.text("0123456789.,eE+-;\t \n*NaOVLDinf\u00b5", max_size=300).map(str.encode)


@settings(max_examples=120, deadline=None)
@given(STARTS, st.one_of(st.binary(max_size=300), CELLS), st.sampled_from(SUFFIXES),
       st.booleans(), st.sampled_from(["", "f,re,-im", "_,f/kHz,|z|,phase", "f,cp,d"]))
def test_any_bytes_raise_bad_input_or_nothing(
        tmp_path_factory: pytest.TempPathFactory, start: bytes, rest: bytes, suffix: str,
        with_area: bool, columns: str) -> None:
    path = tmp_path_factory.getbasetemp() / f"any{suffix}"
    path.write_bytes(start + rest)
    try:
        read_spectrum(path, area_cm2=1.0 if with_area else None, sweep="last", columns=columns)
    except PressloopError as error:
        assert isinstance(error, BadInput)


@pytest.mark.slow
@settings(max_examples=120, deadline=None)
@given(st.sampled_from(NAMES), st.integers(0, 4000), st.integers(0, 40), st.binary(max_size=8))
def test_any_damage_raises_bad_input_or_nothing(
        tmp_path_factory: pytest.TempPathFactory, name: str, at: int, gone: int,
        put: bytes) -> None:
    data = (FILES / name).read_bytes()
    path = tmp_path_factory.getbasetemp() / f"damaged{Path(name).suffix}"
    path.write_bytes(data[:at] + put + data[at + gone:])
    try:
        read_spectrum(path, area_cm2=1.0)
    except PressloopError as error:
        assert isinstance(error, BadInput)


def test_a_gain_in_decibels_is_no_impedance_until_a_person_says_so() -> None:
    """A magnitude in dB of nothing that is named may be any ratio."""
    f, z = example()
    body = lines(f, 20 * np.log10(abs(z)), np.degrees(np.angle(z)))
    for header in ("Frequency (Hz),Magnitude (dB),Phase (deg)", "freq [Hz],Gain [dB],Phase [deg]"):
        with pytest.raises(BadInput, match="dB"):
            read_text(header + "\n" + body, area_cm2=1.0)
        same(read_text(header + "\n" + body, area_cm2=1.0, columns="f,|z|/dB,phase/deg"), f, z)
