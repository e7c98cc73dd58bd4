"""What a press tells is believed once it is proved, whatever is lost on the line."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from pressloop.hardware.emulators.plc_options import PressOptions
from pressloop.hardware.emulators.plc_server import EmulatedPress
from pressloop.hardware.emulators.plc_thread import serving_press
from pressloop.hardware.guard import run_cycle
from pressloop.hardware.plc.journal import CycleEnd, Journal, Sent
from pressloop.hardware.plc.link import Target
from pressloop.hardware.plc.press import Habits, PlcPress
from pressloop.hardware.plc.proving import Prover
from pressloop.hardware.plc.register_map import from_text, map_text, read_map
from pressloop.hardware.protocols import CycleState
from pressloop.hardware.state_files import state_path
from pressloop.trials.errors import BadInput, Fault
from pressloop.trials.recipe import Recipe

RECIPE = Recipe(250.0, 100.0, 25.0)
GENERIC = read_map("generic")
HEAD = 9
"""Bytes of an answer before its first register: header, unit, function, count."""


@pytest.fixture(autouse=True)
def own_locks(tmp_path, monkeypatch):
    monkeypatch.setenv("PRESSLOOP_LOCKS", str(tmp_path))


class Line:
    """Passes bytes on; `garble` may change the registers of the nth snapshot that comes."""

    def __init__(self, garble: Callable[[int, bytearray], None]) -> None:
        self.snapshots, self._garble = 0, garble

    def __call__(self, sending: bool, data: bytes) -> bytes:
        if sending or len(data) < HEAD + 20 or data[7] != 4:
            return data
        self.snapshots += 1
        registers = bytearray(data[HEAD:])
        self._garble(self.snapshots, registers)
        return data[:HEAD] + bytes(registers)


def set_word(registers: bytearray, name: str, value: int, of=GENERIC) -> None:
    """The low word of a 32-bit register."""
    at = 2 * of.snapshot.registers[name].offset + 2
    registers[at:at + 2] = value.to_bytes(2, "big")


@contextmanager
def on_a_line(plc: EmulatedPress, envelope, line: Line, of=GENERIC, patience_s=20.0
              ) -> Iterator[PlcPress]:
    press = PlcPress(Target("127.0.0.1", plc.port, "", 19200, 1), of, 0x63,
                     Habits(0.02, 0.2, 2.0, patience_s), envelope=envelope,
                     on_link_loss="finish", trace=line)
    try:
        yield press
    finally:
        press.close()


def options(folder: Path, **changes) -> PressOptions:
    return PressOptions(folder / "plc.json", folder / "bench.jsonl", **({"speed": 200.0} | changes))


def journal() -> Journal:
    return Journal(state_path("journal of press 4711"))


@pytest.mark.sockets
@pytest.mark.parametrize("name", ["last_accepted_id", "last_finished_id", "cycle_id",
                                  "boot_counter", "ack_sequence", "serial", "magic"])
def test_one_reading_that_is_wrong_is_believed_by_nobody(name, tmp_path, stack, envelope):
    """Every tenth snapshot tells another number."""
    def garble(nth: int, registers: bytearray) -> None:
        if nth % 10 == 0:
            if name == "magic":
                registers[0] ^= 0x10
            else:
                set_word(registers, name, 40_000)

    with serving_press(options(tmp_path)) as plc, on_a_line(plc, envelope, Line(garble)) as press:
        for cycle_id in (12, 13):
            trace = run_cycle(press, envelope, cycle_id, stack(f"s{cycle_id}"), RECIPE)
            assert trace.pressure_mpa.max() == pytest.approx(250.0, rel=0.03)
        assert press.last_accepted_id() == 13
        assert press.report(14).state is CycleState.NEVER_ACCEPTED
        assert plc.memory.accepted == [12, 13]
    kept = journal()
    assert (kept.highest_accepted, set(kept.ended)) == (13, {12, 13})


@pytest.mark.sockets
def test_bits_that_are_lost_at_random_change_nothing(tmp_path, stack, envelope):
    """One bit of one word in every seventh snapshot, whatever it means."""
    draw = random.Random(3)
    where = [r.offset for r in GENERIC.snapshot.registers.values() if r.name not in (
        "force", "elapsed", "position", "temperature_upper", "temperature_lower", "o2", "h2o",
        "acoustic_hits", "oil_pressure", "heartbeat_echo")]

    def garble(_nth: int, registers: bytearray) -> None:
        if draw.random() < 1 / 7:
            registers[2 * draw.choice(where) + draw.randrange(2)] ^= 1 << draw.randrange(8)

    with serving_press(options(tmp_path)) as plc, on_a_line(plc, envelope, Line(garble)) as press:
        for cycle_id in (1, 2, 3):
            run_cycle(press, envelope, cycle_id, stack(f"s{cycle_id}"), RECIPE)
        assert press.last_accepted_id() == 3
        assert plc.memory.accepted == [1, 2, 3]
    kept = journal()
    assert (kept.highest_accepted, sorted(kept.ended)) == (3, [1, 2, 3])
    assert {ended.result for ended in kept.ended.values()} == {"finished"}


@pytest.mark.sockets
def test_a_line_on_which_nothing_is_read_alike_is_told_and_nothing_is_sent(tmp_path, stack,
                                                                           envelope):
    broken = [False]

    def garble(nth: int, registers: bytearray) -> None:
        if broken[0]:
            set_word(registers, "last_accepted_id", nth % 60_000)

    with serving_press(options(tmp_path)) as plc, \
            on_a_line(plc, envelope, Line(garble), patience_s=1.0) as press:
        broken[0] = True
        with pytest.raises(Fault, match="changes from read to read"):
            press.last_accepted_id()
        with pytest.raises(Fault):
            run_cycle(press, envelope, 1, stack("a"), RECIPE)
        assert plc.memory.accepted == []
        broken[0] = False
        run_cycle(press, envelope, 1, stack("a"), RECIPE)
        assert plc.memory.accepted == [1]


WITH_CRC = map_text("generic").replace(
    '  { name = "emulated", type = "u16" },',
    '  { name = "emulated", type = "u16" },\n  { name = "crc", type = "u16" },')


@pytest.mark.sockets
def test_a_crc_over_the_snapshot_is_checked(tmp_path, stack, envelope):
    """Where the map has one, also what moves is proved: a force that was garbled is no sample."""
    path = tmp_path / "crc.toml"
    path.write_text(WITH_CRC)
    of = read_map(str(path))

    def garble(nth: int, registers: bytearray) -> None:
        if nth % 5 == 0:
            at = 2 * of.snapshot.registers["force"].offset
            registers[at:at + 2] = b"\x49\x00"

    with serving_press(options(tmp_path, map=str(path))) as plc, \
            on_a_line(plc, envelope, Line(garble), of) as press:
        trace = run_cycle(press, envelope, 1, stack("a"), RECIPE)
        assert trace.pressure_mpa.max() == pytest.approx(250.0, rel=0.03)

    def always(_nth: int, registers: bytearray) -> None:
        registers[10] ^= 1

    with serving_press(options(tmp_path, map=str(path))) as plc, \
            pytest.raises(Fault, match="CRC"), \
            on_a_line(plc, envelope, Line(always), of, patience_s=1.0):
        pass


def test_a_crc_is_the_last_register():
    assert from_text(WITH_CRC, "map").snapshot.words == GENERIC.snapshot.words + 1
    early = map_text("generic").replace(
        '  { name = "emulated"', '  { name = "crc", type = "u16" },\n  { name = "emulated"')
    with pytest.raises(BadInput, match="last register"):
        from_text(early, "map")


# How often is asked.


def told(**changes: int) -> dict[str, float]:
    return {name: float(changes.get(name, 0)) for name in GENERIC.snapshot.registers}


def asked(prover: Prover, **changes: int) -> int:
    """How many like readings it takes until this one is believed."""
    words = [0] * GENERIC.snapshot.words
    for name, value in changes.items():
        words[GENERIC.snapshot.registers[name].end - 1] = value
    prover.begin()
    return next(n for n in range(1, 10) if prover.believes(told(**changes), tuple(words)))


def test_what_is_new_is_asked_twice_and_an_id_that_nobody_ordered_three_times():
    prover = Prover(GENERIC)
    assert asked(prover, last_accepted_id=7) == 3, "the first look of all"
    assert asked(prover, last_accepted_id=7) == 1, "nothing new"
    assert asked(prover, last_accepted_id=7, state=1) == 2
    prover.ordered = 8
    assert asked(prover, last_accepted_id=8, cycle_id=8, state=1) == 2, "as it was ordered"
    assert asked(prover, last_accepted_id=8, last_finished_id=8) == 2
    assert asked(prover, last_accepted_id=9, last_finished_id=8) == 3, "ordered by nobody here"
    assert asked(prover, last_accepted_id=9, last_finished_id=8, boot_counter=1) == 3


# The journal.


def sent(cycle_id: int) -> Sent:
    return Sent(cycle_id, f"s-{cycle_id}", RECIPE, 1, 1, 0, 0.0)


def test_a_poisoned_journal_heals_by_the_next_proved_reading(tmp_path):
    path = tmp_path / "journal.jsonl"
    kept = Journal(path)
    for cycle_id in (1, 2):
        kept.send(sent(cycle_id))
        kept.accepted(cycle_id)
    with path.open("a") as file:
        file.write(json.dumps({"accepted": 2**30}) + "\n")
    poisoned = Journal(path)
    assert poisoned.highest_accepted == 2**30
    poisoned.accepted(2)
    assert poisoned.highest_accepted == 2
    assert Journal(path).highest_accepted == 2


def test_a_press_that_forgot_what_was_ordered_here_is_still_found_out(tmp_path):
    path = tmp_path / "journal.jsonl"
    kept = Journal(path)
    for cycle_id in (1, 2):
        kept.send(sent(cycle_id))
        kept.accepted(cycle_id)
    kept.send(sent(3))
    kept.accepted(2)
    kept.accepted(0)
    assert kept.highest_accepted == 2
    assert Journal(path).highest_accepted == 2
    kept._shrink()
    again = Journal(path)
    again.accepted(0)
    assert again.highest_accepted == 2


def test_an_end_that_was_misread_is_put_right(tmp_path):
    path = tmp_path / "journal.jsonl"
    kept = Journal(path)
    kept.send(sent(1))
    wrong = CycleEnd(1, "alarm", "e-stop pressed", 0.0, 0.0, 1.0)
    kept.end(wrong)
    kept.end(replace(wrong, result="finished", reason="", peak_force_n=2e4, held_s=100.0))
    assert Journal(path).ended[1].result == "finished"


@pytest.mark.sockets
def test_a_campaign_on_a_disturbed_line(tmp_path, stack, envelope):
    """The emulated press's own fault of that name."""
    with serving_press(options(tmp_path)) as plc, \
            on_a_line(plc, envelope, Line(lambda *_: None)) as press:
        for at in ("now", "start", "ramping", "dwelling"):
            plc.inject("garbled snapshot", at, count=1)
        run_cycle(press, envelope, 1, stack("a"), RECIPE)
        assert press.last_accepted_id() == 1
    assert journal().highest_accepted == 1
