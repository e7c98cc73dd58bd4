"""The emulated press as a bare Modbus client meets it: what it accepts, refuses and remembers."""

from __future__ import annotations

import math
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from pymodbus.client import ModbusTcpClient
from standing_press import go_on, hush, stand_still, stands_still, until

from pressloop.hardware.emulators.plc_options import PressOptions
from pressloop.hardware.emulators.plc_server import EmulatedPress
from pressloop.hardware.emulators.plc_thread import serving_press
from pressloop.hardware.plc.frames import (
    FINISH,
    RELEASE,
    PressOrder,
    Snapshot,
    mailbox_words,
    read_snapshot,
)
from pressloop.hardware.plc.register_map import read_map
from pressloop.hardware.plc.words import crc16
from pressloop.hardware.simulation.bench import Bench
from pressloop.hardware.simulation.sample import pressed
from pressloop.hardware.units import Machine

pytestmark = pytest.mark.sockets
AREA = math.pi * 25.0
OF, MACHINE = read_map("generic"), Machine(AREA, 60e3)


class Bare:
    """Frames by hand: no driver between the test and the registers."""

    def __init__(self, port: int, owner: int = 7) -> None:
        self.wire = ModbusTcpClient("127.0.0.1", port=port, retries=0, timeout=30.0)
        assert self.wire.connect()
        self.owner, self._beat = owner, 0

    def look(self) -> Snapshot:
        answer = self.wire.read_input_registers(0, count=OF.snapshot.words, device_id=1)
        return read_snapshot(OF, MACHINE, answer.registers)

    def beat(self) -> Any:
        self._beat += 1
        return self.wire.write_registers(130, [self._beat, 0, self.owner], device_id=1)

    def send(self, command: str = "start", cycle_id: int = 1, **changes: Any) -> str:
        """One order with the next sequence; returns the word of its acknowledgement.

        NaN goes out as such, which no driver of ours would do."""
        values = {"owner": self.owner, "stack_tag": 0xAB00 + cycle_id, "force": 250.0 * AREA,
                  "dwell": 60.0, "temperature": 25.0, "over_force": 275.0 * AREA,
                  "die_area": AREA} | changes
        broken = [name for name, value in values.items() if math.isnan(value)]
        order = PressOrder(int(self.look()["ack_sequence"]) + 1, OF.commands[command],
                      cycle_id=cycle_id, **(values | dict.fromkeys(broken, 1.0)))
        words = list(mailbox_words(OF, MACHINE, order))
        for name in broken:
            register = OF.mailbox.registers[name]
            words[register.offset:register.end] = [0x7FC0, 0]
        self.wire.write_registers(100, [*words[:-1], crc16(words[:-1])], device_id=1)
        return self.told("ack", "ack_code")

    def told(self, table: str, name: str) -> str:
        return OF.codes[table][int(self.look()[name])]


@contextmanager
def lab(folder: Path, **changes: Any) -> Iterator[tuple[EmulatedPress, Bare]]:
    options = PressOptions(folder / "plc.json", folder / "bench.jsonl", **({"speed": 60.0}
                                                                          | changes))
    with serving_press(options) as plc:
        bare = Bare(plc.port)
        bare.beat()
        yield plc, bare
        bare.wire.close()


@pytest.mark.parametrize("name", ["force", "dwell", "temperature", "ramp", "release_rate",
                                  "over_force", "open_below"])
def test_no_number_is_outside_of_every_limit(tmp_path, name):
    with lab(tmp_path) as (plc, bare):
        assert bare.send(**{name: math.nan}) == "out of limits"
        assert plc.memory.accepted == []


def test_each_limit_and_the_check_that_moves_nothing(tmp_path):
    beyond: list[tuple[dict[str, float], str]] = [
        ({"force": 61e3}, "out of limits"), ({"dwell": 9e4}, "out of limits"),
        ({"temperature": 200.0}, "out of limits"), ({"ramp": 1e5}, "out of limits"),
        ({"release_rate": -5.0}, "out of limits"), ({"over_force": 70e3}, "out of limits"),
        ({"over_force": 1e3}, "out of limits"), ({"die_area": 1.01 * AREA}, "other die area"),
        ({"die_area": math.nan}, "other die area"), ({}, "would accept")]
    with lab(tmp_path) as (plc, bare):
        assert [bare.send("check", 0, **order) for order, _ in beyond] == [
            said for _, said in beyond]
        assert (plc.memory.accepted, plc.phase) == ([], "idle")


def test_one_start_per_cycle_id_and_per_sequence(tmp_path):
    with lab(tmp_path, speed=2000.0) as (plc, bare):
        assert bare.send(cycle_id=4) == "accepted"
        assert bare.send(cycle_id=5) == "busy"
        until(lambda: plc.program.cycle is None)
        assert [bare.send(cycle_id=number) for number in (4, 3)] == ["duplicate"] * 2
        again = PressOrder(int(bare.look()["ack_sequence"]), OF.commands["start"], cycle_id=9)
        bare.wire.write_registers(100, list(mailbox_words(OF, MACHINE, again)), device_id=1)
        assert plc.memory.accepted == [4]


def test_somebody_elses_lease(tmp_path):
    """A foreign owner may look and release, and gets the lease once it has run out."""
    with lab(tmp_path, lease_s=60.0) as (plc, bare):
        other = Bare(plc.port, owner=8)
        assert other.beat().exception_code == 6
        assert other.send() == "foreign lease"
        assert other.send("release", 0) == "accepted"
        hush(plc)
        assert not other.beat().isError()
        assert other.look()["lease_owner"] == 8
        assert bare.send() == "foreign lease"


def test_an_open_interlock_stays_until_somebody_acknowledges(tmp_path):
    with lab(tmp_path) as (plc, bare):
        bare.send()
        until(lambda: plc.phase == "dwelling", bare.beat)
        plc.inject("guard opened")
        until(lambda: plc.phase == "fault", bare.beat)
        assert bare.told("alarm", "alarm") == "guard opened"
        assert (bare.told("result", "last_result"), plc.force_n) == ("alarm", 0.0)
        assert bare.send(cycle_id=2) == "busy"
        plc.acknowledge()
        assert bare.send(cycle_id=2) == "accepted"


@pytest.mark.parametrize("phase", ["heating", "ramping", "dwelling", "cooling", "releasing"])
def test_release_unloads_from_every_phase(tmp_path, phase):
    """As often as asked; a stack that felt no force is not on the bench."""
    with lab(tmp_path, speed=120.0) as (plc, bare):
        stand_still(plc, lambda: plc.phase == phase)
        bare.send(temperature=60.0, open_below=40.0)
        until(lambda: stands_still(plc), bare.beat)
        assert [bare.send("release", 0), bare.send("release", 0)] == ["accepted"] * 2
        go_on(plc)
        until(lambda: plc.program.cycle is None, bare.beat)
        assert bare.told("result", "last_result") == "released"
        assert Bench(tmp_path / "bench.jsonl").cycles().keys() == (
            set() if phase == "heating" else {1})


@pytest.mark.parametrize(("policy", "result", "alarm"), [
    (FINISH, "finished", "none"), (RELEASE, "alarm", "link lost")])
def test_silence_in_mid_cycle(tmp_path, policy, result, alarm):
    """By the order's policy; then nothing starts before a heartbeat is heard again."""
    with lab(tmp_path, watchdog_s=60.0) as (plc, bare):
        assert bare.send(on_link_loss=policy) == "accepted"
        hush(plc)
        until(lambda: plc.program.cycle is None)
        assert bare.told("result", "last_result") == result
        assert bare.told("alarm", "alarm") == alarm
        assert plc.phase == "locked out"
        assert bare.send(cycle_id=2) != "accepted"
        bare.beat()
        assert (plc.phase, plc.memory.accepted) == ("idle", [1])


SERVER = """
import asyncio, sys
from pathlib import Path
from pressloop.hardware.emulators.plc_options import PressOptions
from pressloop.hardware.emulators.plc_server import EmulatedPress

async def work():
    press = EmulatedPress(PressOptions(Path("plc.json"), Path("bench.jsonl"), speed=60.0))
    serving = asyncio.ensure_future(press.serve())
    while not press.port:
        await asyncio.sleep(0.01)
    print(press.port, flush=True)
    await serving

asyncio.run(work())
"""


def test_a_killed_press_comes_back_unloaded_and_starts_nothing(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[3]))

    def up() -> tuple[subprocess.Popen[str], Bare]:
        process = subprocess.Popen([sys.executable, "-c", SERVER], cwd=tmp_path, text=True,
                                   stdout=subprocess.PIPE)
        assert process.stdout is not None
        return process, Bare(int(process.stdout.readline()))

    process, bare = up()
    try:
        bare.beat()
        bare.send()
        until(lambda: bare.told("state", "state") == "dwelling", bare.beat)
        process.kill()
        process.wait(150)
        process, bare = up()
        bare.beat()
        time.sleep(0.2)
        now = bare.look()
        assert (now["boot_counter"], now["force"], now["cycle_id"]) == (2, 0.0, 0)
        assert (now["last_accepted_id"], now["last_finished_id"]) == (1, 1)
        assert bare.told("alarm", "alarm") == "power lost in mid cycle"
        assert bare.send() == "duplicate"
    finally:
        process.kill()
        process.wait(150)


def test_speed_changes_neither_peak_nor_dwell_nor_damage(tmp_path):
    found = []
    for speed in (200.0, 5000.0):
        folder = tmp_path / f"{speed:g}"
        folder.mkdir()
        with lab(folder, speed=speed) as (plc, bare):
            bare.send(force=450.0 * AREA, over_force=495.0 * AREA)
            until(lambda at=plc: at.program.cycle is None, bare.beat)
            told = bare.look()
        stack = pressed(Bench(folder / "bench.jsonl").cycles()[1], 30.0)
        assert told["peak_force"] / AREA == pytest.approx(stack.felt_mpa, rel=1e-6)
        found.append((told["peak_force"], told["dwell_held"], told["acoustic_hits"], stack.damage))
    assert found[0] == pytest.approx(found[1], rel=1e-6)
    assert found[0][1] == pytest.approx(60.0 + 0.05 * 450.0 / 5.0, abs=0.1)
