"""The bytes of the Modbus driver on the wire, and the couplers it meets there."""

from __future__ import annotations

from pathlib import Path

import pytest
from standing_press import go_on, hush, stand_still, until

from pressloop.hardware.emulators.plc_options import PressOptions
from pressloop.hardware.emulators.plc_thread import serving_press
from pressloop.hardware.guard import run_cycle, watch
from pressloop.hardware.plc.link import Target
from pressloop.hardware.plc.press import Habits, PlcPress
from pressloop.hardware.plc.register_map import read_map
from pressloop.hardware.plc.words import crc16
from pressloop.hardware.presses import modbus
from pressloop.hardware.protocols import CycleState, Place
from pressloop.trials.errors import BadInput, Fault
from pressloop.trials.recipe import Recipe

pytestmark = pytest.mark.sockets

RECIPE = Recipe(250.0, 100.0, 25.0)


@pytest.fixture(autouse=True)
def own_locks(tmp_path, monkeypatch):
    monkeypatch.setenv("PRESSLOOP_LOCKS", str(tmp_path))


def options(folder: Path, **changes) -> PressOptions:
    return PressOptions(folder / "plc.json", folder / "bench.jsonl", **({"speed": 300.0} | changes))


class Wiretap:
    """Keeps what goes over the wire, by function code, each once."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.received: list[str] = []

    def __call__(self, sending: bool, data: bytes) -> bytes:
        # Without the transaction number, which counts on.
        (self.sent if sending else self.received).append(data[2:].hex())
        return data


def test_every_byte_of_a_cycle(tmp_path, stack, envelope):
    """Reads of one snapshot, heartbeats, one start; nothing else, and the start exactly once."""
    tap = Wiretap()
    with serving_press(options(tmp_path)) as plc:
        press = PlcPress(Target("127.0.0.1", plc.port, "", 19200, 1), read_map("generic"), 0x63,
                         Habits(0.05, 0.5, 2.0, 20.0), envelope=envelope, on_link_loss="release",
                         trace=tap)
        run_cycle(press, envelope, 12, stack("a"), RECIPE)
        press.close()
    snapshot = "00000006" + "01" + "04" + "0000" + "0053"
    assert read_map("generic").snapshot.words == 0x53
    kinds = {line[10:12] for line in tap.sent}
    assert kinds == {"04", "10"}
    assert {line for line in tap.sent if line[10:12] == "04"} == {snapshot}
    writes = [line for line in tap.sent if line[10:12] == "10"]
    beats = [line for line in writes if line[12:16] == "0082"]
    orders = [line for line in writes if line[12:16] == "0064"]
    assert len(beats) + len(orders) == len(writes)
    # Byte count, unit 1, function 16, address 130, 3 words, 6 bytes, counter, owner.
    assert beats[:2] == ["0000000d011000820003060001" + "00000063",
                         "0000000d011000820003060002" + "00000063"]
    order, = orders
    sequence, crc = order[22:30], order[-4:]
    # Header, address 100, 27 words; sequence, START, release, cycle 12, owner, tag of "a", 19635 N,
    # 100 s, 25 degC, own rates, trip at 21598 N, open at any temperature, 78.54 mm2, CRC.
    assert order == ("0000003d" + "0110" + "0064" + "001b" + "36" + sequence + "0001" + "0001"
                     + "0000000c" + "00000063" + "e8b7be43" + "469965e9" + "42c80000" + "41c80000"
                     + "00000000" + "00000000" + "46a8bce6" + "447a0000" + "429d1463" + crc)
    frame = bytes.fromhex(order[22:-4])
    words = [int.from_bytes(frame[i:i + 2], "big") for i in range(0, len(frame), 2)]
    assert crc16(words) == int(crc, 16)
    # Every answer belongs to a request, and none is left over.
    assert len(tap.received) == len(tap.sent)


def test_over_a_serial_line(tmp_path, stack, envelope):
    """Modbus RTU between the two ends of a pseudo-terminal pair, joined by a pump of bytes."""
    import os
    import threading
    import tty

    ours, our_name = os.openpty()
    theirs, their_name = os.openpty()
    for end in (ours, our_name, theirs, their_name):
        tty.setraw(end)

    def pump(source: int, sink: int) -> None:
        while True:
            try:
                os.write(sink, os.read(source, 1024))
            except OSError:
                return

    for source, sink in ((ours, theirs), (theirs, ours)):
        threading.Thread(target=pump, args=(source, sink), daemon=True).start()
    with serving_press(options(tmp_path, serial_device=os.ttyname(their_name))):
        press = modbus.connect({"serial_device": os.ttyname(our_name), "patience_s": 20.0},
                               Place(0, tmp_path / "x", envelope))
        trace = run_cycle(press, envelope, 1, stack("a"), RECIPE)
        press.close()
    assert trace.pressure_mpa.max() == pytest.approx(250.0, rel=0.03)
    for end in (ours, our_name, theirs, their_name):
        os.close(end)


@pytest.fixture
def link(tmp_path, envelope):
    opened = []

    def call(plc, policy="finish", patience_s=20.0):
        press = modbus.connect(
            {"port": plc.port, "heartbeat_s": 0.1, "timeout_s": 2.0, "patience_s": patience_s},
            Place(0, tmp_path / "x", envelope, policy))
        opened.append(press)
        return press

    yield call
    for press in opened:
        press.close()


def test_a_coupler_that_holds_its_outputs_goes_on_without_a_computer(tmp_path, stack, link):
    """The order's policy is no help there; the cycle is found finished."""
    with serving_press(options(tmp_path, personality="holds outputs", speed=100.0)) as plc:
        stand_still(plc, lambda: plc.phase == "dwelling")
        press = link(plc, "release")
        press.start(1, stack("a"), RECIPE)
        until(lambda: plc.phase == "dwelling")
        press.close()
        hush(plc)
        noticed = plc.program.now + 0.1
        until(lambda: plc.program.now > noticed)
        assert (plc.phase, plc.force_n > 0) == ("dwelling", True)
        go_on(plc)
        assert watch(link(plc), 1).held_s == pytest.approx(100.0, rel=0.1)


def test_a_coupler_that_trips_is_a_fault_until_somebody_resets_it(tmp_path, stack, link):
    """Exception 4 to everything is not believed to mean "not done"."""
    with serving_press(options(tmp_path, personality="trips")) as plc:
        press = link(plc)
        press.start(1, stack("a"), RECIPE)
        press.close()
        hush(plc)
        until(lambda: plc.tripped)
        with pytest.raises(Fault, match="exception 4"):
            link(plc, patience_s=2.0)
        assert plc.memory.accepted == [1]


def test_nothing_is_sent_to_a_public_address(tmp_path):
    with pytest.raises(BadInput, match="public_target"):
        modbus.connect({"host": "8.8.8.8"}, Place(0, tmp_path / "x"))


def test_nothing_listens_beyond_loopback(tmp_path):
    with pytest.raises(BadInput, match="loopback"):
        from pressloop.hardware.emulators.plc_server import EmulatedPress

        EmulatedPress(options(tmp_path, host="0.0.0.0"))


def test_a_part_of_the_mailbox_is_refused(tmp_path):
    """Only the whole frame is an order."""
    from pymodbus.client import ModbusTcpClient

    with serving_press(options(tmp_path)) as plc, \
            ModbusTcpClient("127.0.0.1", port=plc.port, retries=0) as client:
        for address, words in ((100, [1]), (104, [0, 9]), (100, [0] * 26), (99, [0] * 27)):
            assert client.write_registers(address, words, device_id=1).exception_code == 3
        assert not client.write_registers(100, [1] * 27, device_id=1).isError()
        assert plc.program.ack == "bad crc"
        assert plc.memory.accepted == []


def test_abort_coil_unloads(tmp_path, stack, link):
    from pymodbus.client import ModbusTcpClient

    with serving_press(options(tmp_path, speed=60.0)) as plc:
        press = link(plc)
        press.start(1, stack("a"), RECIPE)
        with ModbusTcpClient("127.0.0.1", port=plc.port, retries=0, timeout=30.0) as client:
            client.write_coil(0, True, device_id=1)
        until(lambda: plc.program.cycle is None)
        assert press.report(1).state is CycleState.RELEASED


def test_emulated_press_breaks_what_the_simulated_one_breaks(tmp_path, stack, link, press):
    """The same particles at the same pressure, told by the same counter."""
    with serving_press(options(tmp_path, speed=60.0)) as plc:
        wire = link(plc)
        recipe = Recipe(450.0, 60.0, 25.0)
        wire.start(1, stack("a"), recipe)
        over_wire = watch(wire, 1)
    press.start(1, stack("a"), recipe)
    direct = press.report(1).trace
    assert over_wire.acoustic_hits.sum() == pytest.approx(direct.acoustic_hits.sum(), rel=0.5)
    assert over_wire.peak_force_n == pytest.approx(direct.force_n.max(), rel=0.04)
