"""Spells between colons and in several units, and failures that sentences tell of."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pressloop.trials.tables.columns.phrases import failure_told
from pressloop.trials.tables.columns.spells import (
    HOURS_MINUTES,
    MINUTES_SECONDS,
    clock_format,
    seconds_of_clock,
    seconds_of_parts,
)

SIXTY = st.integers(0, 59)


@given(st.integers(0, 99), SIXTY, SIXTY)
def test_three_parts_are_hours_minutes_and_seconds(hours: int, minutes: int, seconds: int) -> None:
    wanted = 3600 * hours + 60 * minutes + seconds
    assert seconds_of_clock(f"{hours}:{minutes:02d}:{seconds:02d}", "") == wanted
    assert seconds_of_parts(f"{hours} h {minutes} min {seconds} s") == wanted


@given(st.integers(0, 99), SIXTY)
def test_two_parts_are_what_their_column_says(first: int, second: int) -> None:
    text = f"{first}:{second:02d}"
    assert seconds_of_clock(text, MINUTES_SECONDS) == 60 * first + second
    assert seconds_of_clock(text, HOURS_MINUTES) == 3600 * first + 60 * second
    assert seconds_of_clock(text, "") is None


@pytest.mark.parametrize(("text", "said"), [
    ("mm:ss", MINUTES_SECONDS), ("[m:ss]", MINUTES_SECONDS), ("min:sec", MINUTES_SECONDS),
    ("hh:mm", HOURS_MINUTES), ("h:min", HOURS_MINUTES), ("min", ""), ("ss", ""), ("1:30", "")])
def test_a_header_names_the_parts(text: str, said: str) -> None:
    assert clock_format(text) == said


@pytest.mark.parametrize(("text", "mode"), [
    ("short circuit after release", "shorted"), ("Kurzschluss beim Messen", "shorted"),
    ("pellet cracked at the edge", "crushed"), ("in zwei Teile gebrochen", "crushed"),
    ("大面积开裂", "crushed"), ("layer delaminated on unloading", "delaminated"),
    ("no short circuit", ""), ("not cracked", ""), ("kein Riss", ""), ("cracked and shorted", ""),
    ("die cracked, replaced", ""), ("short dwell", ""), ("crack?", ""), ("无短路", ""),
    ("glass window broken", ""), ("coffee break", ""), ("", "")])
def test_a_sentence_tells_of_one_failure_or_of_none(text: str, mode: str) -> None:
    assert failure_told(text) == mode
