"""Interlocks fail closed: what is not known to be ok is not ok."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pressloop.hardware.envelope import Envelope
from pressloop.hardware.interlocks import REMEDIES, atmosphere_interlocks, open_interlocks, standard
from pressloop.hardware.protocols import Interlock
from pressloop.trials.errors import BadInput

FREE = Envelope(78.5, 60e3, 600.0, 15.0, 150.0, 3600.0)
DRY = replace(FREE, max_o2_ppm=1.0, max_h2o_ppm=0.5)
UNKNOWN = [None, math.nan, math.inf, -math.inf, -0.1]


def oks(o2: float | None, h2o: float | None, limits: Envelope) -> list[bool]:
    return [one.ok for one in atmosphere_interlocks(o2, h2o, limits)]


def test_nothing_open_is_nothing_to_say() -> None:
    assert open_interlocks(()) == ()
    assert open_interlocks(standard(name, True) for name in REMEDIES) == ()


@pytest.mark.parametrize("name", REMEDIES)
def test_each_open_one_says_what_to_do(name: str) -> None:
    (told,) = open_interlocks([standard(name, False)])
    assert told.startswith(f"{name}: no. ")
    assert REMEDIES[name].rstrip(".") in told


def test_an_unknown_name_has_a_remedy_too() -> None:
    assert "panel" in standard("door 7", False).remedy


@pytest.mark.parametrize("state", [None, "", 0, math.nan, "yes", 1])
def test_only_true_is_ok(state: Any) -> None:
    assert open_interlocks([Interlock("guard closed", state)])


@pytest.mark.parametrize("read", UNKNOWN)
def test_an_unknown_atmosphere_is_not_ok(read: float | None) -> None:
    assert oks(read, 0.1, DRY) == [False, True]
    assert oks(0.1, read, DRY) == [True, False]
    assert oks(read, read, FREE) == []
    assert len(open_interlocks(atmosphere_interlocks(read, read, DRY))) == 2


@given(st.floats(0.0, 1e6), st.floats(0.0, 1e6))
def test_the_limit_is_kept(o2: float, h2o: float) -> None:
    assert oks(o2, h2o, DRY) == [o2 <= 1.0, h2o <= 0.5]
    assert oks(o2, None, replace(FREE, max_o2_ppm=1.0)) == [o2 <= 1.0]


def test_what_is_read_is_said() -> None:
    told = open_interlocks(atmosphere_interlocks(3.5, None, DRY))
    assert "oxygen at most 1 ppm: no. It reads 3.5 ppm" in told[0]
    assert "water at most 0.5 ppm: no. It is not told" in told[1]


@pytest.mark.parametrize("name", ["max_o2_ppm", "max_h2o_ppm"])
@pytest.mark.parametrize("value", [math.nan, 0.0, -1.0, math.inf])
def test_limits_that_are_none(name: str, value: float) -> None:
    with pytest.raises(BadInput, match=name):
        replace(FREE, **{name: value})
