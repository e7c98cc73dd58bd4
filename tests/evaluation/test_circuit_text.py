"""Circuits come from a settings file: they are read, never run."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.circuit import MAX_ARCS, Circuit, parse_circuit
from evaluation.rules import Rules
from trials.errors import BadInput


@pytest.mark.parametrize(("text", "circuit"), [
    ("L0-R0-p(R1,CPE1)-p(R2,CPE2)-CPE3", Circuit(True, 2, True)),
    ("R0-p(R1,CPE1)", Circuit(False, 1, False)),
    ("R-p(R,CPE)-p(R,Q)-Q", Circuit(False, 2, True)),
    (" L0 - R0 - p( R1 , CPE1 ) ", Circuit(True, 1, False)),
    ("p(R1,CPE1)-R0", Circuit(False, 1, False)),
])
def test_reads_circuits(text, circuit):
    assert parse_circuit(text) == circuit


@given(st.booleans(), st.integers(1, MAX_ARCS), st.booleans())
def test_text_of_a_circuit_reads_back(inductance, arcs, tail):
    circuit = Circuit(inductance, arcs, tail)
    assert parse_circuit(str(circuit)) == circuit
    assert circuit.size == inductance + 1 + 3 * arcs + 2 * tail


@pytest.mark.parametrize("text", [
    "", "-", "R0", "p(R1,CPE1)", "L0-L1-R0-p(R1,CPE1)", "R0-R1-p(R1,CPE1)",
    "R0-p(R1,CPE1)-CPE2-CPE3", "-".join(["R0", *["p(R1,CPE1)"] * 5]), "R0-p(R1,L1)",
    "R0-p(p(R1,CPE1),CPE2)", "R0-p(R1,CPE1)-G1", "R0 p(R1,CPE1)", "r0-p(r1,cpe1)",
    "__import__('os').system('true')", "R0-p(R1,CPE1)-__import__('os')",
    "R0-p(R1,CPE1)]; import os", "R0-p(R1,CPE1)\n-X", "R0-p(R1,CPE1)-(lambda:1)()",
])
def test_refuses_everything_else(text):
    with pytest.raises(BadInput, match="circuit"):
        parse_circuit(text)


@given(st.text(alphabet="LRCPEQWp(),-0123456789_ .'x", max_size=40))
def test_any_text_is_a_circuit_or_bad_input(text):
    try:
        circuit = parse_circuit(text)
    except BadInput:
        return
    assert 1 <= circuit.arcs <= MAX_ARCS
    assert parse_circuit(str(circuit)) == circuit


def test_rules_refuse_a_wrong_circuit_at_the_door():
    with pytest.raises(BadInput, match="circuit"):
        Rules(circuit="R0-p(R1)")
    assert Rules(circuit="auto").circuit == "auto"


@pytest.mark.parametrize("name", [
    "short_below_ohm_cm2", "expected_noise", "crushed_above", "held_share", "interface_below_hz"])
@pytest.mark.parametrize("value", [0.0, -1.0, float("nan"), float("inf")])
def test_rules_refuse_thresholds_that_are_none(name, value):
    with pytest.raises(BadInput, match=name):
        Rules(**{name: value})
