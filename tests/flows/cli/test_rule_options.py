"""Rules of evaluation on the command line: each key, parameters by name, and what is refused."""

from __future__ import annotations

import pytest

from pressloop.evaluation.rules import Rules, rules_from
from pressloop.flows.cli.commands.rule_options import changed
from pressloop.trials.errors import BadInput

TWO = "L0-R0-p(R1,CPE1)-p(R2,CPE2)-CPE3"


def test_every_kind_of_key_is_taken():
    rules = changed(Rules(), TWO, [
        "expected_noise=0.002", "masked_hz=1000, 50", "leave_out_points=0", "weighting=unit",
        "fixed.alpha1=0.9", "fixed.R0=12", "upper.R1=500", "initial.CPE3_Q=0.01"])
    assert rules == Rules(
        circuit=TWO, expected_noise=0.002, masked_hz=(1000.0, 50.0), leave_out_points=0,
        weighting="unit", fixed={"alpha1": 0.9, "R0": 12.0}, upper={"R1": 500.0},
        initial={"CPE3 Q": 0.01})


def test_another_circuit_forgets_the_values_of_the_old_ones_parameters():
    rules = Rules(circuit=TWO, fixed={"alpha2": 0.9})
    assert changed(rules, "R0-p(R1,CPE1)", []).fixed == {}
    assert changed(rules, None, ["max_relative_se=0.1"]).fixed == {"alpha2": 0.9}


@pytest.mark.parametrize("change", [
    "nothing=1", "expected_noise", "expected_noise=much", "fixed=0.9", "fixed.alpha9=0.9",
    "loose.alpha1=1", "leave_out_points=1.5", "masked_hz=a", "weighting=heavy", "min_hz=-1"])
def test_what_is_no_rule_is_refused(change):
    with pytest.raises(BadInput):
        changed(Rules(circuit=TWO), None, [change])


def test_rules_come_back_from_the_ledgers_plain_values():
    rules = Rules(circuit=TWO, masked_hz=(50.0,), fixed={"alpha1": 0.9})
    assert rules_from(rules.plain()) == rules
    old = {"circuit": TWO, "interface_below_hz": 3e5, "expected_noise": 0.005}
    assert rules_from(old) == Rules(circuit=TWO)
