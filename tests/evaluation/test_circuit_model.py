"""Elements and circuits.

Derivatives against finite differences, limits against plain sums, and values from cells written
apart."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pressloop.evaluation.circuits.elements import EXPONENT, KINDS
from pressloop.evaluation.circuits.notation import parse_circuit

FREQUENCY = np.geomspace(1e6, 0.1, 25)
JW = 2j * np.pi * FREQUENCY
NESTED = ("R0-p(R1,CPE1)", "L0-R0-p(R1-W1,C1)", "p(R0-p(R1,C1),C2)-Ws1",
          "R0-p(p(R1,CPE1)-R2,C2)-G1", "R0-TLM1", "R0-p(R1,CPE1)-TLMQ1",
          "R0-p(R1-Wo1,CPE1)-p(R2,C2,L2)")


@st.composite
def drawn_values(draw, parameters):
    """A value for each parameter where a stack's could lie."""
    values = []
    for parameter in parameters:
        low, high = (-3.0, 3.0)
        values.append(draw(st.floats(0.45, 0.95)) if parameter.role == EXPONENT
                      else 10.0 ** draw(st.floats(low, high)))
    return np.array(values)


def agree(slopes, impedance, z, values):
    """Slopes are those of finite differences, extrapolated from two steps.

    Next to a resonance of C and L a single step is too wide, and right upon it every step."""
    assume(np.abs(slopes * values[:, None]).max() < 1e3 * np.abs(z).max())

    def difference(i, step):
        shift = np.zeros_like(values)
        shift[i] = step * values[i]
        return (impedance(values + shift) - impedance(values - shift)) / (2.0 * shift[i])

    for i in range(values.size):
        numeric = (4.0 * difference(i, 5e-6) - difference(i, 1e-5)) / 3.0
        allowed = 1e-5 * np.abs(z).max() / values[i] + 1e-4 * np.abs(slopes[i])
        assert (np.abs(numeric - slopes[i]) <= allowed).all()


@pytest.mark.parametrize("symbol", sorted(KINDS))
@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_derivatives_of_every_element(symbol, data):
    kind = KINDS[symbol]
    values = data.draw(drawn_values(kind.parameters))
    z, slopes = kind.impedance(JW, values)
    agree(slopes, lambda v: kind.impedance(JW, v)[0], z, values)


@pytest.mark.parametrize("text", NESTED)
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_derivatives_of_nested_circuits(text, data):
    circuit = parse_circuit(text)
    values = data.draw(drawn_values([p for _, p in circuit.parameters]))
    z, slopes = circuit.slopes(JW, values)
    assert slopes.shape == (circuit.size, FREQUENCY.size)
    agree(slopes, lambda v: circuit.impedance(FREQUENCY, v), z, values)


@pytest.mark.parametrize("text", NESTED)
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_a_passive_circuit_has_a_positive_real_part(text, data):
    circuit = parse_circuit(text)
    values = data.draw(drawn_values([p for _, p in circuit.parameters]))
    assert (circuit.impedance(FREQUENCY, values).real > 0).all()


def test_a_series_of_arcs_is_that_of_a_cell(two_arcs):
    circuit = parse_circuit(two_arcs.circuit)
    values = [2e-7, 20.0, 30.0, 2e-5, 0.92, 60.0, 2e-3, 0.88, 0.05, 0.5]
    assert np.allclose(circuit.impedance(FREQUENCY, np.array(values)),
                       two_arcs.impedance(FREQUENCY), rtol=1e-12)


@pytest.mark.parametrize(("text", "values", "low", "high"), [
    ("R0-p(R1,C1)", [5.0, 40.0, 1e-6], 45.0, 5.0),
    ("R0-Ws1", [5.0, 30.0, 0.1], 35.0, 5.0),
    ("R0-G1", [5.0, 30.0, 0.1], 35.0, 5.0),
    ("p(R0,R1)-p(R2,C2)", [30.0, 60.0, 7.0, 1e-6], 27.0, 20.0),
    # At low frequency charge crosses everywhere and a third of both rails shows; at high frequency
    # the rails are in parallel.
    ("R0-TLM1", [0.0001, 60.0, 30.0, 600.0, 1e-6, 1.0], 630.0, 20.0),
])
def test_limits_of_frequency(text, values, low, high):
    circuit = parse_circuit(text)
    at = circuit.impedance(np.array([1e13, 1e-7]), np.array(values)).real
    assert at == pytest.approx([high, low], rel=5e-3)


def test_a_warburg_element_has_45_degrees_and_its_coefficient():
    circuit = parse_circuit("W1")
    z = circuit.impedance(np.array([1.0 / (2 * np.pi)]), np.array([8.0]))[0]
    assert z == pytest.approx(8.0 - 8.0j)


def test_open_diffusion_ends_as_a_capacitor():
    circuit = parse_circuit("Wo1")
    z = circuit.impedance(np.array([1e-6]), np.array([30.0, 2.0]))[0]
    assert z.real == pytest.approx(10.0, rel=1e-3)
    assert z.imag == pytest.approx(-30.0 / (2 * np.pi * 1e-6 * 2.0), rel=1e-3)


def test_top_of_an_arc_lies_at_its_peak_frequency(two_arcs):
    slow = replace(two_arcs, inductance_h=None, tail_q=None, tail_exponent=None,
                   arc_ohm=np.array([60.0]), arc_tau_s=np.array([2e-3]),
                   arc_exponent=np.array([0.9]))
    frequency = np.geomspace(1, 1e4, 2001)
    top = frequency[np.argmin(slow.impedance(frequency).imag)]
    assert top == pytest.approx(1.0 / (2 * np.pi * 2e-3), rel=0.01)
