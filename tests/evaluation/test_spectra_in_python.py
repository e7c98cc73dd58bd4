"""Spectra in three lines of Python: the page's code is run, and the answers are plain."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from pressloop.evaluation import fit, judge
from pressloop.trials.errors import BadInput
from pressloop.trials.spectrum import Spectrum

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "how-to" / "spectra-in-python.md").read_text(encoding="utf-8")
CODE = re.findall(r"^```python\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
HZ = np.geomspace(1e6, 0.1, 64)


def cell(noise: float = 0.002, seed: int = 3, **other: float) -> Spectrum:
    """Two arcs, an inductance and a diffusion tail; ohm of a sample of 0.785 cm2."""
    jw = 2j * np.pi * HZ
    z = (12.0 + 1.5e-7 * jw + 35.0 / (1 + (jw * 1.2e-5) ** 0.92)
         + 70.0 / (1 + (jw * 3e-3) ** 0.86) + 1.0 / (0.08 * jw**0.5))
    draw = np.random.default_rng(seed)
    z = z * (1 + noise * (draw.standard_normal(HZ.size) + 1j * draw.standard_normal(HZ.size)))
    return Spectrum(HZ, z, **({"area_cm2": 0.785} | other))


def csv(spectrum: Spectrum) -> str:
    rows = [f"{f:.8g},{z.real:.8g},{z.imag:.8g}" for f, z in
            zip(spectrum.frequency_hz, spectrum.impedance_ohm, strict=True)]
    return "\n".join(["frequency_hz,z_real_ohm,z_imag_ohm", *rows]) + "\n"


def test_every_line_of_the_page_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                     capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    Path("cell.csv").write_text(csv(cell()))
    Path("cells").mkdir()
    Path("cells/short.csv").write_text(csv(Spectrum(HZ, 0.4 + 1e-8j * HZ, 0.785)))
    names: dict[str, object] = {}
    for block in CODE:
        exec(compile(block, "spectra-in-python.md", "exec"), names)
    said = capsys.readouterr().out
    assert said.startswith("valid: ") and "ohm cm2" in said.splitlines()[0]
    assert "short.csv shorted: Re(Z) is 0.314 ohm cm2" in said
    assert "0.9\n" in said, "the fixed exponent is printed"
    assert len(names["picture"].data) == 2  # type: ignore[attr-defined]


def test_the_resistances_are_right_and_in_ohm_cm2() -> None:
    found = fit(cell())
    assert found.interfacial_ohm_cm2 == pytest.approx(105.0 * 0.785, rel=0.03)
    assert found.total_ohm_cm2 == pytest.approx(105.0 * 0.785, rel=0.03)
    assert found.series_ohm_cm2 == pytest.approx(12.0 * 0.785, rel=0.03)
    assert 0.0 < found.interfacial_se_ohm_cm2 < 0.05 * found.interfacial_ohm_cm2
    fast, slow = found.processes[:2]
    assert fast.peak_hz == pytest.approx(1 / (2 * np.pi * 1.2e-5), rel=0.1)
    assert slow.capacitance_f_cm2 == pytest.approx(3e-3 / 70.0 / 0.785, rel=0.1)


def test_the_circuit_describes_the_points() -> None:
    spectrum = cell()
    found = fit(spectrum, circuit="L0-R0-p(R1,CPE1)-p(R2,CPE2)-CPE3")
    off = np.abs(found.impedance(spectrum.frequency_hz) / spectrum.impedance_ohm - 1.0)
    assert off.max() < 0.01
    assert found.parameters["R2"].value == pytest.approx(70.0, rel=0.03)
    assert found.parameters["R2"].unit == "ohm"
    assert found.parameters["R2"].standard_error is not None


def test_a_fixed_parameter_has_no_error() -> None:
    found = fit(cell(), circuit="L0-R0-p(R1,CPE1)-p(R2,CPE2)-CPE3", fixed={"R0": 12.0})
    assert found.parameters["R0"].value == 12.0
    assert found.parameters["R0"].standard_error is None


def test_judge_parts_what_was_seen_from_what_to_do() -> None:
    broken = cell(noise=0.05)
    verdict = judge(broken)
    assert not verdict.valid and verdict.verdict == "not valid"
    assert verdict.evidence and not verdict.evidence.endswith(".")
    assert verdict.remedy.startswith("Measure again")
    assert str(verdict) == f"not valid: {verdict.evidence}. {verdict.remedy}"


def test_a_failed_stack_has_no_resistance() -> None:
    verdict = judge(Spectrum(HZ, 0.4 + 1e-8j * HZ, 0.785))
    assert (verdict.verdict, verdict.fit, verdict.valid) == ("shorted", None, False)


def test_what_was_left_out_is_in_the_notes() -> None:
    spectrum = cell()
    spectrum.impedance_ohm.flags.writeable = True
    spectrum.impedance_ohm[30] *= 1.1
    verdict = judge(spectrum)
    assert verdict.valid
    assert any("left out" in note for note in verdict.notes)


def test_bad_options_are_named() -> None:
    with pytest.raises(BadInput, match=r"rule = min_frequency: must be one of .*min_hz"):
        fit(cell(), min_frequency=1.0)
    with pytest.raises(BadInput, match="R7"):
        fit(cell(), circuit="R0-p(R1,CPE1)", fixed={"R7": 1.0})


def test_importing_the_room_is_light_and_wrong_names_are_told() -> None:
    code = ("import sys, evaluation\n"
            "assert not {'numpy', 'scipy', 'pandas', 'torch'} & set(sys.modules), 'heavy'\n"
            "assert {'fit', 'judge', 'read_spectrum'} <= set(dir(evaluation))\n"
            "try: evaluation.fits\n"
            "except AttributeError as error: print(error)\n")
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True,
                         cwd=ROOT)
    assert "has no attribute 'fits'" in ran.stdout
