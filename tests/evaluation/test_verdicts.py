"""Every verdict of docs/explanation/verdicts.md comes with its evidence, and with no other."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from pressloop.evaluation.classify import hard_failure
from pressloop.evaluation.reading import read
from pressloop.evaluation.rules import Rules
from pressloop.trials.spectrum import ControlPoint, MissingPoint, Spectrum

pytestmark = pytest.mark.slow

PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "verdicts.md"
HZ = np.geomspace(1e6, 0.1, 71)
W = 2j * np.pi * HZ


def arc(ohm, tau, alpha=0.9, w=W):
    return ohm / (1.0 + (w * tau) ** alpha)


STACK = 12.0 + arc(40.0, 2e-5) + arc(90.0, 5e-3, 0.85) + 20.0 / W**0.5


def spectrum(z, noise=0.003, seed=0, hz=HZ, **other):
    draw = np.random.default_rng(seed)
    wiggle = draw.standard_normal(hz.size) + 1j * draw.standard_normal(hz.size)
    return Spectrum(hz, z * (1.0 + noise * wiggle), **({"area_cm2": 1.0} | other))


def burst():
    z = spectrum(STACK).impedance_ohm.copy()
    draw = np.random.default_rng(3)
    z[58:] *= 1.0 + 0.3 * (draw.standard_normal(13) + 1j * draw.standard_normal(13))
    return Spectrum(HZ, z, 1.0)


def with_points_off(*places):
    z = spectrum(STACK).impedance_ohm.copy()
    z[list(places)] *= 1.15
    return Spectrum(HZ, z, 1.0)


def growing_short():
    leak = 1e5 * (HZ / HZ[0]) ** 0.6
    return spectrum(1.0 / (1.0 / (15.0 + arc(100.0, 1e-3)) + 1.0 / leak), noise=0.001)


MADE = {
    "shorted: Re(Z) is": lambda: spectrum(1.5 + 3e-7 * W),
    "shorted: Re(Z) falls": growing_short,
    "delaminated:": lambda: spectrum(30.0 + arc(4e6, 8e-2, 0.97)),
    "Re(Z) is not positive": lambda: spectrum(STACK - 60.0),
    "the point at": lambda: with_points_off(30),
    "disturbed between": burst,
    "breaks Kramers-Kronig": lambda: spectrum(STACK, noise=0.03),
    "a step of": lambda: spectrum(STACK * np.where(HZ < 1e3, 1.04, 1.0), noise=0.001),
    "drifted by": lambda: spectrum(STACK, controls=(ControlPoint(300.0, 80 - 5j, 90 - 5j),)),
    "points missing": lambda: spectrum(STACK, missing=tuple(
        MissingPoint(float(i + 1), "overrange") for i in range(20))),
    "an inductive loop": lambda: spectrum(12.0 + arc(90.0, 1e-4) - arc(25.0, 0.5, 1.0)),
    "circuit": lambda: spectrum(STACK, noise=0.001),
    "an arc is not determined": lambda: spectrum(12.0 + arc(40.0, 2e-5) + arc(900.0, 30.0, 0.95)),
    "blocking electrodes": lambda: spectrum(1000.0 + 1.0 / (2e-7 * W**0.95)),
    "a plain resistance": lambda: spectrum(20.0 + 0.0 * W),
    "no arc peaks below": lambda: spectrum(10.0 + arc(60.0, 3e-7, 1.0)),
    "no interface of known size": lambda: spectrum(20.0 + arc(0.05, 1e-3, 1.0), noise=2e-4),
    "interfacial resistance known to": lambda: spectrum(
        100.0 + arc(2.0, 1e-4, 0.7) + 30.0 / W**0.5, noise=0.004),
    "valid": lambda: spectrum(STACK),
}
RULES = {"the point at": Rules(leave_out_points=0), "circuit": Rules(circuit="R0-p(R1,CPE1)")}


def verdict(of, rules):
    failure = hard_failure(of, rules)
    if failure is not None:
        return f"{failure.mode}: {failure.evidence}"
    return read(of, rules).trouble or "valid"


@pytest.mark.parametrize("name", MADE)
def test_each_verdict_comes_with_its_evidence(name):
    said = verdict(MADE[name](), RULES.get(name, Rules()))
    if name == "points missing":
        assert name in said
    else:
        assert said.startswith(name), said


def test_the_page_names_every_verdict():
    rows = re.findall(r"^\| `([^`]+)`", PAGE.read_text(encoding="utf-8"), re.M)
    assert sorted(rows) == sorted(MADE)


@pytest.mark.parametrize("name", [n for n in MADE if n not in ("valid", "circuit")])
def test_a_verdict_says_where_and_what_to_do(name):
    said = verdict(MADE[name](), RULES.get(name, Rules()))
    if name.startswith(("shorted", "delaminated")):
        assert "Hz" in said
    elif name != "points missing":
        assert "Hz" in said
        assert re.search(r"\. (Measure|Check|Let|Look|Take|Try)", said), said


# What must not be mistaken: each with what it was called before.
@pytest.mark.parametrize("made", [
    burst, lambda: spectrum(12.0 + arc(90.0, 1e-4) - arc(25.0, 0.5, 1.0)),
    lambda: spectrum(STACK * (1.0 - 0.2 * np.arange(71) / 71.0))],
    ids=["burst", "inductive loop", "drift"])
def test_a_fault_of_the_meter_is_no_failed_stack(made):
    assert hard_failure(made(), Rules()) is None


@pytest.mark.parametrize(("z", "ohm"), [
    (1.5 + arc(1.2, 1e-3) + 1e-6 * W, 1.2), (0.02 + arc(0.015, 1e-3) + 1e-8 * W, 0.015),
    (0.5 + arc(0.3, 1e-3, 0.8), 0.3)], ids=["low", "milliohm", "very good"])
def test_a_very_good_stack_is_no_short(z, ohm):
    found = spectrum(z, noise=0.002)
    assert hard_failure(found, Rules()) is None
    reading = read(found, Rules())
    assert reading.trouble is None
    assert reading.interfacial_ohm_cm2 == pytest.approx(ohm, rel=0.05)


def test_a_small_step_is_no_interface():
    """A range step of half a percent was a valid interface of 0.03 ohm cm2."""
    z = (2.0 + arc(5.5, 2.4e-8, 1.0)) * np.where(HZ < 1.5e4, 1.005, 1.0)
    assert read(spectrum(z, noise=0.001), Rules()).trouble is not None


def test_noise_free_spectra_are_valid():
    for z in (100.0 + arc(1000.0, 1e-2, 1.0), STACK):
        reading = read(spectrum(z, noise=0.0), Rules())
        assert reading.trouble is None


def test_an_exponent_of_one_half_is_determined():
    z = 12.0 + arc(40.0, 2e-5) + arc(90.0, 2e-2, 0.5)
    reading = read(spectrum(z), Rules())
    assert reading.trouble is None
    assert reading.total_ohm_cm2 == pytest.approx(130.0, rel=0.02)


def test_a_hidden_arc_widens_the_error():
    """An arc of 3 % between two others: the intervals of total and interface still hold."""
    inside = 0
    for seed in range(12):
        z = 10.0 + arc(60.0, 2e-5, 0.85) + arc(4.0, 3e-4, 0.95) + arc(70.0, 5e-3, 0.85)
        reading = read(spectrum(z, noise=0.005, seed=seed), Rules())
        inside += abs(reading.total_ohm_cm2 - 134.0) < 1.96 * reading.total_se_ohm_cm2
        assert abs(reading.total_ohm_cm2 - 134.0) < 5.0 * reading.total_se_ohm_cm2
    assert inside >= 9


def test_repeats_of_one_cell_agree():
    """Five dispersed arcs and diffusion, as sulfide cells with NCM have them."""
    hz = np.geomspace(7e6, 0.01, 89)
    w = 2j * np.pi * hz
    z = 2.0 + arc(65.0, 1.4e-8, 0.85, w) + arc(40.0, 1e-6, 0.55, w) + arc(
        80.0, 1.8e-4, 0.68, w) + arc(275.0, 4.5e-3, 0.78, w) + 7.0 / w**0.5
    found = [read(spectrum(z, noise=6e-4, seed=seed, hz=hz), Rules()) for seed in range(4)]
    assert all(reading.trouble is None for reading in found)
    values = [reading.interfacial_ohm_cm2 for reading in found]
    assert max(values) / min(values) < 1.01


def test_what_was_interface_stays_interface():
    """Under pressure an arc moves past the limit of 300 kHz; the earlier stacks tell what it is."""
    hz = np.geomspace(3e7, 1.0, 91)

    def stack(tau):
        w = 2j * np.pi * hz
        z = 5.0 + arc(30.0, 5e-8, 0.95, w) + arc(20.0, tau, 0.95, w) + arc(50.0, 1e-3, 0.9, w)
        return spectrum(z, noise=0.002, hz=hz)

    first = [read(stack(tau), Rules()).arcs for tau in (1.2e-6, 1.0e-6, 0.8e-6)]
    alone, following = read(stack(4.2e-7), Rules()), read(stack(4.2e-7), Rules(), first)
    assert alone.interfacial_ohm_cm2 == pytest.approx(50.0, rel=0.05)
    assert following.interfacial_ohm_cm2 == pytest.approx(70.0, rel=0.05)
    assert "earlier stacks" in following.limit.source


def test_the_conductivity_of_the_separator():
    reading = read(spectrum(20.0 + arc(30.0, 1e-7, 1.0) + arc(40.0, 1e-3)), Rules())
    assert reading.conductivity_s_cm(600.0) == pytest.approx(0.06 / 50.0, rel=0.05)
