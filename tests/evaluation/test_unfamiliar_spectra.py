"""Cells of other labs: few points, thick separators, short sweeps, stacks that change."""

from __future__ import annotations

import numpy as np
import pytest

from pressloop.evaluation import judge
from pressloop.trials.spectrum import Spectrum

pytestmark = pytest.mark.slow


def arc(hz, ohm, top_hz, alpha=0.85):
    return ohm / (1.0 + (1j * hz / top_hz) ** alpha)


def cpe(hz, q, alpha):
    return 1.0 / (q * (2j * np.pi * hz) ** alpha)


def measured(hz, z, noise=0.002, seed=0, area_cm2=1.0):
    draw = np.random.default_rng(seed)
    wiggle = draw.standard_normal(hz.size) + 1j * draw.standard_normal(hz.size)
    return Spectrum(hz, z * (1.0 + noise * wiggle), area_cm2)


def stack(hz):
    return (15.0 + 4e-6j * hz + arc(hz, 25.0, 4e4) + arc(hz, 90.0, 60.0, 0.8)
            + cpe(hz, 0.05, 0.7))


@pytest.mark.parametrize(("points", "seed"), [(25, 0), (25, 1), (28, 2)])
def test_three_points_per_decade_of_a_sound_stack_are_enough(points, seed):
    hz = np.geomspace(1e6, 0.1, points)
    found = judge(measured(hz, stack(hz), 0.003, seed))
    assert found.valid, found.evidence
    assert abs(found.fit.interfacial_ohm_cm2 - 115.0) < 4 * found.fit.interfacial_se_ohm_cm2


def test_noise_in_few_points_stays_noise():
    hz = np.geomspace(1e6, 0.1, 25)
    found = judge(measured(hz, stack(hz), 0.03))
    assert found.verdict == "not valid"


@pytest.mark.parametrize("seed", range(3))
def test_diffusion_that_ends_is_not_taken_for_interface(seed):
    """40 ohm of finite diffusion behind an interface of 25: never 65 of interface."""
    hz = np.geomspace(1e6, 0.01, 65)
    x = np.sqrt(2j * np.pi * hz * 3.0)
    z = 10.0 + 3e-6j * hz + arc(hz, 25.0, 2e4) + 40.0 * np.tanh(x) / x
    found = judge(measured(hz, z, seed=seed))
    assert not found.valid or abs(found.fit.interfacial_ohm_cm2 - 25.0) < 4 * (
        found.fit.interfacial_se_ohm_cm2)
    assert found.fit.interfacial_se_ohm_cm2 < 5.0 or not found.valid


@pytest.mark.parametrize("seed", range(2))
def test_what_stores_charge_as_concentrations_do_is_no_interface(seed):
    """Arcs of 75 ohm cm2, then 45 of finite diffusion, 0.2 F/cm2: an arc fits it as well."""
    hz = np.geomspace(1e6, 0.01, 73)
    x = np.sqrt(2j * np.pi * hz * 10.0)
    z = 60.0 + arc(hz, 20.0, 4e4, 0.7) + arc(hz, 55.0, 2.0, 0.72) + 45.0 * np.tanh(x) / x
    found = judge(measured(hz, z, 0.006, seed))
    assert found.valid, found.evidence
    assert abs(found.fit.interfacial_ohm_cm2 - 75.0) < 3 * found.fit.interfacial_se_ohm_cm2
    assert abs(found.fit.total_ohm_cm2 - 120.0) < 4 * found.fit.total_se_ohm_cm2


def test_a_small_slow_arc_beside_a_large_one_stays_interface():
    """3 ohm cm2 at 0.8 Hz have 0.07 F/cm2, as the slow end of the 93 ohm cm2 at 15 Hz."""
    hz = np.geomspace(1e6, 0.01, 73)
    z = 16.0 + arc(hz, 3.0, 2.4e4) + arc(hz, 93.0, 15.0) + arc(hz, 3.3, 0.8)
    found = judge(measured(hz, z, 0.0015))
    assert abs(found.fit.interfacial_ohm_cm2 - 99.3) < 3 * found.fit.interfacial_se_ohm_cm2
    assert found.fit.interfacial_ohm_cm2 > 97.0


def test_a_very_good_stack_of_large_area_keeps_its_slow_arc():
    """Milliohms with farads: as the fastest process stores much too, the area is in doubt."""
    hz = np.geomspace(1e5, 0.1, 61)
    z = 0.003 + 2e-8j * hz + arc(hz, 0.004, 50.0) + arc(hz, 0.006, 1.6, 0.8)
    found = judge(measured(hz, z, 0.003))
    assert found.valid, found.evidence
    assert abs(found.fit.interfacial_ohm_cm2 - 0.01) < 4 * found.fit.interfacial_se_ohm_cm2


def test_a_separator_as_fast_as_a_gap_is_no_lost_contact():
    """A thick separator of 2e5 ohm cm2 and 13 pF/cm2, its electrode of 1e6 ohm cm2 at 2 Hz."""
    hz = np.geomspace(1e6, 0.05, 67)
    z = 2e5 / (1.0 + 2j * np.pi * hz * 2e5 * 1.3e-11) + arc(hz, 1e6, 2.0)
    found = judge(measured(hz, z))
    assert found.valid, found.evidence
    assert found.fit.interfacial_ohm_cm2 == pytest.approx(1e6, rel=0.1)


def test_a_dispersed_arc_of_grain_boundaries_is_no_gap():
    """4e4 ohm cm2 and 1e-8 F/cm2 of a thick oxide: above the limit, but no capacitor."""
    hz = np.geomspace(1e6, 0.1, 71)
    found = judge(measured(hz, 300.0 + arc(hz, 4e4, 400.0, 0.82)))
    assert found.valid, found.evidence
    assert found.fit.interfacial_ohm_cm2 == pytest.approx(4e4, rel=0.05)


def test_a_gap_that_few_points_bridge_stays_lost_contact():
    hz = np.geomspace(1e6, 0.05, 67)
    z = stack(hz) + 1.0 / (2j * np.pi * hz * 1e-10 + 1e-6)
    assert judge(measured(hz, z)).verdict == "delaminated"


def test_a_sweep_that_ends_on_the_flank_of_an_arc_is_sent_lower():
    """What looks like a blocking electrode down to 1 kHz is an arc of 150 ohm cm2 at 40 Hz."""
    hz = np.geomspace(1e6, 1e3, 31)
    found = judge(measured(hz, 15.0 + 3e-6j * hz + arc(hz, 150.0, 40.0)))
    assert found.verdict == "not valid"
    assert "lower frequencies" in found.remedy


@pytest.mark.parametrize("seed", range(2))
def test_of_an_arc_that_tops_at_the_end_of_the_sweep_half_is_not_known(seed):
    """A loop takes a third of the 70 ohm cm2 arc and hides in a tail: 82 ohm cm2 at most."""
    hz = np.geomspace(1e6, 0.05, 60)
    branch = 70.0 * 0.7 / 0.3
    beside = 1.0 / (1.0 / arc(hz, 70.0, 15.0, 0.95) + 1.0 / (branch + 1j * hz * branch / 0.3))
    z = 25.0 + arc(hz, 12.0, 3e3) + beside + cpe(hz, 0.02, 0.48)
    found = judge(measured(hz, z, 0.006, seed)).fit
    assert found.interfacial_ohm_cm2 - 82.0 < 3 * found.interfacial_se_ohm_cm2
    assert found.total_ohm_cm2 - 82.0 < 3 * found.total_se_ohm_cm2


def test_electrodes_that_block_far_below_are_called_so():
    hz = np.geomspace(1e6, 0.1, 61)
    found = judge(measured(hz, 55.0 + cpe(hz, 2e-5, 0.9)))
    assert found.evidence.startswith("blocking electrodes: ")
    assert "exchange ions" in found.remedy


def test_a_stack_that_changes_is_no_change_of_range():
    hz = np.geomspace(1e6, 0.05, 66)
    z = (12.0 + 2.5e-6j * hz + arc(hz, 18.0, 3e4) + arc(hz, 60.0, 80.0) * np.linspace(1, 1.5, 66)
         + cpe(hz, 0.05, 0.8))
    found = judge(measured(hz, z))
    assert found.verdict == "not valid"
    assert "changes during the sweep" in found.evidence and "rest" in found.remedy


@pytest.mark.parametrize(("growth", "settles"), [(0.25, 0.45), (-0.2, 0.5)])
def test_a_drift_in_time_is_no_change_of_range(growth, settles):
    """The sweep takes three periods for each point; the lowest ones see most of the change."""
    hz = np.geomspace(1e6, 0.05, 60)
    passed = np.cumsum(3.0 / hz) / np.sum(3.0 / hz)
    all_arcs = 1.0 + growth * np.expm1(-passed / settles) / np.expm1(-1.0 / settles)
    found = judge(measured(hz, 22.0 + all_arcs * (arc(hz, 45.0, 3e4) + arc(hz, 130.0, 12.0, 0.8)),
                           0.0035))
    assert found.verdict == "not valid"
    assert "the stack drifts" in found.evidence and "rest" in found.remedy


@pytest.mark.parametrize("gain", [1.03, 0.95])
def test_a_change_of_range_is_called_so(gain):
    hz = np.geomspace(1e6, 0.05, 66)
    found = judge(measured(hz, stack(hz) * np.where(hz < 300.0, gain, 1.0)))
    assert found.evidence.startswith("a step of")


@pytest.mark.parametrize("seed", range(2))
def test_long_leads_before_a_very_good_stack_are_no_fault_of_it(seed):
    """2 uH before 0.2 ohm: Im(Z) is positive down to kHz, Re(Z) drowns in it at the top."""
    hz = np.geomspace(1e6, 0.1, 71)
    z = 0.05 + 2j * np.pi * hz * 2e-6 + arc(hz, 0.1, 300.0) + arc(hz, 0.05, 8.0)
    found = judge(measured(hz, z, 0.004, seed))
    assert found.valid, found.evidence
    assert abs(found.fit.interfacial_ohm_cm2 - 0.15) < 4 * found.fit.interfacial_se_ohm_cm2


def test_an_inductive_loop_below_the_arcs_is_called_so():
    hz = np.geomspace(1e6, 0.01, 71)
    loop = 20.0 * (1j * hz / 0.2) / (1.0 + 1j * hz / 0.2)
    found = judge(measured(hz, 10.0 + arc(hz, 40.0, 1e3) + loop))
    assert "inductive loop" in found.evidence


def test_a_wide_distribution_of_times_is_interface_to_its_slow_end():
    """Log-normal, 70 ohm cm2 around 2 kHz."""
    hz = np.geomspace(1e6, 0.1, 61)
    x = np.linspace(-3, 3, 61)
    share = np.exp(-x**2 / 2)
    z = 9.0 + 2e-6j * hz + sum(70.0 * part / (1 + 1j * hz / (2e3 * np.exp(1.1 * at)))
                               for part, at in zip(share / share.sum(), x, strict=True))
    found = judge(measured(hz, z, seed=31))
    assert found.valid
    assert abs(found.fit.interfacial_ohm_cm2 - 70.0) < max(
        0.02 * 70.0, 4 * found.fit.interfacial_se_ohm_cm2)


def test_noise_that_is_a_share_of_each_part_makes_no_outliers():
    hz = np.geomspace(1e6, 0.1, 92)
    z = stack(hz)
    for seed in range(4):
        draw = np.random.default_rng(seed)
        part = 0.005 * draw.standard_normal((2, hz.size))
        found = judge(Spectrum(hz, z.real * (1 + part[0]) + 1j * z.imag * (1 + part[1]), 1.0))
        assert found.valid, found.evidence


def test_circuits_that_disagree_on_the_interface_are_named():
    hz = np.geomspace(2e5, 0.05, 88)
    x = np.sqrt(2j * np.pi * hz * 0.4)
    z = 100.0 + arc(hz, 40.0, 3e3, 0.95) + 47.0 * np.tanh(x) / x
    found = judge(measured(hz, z, 0.004))
    if found.valid:
        assert found.fit.interfacial_ohm_cm2 == pytest.approx(40.0, rel=0.1)
    else:
        assert "circuits that describe it give" in found.evidence
        assert "Try the circuit" in found.remedy


def test_a_fast_arc_of_a_bulk_is_named_as_that():
    hz = np.geomspace(1e6, 0.1, 71)
    found = judge(measured(hz, 20.0 + arc(hz, 1900.0, 1.8e5, 0.98) + cpe(hz, 5e-3, 0.5)))
    assert found.verdict == "not valid"
    assert "capacitance" in found.evidence and "separator" in found.evidence


def test_a_stack_that_relaxes_at_low_frequency_is_not_said_to_scatter():
    hz = np.geomspace(1e6, 0.05, 66)
    passed = np.cumsum(3.0 / hz)
    z = (12.0 + 2.5e-6j * hz + arc(hz, 18.0, 3e4) + arc(hz, 60.0, 80.0) + cpe(hz, 0.05, 0.8)
         + 25.0 * np.exp(-passed / (0.1 * passed[-1])))
    found = judge(measured(hz, z))
    assert found.verdict == "not valid"
    assert "changes during the sweep" in found.evidence


def test_one_reading_below_zero_is_a_point_that_contradicts_the_others():
    hz = np.geomspace(1e6, 0.1, 71)
    spectrum = measured(hz, stack(hz))
    z = spectrum.impedance_ohm.copy()
    z[35] = -0.3 * z[35].real + 1j * z[35].imag
    found = judge(Spectrum(hz, z, 1.0))
    assert found.valid, found.evidence
    assert "left out" in " ".join(found.notes)


@pytest.mark.parametrize("grain", [(4e5, 4e3, 2e5, 9.0), (9e5, 900.0, 1.5e6, 6.0)])
def test_two_large_arcs_are_no_gap(grain):
    """Of a poor electrolyte bulk and grain boundaries close; a bridged gap is one arc."""
    hz = np.geomspace(1e6, 0.1, 64)
    bulk, fast_hz, boundary, slow_hz = grain
    found = judge(measured(hz, 900.0 + arc(hz, bulk, fast_hz, 0.95) + arc(hz, boundary, slow_hz)))
    assert found.verdict != "delaminated", found.evidence


@pytest.mark.parametrize("exponent", [0.9, 1.0])
def test_a_gap_that_closes_stays_lost_contact(exponent):
    hz = np.geomspace(1e6, 0.1, 64)
    found = judge(measured(hz, 30.0 + arc(hz, 60.0, 800.0) + arc(hz, 2e6, 90.0, exponent)))
    assert found.verdict == "delaminated"


@pytest.mark.parametrize(("ohm", "hz_top"), [(5e3, 1.5e4), (800.0, 6e4), (2e4, 4e3)])
def test_slow_grain_boundaries_between_blocking_electrodes_are_no_interface(ohm, hz_top):
    hz = np.geomspace(1e6, 0.1, 64)
    found = judge(measured(hz, 90.0 + arc(hz, ohm, hz_top) + cpe(hz, 3e-6, 0.93)))
    assert found.evidence.startswith("blocking electrodes"), (found.verdict, found.evidence)


def test_a_small_interface_before_diffusion_is_one():
    hz = np.geomspace(1e6, 0.1, 64)
    found = judge(measured(hz, 90.0 + arc(hz, 800.0, 6e3) + cpe(hz, 0.02, 0.5)))
    assert found.valid, found.evidence
