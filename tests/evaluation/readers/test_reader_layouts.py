"""Each layout, with either decimal mark, is read back as it was written."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pressloop.evaluation.readers import formats, read_spectrum, read_text
from pressloop.trials.checks import ComplexArray, FloatArray

Writer = Callable[[FloatArray, ComplexArray, str], str]


def marked(value: float, mark: str) -> str:
    return f"{value:.9E}".replace(".", mark)


def rows(mark: str, delimiter: str, *columns: object) -> str:
    arrays = np.broadcast_arrays(*columns)
    return "".join(delimiter.join(marked(float(cell), mark) for cell in row) + "\n"
                   for row in zip(*arrays, strict=True))


def gamry(f: FloatArray, z: ComplexArray, mark: str) -> str:
    head = ("EXPLAIN\nTAG\tEISPOT\nTITLE\tLABEL\tPotentiostatic EIS\tTest &Identifier\n"
            f"VAC\tQUANT\t1{mark}00000E+001\tAC &Voltage (mV rms)\n"
            f"AREA\tQUANT\t7{mark}85000E-001\t&Area (cm^2)\n"
            f"OCVCURVE\tTABLE\t1\n\tPt\tT\tVf\n\t#\ts\tV vs. Ref.\n\t0\t0{mark}25\t3{mark}7E-001\n"
            "EOC\tQUANT\t0\tOpen Circuit (V)\nZCURVE\tTABLE\n"
            "\tPt\tTime\tFreq\tZreal\tZimag\tZsig\tZmod\tZphz\tIdc\tVdc\tIERange\n"
            "\t#\ts\tHz\tohm\tohm\tV\tohm\t°\tA\tV\t#\n")
    body = rows(mark, "\t", np.arange(f.size), f, f, z.real, z.imag, 1, abs(z),
                np.degrees(np.angle(z)), 0, 0, 7)
    return head + "".join(f"\t{line}\n" for line in body.splitlines())


def eclab(f: FloatArray, z: ComplexArray, mark: str) -> str:
    head = ["EC-Lab ASCII FILE", "Nb header lines : 8                          ", "",
            "Potentio Electrochemical Impedance Spectroscopy", "",
            f"Electrode surface area : 0{mark}785 cm²", f"Va (mV)             10{mark}0",
            "freq/Hz\tRe(Z)/Ohm\t-Im(Z)/Ohm\t|Z|/Ohm\tPhase(Z)/deg\ttime/s\t"]
    return "\n".join(head) + "\n" + rows(mark, "\t", f, z.real, -z.imag, abs(z),
                                         np.degrees(np.angle(z)), 1)


def zplot(f: FloatArray, z: ComplexArray, mark: str) -> str:
    return ("ZPLOT2 ASCII\n  Measured Data, ZPlot:       3.2c\n"
            "  Experiment Type:            Sweep Frequency, Control Voltage\n"
            f"    Potential-AC:             10\n    Surface Area:             0{mark}785\n"
            f"  Data Points:                {f.size}\n"
            "  Freq(Hz)\tAmpl\tBias\tTime(Sec)\tZ'(a)\tZ''(b)\tGD\tErr\tRange\nEnd Comments\n"
            + rows(mark, "\t", f, 0.01, 0, 1, z.real, z.imag, 0, 0, 3))


def zplot_old(f: FloatArray, z: ComplexArray, mark: str) -> str:
    parted = ", " if mark == "." else "  "
    return ('"ZPlotW Data File: Version 2.6b"\n"Raw Data"\n"Sweep Frequency: Control Voltage"\n'
            f'0,3,0,1,300000,1\n{f.size}\n'
            '"  Freq(Hz)    Ampl     Bias   Time(Sec)   Z\'(a)    Z\'\'(b)    GD   Err   Range"\n'
            + rows(mark, parted, f, 0.01, 0, 1, z.real, z.imag, 0, 0, 5))


def thales(f: FloatArray, z: ComplexArray, mark: str) -> str:
    d = "," if mark == "." else ";"
    return (f"Thales impedance spectrum\nAmplitude......: 10{mark}0 mV\n"
            f"Temperature....: 25{mark}0 °C\nArea...........: 0{mark}785 cm²\n\n"
            + d.join(("Number", "Frequency/Hz", "Impedance/Ohm", "Phase/deg", "Significance"))
            + "\n" + rows(mark, d, np.arange(f.size), f, abs(z), np.degrees(np.angle(z)), 1))


def zahner_parts(f: FloatArray, z: ComplexArray, mark: str) -> str:
    return ("Zahner Analysis\nFrequency/Hz\tZ'/Ohm\tZ''/Ohm\n"
            + rows(mark, "\t", f, z.real, z.imag))


def plain(header: str, delimiter: str, *, polar: bool = False, hz: float = 1, ohm: float = 1,
          sign: int = 1, rad: bool = False) -> Writer:
    def write(f: FloatArray, z: ComplexArray, mark: str) -> str:
        d = ";" if delimiter.strip() == mark == "," else delimiter
        angle = np.angle(z) if rad else np.degrees(np.angle(z))
        first, second = (abs(z) * ohm, angle) if polar else (z.real * ohm, sign * z.imag * ohm)
        named = header.replace("|", d).replace("!", "|")
        return named + "\n" + rows(mark, d, f * hz, first, second)
    return write


PLAIN = {
    "comma": plain("freq|z_re|z_im", ","),
    "semicolon": plain("frequency_hz|z_re_ohm|z_im_ohm", ";"),
    "tab": plain("freq/Hz|Re(Z)/Ohm|-Im(Z)/Ohm", "\t", sign=-1),
    "blanks": plain("f (kHz)|Zreal (ohm)|Zimag (ohm)", "   ", hz=1e-3),
    "nova": plain("Frequency (Hz)|Z' (Ω)|-Z'' (Ω)", "\t", sign=-1),
    "primes": plain("Frequency [MHz]|Z\u2032 [kOhm]|\u2212Z\u2033 [kOhm]", ";", hz=1e-6, ohm=1e-3,
                    sign=-1),
    "milli": plain("F/kHz|RE/mOhm|IM/mOhm", ",", hz=1e-3, ohm=1e3),
    "mega": plain("freq|Z'/MOhm|Z''/MOhm", ",", ohm=1e-6),
    "chi": plain("Freq/Hz|Z'/ohm|Z\"/ohm", ", "),
    "polar": plain("Frequency|!Z!/Ohm|Phase(Z)/deg", ",", polar=True),
    "radian": plain('"f"|"Zmod"|"phi (rad)"', ",", polar=True, rad=True),
}
WRITERS: dict[str, Writer] = {
    "gamry": gamry, "eclab": eclab, "zplot": zplot, "zplot_old": zplot_old, "thales": thales,
    "zahner_parts": zahner_parts, **PLAIN}


def cell(f: FloatArray, ohmic: float, arc: float, hz: float, alpha: float, cable: float,
         tail: float) -> ComplexArray:
    """An ohmic part, a depressed arc, a diffusion tail and a cable, in ohms."""
    jf = 1j * f
    return ohmic + arc / (1 + (jf / hz) ** alpha) + tail / np.sqrt(jf) + cable * jf


def example(n: int = 31) -> tuple[FloatArray, ComplexArray]:
    f = np.geomspace(1e6, 0.1, n)
    return f, cell(f, 12.0, 40.0, 300.0, 0.85, 2e-6, 5.0)


SPECTRA = st.builds(
    lambda n, top, span, *parts: (f := np.geomspace(top, top / span, n), cell(f, *parts)),
    st.integers(10, 70), st.floats(1e4, 5e6), st.floats(1e3, 1e7), st.floats(0.01, 1e4),
    st.floats(0.01, 1e5), st.floats(0.1, 1e5), st.floats(0.6, 1.0), st.floats(0, 1e-5),
    st.floats(0, 1e3))


@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.parametrize("mark", ".,")
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_layout_is_read_back(name: str, mark: str, ends: str) -> None:
    f, z = example()
    text = WRITERS[name](f, z, mark).replace("\n", ends)
    got = read_text(text, area_cm2=2.0)
    np.testing.assert_allclose(got.frequency_hz, f, rtol=1e-6)
    assert np.all(abs(got.impedance_ohm - z) <= 1e-6 * abs(z))
    assert got.area_cm2 == 2.0


@pytest.mark.slow
@settings(max_examples=100, deadline=None)
@given(SPECTRA, st.sampled_from(sorted(WRITERS)), st.sampled_from(".,"))
def test_any_spectrum_is_read_back(
        spectrum: tuple[FloatArray, ComplexArray], name: str, mark: str) -> None:
    f, z = spectrum
    got = read_text(WRITERS[name](f, z, mark), area_cm2=1.0)
    np.testing.assert_allclose(got.frequency_hz, f, rtol=1e-6)
    assert np.all(abs(got.impedance_ohm - z) <= 1e-6 * abs(z))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "latin-1"])
@pytest.mark.parametrize("name", ["gamry", "eclab", "thales"])
def test_encodings(tmp_path, name: str, encoding: str) -> None:  # type: ignore[no-untyped-def]
    f, z = example()
    path = tmp_path / f"stack.{name}"
    path.write_bytes(WRITERS[name](f, z, ",").encode(encoding))
    got = read_spectrum(path)
    assert (got.area_cm2, got.amplitude_mv) == (0.785, 10.0)
    assert got.frequency_hz.size == f.size


def test_formats_are_the_files_of_the_folder() -> None:
    assert set(formats()) == {"eclab", "gamry", "ivium", "json_columns", "labone", "palmsens",
                              "table", "touchstone", "versastudio", "zahner", "zplot"}


def test_low_to_high_sweeps_are_taken() -> None:
    f, z = example()
    got = read_text(PLAIN["comma"](f[::-1], z[::-1], "."), area_cm2=1.0)
    np.testing.assert_allclose(got.frequency_hz, f, rtol=1e-6)
    assert got.notes == ()


def test_header_lines_of_a_plain_table() -> None:
    text = "# area_cm2: 0,785\n# temperature_c = 60\nstack_pressure_mpa;5,5\nrest_s=600\n"
    got = read_text(text + PLAIN["semicolon"](*example(), ","))
    assert (got.area_cm2, got.temperature_c, got.stack_pressure_mpa, got.rest_s) == (
        0.785, 60.0, 5.5, 600.0)
