"""The fit of a circuit that is named: finds it, keeps to bounds, says what it does not know."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pressloop.evaluation.circuits.chosen import fit
from pressloop.evaluation.circuits.least_squares import data_of
from pressloop.evaluation.circuits.notation import parse_circuit
from pressloop.evaluation.circuits.search_space import Ranges
from pressloop.trials.errors import BadInput
from pressloop.trials.spectrum import Spectrum
from tests.evaluation.cells import Cell

TWO = "L0-R0-p(R1,CPE1)-p(R2,CPE2)-CPE3"


def fitted(spectrum, circuit=TWO, **ranges):
    return fit(data_of(spectrum), parse_circuit(circuit), Ranges(**ranges))


def arcs(found, count=2):
    return np.array([found.value(f"R{i}") for i in range(1, count + 1)])


@st.composite
def separated_arcs(draw):
    """One or two arcs, a factor of 30 or more apart in time and clear of the tail."""
    count = draw(st.integers(1, 2))
    tau = 10.0 ** (draw(st.floats(-5.5, -5.0)) + np.array([0.0, draw(st.floats(1.5, 2.0))])[:count])
    ohm = np.array([10.0 ** draw(st.floats(1.0, 2.0)) for _ in range(count)])
    exponents = np.array([draw(st.floats(0.8, 0.98)) for _ in range(count)])
    return Cell(10.0 ** draw(st.floats(-7, -6)), 10.0 ** draw(st.floats(0, 1.5)), ohm, tau,
                exponents, 10.0 ** draw(st.floats(-2, -1)), draw(st.floats(0.4, 0.7)))


@pytest.mark.slow
@settings(max_examples=15, deadline=None)
@given(separated_arcs(), st.integers(0, 10**6))
def test_finds_the_circuit_behind_a_noisy_spectrum(spectrum_of, of, seed):
    found = fitted(spectrum_of(of, noise=0.002, seed=seed), of.circuit)
    assert arcs(found, of.arc_ohm.size).sum() == pytest.approx(of.arc_ohm.sum(), rel=0.1)


@pytest.mark.slow
@settings(max_examples=15, deadline=None)
@given(separated_arcs())
def test_recovers_every_value_without_noise(spectrum_of, of):
    found = fitted(spectrum_of(of, noise=1e-7), of.circuit)
    shapes = np.column_stack([of.arc_ohm, of.arc_tau_s, of.arc_exponent]).ravel()
    true = [of.inductance_h, of.series_ohm, *shapes, of.tail_q, of.tail_exponent]
    assert found.values == pytest.approx(true, rel=1e-3)


def simulated(text, values, noise=0.003, points=71):
    frequency = np.geomspace(1e6, 0.01, points)
    draw = np.random.default_rng(3)
    wiggle = draw.standard_normal(points) + 1j * draw.standard_normal(points)
    clean = parse_circuit(text).impedance(frequency, np.array(values))
    return Spectrum(frequency, clean * (1.0 + noise * wiggle), area_cm2=1.0)


@pytest.mark.parametrize(("text", "values"), [
    ("R0-p(R1-W1,C1)", [12.0, 40.0, 8.0, 1e-5]),
    ("R0-p(R1-Wo1,CPE1)", [12.0, 40.0, 30.0, 2.0, 1e-5, 0.9]),
    ("R0-p(R1,CPE1)-Ws1", [12.0, 40.0, 1e-4, 0.9, 60.0, 2.0]),
    ("R0-p(p(R1,CPE1)-R2,C2)-W1", [5.0, 100.0, 0.05, 0.85, 50.0, 1e-6, 3.0]),
    ("L0-R0-TLMQ1", [1e-7, 5.0, 40.0, 1e-3, 0.9]),
    ("R0-G1", [5.0, 50.0, 0.1]),
    ("p(R0-p(R1,C1),C0)", [100.0, 50.0, 1e-5, 1e-9]),
])
def test_nested_circuits_are_found_from_nothing(text, values):
    found = fitted(simulated(text, values), text)
    error = np.nan_to_num(found.standard_errors, nan=np.inf)
    assert (np.abs(found.values - values) < np.maximum(5.0 * error, 0.02 * np.abs(values))).all()
    assert found.rms < 0.0035


def test_a_transmission_line_gives_its_charge_transfer():
    found = fitted(simulated("R0-p(R1,CPE1)-TLM1", [30, 20, 1e-5, 0.9, 80, 5, 60, 0.05, 0.9]),
                   "R0-p(R1,CPE1)-TLM1")
    assert found.value("TLM1 R_ct") == pytest.approx(60.0, rel=0.05)
    assert found.value("TLM1 R_ion") > found.value("TLM1 R_el")


def test_fixed_values_bounds_and_starts_are_kept(spectrum_of, two_arcs):
    spectrum = spectrum_of(two_arcs)
    held = fitted(spectrum, fixed={"alpha1": 0.8, "R0": 21.0})
    assert held.value("alpha1") == 0.8 and held.value("R0") == 21.0
    assert np.isnan(held.standard_errors[held.circuit.names.index("alpha1")])
    bound = fitted(spectrum, low={"R2": 80.0}, high={"tau1": 1e-5})
    assert bound.value("R2") >= 80.0 * 0.999 and bound.value("tau1") <= 1e-5 * 1.001
    # A start at the other arc turns the labels over: a user's names are left alone.
    turned = fitted(spectrum, initial={"tau1": 2e-3, "tau2": 2e-5, "R1": 60.0, "R2": 30.0})
    assert sorted(arcs(turned)) == pytest.approx([30.0, 60.0], rel=0.05)


@pytest.mark.parametrize("ranges", [{"fixed": {"R9": 1.0}}, {"low": {"x": 1.0}},
                                    {"low": {"R1": 9.0}, "high": {"R1": 3.0}}])
def test_ranges_that_cannot_be_are_refused(spectrum_of, two_arcs, ranges):
    with pytest.raises(BadInput):
        fitted(spectrum_of(two_arcs), **ranges)


@pytest.mark.slow
@given(st.integers(0, 10**6))
@settings(max_examples=10, deadline=None)
def test_arcs_come_fast_to_slow(spectrum_of, two_arcs, seed):
    found = fitted(spectrum_of(two_arcs, seed=seed))
    assert found.value("tau1") < found.value("tau2")
    assert arcs(found) == pytest.approx([30.0, 60.0], rel=0.1)


@pytest.mark.parametrize("seed", [0, 3, 6])
def test_arcs_that_nearly_coincide_are_still_ordered(spectrum_of, two_arcs, seed):
    close = replace(two_arcs, arc_tau_s=np.array([1e-3, 1.2e-3]))
    found = fitted(spectrum_of(close, seed=seed))
    assert found.value("tau1") <= found.value("tau2")


def test_order_in_which_arcs_are_described_does_not_matter(spectrum_of, two_arcs):
    turned = replace(two_arcs, arc_ohm=two_arcs.arc_ohm[::-1], arc_tau_s=two_arcs.arc_tau_s[::-1],
                     arc_exponent=two_arcs.arc_exponent[::-1])
    one, other = (arcs(fitted(spectrum_of(of))) for of in (two_arcs, turned))
    assert one == pytest.approx(other, rel=1e-6)


def test_fit_is_deterministic(spectrum_of, two_arcs):
    one, other = (fitted(spectrum_of(two_arcs)) for _ in range(2))
    assert np.array_equal(one.covariance, other.covariance)
    assert np.array_equal(one.values, other.values)


@pytest.mark.slow
def test_residual_is_the_noise(spectrum_of, two_arcs):
    found = [fitted(spectrum_of(two_arcs, noise=0.004, seed=i)).rms for i in range(10)]
    # The weights expect up to five times the noise at the ends of the band.
    assert 0.003 < np.mean(found) < 0.0041


@pytest.mark.nightly
@pytest.mark.slow
def test_standard_errors_match_the_scatter_of_repeats(spectrum_of, two_arcs):
    fits = [fitted(spectrum_of(two_arcs, seed=i)) for i in range(40)]
    for name in ("R1", "R2"):
        at = fits[0].circuit.names.index(name)
        scatter = np.std([f.values[at] for f in fits], ddof=1)
        stated = np.median([f.standard_errors[at] for f in fits])
        assert 0.6 < stated / scatter < 1.6


def test_sum_of_arcs_is_known_better_than_overlapping_arcs(spectrum_of, two_arcs):
    close = replace(two_arcs, arc_tau_s=np.array([4e-4, 2e-3]))
    found = fitted(spectrum_of(close))
    where = [found.circuit.names.index(name) for name in ("R1", "R2")]
    error = np.sqrt(found.covariance[np.ix_(where, where)].sum())
    assert arcs(found).sum() == pytest.approx(90.0, rel=0.03)
    assert error < 0.3 * found.standard_errors[where].max()


def test_what_leaves_no_trace_is_not_determined(spectrum_of, two_arcs):
    plain = replace(two_arcs, inductance_h=None)
    found = fitted(spectrum_of(plain, noise=0.002))
    error = found.standard_errors[0]
    assert np.isnan(error) or error > 0.1 * found.value("L0")
    assert np.isfinite(found.standard_errors[1])


def test_arc_that_is_not_there_is_not_reported_as_known(spectrum_of, two_arcs):
    one = replace(two_arcs, arc_ohm=np.array([60.0]), arc_tau_s=np.array([2e-3]),
                  arc_exponent=np.array([0.88]))
    found = fitted(spectrum_of(one))
    where = [found.circuit.names.index(name) for name in ("R1", "R2")]
    known = found.standard_errors[where] / found.values[where]
    assert np.isnan(known).any() or known.max() > 0.2


def test_too_few_points_for_the_circuit_are_refused(spectrum_of, two_arcs):
    with pytest.raises(BadInput, match=r"points = 9: must be 10 or more"):
        fitted(spectrum_of(two_arcs, points=9))


@pytest.mark.nightly
@pytest.mark.slow
def test_interval_of_interfacial_resistance_holds_the_truth_as_often_as_it_says(random_stacks):
    found = random_stacks.coverage(250, seed=1)
    assert found.read > 0.95 * found.tried
    assert 0.92 <= found.covered <= 0.99
    assert found.median_error < 0.01
