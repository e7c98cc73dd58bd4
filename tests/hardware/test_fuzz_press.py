"""A sound press at the end of a bad network: bytes lost, changed, late or sent again on the way.

Whatever becomes of a cycle, the press has accepted it at most once, and what is told of it is what
the press did or a Fault.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from random import Random

import pytest
from fuzzing import cases, damaged

from pressloop.hardware.emulators.plc_options import PressOptions
from pressloop.hardware.emulators.plc_thread import serving_press
from pressloop.hardware.guard import run_cycle
from pressloop.hardware.plc.link import Target
from pressloop.hardware.plc.press import Habits, PlcPress
from pressloop.hardware.plc.register_map import read_map
from pressloop.trials.errors import PressloopError
from pressloop.trials.recipe import Recipe

pytestmark = [pytest.mark.fuzz, pytest.mark.sockets]

RECIPE = Recipe(250.0, 20.0, 25.0)


class BadNetwork:
    """Passes bytes on, each way, and spoils a share of the pieces."""

    def __init__(self, port: int, draw: Random) -> None:
        self.target, self.draw = port, draw
        self.share = draw.choice((0.01, 0.05, 0.2))
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.ends: list[socket.socket] = []

    def serve(self) -> None:
        with suppress(OSError):
            while True:
                ours, _ = self.listener.accept()
                theirs = socket.create_connection(("127.0.0.1", self.target))
                self.ends += [ours, theirs]
                for source, sink in ((ours, theirs), (theirs, ours)):
                    threading.Thread(target=self._pass, args=(source, sink), daemon=True).start()

    def _pass(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while piece := source.recv(4096):
                if self.draw.random() < self.share:
                    piece = self._spoiled(piece, source)
                sink.sendall(piece)
        for end in (source, sink):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def _spoiled(self, piece: bytes, source: socket.socket) -> bytes:
        match self.draw.randrange(5):
            case 0:
                return damaged(piece, self.draw)
            case 1:
                return piece * 2
            case 2:
                return b""
            case 3:
                time.sleep(self.draw.uniform(0.0, 0.4))
            case 4:
                source.shutdown(socket.SHUT_RDWR)
        return piece


@contextmanager
def bad_network(port: int, draw: Random) -> Iterator[int]:
    """The port of a way to the press that spoils what passes."""
    network = BadNetwork(port, draw)
    threading.Thread(target=network.serve, daemon=True).start()
    try:
        yield network.port
    finally:
        for end in (network.listener, *network.ends):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()


def test_a_bad_network_presses_nothing_twice(envelope, stack, tmp_path, monkeypatch):
    folders = iter(range(10**9))

    def check(draw: Random) -> None:
        folder = tmp_path / str(next(folders))
        folder.mkdir()
        monkeypatch.setenv("PRESSLOOP_LOCKS", str(folder))
        with serving_press(PressOptions(folder / "plc.json", folder / "bench.jsonl",
                                        speed=600.0)) as plc, \
                bad_network(plc.port, draw) as port, suppress(PressloopError):
            press = PlcPress(Target("127.0.0.1", port, "", 19200, 1), read_map("generic"), 0x63,
                             Habits(0.02, 0.1, 0.2, 1.5), envelope=envelope,
                             on_link_loss="finish")
            try:
                trace = run_cycle(press, envelope, 12, stack("a"), RECIPE)
                assert trace.peak_force_n is None or trace.peak_force_n < 25e3
                assert plc.memory.accepted == [12]
            finally:
                press.close()
        assert plc.memory.accepted in ([], [12])

    cases(check, fewest=3)
