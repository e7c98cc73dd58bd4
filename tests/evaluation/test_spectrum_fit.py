"""The circuit fit: finds known circuits, says what it does not know."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.circuit import Circuit
from evaluation.fit import fit
from evaluation.model import Elements
from trials.errors import BadInput

TWO = Circuit(inductance=True, arcs=2, tail=True)


@st.composite
def separated_arcs(draw):
    """One or two arcs, a factor of 30 or more apart in time and clear of the tail."""
    arcs = draw(st.integers(1, 2))
    tau = 10.0 ** (draw(st.floats(-5.5, -5.0)) + np.array([0.0, draw(st.floats(1.5, 2.0))])[:arcs])
    ohm = np.array([10.0 ** draw(st.floats(1.0, 2.0)) for _ in range(arcs)])
    exponents = np.array([draw(st.floats(0.8, 0.98)) for _ in range(arcs)])
    return Elements(10.0 ** draw(st.floats(-7, -6)), 10.0 ** draw(st.floats(0, 1.5)), ohm, tau,
                    exponents, 10.0 ** draw(st.floats(-2, -1)), draw(st.floats(0.4, 0.7)))


@settings(max_examples=15, deadline=None)
@given(separated_arcs(), st.integers(0, 10**6))
def test_finds_the_circuit_behind_a_noisy_spectrum(spectrum_of, of, seed):
    circuit = Circuit(True, of.arc_ohm.size, True)
    found = fit(spectrum_of(of, noise=0.002, seed=seed), circuit)
    total, error = found.arc_sum_ohm(list(range(circuit.arcs)))
    assert abs(total - of.arc_ohm.sum()) < 5.0 * error
    assert total == pytest.approx(of.arc_ohm.sum(), rel=0.1)


@settings(max_examples=15, deadline=None)
@given(separated_arcs())
def test_recovers_every_element_without_noise(spectrum_of, of):
    circuit = Circuit(True, of.arc_ohm.size, True)
    found = fit(spectrum_of(of, noise=1e-7), circuit).elements
    for name in ("series_ohm", "inductance_h", "arc_ohm", "arc_tau_s", "arc_exponent", "tail_q",
                 "tail_exponent"):
        assert getattr(found, name) == pytest.approx(getattr(of, name), rel=1e-3), name


def test_more_starts_find_an_arc_that_hides_in_the_tail(spectrum_of):
    hidden = Elements(1e-6, 1.0, np.array([10.0, 100.0, 10.0]), np.array([1e-5, 1e-3, 1e-1]),
                      np.array([0.875, 0.875, 0.875]), 0.1, 0.5)
    found = fit(spectrum_of(hidden, noise=1e-4), Circuit(True, 3, True), starts=20)
    assert found.elements.arc_ohm == pytest.approx([10.0, 100.0, 10.0], rel=0.1)


@given(st.integers(0, 10**6))
@settings(max_examples=10, deadline=None)
def test_arcs_come_fast_to_slow(spectrum_of, two_arcs, seed):
    found = fit(spectrum_of(two_arcs, seed=seed), TWO).elements
    assert list(found.arc_tau_s) == sorted(found.arc_tau_s)
    assert found.arc_ohm == pytest.approx([30.0, 60.0], rel=0.1)


@pytest.mark.parametrize("seed", [0, 3, 6])
def test_arcs_that_nearly_coincide_are_still_ordered(spectrum_of, two_arcs, seed):
    close = replace(two_arcs, arc_tau_s=np.array([1e-3, 1.2e-3]))
    found = fit(spectrum_of(close, seed=seed), TWO).elements
    assert found.arc_tau_s[0] <= found.arc_tau_s[1]


def test_order_in_which_arcs_are_described_does_not_matter(spectrum_of, two_arcs):
    turned = replace(two_arcs, arc_ohm=two_arcs.arc_ohm[::-1], arc_tau_s=two_arcs.arc_tau_s[::-1],
                     arc_exponent=two_arcs.arc_exponent[::-1])
    one, other = (fit(spectrum_of(of), TWO).elements.arc_ohm for of in (two_arcs, turned))
    assert one == pytest.approx(other, rel=1e-6)


def test_fit_is_deterministic(spectrum_of, two_arcs):
    one, other = (fit(spectrum_of(two_arcs), TWO) for _ in range(2))
    assert np.array_equal(one.covariance, other.covariance)
    assert np.array_equal(one.elements.arc_ohm, other.elements.arc_ohm)


def test_residual_is_the_noise(spectrum_of, two_arcs):
    found = [fit(spectrum_of(two_arcs, noise=0.004, seed=i), TWO).rms for i in range(10)]
    # The weights expect up to five times the noise at the ends of the band.
    assert 0.003 < np.mean(found) < 0.0041


def test_standard_errors_match_the_scatter_of_repeats(spectrum_of, two_arcs):
    fits = [fit(spectrum_of(two_arcs, seed=i), TWO) for i in range(40)]
    for arc in (0, 1):
        scatter = np.std([f.elements.arc_ohm[arc] for f in fits], ddof=1)
        stated = np.median([f.standard_errors().arc_ohm[arc] for f in fits])
        assert 0.6 < stated / scatter < 1.6


def test_sum_of_arcs_is_known_better_than_overlapping_arcs(spectrum_of, two_arcs):
    close = replace(two_arcs, arc_tau_s=np.array([4e-4, 2e-3]))
    found = fit(spectrum_of(close), TWO)
    total, error = found.arc_sum_ohm([0, 1])
    assert total == pytest.approx(90.0, rel=0.03)
    assert error < 0.3 * found.standard_errors().arc_ohm.max()


def test_arc_outside_the_window_is_on_a_bound_without_an_error(spectrum_of, two_arcs):
    slow = replace(two_arcs, arc_tau_s=np.array([2e-5, 50.0]), arc_ohm=np.array([30.0, 500.0]),
                   tail_q=10.0)
    found = fit(spectrum_of(slow), Circuit(inductance=True, arcs=2, tail=False))
    assert "arc 2" in found.on_bound
    errors = found.standard_errors()
    assert np.isnan(errors.arc_ohm[1]) and np.isnan(errors.arc_tau_s[1])
    assert np.isfinite(errors.arc_ohm[0])


def test_arc_that_is_not_there_is_not_reported_as_known(spectrum_of, two_arcs):
    one = replace(two_arcs, arc_ohm=np.array([60.0]), arc_tau_s=np.array([2e-3]),
                  arc_exponent=np.array([0.88]))
    found = fit(spectrum_of(one), TWO)
    errors = found.standard_errors().arc_ohm / found.elements.arc_ohm
    assert found.on_bound or np.nanmax(errors) > 0.2


def test_too_few_points_for_the_circuit_are_refused(spectrum_of, two_arcs):
    with pytest.raises(BadInput, match=r"points = 9: must be 10 or more"):
        fit(spectrum_of(two_arcs, points=9), TWO)


def test_circuit_without_inductance_and_tail(spectrum_of, two_arcs):
    plain = replace(two_arcs, inductance_h=None, tail_q=None, tail_exponent=None)
    found = fit(spectrum_of(plain), Circuit(inductance=False, arcs=2, tail=False))
    assert found.elements.inductance_h is None and found.elements.tail_q is None
    assert found.elements.arc_ohm == pytest.approx([30.0, 60.0], rel=0.05)
    errors = found.standard_errors()
    assert errors.inductance_h is None and errors.tail_q is None


@pytest.mark.slow
def test_interval_of_interfacial_resistance_holds_the_truth_as_often_as_it_says(random_stacks):
    found = random_stacks.coverage(250, seed=1)
    assert found.read > 0.95 * found.tried
    assert 0.92 <= found.covered <= 0.98
    assert found.median_error < 0.01
