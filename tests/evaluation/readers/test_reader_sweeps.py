"""Several spectra in one file: found, listed, chosen; one spectrum in parts stays one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from reader_spectra import example, lines, same

from pressloop.evaluation.readers import read_spectra, read_spectrum, read_sweeps, read_text
from pressloop.trials.checks import FloatArray
from pressloop.trials.errors import BadInput

F, Z = example()
HEAD = "freq/Hz,Re(Z)/Ohm,Im(Z)/Ohm\n"


def table(*scales: float, f: FloatArray = F) -> str:
    return "".join(lines(f, k * Z.real[:f.size], k * Z.imag[:f.size]) for k in scales)


def mpt(*cycles: tuple[float, int]) -> str:
    """EC-Lab loops with a cycle number, each of so many points, and rest rows before each."""
    head = ["EC-Lab ASCII FILE", "Nb header lines : 5", "Electrode surface area : 1.330 cm²", "",
            "freq/Hz\tRe(Z)/Ohm\t-Im(Z)/Ohm\ttime/s\tcycle number\t"]
    body = "".join(lines([0.0], 0.0, 0.0, 1.0, float(place), delimiter="\t")
                   + lines(F[:n], k * Z.real[:n], -k * Z.imag[:n], 1.0, float(place),
                           delimiter="\t")
                   for place, (k, n) in enumerate(cycles, start=1))
    return "\n".join(head) + "\n" + body


def dta(*scales: float) -> str:
    parts = ["EXPLAIN\nTAG\tEISMON\nAREA\tQUANT\t1.33E+000\tArea (cm^2)\n"]
    for place, k in enumerate(scales, start=1):
        parts.append(f"ZCURVE{place}\tTABLE\t{F.size}\n\tPt\tFreq\tZreal\tZimag\n\t#\tHz\tohm\tohm\n")
        rows = lines(np.arange(F.size), F, k * Z.real, k * Z.imag, delimiter="\t")
        parts.append("".join(f"\t{row}\n" for row in rows.splitlines()))
    return "".join(parts)


def side_by_side(*scales: float) -> str:
    """Curves beside one another, each shorter than the one before."""
    names = ",".join(["Freq / Hz,Z' / Ohm,-Z'' / Ohm"] * len(scales))
    rows = []
    for i in range(F.size):
        cells = [f"{F[i]:.9g},{k * Z.real[i]:.9g},{-k * Z.imag[i]:.9g}"
                 if i < F.size - 5 * place else ",," for place, k in enumerate(scales)]
        rows.append(",".join(cells))
    return ",".join(f"cell {place},," for place in range(len(scales))) + "\n" + "\n".join(
        [names, *rows]) + "\n"


SEVERAL = {
    "one below the other": (HEAD + table(1, 1.1, 1.2), ".csv", 3),
    "header again": (HEAD + table(1) + HEAD + table(1.1), ".csv", 2),
    "blocks with text": ("T = 25\n" + HEAD + table(1) + "end of measure : 18:35\n----\nT = 40\n"
                         + HEAD + table(1.1), ".txt", 2),
    "down and up": (HEAD + table(1) + lines(F[::-1], 1.1 * Z.real[::-1], 1.1 * Z.imag[::-1]),
                    ".csv", 2),
    "down and up from the next": (HEAD + table(1) + lines(F[-2::-1], 1.1 * Z.real[-2::-1],
                                                          1.1 * Z.imag[-2::-1]), ".csv", 2),
    "upwards": (HEAD + lines(np.tile(F[::-1], 2), np.tile(Z.real[::-1], 2),
                             np.tile(Z.imag[::-1], 2)), ".csv", 2),
    "loops": (mpt((1, 31), (1.1, 31), (1.2, 31)), ".mpt", 3),
    "last loop stopped": (mpt((1, 31), (1.1, 31), (1.2, 12)), ".mpt", 3),
    "curves of Gamry": (dta(1, 1.1, 1.2), ".DTA", 3),
    "side by side": (side_by_side(1, 1.1), ".csv", 2),
    "a shared frequency": ("f,Z',Z'',Z',Z''\n" + lines(F, Z.real, Z.imag, 1.1 * Z.real,
                                                       1.1 * Z.imag), ".csv", 2),
    "numbered by a spreadsheet": ("f,re,im,f.1,re.1,im.1\n" + lines(
        F, Z.real, Z.imag, F, 1.1 * Z.real, 1.1 * Z.imag), ".csv", 2),
    "chunks": ("chunk;size;frequency;realz;imagz\n" + "".join(
        lines(float(place), 31.0, F, k * Z.real, k * Z.imag, delimiter=";")
        for place, k in ((0, 1.0), (1, 1.1))), ".csv", 2),
}


@pytest.fixture(params=SEVERAL)
def several(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, int]:
    text, suffix, count = SEVERAL[request.param]
    path = tmp_path / f"cell{suffix}"
    path.write_text(text, encoding="utf-8")
    return path, count


def test_every_sweep_is_read(several: tuple[Path, int]) -> None:
    path, count = several
    found = read_spectra(path, area_cm2=1.0)
    assert len(found) == count
    for spectrum in found:
        k = spectrum.impedance_ohm[0].real / Z[0].real
        n = spectrum.frequency_hz.size
        same(spectrum, F[:n], k * Z[:n])


def test_one_is_chosen_and_the_choice_is_noted(several: tuple[Path, int]) -> None:
    path, count = several
    every = read_spectra(path, area_cm2=1.0)
    for choice, place in ((1, 0), ("2", 1), ("last", -1)):
        got = read_spectrum(path, area_cm2=1.0, sweep=choice)
        np.testing.assert_array_equal(got.impedance_ohm, every[place].impedance_ohm)
        assert f"of {count} sweeps in the file, this is number" in got.notes[0]


def test_without_a_choice_the_sweeps_are_listed(several: tuple[Path, int]) -> None:
    path, count = several
    with pytest.raises(BadInput, match="--sweep last") as told:
        read_spectrum(path, area_cm2=1.0)
    assert f"sweeps in the file = {count}" in str(told.value)
    assert f"{count}" in str(told.value).rpartition("They are:")[2]
    with pytest.raises(BadInput, match=f"from 1 to {count}"):
        read_spectrum(path, area_cm2=1.0, sweep=count + 1)


def test_the_names_of_sweeps() -> None:
    with pytest.raises(BadInput, match=r"1 \(cycle 1\): 31 points.*3 \(cycle 3\): 12 points"):
        read_text(mpt((1, 31), (1.1, 31), (1.2, 12)))
    with pytest.raises(BadInput, match="ZCURVE2 in line 38"):
        read_text(dta(1, 2))


@pytest.mark.parametrize("choice", ["first", "0", "-1", "1.5", "", 0, -1])
def test_choices_that_are_none(choice: object) -> None:
    with pytest.raises(BadInput, match="sweep"):
        read_text(HEAD + table(1, 1.1), area_cm2=1.0, sweep=choice)  # type: ignore[arg-type]


def test_a_file_of_one_sweep_takes_every_choice() -> None:
    for choice in (None, 1, "1", "last", "all"):
        assert read_text(HEAD + table(1), area_cm2=1.0, sweep=choice).notes == ()


ONE = {
    "its upper half, then its lower": np.r_[15:0:-1, 15:31],
    "its lower half first": np.r_[15:31, 0:15],
    "any order": np.random.default_rng(3).permutation(31),
    "a control at the end": np.r_[0:31, 10, 20, 30],
    "an overlap of two ranges": np.r_[0:16, 13:31],
    "segments of one sweep": np.r_[0:31],
}


@pytest.mark.parametrize("name", ONE)
def test_one_spectrum_in_parts_is_one(name: str) -> None:
    order = ONE[name]
    segment = (np.arange(order.size) // 8).astype(float) * (name != "any order")
    text = "freq/Hz,Z',Z'',segment\n" + lines(F[order], Z.real[order], Z.imag[order], segment)
    same(read_text(text, area_cm2=1.0), *(array[np.isin(np.arange(31), order)]
                                          for array in (F, Z)))


@pytest.mark.slow
@given(st.integers(1, 4), st.integers(10, 40), st.floats(1.5, 7.0), st.booleans(),
       st.booleans())
def test_any_number_of_loops(loops: int, n: int, decades: float, up: bool, numbered: bool) -> None:
    f = np.geomspace(1e6, 1e6 / 10**decades, n)
    f = f[::-1] if up else f
    body = "".join(lines(f, 10.0 + k, -1.0, float(k if numbered else 0)) for k in range(loops))
    with pytest.raises(BadInput) as told:
        read_text("freq/Hz,Re(Z),Im(Z),cycle\n" + body, area_cm2=1.0, sweep=99)
    assert f"from 1 to {loops}" in str(told.value) or loops == 1


def test_a_column_that_stands_twice_is_no_second_sweep(tmp_path: Path) -> None:
    path = tmp_path / "twice.csv"
    path.write_text("freq/Hz,Re(Z)/Ohm,Im(Z)/Ohm,Re(Z)/Ohm,Im(Z)/Ohm\n"
                    + lines(F, Z.real, Z.imag, Z.real, Z.imag))
    assert len(read_sweeps(path)) == 1
