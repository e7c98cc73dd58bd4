"""The circuit model: its parameters, and its derivatives against finite differences."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.circuit import Circuit
from evaluation.model import elements, impedance, jacobian, parameters

FREQUENCY = np.geomspace(1e6, 0.1, 25)


@st.composite
def circuits(draw):
    """A circuit, with parameters where a stack's could lie."""
    circuit = Circuit(draw(st.booleans()), draw(st.integers(1, 4)), draw(st.booleans()))
    def log(low, high):
        return np.log(10.0) * draw(st.floats(low, high))

    x = [log(-8, -5)] if circuit.inductance else []
    x.append(log(-1, 3))
    for _ in range(circuit.arcs):
        x += [log(-1, 4), log(-7, 1), draw(st.floats(-3, 3))]
    if circuit.tail:
        x += [log(-5, 0), draw(st.floats(-3, 3))]
    return circuit, np.array(x)


@settings(max_examples=60)
@given(circuits())
def test_jacobian_is_the_derivative(drawn):
    circuit, x = drawn
    z, slopes = jacobian(FREQUENCY, x, circuit)
    assert slopes.shape == (FREQUENCY.size, circuit.size)
    step = 1e-5
    for i in range(circuit.size):
        shift = np.zeros_like(x)
        shift[i] = step
        ahead, behind = (impedance(FREQUENCY, elements(x + s, circuit)) for s in (shift, -shift))
        numeric = (ahead - behind) / (2.0 * step)
        assert np.abs(numeric - slopes[:, i]).max() <= 1e-6 * np.abs(z).max()


@given(circuits())
def test_both_ways_to_the_impedance_agree(drawn):
    circuit, x = drawn
    z, _ = jacobian(FREQUENCY, x, circuit)
    assert np.allclose(z, impedance(FREQUENCY, elements(x, circuit)), rtol=1e-10)


@given(circuits())
def test_parameters_read_back(drawn):
    circuit, x = drawn
    assert np.allclose(parameters(elements(x, circuit)), x, rtol=1e-6, atol=1e-6)


@given(circuits())
def test_a_passive_circuit_has_positive_resistance(drawn):
    circuit, x = drawn
    assert (impedance(FREQUENCY, elements(x, circuit)).real > 0).all()


@pytest.mark.parametrize(("hz", "expected"), [(1e9, 20.0), (1e-7, 110.0)])
def test_limits_of_frequency_are_the_plain_sums(hz, expected, two_arcs):
    from dataclasses import replace

    plain = replace(two_arcs, inductance_h=None, tail_q=None, tail_exponent=None)
    assert impedance(np.array([hz]), plain)[0].real == pytest.approx(expected, rel=1e-3)


def test_top_of_an_arc_lies_at_its_peak_frequency(two_arcs):
    from dataclasses import replace

    slow = replace(two_arcs, inductance_h=None, tail_q=None, tail_exponent=None,
                   arc_ohm=np.array([60.0]), arc_tau_s=np.array([2e-3]),
                   arc_exponent=np.array([0.9]))
    frequency = np.geomspace(1, 1e4, 2001)
    top = frequency[np.argmin(impedance(frequency, slow).imag)]
    assert top == pytest.approx(slow.arc_peak_hz[0], rel=0.01)
