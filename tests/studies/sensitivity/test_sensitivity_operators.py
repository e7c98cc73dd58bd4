"""Operators and lots who differ, are alike, or cannot be told apart, are said to."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from pressloop.studies.sensitivity.sensitivity import Options, sensitivity
from pressloop.trials.outcome import Intact
from pressloop.views.study.words.sensitivity import sentences
from tests.studies.sensitivity.sensitivity_tables import Groups, a_sum, in_groups, study, table

pytestmark = pytest.mark.slow


def test_two_operators_who_are_alike_are_said_to_be() -> None:
    """Not that others might double resistance."""
    data, _ = in_groups(table(a_sum, 57, 1, 0.10), Groups(1, 2, 0.0, 0.0), 1)
    told = " ".join(sentences(sensitivity(data, Options())))
    bound = re.search(r"perator o0 and operator o1 likely differ by less than (\d+) %", told)
    assert bound is not None and int(bound.group(1)) <= 15
    assert told.count("too few to tell how others would differ") == 1
    assert "at most" not in told


def test_an_operator_who_reads_higher_is_named() -> None:
    """12 % more, with an interval."""
    by_mia = np.random.default_rng(0).permutation(80) % 2
    rows = [replace(t, stack=replace(t.stack, operator="mia" if mia else "jo"), outcome=Intact(
        t.outcome.resistance_ohm_cm2 * (1.12 if mia else 1.0)))
        for t, mia in zip(table(a_sum, 80, 2, 0.08), by_mia, strict=True)
        if isinstance(t.outcome, Intact)]
    found = sensitivity(study(rows), Options())
    assert "Operator mia reads" in " ".join(sentences(found))
    one, = found.differences
    assert (one.upper, one.lower) == ("mia", "jo") and 0.0 < one.low < np.log(1.12) < one.high


def test_lots_with_an_operator_each_are_told_apart_with_what_the_operator_does() -> None:
    """Both together differ; which of the two it is cannot be told, and is said so."""
    rows = [replace(t, stack=replace(t.stack, operator="mia" if i % 2 else "jo",
                                     lot="a" if i % 2 else "b"))
            for i, t in enumerate(table(a_sum, 40, 2, 0.08))]
    found = sensitivity(study(rows), Options())
    assert all(abs(d.high - d.low) < 0.25 for d in found.differences)
    told = " ".join(sentences(found))
    assert "cannot be told apart" in told and "whose doing this includes" in told
