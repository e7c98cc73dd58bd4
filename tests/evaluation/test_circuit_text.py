"""Circuits come from a settings file: they are read, never run."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pressloop.evaluation.circuits.notation import parse_circuit
from pressloop.evaluation.rules import Rules
from pressloop.trials.errors import BadInput


@pytest.mark.parametrize(("text", "names"), [
    ("L0-R0-p(R1,CPE1)-CPE3", "L0 R0 R1 tau1 alpha1 CPE3.Q CPE3.alpha"),
    (" L0 - R0 - p( R1 , CPE1 ) ", "L0 R0 R1 tau1 alpha1"),
    ("p(R1,CPE1)-R0", "R1 tau1 alpha1 R0"),
    ("R0-p(R1-Wo1,C1)", "R0 R1 Wo1.R Wo1.tau C1"),
    ("R_0-p(R_1,C_1)-W_1", "R0 R1 C1 W1"),
    ("R0-p(p(R1,CPE1)-R2,C2)-Ws1-G1", "R0 R1 tau1 alpha1 R2 C2 Ws1.R Ws1.tau G1.R G1.tau"),
    ("R0-TLM1", "R0 TLM1.R_ion TLM1.R_el TLM1.R_ct TLM1.tau TLM1.alpha"),
    # The circuit description code of pyimpspec.
    ("R(RQ)", "R0 R1 tau1 alpha1"),
    ("LR(RQ)(C[RW])", "L0 R0 R1 tau1 alpha1 C1 R2 W1"),
    ("[R(RC)]", "R0 R1 C1"),
    ("R0(R1Q1)(R2[R3(R4Q4)])Q5", "R0 R1 tau1 alpha1 R2 R3 R4 tau4 alpha4 CPE5.Q CPE5.alpha"),
    ("R", "R0"),
])
def test_reads_both_notations(text, names):
    assert parse_circuit(text).names == tuple(n.replace(".", " ") for n in names.split())


@pytest.mark.parametrize(("code", "dashes"), [
    ("R(RQ)(RQ)Q", "R0-p(R1,CPE1)-p(R2,CPE2)-CPE3"), ("R([RW]C)", "R0-p(R1-W1,C1)"),
    # pyimpspec writes the outer brackets; those in a series change nothing.
    ("[L(RQ)[(RQ)R]]", "L0-p(R0,CPE1)-p(R1,CPE2)-R2"), ("[[R]([R[RW]]C)]", "R0-p(R1-R2-W1,C1)")])
def test_the_notations_mean_the_same(code, dashes):
    assert str(parse_circuit(code)) == str(parse_circuit(dashes))


@pytest.mark.parametrize("text", [
    "", "-", "R0-", "p(R1)", "R0-R0", "L0-L0-R0", "R0-p(R1,CPE1)-p(R1,CPE1)", "R0-p(R1,X1)",
    "r0-p(r1,cpe1)", "R0-p(R1,CPE1", "R0)", "R[", "()", "R(R)",
    "__import__('os').system('true')", "R0-p(R1,CPE1)-__import__('os')",
    "R0-p(R1,CPE1)]; import os", "R0-p(R1,CPE1)\n-X", "R0-p(R1,CPE1)-(lambda:1)()",
    "p(" * 50 + "R1,C1" + ")" * 50, "R1-" * 400 + "R0",
])
def test_refuses_everything_else(text):
    with pytest.raises(BadInput, match="circuit"):
        parse_circuit(text)


@settings(deadline=None)
@given(st.text(alphabet="LRCPEQWGsopT()[],-0123456789_ .'x", max_size=40))
def test_any_text_is_a_circuit_or_bad_input(text):
    try:
        circuit = parse_circuit(text)
    except BadInput:
        return
    assert circuit.size >= 1
    assert parse_circuit(str(circuit)).names == circuit.names


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


@pytest.mark.parametrize(("keys", "names"), [
    ({"fixed": {"alpha1": 0.9}}, "fixed"),
    ({"circuit": "R0-p(R1,CPE1)", "fixed": {"alpha2": 0.9}}, "alpha2"),
    ({"circuit": "R0-p(R1,CPE1)", "lower": {"R1": float("nan")}}, "lower.R1"),
    ({"weighting": "none"}, "weighting"), ({"leave_out_points": -1}, "leave_out_points"),
    ({"masked_hz": (0.0,)}, "masked_hz")])
def test_rules_refuse_what_the_circuit_does_not_have(keys, names):
    with pytest.raises(BadInput, match=names):
        Rules(**keys)
