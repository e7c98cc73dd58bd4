"""Lines between, above and below the rows; rows without a reading; repeats: read, and told."""

from __future__ import annotations

import numpy as np
import pytest
from reader_spectra import example, lines, same

from pressloop.evaluation.readers import read_text
from pressloop.trials.errors import BadInput
from pressloop.trials.spectrum import Spectrum

F, Z = example()
HEAD = "freq/Hz,Re(Z)/Ohm,Im(Z)/Ohm\n"
ROWS = lines(F, Z.real, Z.imag).splitlines(keepends=True)


def read(*parts: str) -> Spectrum:
    return read_text(HEAD + "".join(parts), area_cm2=1.0)


def told(spectrum: Spectrum, *words: str) -> None:
    """Proves that one note has all the words."""
    assert any(all(word in note for word in words) for note in spectrum.notes), spectrum.notes


def test_text_between_and_below_the_rows() -> None:
    for line in ("# range changed\n", "% comment\n", "\n", "// remark\n"):
        got = read(*ROWS[:9], line, *ROWS[9:])
        same(got, F, Z)
        assert got.notes == ()
    for line in ("range changed\n", "End of data\n", "END,,\n", "measured,by,me\n",
                 "Total time: 300 s\n"):
        got = read(*ROWS[:9], line, *ROWS[9:], line)
        same(got, F, Z)
        told(got, "2 lines of text were left out", "line 11", line.strip()[:5])


def test_a_row_of_text_is_never_a_row_of_numbers() -> None:
    for damage in (f"{F[9]:.9E},abc,1\n", f"{F[9]:.9E},1\n", "1e3,5,5,5\n", "x,5.0,5.0\n"):
        with pytest.raises(BadInput, match="line 11"):
            read(*ROWS[:9], damage, *ROWS[9:])


def test_empty_cells_are_missing_points() -> None:
    for row, name in ((f"{F[9]:.9E},12.5,\n", "Im"), (f"{F[9]:.9E},,3.5\n", "Re"),
                      (f"{F[9]:.9E},12.5, \n", "Im"), (f"{F[9]:.9E},,\n", "Re")):
        got = read(*ROWS[:9], row, *ROWS[10:])
        same(got, np.delete(F, 9), np.delete(Z, 9))
        assert got.missing[0].frequency_hz == pytest.approx(F[9])
        told(got, "1 of 31 points without a reading", f"{name}(Z)/Ohm is empty")


def test_rows_of_rest_and_of_nothing() -> None:
    got = read("0,0,0\n", "0,0,0\n", *ROWS, "0,0,0\n", "NaN,NaN,NaN\n")
    same(got, F, Z)
    told(got, "3 rows of 0 Hz were left out")
    told(got, "1 row without any value was left out")


def test_log_of_one_hertz_is_no_rest() -> None:
    f = np.geomspace(1e6, 1, 31)
    text = "log f,re,im\n" + lines(np.log10(f), Z.real, Z.imag)
    same(read_text(text, area_cm2=1.0), f, Z)


def test_repeats_in_a_row_are_averaged() -> None:
    noisy = np.repeat(Z, 3) * np.tile([0.99, 1.0, 1.01], 31)
    got = read(lines(np.repeat(F, 3), noisy.real, noisy.imag))
    same(got, F, Z)
    told(got, "31 of 31 frequencies were measured 3 times in a row", "mean", "0.02 of |Z|")


def test_two_spectra_whose_rows_alternate_are_refused() -> None:
    z = np.repeat(Z, 2) * np.tile([1.0, 1.5], 31)
    with pytest.raises(BadInput, match="alternate"):
        read(lines(np.repeat(F, 2), z.real, z.imag))


def test_one_repeat_that_disagrees_is_left_out() -> None:
    got = read(*ROWS, lines(F[-1:], 9 * Z.real[-1:], 9 * Z.imag[-1:]))
    same(got, F[:-1], Z[:-1])
    told(got, "1 frequency was left out", "89 %", "0.5 Hz")


def test_of_a_frequency_that_comes_again_the_first_is_kept() -> None:
    got = read(*ROWS, lines(F[[5, 15]], 1.02 * Z.real[[5, 15]], 1.02 * Z.imag[[5, 15]]))
    same(got, F, Z)
    told(got, "2 frequencies came again later", "first reading was kept", "0.02 of |Z|")
    assert [point.frequency_hz for point in got.controls] == pytest.approx(F[[5, 15]])
    for point in got.controls:
        assert point.after_ohm / point.before_ohm == pytest.approx(1.02)


@pytest.mark.slow
def test_a_cell_that_drifts_is_told_by_the_frequencies_that_come_again() -> None:
    from pressloop.evaluation.reading import read as judged
    from pressloop.evaluation.rules import Rules

    got = read(*ROWS, lines(F[[5, 15]], 1.08 * Z.real[[5, 15]], 1.08 * Z.imag[[5, 15]]))
    assert "drifted by 8.0 %" in (judged(got, Rules()).trouble or "")


def test_a_header_that_is_padded_or_parted_otherwise() -> None:
    tabbed = lines(F, Z.real, Z.imag, delimiter="\t")
    for head in ("Frequency\t\tReal_Z\t\t\tImag_Z\n", "frequency /Hz, Real Z /Ohm, Im Z /Ohm\n"):
        same(read_text(head + tabbed, area_cm2=1.0), F, Z)
    for delimiter in (":", "    ", " "):
        head = delimiter.join(("Index", "Frequency (Hz)", "Z' (\u03a9)", "Z'' (\u03a9)")) + "\n"
        same(read_text(head + lines(F, F, Z.real, Z.imag, delimiter=delimiter), area_cm2=1.0), F, Z)


def test_a_label_at_the_end_of_a_header_is_no_column() -> None:
    text = "".join(f"Frequency /Hz, Z_r, Z_im, cycle : {k}\n"
                   + lines(F, (1 + k) * Z.real, (1 + k) * Z.imag, delimiter="\t")
                   for k in range(2))
    same(read_text(text, area_cm2=1.0, sweep=2), F, 2 * Z)
    with pytest.raises(BadInput, match=r"2 \(cycle : 1\): 31 points"):
        read_text(text, area_cm2=1.0)


def test_a_wide_header_of_eclab_is_taken_only_where_the_rest_agrees() -> None:
    names = "freq/Hz\tRe(Z)/Ohm\t-Im(Z)/Ohm\t|Z|/Ohm\ttime/s\tRe(Y)/S"
    rows = lines(F, Z.real, -Z.imag, abs(Z), 1.0, delimiter="\t")
    got = read_text(f"{names}\n{rows}", area_cm2=1.0)
    same(got, F, Z)
    told(got, "the header names 6 columns, the rows have 5")
    moved = lines(F, -Z.imag, abs(Z), 1.0, 2.0, delimiter="\t")
    with pytest.raises(BadInput, match="--columns"):
        read_text(f"{names}\n{moved}", area_cm2=1.0)


def test_a_wide_header_of_which_nothing_says_what_is_missing() -> None:
    """EC-Lab leaves out the last columns; of other files that is not known."""
    names, rows = "freq/Hz\tRe(Z)/Ohm\t-Im(Z)/Ohm\ttime/s\t|Z|/Ohm", lines(
        F, Z.real, -Z.imag, 1.0, delimiter="\t")
    eclab = f"EC-Lab ASCII FILE\nNb header lines : 3\n{names}\n{rows}"
    same(read_text(eclab, area_cm2=1.0), F, Z)
    with pytest.raises(BadInput, match="--columns"):
        read_text(f"{names}\n{rows}", area_cm2=1.0)


def test_a_wrong_number_of_header_lines_of_eclab() -> None:
    rows = lines(F, Z.real, -Z.imag, delimiter="\t")
    text = ("EC-Lab ASCII FILE\nNb header lines : 3\n\nElectrode surface area : 1.33 cm²\n"
            f"freq/Hz\tRe(Z)/Ohm\t-Im(Z)/Ohm\n{rows}")
    got = read_text(text)
    same(got, F, Z)
    assert got.area_cm2 == 1.33
    told(got, "number of header lines is wrong")


def test_line_ends_of_every_kind() -> None:
    for end in ("\r\n", "\r", "\r\r\n"):
        same(read_text((HEAD + "".join(ROWS)).replace("\n", end), area_cm2=1.0), F, Z)


def test_columns_that_the_meter_left_empty_are_no_missing_names() -> None:
    """Hioki names four parameters, two of them OFF, and ends its rows with empty cells."""
    f, z = example()
    text = '"No.","FREQ[Hz]","Z[ohm]","PHASE[deg]","OFF","OFF"\n' + "".join(
        f"{place},{row},,\n" for place, row in enumerate(
            lines(f, abs(z), np.degrees(np.angle(z))).splitlines(), 1))
    same(read_text(text, area_cm2=1.0), f, z)


def test_a_modulus_as_a_logarithm_is_compared_as_one() -> None:
    f, z = example()
    got = read_text("f/Hz,Z',Z'',log(|Z|)\n" + lines(f, z.real, z.imag, np.log10(abs(z))),
                    area_cm2=1.0)
    assert not got.notes
