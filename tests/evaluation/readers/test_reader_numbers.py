"""Numbers as instruments, spreadsheets and people write them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from reader_spectra import example, same

from pressloop.evaluation.readers import read_text
from pressloop.evaluation.readers._table.cells import number
from pressloop.evaluation.readers._table.marks import marks_of
from pressloop.trials.errors import BadInput

F, Z = example()


@pytest.mark.parametrize(("cell", "value"), [
    ("1.2k", 1200.0), ("10m", 0.01), ("794.33k", 794330.0), ("1M", 1e6), ("3.3u", 3.3e-6),
    ("3,3µ", 3.3e-6), ("47n", 47e-9), ("2.2 kOhm", 2200.0), ("10 mHz", 0.01), ("-45.0°", -45.0),
    ("1.0D+03", 1000.0), ("1 234.5", 1234.5), ("1'234'567.5", 1234567.5), ("+.5", 0.5),
    ("\u22121.5", -1.5), ("1,5", 1.5)])
def test_a_number(cell: str, value: float) -> None:
    assert number(cell) == pytest.approx(value)


@pytest.mark.parametrize("cell", ["abc", "1.2.3", "1,2,3", "12 34", "1k2", "1e", "2024-01-01",
                                  "10:11:12", "1.5kk", "k"])
def test_what_is_no_number(cell: str) -> None:
    assert number(cell) is None


def rounded(value: float) -> str:
    """With a prefix and five digits, as a meter shows it."""
    for limit, prefix in ((1e6, "M"), (1e3, "k"), (1.0, ""), (1e-3, "m")):
        if abs(value) >= limit:
            return f"{value / limit:.6g}{prefix}"
    return f"{value:.6g}"


def test_prefixes_in_cells() -> None:
    text = "Frequency;Impedance;Phase\n" + "".join(
        f"{rounded(f)};{rounded(abs(z))};{np.degrees(np.angle(z)):.5f}\n"
        for f, z in zip(F, Z, strict=True))
    got = read_text(text, area_cm2=1.0)
    np.testing.assert_allclose(got.frequency_hz, F, rtol=1e-5)
    np.testing.assert_allclose(got.impedance_ohm, Z, rtol=1e-5)


THOUSANDS = {
    "quoted": ('"freq (Hz)","Z\' (Ohm)","Z\'\' (Ohm)"\n', '"{:,.4f}","{:,.6f}","{:,.6f}"\n', ""),
    "American": ("f [Hz];Re(Z);Im(Z)\n", "{:,.4f};{:,.6f};{:,.6f}\n", ""),
    "Swiss": ("f [Hz];Re(Z);Im(Z)\n", "{:,.4f};{:,.6f};{:,.6f}\n", ",'"),
    "German": ("f [Hz];Re(Z);Im(Z)\n", "{:,.4f};{:,.6f};{:,.6f}\n", ",X.,X."),
    "blanks": ("f [Hz]\tRe(Z)\tIm(Z)\n", "{:,.4f}\t{:,.6f}\t{:,.6f}\n", ",\u00a0"),
    "only whole": ("f [Hz];Re(Z);Im(Z)\n", "{:,.0f};{:.6f};{:.6f}\n", ""),
}


@pytest.mark.parametrize("name", THOUSANDS)
def test_marks_between_thousands(name: str) -> None:
    header, form, marks = THOUSANDS[name]
    f, z = np.round(np.geomspace(2e6, 2, 31)), 100 * Z
    text = "".join(form.format(a, b.real, b.imag) for a, b in zip(f, z, strict=True))
    for old, new in zip(marks[::2], marks[1::2], strict=True):
        text = text.replace(old, new)
    got = read_text(header + text, area_cm2=1.0)
    np.testing.assert_allclose(got.frequency_hz, f, rtol=1e-6)
    np.testing.assert_allclose(got.impedance_ohm, z, rtol=1e-5)


@given(st.lists(st.floats(-1e9, 1e9).map(lambda x: round(x, 4)), min_size=1, max_size=8),
       st.sampled_from([(".", ","), (",", "."), (".", ""), (",", "")]))
def test_marks_are_found_or_refused_never_mistaken(values: list[float],
                                                   marks: tuple[str, str]) -> None:
    decimal, thousands = marks
    texts = [f"{value:,.4f}".replace(",", "T").replace(".", decimal).replace("T", thousands)
             for value in values]
    found = marks_of("x", enumerate(texts))
    assert [number(text, found.decimal, found.thousands) for text in texts] == values


def test_a_lone_mark_before_three_digits_is_decimal_and_two_kinds_are_refused() -> None:
    found = marks_of("x", enumerate(["1,234", "2,500"]))
    assert number("1,234", found.decimal, found.thousands) == 1.234
    with pytest.raises(BadInput, match="x line"):
        marks_of("x", enumerate(["1,234", "2.500"]))


def test_comma_for_both_columns_and_decimals_is_refused() -> None:
    text = "freq,Zre,Zim\n" + "".join(f"{f:.4f},{z.real:.4f},{z.imag:.4f}\n".replace(".", ",")
                                      for f, z in zip(F, Z, strict=True))
    with pytest.raises(BadInput, match="columns"):
        read_text(text, area_cm2=1.0)


def test_quoted_cells_and_a_line_of_excel() -> None:
    text = 'sep=;\n"freq/Hz";"Re(Z)/Ohm";"-Im(Z)/Ohm"\n' + "".join(
        f'"{f:.8g}";"{z.real:.8g}";"{-z.imag:.8g}"\n' for f, z in zip(F, Z, strict=True))
    same(read_text(text, area_cm2=1.0), F, Z)
