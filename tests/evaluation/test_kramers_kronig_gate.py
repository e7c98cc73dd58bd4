"""Bad spectra are caught at the door, each with its reason; good ones pass."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pressloop.evaluation.circuits.least_squares import data_of
from pressloop.evaluation.kramers_kronig import ladder
from pressloop.evaluation.reading import read
from pressloop.evaluation.rules import Rules
from pressloop.trials.errors import BadInput
from pressloop.trials.spectrum import ControlPoint, MissingPoint

TWO = Rules(circuit="L0-R0-p(R1,CPE1)-p(R2,CPE2)-CPE3")


def changed(spectrum, impedance):
    return replace(spectrum, impedance_ohm=impedance)


def control(before, after):
    return ControlPoint(300.0, before, after)


@pytest.mark.parametrize("seed", range(10))
def test_good_spectrum_with_a_capacitive_tail_passes(spectrum_of, two_arcs, seed):
    blocking = replace(two_arcs, tail_q=0.003, tail_exponent=0.9)
    spectrum = spectrum_of(blocking, seed=seed)
    assert spectrum.impedance_ohm[-1].imag < -100.0
    check = ladder(data_of(spectrum))
    assert check.rms < 0.005
    assert (check.studentised < 5.0 * check.scatter).all()
    assert read(spectrum, TWO).trouble is None


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6), at=st.integers(12, 58), off=st.sampled_from([-0.1, 0.1]))
def test_one_point_off_by_a_tenth_is_left_out_and_named(spectrum_of, two_arcs, seed, at, off):
    spectrum = spectrum_of(two_arcs, seed=seed)
    impedance = spectrum.impedance_ohm.copy()
    impedance[at] *= 1.0 + off
    found = read(changed(spectrum, impedance), TWO)
    assert f"the point at {spectrum.frequency_hz[at]:.4g} Hz" in found.notes[0]
    assert found.trouble is None
    assert found.total_ohm_cm2 == pytest.approx(90.0, rel=0.05)


def test_points_are_left_out_only_where_the_rules_allow_it(spectrum_of, two_arcs):
    spectrum = spectrum_of(two_arcs)
    impedance = spectrum.impedance_ohm.copy()
    impedance[30] *= 1.1
    found = read(changed(spectrum, impedance), replace(TWO, leave_out_points=0))
    assert f"the point at {spectrum.frequency_hz[30]:.4g} Hz" in found.trouble
    assert not found.notes


def test_masked_points_and_window_are_not_read(spectrum_of, two_arcs):
    spectrum = spectrum_of(two_arcs)
    impedance = spectrum.impedance_ohm.copy()
    impedance[30] *= 1.5
    impedance[-4:] *= 3.0
    rules = replace(TWO, leave_out_points=0, masked_hz=(float(spectrum.frequency_hz[30]),),
                    min_hz=float(spectrum.frequency_hz[-4]) * 1.01)
    found = read(changed(spectrum, impedance), rules)
    assert found.trouble is None
    assert found.checked.spectrum.frequency_hz.size == spectrum.frequency_hz.size - 5


def test_noise_far_above_the_meters_is_flagged(spectrum_of, two_arcs):
    trouble = read(spectrum_of(two_arcs, noise=0.03), TWO).trouble
    assert "breaks Kramers-Kronig: residual" in trouble


def test_stack_that_switched_halfway_through_the_sweep_is_flagged(spectrum_of, two_arcs):
    spectrum = spectrum_of(two_arcs, noise=0.001)
    impedance = spectrum.impedance_ohm.copy()
    impedance[36:] *= 1.2
    hz = spectrum.frequency_hz
    assert f"between {hz[35]:.3g} and {hz[36]:.3g} Hz" in read(
        changed(spectrum, impedance), TWO).trouble


def test_drift_is_found_by_control_points(spectrum_of, two_arcs):
    drifted = spectrum_of(two_arcs, controls=(control(80 - 5j, 80.5 - 5j),
                                              control(80 - 5j, 86 - 5j)))
    assert "drifted by 7.5 % at 300 Hz" in read(drifted, TWO).trouble


def test_control_points_within_the_noise_pass(spectrum_of, two_arcs):
    assert read(spectrum_of(two_arcs, controls=(control(80 - 5j, 81 - 5j),)), TWO).trouble is None


def test_many_missing_points_are_flagged_with_their_reason(spectrum_of, two_arcs):
    missing = tuple(MissingPoint(float(i + 1), "overrange") for i in range(15))
    assert "15 points missing (overrange)" in read(
        spectrum_of(two_arcs, missing=missing), TWO).trouble
    assert read(spectrum_of(two_arcs, missing=missing[:10]), TWO).trouble is None


@pytest.mark.slow
def test_missing_arc_is_a_circuit_mismatch(spectrum_of, two_arcs):
    three = replace(two_arcs, arc_ohm=np.array([30.0, 60.0, 30.0]),
                    arc_tau_s=np.array([2e-5, 5e-4, 1e-2]), arc_exponent=np.array([.95, .95, .95]))
    trouble = read(spectrum_of(three), TWO).trouble
    assert f"circuit {TWO.circuit} does not describe it" in trouble


def test_a_misfit_within_the_stated_noise_is_accepted(spectrum_of, two_arcs):
    small = replace(two_arcs, arc_ohm=np.array([30.0, 60.0, 1.0]),
                    arc_tau_s=np.array([2e-5, 2e-3, 2e-4]), arc_exponent=np.array([.95, .95, .95]))
    found = read(spectrum_of(small, noise=2e-4), TWO)
    assert found.solution.rms > 1.5 * found.ladder_rms
    assert found.trouble is None


@pytest.mark.slow
def test_auto_finds_the_arcs_and_the_resistance(spectrum_of, two_arcs):
    one = replace(two_arcs, arc_ohm=np.array([60.0]), arc_tau_s=np.array([2e-3]),
                  arc_exponent=np.array([0.88]))
    three = replace(two_arcs, arc_ohm=np.array([30.0, 60.0, 80.0]),
                    arc_tau_s=np.array([2e-6, 1e-4, 1e-2]), arc_exponent=np.array([.9, .9, .9]))
    for of, arcs in ((one, 1), (two_arcs, 2), (three, 3)):
        reading = read(spectrum_of(of), Rules())
        assert reading.trouble is None
        assert len(reading.arcs) >= arcs
        assert reading.total_ohm_cm2 == pytest.approx(of.arc_ohm.sum(), rel=0.03)


def test_interfacial_resistance_leaves_out_the_separator(spectrum_of, two_arcs):
    grain = replace(two_arcs, arc_tau_s=np.array([2e-7, 2e-3]))
    reading = read(spectrum_of(grain, area_cm2=0.785, points=91), TWO)
    assert reading.summed == ("R2",)
    assert reading.interfacial_ohm == pytest.approx(60.0, rel=0.05)
    assert reading.interfacial_ohm_cm2 == pytest.approx(60.0 * 0.785, rel=0.05)
    assert reading.total_ohm_cm2 > reading.interfacial_ohm_cm2


def test_no_interface_arc_is_no_reading(spectrum_of, two_arcs):
    assert "no arc peaks below" in read(
        spectrum_of(two_arcs), replace(TWO, interface_below_hz=1.0)).trouble


def test_resistance_that_is_hardly_known_is_no_reading(spectrum_of, two_arcs):
    assert "known to" in read(spectrum_of(two_arcs), replace(TWO, max_relative_se=1e-4)).trouble


def test_undetermined_arc_is_no_reading(spectrum_of, two_arcs):
    slow = replace(two_arcs, arc_tau_s=np.array([2e-5, 50.0]), arc_ohm=np.array([30.0, 500.0]),
                   tail_q=10.0)
    trouble = read(spectrum_of(slow), Rules(circuit="L0-R0-p(R1,CPE1)-p(R2,CPE2)")).trouble
    assert "an arc is not determined" in trouble


@pytest.mark.parametrize("points", [3, 9])
def test_a_handful_of_points_is_refused(spectrum_of, two_arcs, points):
    with pytest.raises(BadInput, match=f"points = {points}: must be 10 or more"):
        read(spectrum_of(two_arcs, points=points), Rules())
