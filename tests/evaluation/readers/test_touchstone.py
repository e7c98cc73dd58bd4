"""Touchstone files of one port: every parameter, form and version is the same impedance."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from reader_spectra import example, lines, same

from pressloop.evaluation.readers import read_spectrum, read_text
from pressloop.trials.checks import ComplexArray
from pressloop.trials.errors import BadInput

F, Z = example(27, 2e6)


def parameter(kind: str, ohms: float, *, divided: bool) -> ComplexArray:
    if kind == "S":
        return (Z - ohms) / (Z + ohms)
    size = ohms if divided else 1.0
    return Z / size if kind == "Z" else size / Z


def rows(form: str, p: ComplexArray, hertz: float = 1.0) -> str:
    first, second = {"RI": (p.real, p.imag), "MA": (abs(p), np.degrees(np.angle(p))),
                     "DB": (20 * np.log10(abs(p)), np.degrees(np.angle(p)))}[form]
    return lines(F / hertz, first, second, delimiter=" ")


@pytest.mark.parametrize("form", ["RI", "MA", "DB"])
@pytest.mark.parametrize("kind", ["S", "Y", "Z"])
@pytest.mark.parametrize(("unit", "hertz"), [("Hz", 1.0), ("KHZ", 1e3), ("MHz", 1e6)])
def test_a_file_of_version_1(tmp_path: Path, form: str, kind: str, unit: str, hertz: float
                             ) -> None:
    file = tmp_path / "cell.s1p"
    file.write_text(f"! analyser\n# {unit} {kind} {form} R 75 ! as set\n"
                    + rows(form, parameter(kind, 75.0, divided=True), hertz))
    same(read_spectrum(file, area_cm2=1.0), F, Z, 1e-5)


def test_a_file_of_version_2() -> None:
    text = (f"[Version] 2.0\n# Hz Z RI R 50\n[Number of Ports] 1\n[Number of Frequencies] {F.size}"
            "\n[Reference] 50\n[Network Data]\n")
    same(read_text(text + rows("RI", Z) + "[End]\n", suffix=".ts", area_cm2=1.0), F, Z)
    with pytest.raises(BadInput, match="as the header says"):
        read_text(text + "".join(rows("RI", Z).splitlines(keepends=True)[:-4]) + "[End]\n",
                  area_cm2=1.0)


def test_what_z_was_divided_by_is_said() -> None:
    got = read_text("# Hz Z RI R 50\n" + rows("RI", Z / 50), area_cm2=1.0)
    assert "relative to 50 ohm" in " ".join(got.notes)


def test_two_ports_and_hybrids_are_refused() -> None:
    s = parameter("S", 50.0, divided=True)
    two = lines(F, *[part for _ in range(4) for part in (s.real, s.imag)], delimiter=" ")
    with pytest.raises(BadInput, match="more than one"):
        read_text("# Hz S RI R 50\n" + two, area_cm2=1.0)
    with pytest.raises(BadInput, match="one port"):
        read_text("# Hz H RI R 50\n" + rows("RI", Z), area_cm2=1.0)
