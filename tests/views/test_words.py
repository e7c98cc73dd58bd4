"""Numbers are written as a person would."""

from __future__ import annotations

import math

import pytest

from pressloop.views.words import (
    NBSP,
    minutes,
    percent,
    plus_minus,
    resistance,
    set_point,
    significant,
    with_signs,
)


@pytest.mark.parametrize(("value", "words"), [
    (38.24, "38.2"), (9.999, "10.0"), (0.01234, "0.0123"), (1234.0, "1230"), (0.0, "0"),
    (4.02e9, "4.02e+09"), (1.5e-7, "1.50e-07"), (-38.24, "-38.2"), (math.inf, "inf"),
])
def test_three_significant_digits(value: float, words: str) -> None:
    assert significant(value) == words


@pytest.mark.parametrize(("share", "words"), [
    (0.0, "0 %"), (1e-5, "< 0.1 %"), (0.0123, "1.2 %"), (0.05, "5 %"), (0.73, "73 %"),
    (0.9961, "99.6 %"),
    (0.99999, "> 99.9 %"), (1.0, "> 99.9 %"),
])
def test_percent_is_never_surer_than_it_is(share: float, words: str) -> None:
    assert percent(share).replace(NBSP, " ") == words


def test_a_value_has_the_decimals_of_its_error() -> None:
    assert plus_minus(38.2417, 0.53) == "38.24 ± 0.53"
    assert plus_minus(191.45, 1.0) == "191.4 ± 1.0"
    assert plus_minus(32.069, 0.086) == "32.07 ± 0.09"
    assert plus_minus(38.2417, None) == "38.2"


def test_units_that_records_spell_in_letters_have_their_signs() -> None:
    assert with_signs("38 ± 1 ohm cm2 at 60 degC") == "38 ± 1 Ω·cm² at 60 °C"
    assert with_signs("the column T_degC, in degC") == "the column T_degC, in degC"


def test_units() -> None:
    assert resistance(38.24) == f"38.2{NBSP}Ω·cm²"
    assert set_point("temperature_c", 60.0) == f"60{NBSP}°C"
    assert minutes(1240.0) == "20 min 40 s" and minutes(90.0) == ""
