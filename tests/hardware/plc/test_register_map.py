"""A register map is data: what goes out comes back, and wrong maps are named."""

from __future__ import annotations

import math
import struct
from importlib import resources
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pressloop.hardware.plc.frames import (
    PressOrder,
    accepted_order,
    mailbox_words,
    read_mailbox,
    read_snapshot,
    snapshot_words,
)
from pressloop.hardware.plc.register_map import from_text, read_map
from pressloop.hardware.plc.words import crc16, pack, unpack
from pressloop.hardware.units import Machine
from pressloop.trials.errors import BadInput

MACHINE = Machine(78.53981633974483, 60e3, 5026.548)
GENERIC = (resources.files("pressloop.hardware.plc") / "maps" / "generic.toml").read_text("utf-8")
SCALED = GENERIC.replace(
    '"force", type = "f32", unit = "N"', '"force", type = "u16", unit = "percent_of_maximum", '
    'scale = 0.01').replace(
    '"echo_force", type = "f32", unit = "N"', '"echo_force", type = "u16", unit = "t", '
    'scale = 0.001').replace(
    '"dwell", type = "f32", unit = "s"', '"dwell", type = "u16", unit = "min", scale = 0.01')
ORDER = PressOrder(7, 1, 1, 12, 99, 0xDEADBEEF, 10995.57, 180.0, 95.0, 392.7, 157.1, 12095.1, 60.0,
              78.53982)


def test_check_value_of_the_crc_standard():
    """CRC-16/MODBUS of "123456789" is 0x4B37; an even number of bytes here: "12345678"."""
    assert crc16(struct.unpack(">4H", b"12345678")) == 0x37DD


@given(st.sampled_from(["u16", "i16", "u32", "i32"]), st.data(), st.booleans())
def test_whole_numbers_come_back(kind, data, swapped):
    bits, signed = int(kind[1:]), kind[0] == "i"
    low, high = (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if signed else (0, 2**bits - 1)
    value = data.draw(st.integers(low, high))
    assert unpack(pack("x", value, kind, swapped), kind, swapped) == value
    for beyond in (low - 1, high + 1):
        with pytest.raises(BadInput, match="within a"):
            pack("x", beyond, kind)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_is_never_sent(value):
    for kind in ("u16", "f32"):
        with pytest.raises(BadInput, match="finite"):
            pack("force", value, kind)


def test_generic_mailbox_is_one_frame_of_pinned_words():
    words = mailbox_words(read_map("generic"), MACHINE, ORDER)
    assert words == (
        0, 7, 1, 1, 0, 12, 0, 99, 0xDEAD, 0xBEEF, 17963, 52808, 17204, 0, 17086, 0, 17348, 22938,
        17181, 6554, 17980, 64614, 17008, 0, 17053, 5219, words[-1])
    assert crc16(words[:-1]) == words[-1]


@pytest.mark.parametrize("text", [
    GENERIC, SCALED, GENERIC.replace("first = false", "first = true")])
def test_an_order_comes_back_through_any_map(text):
    of = from_text(text, "test")
    back = read_mailbox(of, MACHINE, mailbox_words(of, MACHINE, ORDER))
    assert back is not None
    for name in ("sequence", "command", "cycle_id", "owner", "stack_tag", "on_link_loss"):
        assert getattr(back, name) == getattr(ORDER, name)
    assert back.force == pytest.approx(ORDER.force, rel=1e-3)
    assert back.dwell == pytest.approx(ORDER.dwell, rel=1e-2)
    assert back.temperature == ORDER.temperature


@given(st.integers(0, 26), st.integers(1, 0xFFFF))
def test_one_damaged_word_is_no_order(where, flip):
    of = read_map("generic")
    words = list(mailbox_words(of, MACHINE, ORDER))
    words[where] ^= flip
    assert read_mailbox(of, MACHINE, words) is None


@pytest.mark.parametrize("text", [GENERIC, SCALED])
def test_a_clamped_set_point_is_seen_in_the_echo(text):
    of = from_text(text, "test")
    echo = {f"echo_{name}": getattr(ORDER, name) for name in (
        "on_link_loss", "stack_tag", "force", "dwell", "temperature", "ramp", "release_rate",
        "over_force", "open_below", "die_area")}
    words = snapshot_words(of, MACHINE, echo)
    assert accepted_order(of, MACHINE, words, ORDER) == ()
    clamped = snapshot_words(of, MACHINE, echo | {"echo_force": 10000.0, "echo_dwell": 170.0})
    assert accepted_order(of, MACHINE, clamped, ORDER) == ("force", "dwell")


def test_a_snapshot_comes_back_with_its_broken_sensor():
    of = read_map("generic")
    told = {"force": 11e3, "temperature_upper": math.nan, "cycle_id": 3, "clock": 2**31 + 5}
    back = read_snapshot(of, MACHINE, snapshot_words(of, MACHINE, told))
    assert back["force"] == pytest.approx(11e3)
    assert math.isnan(back["temperature_upper"])
    assert (back["cycle_id"], back["clock"]) == (3, 2**31 + 5)
    assert of.snapshot.words <= 125


def test_a_register_too_coarse_for_the_set_point_is_refused():
    coarse = from_text(GENERIC.replace(
        '"dwell", type = "f32", unit = "s"', '"dwell", type = "u16", unit = "min"'), "test")
    with pytest.raises(BadInput, match="finer scale"):
        mailbox_words(coarse, MACHINE, PressOrder(1, 1, force=1e3, dwell=100.0))


@pytest.mark.parametrize(("old", "new", "said"), [
    ('{ name = "crc", type = "u16" },', "", "crc"),
    ('{ name = "boot_counter", type = "u32" },', "", "boot_counter"),
    ('"force", type = "f32", unit = "N"', '"force", type = "f32", unit = "ton"', "unit"),
    ('"force", type = "f32", unit = "N"', '"force", type = "f32"', "unit"),
    ('"force", type = "f32"', '"force", type = "f64"', "type"),
    ('{ name = "echo_force", type = "f32", unit = "N" },', "", "echo_force"),
    ('"map_version", type', '"map_version", offset = 0, type', "overlap"),
    ("magic = 0x504C", "magi = 0x504C", "magic"),
    ("[map]", "[map", "TOML"),
    ("magic = 0x504C", "magic = inf", "infinity"),
    ("magic = 0x504C", f"magic = {'[' * 99}{']' * 99}", "nested"),
    ('"serial", type = "u32"', '"serial", kind = "u32"', "kind"),
])
def test_a_wrong_map_is_named(old, new, said):
    assert old in GENERIC
    with pytest.raises(BadInput, match=said):
        from_text(GENERIC.replace(old, new), "test")


def test_the_page_shows_the_map_as_it_is():
    page = (Path(__file__).parents[3] / "docs" / "reference" / "register-map.md").read_text()
    of = read_map("generic")
    for block in (of.mailbox, of.heartbeat, of.snapshot):
        for one in block.registers.values():
            row = f"{block.address + one.offset} | `{one.name}` | {one.type} | {one.unit or '-'}"
            assert f"| {row} |" in page, row
    assert f"one read (function 4) of {of.snapshot.words} words" in page
