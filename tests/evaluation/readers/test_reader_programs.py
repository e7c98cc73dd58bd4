"""Files that instruments' programs keep for themselves, text or binary."""

from __future__ import annotations

import importlib.util
import json
import os
from pathlib import Path

import instrument_bytes as made
import numpy as np
import pytest
from reader_spectra import example, same

from pressloop.evaluation.readers import read_spectra, read_spectrum, read_sweeps
from pressloop.evaluation.readers._binary.mpr import yadg
from pressloop.trials.errors import BadInput

pytestmark = pytest.mark.slow

F, Z = example()
with_yadg = pytest.mark.skipif(not yadg() or importlib.util.find_spec("h5py") is None,
                               reason="needs the extra readers: yadg and h5py")
with_zahner = pytest.mark.skipif(importlib.util.find_spec("zahner_analysis") is None,
                                 reason="needs the extra readers: zahner_analysis")


@pytest.fixture
def written(tmp_path: Path):  # type: ignore[no-untyped-def]
    def write(name: str, data: bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(data)
        return path
    return write


def test_a_palmsens_session(written) -> None:  # type: ignore[no-untyped-def]
    for old in (False, True):
        for kilo in (False, True):
            path = written("x.pssession", made.pssession(("a", F, Z), ("b", F, 2 * Z), old=old,
                                                         kilo=kilo))
            first, second = read_spectra(path, area_cm2=1.0)
            same(first, F, Z)
            same(second, F, 2 * Z)
            assert [sweep.label for sweep in read_sweeps(path)] == ["a", "b"]


def test_a_session_without_impedance(written) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(BadInput, match="no impedance measurement"):
        read_spectrum(written("x.pssession", made.pssession()), area_cm2=1.0)
    with pytest.raises(BadInput, match="whole PalmSens session"):
        read_spectrum(written("x.pssession", made.pssession(("a", F, Z))[:-300]), area_cm2=1.0)


def test_an_ivium_file(written) -> None:  # type: ignore[no-untyped-def]
    path = written("x.idf", made.idf(("one", F, Z)))
    same(read_spectrum(path, area_cm2=1.0), F, Z)
    path = written("x.ids", made.idf(("one", F, Z), ("two", F, 2 * Z)))
    same(read_spectrum(path, area_cm2=1.0, sweep="last"), F, 2 * Z)
    rows = made.idf(("one", F, Z)).split(b"\r\n")
    with pytest.raises(BadInput, match="31 rows, as the header says"):
        read_spectrum(written("x.idf", b"\r\n".join(rows[:-6]) + b"\r\n"), area_cm2=1.0)


def test_a_versastudio_file(written) -> None:  # type: ignore[no-untyped-def]
    same(read_spectrum(written("x.par", made.par((F, Z))), area_cm2=1.0), F, Z)
    path = written("x.par", made.par((F, Z), (F, 2 * Z)))
    same(read_spectrum(path, area_cm2=1.0, sweep="last"), F, 2 * Z)
    assert [sweep.label for sweep in read_sweeps(path)] == ["Segment2", "Segment3"]
    with pytest.raises(BadInput, match="no segment"):
        read_spectrum(written("x.par", made.par()), area_cm2=1.0)


def labone(*sweeps: tuple[tuple[str, np.ndarray], ...], mark: str = ";", fill: int = 3) -> bytes:
    """A line for each field of each sweep, filled up with nan."""
    lines = [mark.join(("chunk", "timestamp", "size", "fieldname")) + mark * (len(F) + fill)]
    for number, fields in enumerate(sweeps):
        for name, values in fields:
            numbers = [f"{value:.10e}" for value in values] + ["nan"] * fill
            lines.append(mark.join((str(number), "123456789", str(len(numbers)), name, *numbers)))
    return ("\n".join(lines) + "\n").encode()


def test_a_sweep_of_labone(written) -> None:  # type: ignore[no-untyped-def]
    parts = (("frequency", F), ("realz", Z.real), ("imagz", Z.imag), ("realzstddev", 0 * F))
    polar = (("absz", abs(2 * Z)), ("grid", F), ("phasez", np.angle(Z)))
    for mark in ";,":
        path = written("x.csv", labone(parts, polar, mark=mark))
        first, second = read_spectra(path, area_cm2=1.0)
        same(first, F, Z)
        same(second, F, 2 * Z)
        assert [sweep.label for sweep in read_sweeps(path)] == ["chunk 0", "chunk 1"]
    with pytest.raises(BadInput, match="frequency with realz and imagz"):
        read_spectrum(written("x.csv", labone(parts[:2])), area_cm2=1.0)
    with pytest.raises(BadInput, match="The file is cut"):
        read_spectrum(written("x.csv", labone(parts[::-1])[:-30]), area_cm2=1.0)


def test_json_of_a_script(written) -> None:  # type: ignore[no-untyped-def]
    columns = {"freq_Hz": F.tolist(), "Z_real": Z.real.tolist(), "Z_imag": Z.imag.tolist()}
    points = [{"f": f, "|Z| (mOhm)": 1e3 * abs(z), "phase/deg": np.degrees(np.angle(z)), "no": 1}
              for f, z in zip(F, Z, strict=True)]
    for document in (columns, points, {"cell": "S-01", "temperatures": [25, 26], "data": columns}):
        same(read_spectrum(written("x.json", json.dumps(document).encode()), area_cm2=1.0), F, Z)
    both = {"before": columns, "after": points}
    path = written("x.json", json.dumps(both).encode())
    assert [sweep.label for sweep in read_sweeps(path)] == ["before", "after"]
    for document in ({"f": [1, 2], "x": [3, 4]}, [], {"Z_real": "none"}):
        with pytest.raises(BadInput, match="no columns of a spectrum"):
            read_spectrum(written("x.json", json.dumps(document).encode()), area_cm2=1.0)


def test_a_workbook(written) -> None:  # type: ignore[no-untyped-def]
    head = ["freq/Hz", "Re(Z)/Ohm", "-Im(Z)/Ohm"]
    rows = [[float(f), float(z.real), float(-z.imag)] for f, z in zip(F, Z, strict=True)]
    notes = [["measured", "by", None], [None, 3]]
    same(read_spectrum(written("x.xlsx", made.xlsx(a=[["cell 4"], [], head, *rows], b=notes)),
                       area_cm2=1.0), F, Z)
    path = written("x.xlsx", made.xlsx(a=[head, *rows], b=[head, *rows]))
    assert [sweep.label for sweep in read_sweeps(path)] == ["sheet a", "sheet b"]
    same(read_spectrum(written("x.xlsx", made.xlsx(a=rows)), area_cm2=1.0, columns="f,re,-im"),
         F, Z)
    with pytest.raises(BadInput, match="sheet b"):
        read_spectrum(written("x.xlsx", made.xlsx(b=notes)), area_cm2=1.0)
    with pytest.raises(BadInput, match=r"\.xlsx"):
        read_spectrum(written("x.xlsx", made.xlsx(a=[head, *rows])[:900]), area_cm2=1.0)


@with_yadg
def test_an_eclab_file(written) -> None:  # type: ignore[no-untyped-def]
    data = made.mpr(F, Z, np.ones(F.size), 1.33)
    got = read_spectrum(written("x.mpr", data))
    same(got, F, Z)
    assert (got.area_cm2, got.amplitude_mv) == (1.33, 10.0)
    f, z = np.tile(F, 2), np.r_[Z, 2 * Z]
    path = written("x.mpr", made.mpr(f, z, np.repeat([1.0, 2.0], F.size), 0.001))
    same(read_spectrum(path, area_cm2=1.0, sweep="last"), F, 2 * Z)
    with pytest.raises(BadInput, match="--area-cm2"):
        read_spectra(path)
    with pytest.raises(BadInput, match=r"yadg: .*\.mpt"):
        read_spectrum(written("cut.mpr", data[:-200]), area_cm2=1.0)


@with_zahner
def test_a_zahner_file(written) -> None:  # type: ignore[no-untyped-def]
    data = made.ism(F, Z)
    same(read_spectrum(written("x.ism", data), area_cm2=1.0), F, Z)
    way_back = np.r_[np.arange(10, 0, -1), np.arange(31)]
    got = read_spectrum(written("x.ism", made.ism(F[way_back], Z[way_back])), area_cm2=1.0)
    same(got, F, Z)
    assert "measured twice" in " ".join(got.notes)
    for cut in (b"", data[:7], data[:200], b"\xff" * 400):
        with pytest.raises(BadInput, match=r"cut\.ism"):
            read_spectrum(written("cut.ism", cut), area_cm2=1.0)


def test_without_the_library_one_line_says_what_to_do(written, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    """In a Python that has only what pressloop itself needs."""
    import subprocess
    import sys

    paths = [written("x.mpr", made.mpr(F, Z, np.ones(F.size), 1.33)),
             written("x.ism", made.ism(F, Z))]
    code = ("import sys, importlib.util as u\n"
            "find = u.find_spec\n"
            "u.find_spec = lambda name, *a: None if name in ('h5py', 'zahner_analysis') else "
            "find(name, *a)\n"
            "from pressloop.evaluation.readers import read_spectrum\n"
            "from pressloop.trials.errors import BadInput\n"
            "for path in sys.argv[1:]:\n"
            "    try: read_spectrum(path, area_cm2=1.0)\n"
            "    except BadInput as error: print(error)\n")
    ran = subprocess.run([sys.executable, "-c", code, *map(str, paths)], capture_output=True,
                         text=True, check=True, cwd=Path(__file__).parents[3],
                         env={**os.environ, "PATH": str(tmp_path)})
    one, two = ran.stdout.splitlines()
    assert "pip install yadg==6.2.2 h5py" in one and ".mpt" in one
    assert "pip install zahner_analysis" in two and "as text" in two


def test_text_in_utf16_without_its_mark(written) -> None:  # type: ignore[no-untyped-def]
    text = "freq/Hz,Re(Z)/Ohm,Im(Z)/Ohm\n" + "".join(
        f"{f:.9g},{z.real:.9g},{z.imag:.9g}\n" for f, z in zip(F, Z, strict=True))
    for encoding in ("utf-16-le", "utf-16-be"):
        same(read_spectrum(written("x.csv", text.encode(encoding)), area_cm2=1.0), F, Z)
