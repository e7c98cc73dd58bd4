"""Counts and lists in sentences."""

from __future__ import annotations

import re

import pytest

from pressloop.trials.errors import BadInput
from pressloop.trials.wording import (
    by_number,
    called,
    counted,
    in_percent,
    listed,
    percent,
    plain_name,
)


@pytest.mark.parametrize(("number", "words"), [(0, "0 stacks"), (1, "1 stack"), (2, "2 stacks")])
def test_a_count_agrees_with_its_noun(number: int, words: str) -> None:
    assert counted(number, "stack") == words


def test_plurals_that_are_no_mere_s() -> None:
    assert counted(1, "frequency", "frequencies") == "1 frequency"
    assert counted(3, "frequency", "frequencies") == "3 frequencies"
    assert [by_number(n, "is", "are") for n in (0, 1, 1.5, 2)] == ["are", "is", "are", "are"]


def test_lists_groups_and_shares() -> None:
    assert listed([]) == "" and listed(["a"]) == "a"
    assert listed(["a", "b", "c"], "or") == "a, b or c"
    assert called("lot", "A") == "lot A" and called("lot", "Lot 1") == "Lot 1"
    assert percent(0.004) == "less than 1 %" and percent(0.126) == "13 %"


@pytest.mark.parametrize("share, decimals, words", [
    (0.0, 0, "0 %"), (0.0031, 0, "0.3 %"), (0.00042, 1, "0.04 %"), (-0.002, 0, "-0.2 %"),
    (0.126, 0, "13 %"), (1e-9, 1, "0.0 %"), (float("inf"), 0, "inf %")])
def test_no_share_is_said_to_be_none_that_is_some(share: float, decimals: int, words: str) -> None:
    assert in_percent(share, decimals) == words


@pytest.mark.parametrize(("value", "words"), [
    ("\x1b[2J140 MPa", r"\x1b[2J140 MPa"), ("lot\n7", r"lot\n7"), ("a\u202eb", r"a\u202eb"),
    ("name\udc80", r"name\udc80"), ("12\u00a0Ω·cm²", "12\u00a0Ω·cm²"), ("漢字　é", "漢字　é")])
def test_an_error_shows_what_cannot_be_printed_instead_of_steering_the_terminal(
        value: str, words: str) -> None:
    assert str(BadInput("stack", value, "one of these", "Name one.")) == (
        f"stack = {words}: must be one of these. Name one.")


def test_no_two_names_become_one_file() -> None:
    assert plain_name("night-2") == "night-2"
    names = ["night-2", "Night 2", "night 2", "Nächte", "N-chte", "春", "秋", "Lab 🔋", "-", ".."]
    plain = [plain_name(name) for name in names]
    assert len(set(plain)) == len(names)
    assert all(re.fullmatch("[a-z0-9][a-z0-9-]*", name) for name in plain)
