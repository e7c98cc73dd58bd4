"""Every way to name a quantity, a unit and a sign is read as the same spectrum."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from reader_spectra import example, lines, same

from pressloop.evaluation.readers import read_spectrum, read_text
from pressloop.trials.checks import FloatArray
from pressloop.trials.errors import BadInput

F, Z = example()
W = 2 * np.pi * F
Y = 1 / Z
DEG = np.degrees(np.angle(Z))
Columns = Callable[[], tuple[FloatArray, ...]]

PAIRS: dict[str, tuple[str, tuple[FloatArray, ...]]] = {
    "R-X": ("Frequency(Hz),R(ohm),X(ohm)", (F, Z.real, Z.imag)),
    "Rs-Xs": ("FREQ[Hz],Rs[ohm],Xs[ohm]", (F, Z.real, Z.imag)),
    "Z-theta": ("Frequency,Z(kOhm),theta-z(deg)", (F, abs(Z) / 1e3, DEG)),
    "Z-thd": ("f (Hz),|Z|,thd", (F, abs(Z), DEG)),
    "Z-thr": ("f (Hz),|Z|,theta-r", (F, abs(Z), np.angle(Z))),
    "G-B": ("freq/Hz,G/S,B/S", (F, Y.real, Y.imag)),
    "Y real and imaginary": ("freq/Hz,Re(Y)/mS,Im(Y)/mS", (F, Y.real * 1e3, Y.imag * 1e3)),
    "Y-theta": ("freq/Hz,|Y|/S,phase(Y)/deg", (F, abs(Y), -DEG)),
    "Cp-D": ("Frequency (Hz),Cp (nF),D", (F, Y.imag / W * 1e9, abs(Y.real / Y.imag))),
    "Cp-Q": ("Frequency (Hz),Cp (F),Q", (F, Y.imag / W, abs(Y.imag / Y.real))),
    "Cp-G": ("Frequency (Hz),Cp (F),G (S)", (F, Y.imag / W, Y.real)),
    "Cp-Rp": ("Frequency (Hz),Cp (F),Rp (Ohm)", (F, Y.imag / W, 1 / Y.real)),
    "Cs-D": ("Frequency (Hz),Cs (uF),D", (F, -1e6 / (W * Z.imag), abs(Z.real / Z.imag))),
    "Cs-Rs": ("Frequency (Hz),Cs (F),Rs (Ohm)", (F, -1 / (W * Z.imag), Z.real)),
    "Ls-Rs": ("Frequency (Hz),Ls (H),Rs (Ohm)", (F, Z.imag / W, Z.real)),
    "Lp-Rp": ("Frequency (Hz),Lp (H),Rp (Ohm)", (F, -1 / (W * Y.imag), 1 / Y.real)),
    "Novocontrol": (" Freq. [Hz],Zs' [Ohms],Zs'' [Ohms]", (F, Z.real, Z.imag)),
    "Ivium": ("freq. /Hz,Z1 /ohm,Z2 /ohm", (F, Z.real, Z.imag)),
    "words": ("Frequency (Hz),Real part (Ohm),Imaginary part (Ohm)", (F, Z.real, Z.imag)),
    "primes in words": ("Frequency / Hz,Z prime / Ohm,Z double prime / Ohm", (F, Z.real, Z.imag)),
    "Solartron": ("Frequency (Hz),Impedance Magnitude (Ohms),Impedance Phase Degrees (')",
                  (F, abs(Z), DEG)),
    "log f": ("log(f/Hz),Re(Z)/Ohm,-Im(Z)/Ohm", (np.log10(F), Z.real, -Z.imag)),
    "log f and log |Z|": ("log10 f,log |Z|,-phase/deg", (np.log10(F), np.log10(abs(Z)), -DEG)),
    "decibels": ("Frequency (Hz),|Z| (dBOhm),Phase (deg)", (F, 20 * np.log10(abs(Z)), DEG)),
    "decibels of ohms": ("f/Hz,Magnitude Z/dB(Ohm),Phase/deg", (F, 20 * np.log10(abs(Z)), DEG)),
    "decibels after a blank": ("Frequency [Hz],|Z| dB,arg(Z) [deg]",
                               (F, 20 * np.log10(abs(Z)), DEG)),
    "20 log": ("Frequency,20*log10(|Z|),Phase (rad)", (F, 20 * np.log10(abs(Z)), np.angle(Z))),
    "sign in brackets": ("Frequency (Hz),Z' (Ohm),Z'' (neg.) (Ohm)", (F, Z.real, -Z.imag)),
    "sign before the unit": ("f/Hz,Z'/kOhm,Z'' (negative)/kOhm", (F, Z.real / 1e3, -Z.imag / 1e3)),
    "sign as a word": ("f (Hz),Z real (Ohm),Z imag inverted (Ohm)", (F, Z.real, -Z.imag)),
    "sign in place of a unit": ("Frequency,Re(Z),Im(Z) [neg.]", (F, Z.real, -Z.imag)),
    "sign as a factor": ("f/Hz,Re Z/Ohm,(-1)*Im Z/Ohm", (F, Z.real, -Z.imag)),
    "a fit beside it": ("Frequency (Hz),Z' (a),Z'' (b),Z'(fit),Z''(fit)",
                        (F, Z.real, Z.imag, 1.1 * Z.real, 0.9 * Z.imag)),
    "angular": ("omega/rad s-1,Re(Z)/Ohm,-Im(Z)/Ohm", (W, Z.real, -Z.imag)),
    "angular as w": ("w (rad/s),Z' (ohm),Z'' (ohm)", (W, Z.real, Z.imag)),
    "negative phase": ("freq / Hz,neg. Phase / °,Z / Ohm", (F, -DEG, abs(Z))),
    "braces": ("Frequency,Re{Z},-Im{Z}", (F, Z.real, -Z.imag)),
    "trace names": ("Frequency(Hz),Trc1 |Z|(Ohm),Trc2 Theta-Z(deg)", (F, abs(Z), DEG)),
    "both names": ("Frequency (Hz),Z' Real (Ohms),Z'' Imag (Ohms)", (F, Z.real, Z.imag)),
    "Tz": ("Frequency (Hz),|Z| (Ohm),Tz (deg)", (F, abs(Z), DEG)),
    "of a script": ("# Freq(Hz), Zreal (ohm), Zimag (ohm)", (F, Z.real, Z.imag)),
    "resistance and reactance": ("Frequency (Hz),Resistance (Ohm),Reactance (Ohm)",
                                 (F, Z.real, Z.imag)),
    "traces of an analyser": ("Frequency(Hz), Cp Data(Trace1), D Data(Trace2)",
                              (F, Y.imag / W, abs(Y.real / Y.imag))),
    "data of an analyser": ("Frequency(Hz), |Z|(ohm)-data, theta-z(deg)-data", (F, abs(Z), DEG)),
    "data before the unit": ("Frequency (Hz),R data (Ohm),X data (Ohm)", (F, Z.real, Z.imag)),
    "unit after a comma": ('"Frequency, kHz","|Z|, kOhm","Phase, °"', (F / 1e3, abs(Z) / 1e3, DEG)),
    "numbered": ("Freq1,Zre1,Zim1", (F, Z.real, Z.imag)),
    "French": ("Fréquence (Hz),Partie réelle (Ohm),Partie imaginaire (Ohm)", (F, Z.real, Z.imag)),
    "Spanish": ("Frecuencia (Hz),Parte real (Ohm),-Parte imaginaria (Ohm)", (F, Z.real, -Z.imag)),
    "Italian": ("Frequenza (Hz),Parte reale,Parte immaginaria", (F, Z.real, Z.imag)),
    "Chinese": ("频率(kHz),阻抗实部(Ω),阻抗虚部(Ω)", (F / 1e3, Z.real, Z.imag)),
    "Chinese in wide letters": ("频率（Hz）,阻抗（kΩ）,相位角（°）",
                                (F, abs(Z) / 1e3, DEG)),
    "Japanese": ("周波数 (Hz),抵抗 (Ω),リアクタンス (Ω)", (F, Z.real, Z.imag)),
    "Japanese in wide letters": ("周波数［Hz］,Ｚ’［Ω］,Ｚ”［Ω］",
                                 (F, Z.real, Z.imag)),
    "Korean": ("주파수 (Hz),저항 (Ω),리액턴스 (Ω)", (F, Z.real, Z.imag)),
    "Russian": ("Частота, кГц;Z', Ом;-Z'', Ом".replace(";", '","').join('""'),
                (F / 1e3, Z.real, -Z.imag)),
    "Russian in words": ("Частота (Гц),Модуль импеданса (кОм),Фаза (град)",
                         (F, abs(Z) / 1e3, DEG)),
    "Ukrainian": ("Частота (Гц),Дійсна частина (Ом),Уявна частина (Ом)", (F, Z.real, Z.imag)),
    "Polish": ("Częstotliwość (Hz),Część rzeczywista (Ω),Część urojona (Ω)", (F, Z.real, Z.imag)),
    "Polish without accents": ("Czestotliwosc (Hz),Modul (Ohm),Kat fazowy (deg)",
                               (F, abs(Z), DEG)),
    "Turkish": ("Frekans (Hz),Gerçek kısım (Ω),Sanal kısım (Ω)", (F, Z.real, Z.imag)),
    "Czech": ("Frekvence (Hz),Reálná část (Ω),Imaginární část (Ω)", (F, Z.real, Z.imag)),
    "Swedish": ("Frekvens (Hz),Impedans (Ω),Fasvinkel (°)", (F, abs(Z), DEG)),
    "Dutch": ("Frequentie (Hz),Impedantie (Ω),Fasehoek (°)", (F, abs(Z), DEG)),
    "Hungarian": ("Frekvencia (Hz),Impedancia (Ω),Fázisszög (°)", (F, abs(Z), DEG)),
    "Portuguese": ("Frequência (Hz),Parte real de Z (Ohm),-Parte imaginária de Z (Ohm)",
                   (F, Z.real, -Z.imag)),
    "adjectives": ("Frecuencia (Hz),Z real (ohm),Z imaginaria (ohm)", (F, Z.real, Z.imag)),
    "German, of Z": ("Frequenz / Hz,Realteil von Z / Ohm,Imaginärteil von Z / Ohm",
                     (F, Z.real, Z.imag)),
    "stars": ("Frequency [Hz],Real(Z*),Imag(Z*)", (F, Z.real, Z.imag)),
    "a lost sign": ("Freq (Hz),|Z| (k?),Phase (?)", (F, abs(Z) / 1e3, DEG)),
    "UTF-8 read as cp1252": ("Freq (Hz),|Z| (mÎ©),Phase (Â°)", (F, abs(Z) * 1e3, DEG)),
    "whole cell": ("freq/Hz,Re(Zwe-ce)/Ohm,-Im(Zwe-ce)/Ohm", (F, Z.real, -Z.imag)),
}


@pytest.mark.parametrize("name", PAIRS)
def test_a_pair_of_quantities(name: str) -> None:
    header, columns = PAIRS[name]
    same(read_text(header + "\n" + lines(*columns), area_cm2=1.0), F, Z)


@pytest.mark.parametrize(("encoding", "header"), [
    ("shift_jis", "測定日時,2024/03/14\n周波数[Hz],Z[Ω],θ[°]"),
    ("euc_jp", "周波数[Hz],インピーダンス[Ω],位相角[°]"),
    ("gbk", "样品：LPSC\n频率/Hz,阻抗/Ω,相位/°"), ("big5", "樣品\n頻率 (Hz),|Z| (ohm),Phase (deg)"),
    ("cp949", "시료\n주파수 (Hz),임피던스 (Ω),위상 (°)"),
    ("cp1251", "Образец\nЧастота (Гц),Импеданс (Ом),Фаза (град)"),
    ("koi8_r", "Частота (Гц),Импеданс (Ом),Фаза (град)"),
    ("cp866", "f (Гц),|Z| (Ом),Фаза (град)"),
    ("cp1250", "Częstotliwość (Hz),Impedancja (Ohm),Faza (deg)"),
    ("cp1252", "Prüfling\nf/Hz,|Z|/Ohm,Phase/°")])
def test_encodings_of_older_programs(tmp_path: Path, encoding: str, header: str) -> None:
    file = tmp_path / "cell.csv"
    file.write_bytes((header + "\n" + lines(F, abs(Z), DEG)).encode(encoding))
    same(read_spectrum(file, area_cm2=1.0), F, Z)


@pytest.mark.parametrize(("line", "area_cm2"), [
    ("Fläche: 1,131 cm²", 1.131), ("Electrode area (mm^2): 78.5", 0.785), ("Area,0.5,cm2,", 0.5),
    ("# Geometric area = 1.5e-1 cm2", 0.15), ("电极面积：0.785 cm²", 0.785)])
def test_an_area_above_the_table_with_its_unit(line: str, area_cm2: float) -> None:
    got = read_text(f"Cell 4\n{line}\n\nf,Z',Z''\n" + lines(F, Z.real, Z.imag))
    assert got.area_cm2 == pytest.approx(area_cm2)


@pytest.mark.parametrize("line", ["Area: 0.95", "BET surface area: 1.2 m2", "Area: 1.2 m2/g"])
def test_an_area_of_something_else_or_without_unit_is_none(line: str) -> None:
    with pytest.raises(BadInput, match="--area-cm2"):
        read_text(f"{line}\nf,Z',Z''\n" + lines(F, Z.real, Z.imag))


@pytest.mark.slow
@given(st.floats(0.1, 1e4), st.floats(0.01, 1e3), st.floats(1e-9, 1e-3), st.floats(0.05, 5.0))
def test_what_a_meter_says_of_a_resistor_and_a_capacitor_in_parallel(
        series: float, parallel: float, farad: float, span: float) -> None:
    """Cp-D, Cs-D and G-B of one cell are one impedance."""
    f = np.geomspace(1e5, 1e5 / 10**span, 12)
    w = 2 * np.pi * f
    z = series + 1 / (1 / parallel + 1j * w * farad)
    y = 1 / z
    texts = ("f,Cp,D\n" + lines(f, y.imag / w, y.real / y.imag),
             "f,Cs,D\n" + lines(f, -1 / (w * z.imag), abs(z.real / z.imag)),
             "f,G,B\n" + lines(f, y.real, y.imag))
    for text in texts:
        same(read_text(text, area_cm2=1.0), f, z, 1e-5)


def test_ohms_of_an_area_are_divided_by_the_area() -> None:
    for unit in ("Ohm cm2", "Ohm.cm²", "Ω·cm²", "ohm*cm^2", "kOhm cm2", "Ohm m2", "mohm_cm2"):
        factor = {"k": 1e-3, "m": 1e3}.get(unit[0], 1.0) * (1e-4 if "m2" in unit[-2:]
                                                             and "cm" not in unit else 1.0)
        z = Z * 1.33 * factor
        text = f"freq/Hz;Z'/{unit};-Z''/{unit}\n" + lines(F, z.real, -z.imag, delimiter=";")
        got = read_text(text, area_cm2=1.33)
        same(got, F, Z)
        assert "divided by 1.33 cm2" in " ".join(got.notes)
    with pytest.raises(BadInput, match="--area-cm2"):
        read_text(text)


def test_ohms_per_area_are_refused_with_what_is_meant() -> None:
    with pytest.raises(BadInput, match="ohms times cm2"):
        read_text("f/Hz,Z' (Ω/cm²),Z'' (Ω/cm²)\n" + lines(F, Z.real, Z.imag), area_cm2=1.0)


def test_permittivity_is_no_impedance() -> None:
    with pytest.raises(BadInput, match="permittivity"):
        read_text("Freq. [Hz]\tEps'\tEps''\n" + lines(F, Z.real, -Z.imag, delimiter="\t"),
                  suffix=".txt", area_cm2=1.0)


def test_the_counter_electrode_alone_is_not_the_cell() -> None:
    text = "freq/kHz,time/s,Re(Zce)/Ohm,-Im(Zce)/Ohm\n" + lines(F / 1e3, F, Z.real, -Z.imag)
    with pytest.raises(BadInput, match="--columns 'f/kHz,_,re,-im'"):
        read_text(text, area_cm2=1.0)
    same(read_text(text, area_cm2=1.0, columns="f/kHz,_,re,-im"), F, Z)


def test_the_cell_goes_before_its_electrodes() -> None:
    header = "freq/Hz,Re(Zce)/Ohm,-Im(Zce)/Ohm,Re(Z)/Ohm,-Im(Z)/Ohm"
    text = header + "\n" + lines(F, Z.real / 3, -Z.imag / 3, Z.real, -Z.imag)
    same(read_text(text, area_cm2=1.0), F, Z)


def test_letters_that_mean_something_else_are_no_quantities() -> None:
    """Q is a charge, G a shear modulus, R a range: without |Z| or parts there is no impedance."""
    text = "freq/Hz,Q/mA.h,G/GPa,|Z|/Ohm,time/s\n" + lines(F, F, F, abs(Z), F)
    with pytest.raises(BadInput, match="no column for phase"):
        read_text(text, area_cm2=1.0)


def test_complex_cells() -> None:
    for form in ("({0:.9g}{1:+.9g}j)", "{0:.9g}{1:+.9g}i", "{0:.9g} {1:+.9g}*i"):
        text = "frequency,Z\n" + "".join(f"{f:.9g}," + form.format(z.real, z.imag) + "\n"
                                         for f, z in zip(F, Z, strict=True))
        same(read_text(text, area_cm2=1.0), F, Z)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_table_on_its_side(delimiter: str) -> None:
    rows = [["frequency_hz", *F], ["Z'/kOhm", *(Z.real / 1e3)], ["-Z''/kOhm", *(-Z.imag / 1e3)]]
    text = "area_cm2: 0.5\n" + "\n".join(
        delimiter.join([row[0], *(f"{x:.9g}" for x in row[1:])]) for row in rows)
    got = read_text(text)
    same(got, F, Z)
    assert got.area_cm2 == 0.5


def test_cells_that_a_spreadsheet_holds_as_text() -> None:
    text = "f,Z',Z''\n" + "".join(f'="{f:.9g}",="{z.real:.9g}",="{z.imag:.9g}"\n'
                                 for f, z in zip(F, Z, strict=True))
    same(read_text(text, area_cm2=1.0), F, Z)


def test_a_row_of_units_counts() -> None:
    text = "Frequency\tReal\tImaginary\nkHz\tmOhm\tmOhm\ncell 4\tcell 4\tcell 4\n"
    text += lines(F / 1e3, Z.real * 1e3, Z.imag * 1e3, delimiter="\t")
    got = read_text(text, area_cm2=1.0)
    same(got, F, Z)
    assert "cell 4" in " ".join(got.notes)


def test_columns_that_contradict_each_other_are_told() -> None:
    text = "freq/Hz,Re(Z)/Ohm,Im(Z)/Ohm,|Z|/Ohm\n" + lines(F, Z.real, Z.imag, 1.33 * abs(Z))
    assert "differs from the size of the two parts by 25 %" in " ".join(
        read_text(text, area_cm2=1.0).notes)
