"""A supervisor that ends answers whoever was there in time, and leaves the rest to the next one."""

from __future__ import annotations

import json
import os
import signal
import socket
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from test_supervisor import (  # noqa: F401 - fixtures
    gone,
    open_press,
    own_locks,
    process_of,
)

from pressloop.hardware.protocols import CycleState, Press
from pressloop.hardware.registry import connect_directly
from pressloop.hardware.supervisor import wire
from pressloop.hardware.supervisor.process import Supervisor

pytestmark = pytest.mark.slow


def test_a_start_that_is_under_way_is_answered_before_the_link_closes(
        open_press, stack, recipe):  # noqa: F811
    press = open_press(start_s=1.5)
    supervisor = process_of()
    threading.Timer(0.5, os.kill, (supervisor, signal.SIGTERM)).start()
    press.start(1, stack("a"), recipe)
    assert gone(supervisor, 30.0)
    assert press.report(1).state is not CycleState.NEVER_ACCEPTED


def test_who_came_before_the_end_is_answered_however_late_its_thread_runs(place, tmp_path):
    press = connect_directly("own_lab.kept_press", {}, place)
    identity = wire.plain("identify", press.identify())
    path = tmp_path / "supervisor.sock"
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listening:
        listening.bind(str(path))
        listening.listen()
        serving = threading.Thread(target=served, args=(press, listening))
        serving.start()
        answers = asked(path)
        serving.join()
    assert answers == [{"result": "welcome"}, {"result": identity}]


class OnABusyComputer(Supervisor):
    """One whose threads wait before they run."""

    def _talk(self, connection: socket.socket) -> None:
        time.sleep(0.3)
        super()._talk(connection)


def served(press: Press, listening: socket.socket) -> None:
    """As a supervisor's process does: the link closes once nobody is served."""
    OnABusyComputer(press, "settings", linger_s=0.05).serve(listening)
    press.close()


def asked(path: Path) -> list[dict[str, Any]]:
    """Two calls on a connection; as many answers as came."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        client.settimeout(10.0)
        client.connect(str(path))
        client.sendall(wire.dump({"method": "hello", "with": {"digest": "settings"}})
                       + wire.dump({"method": "identify", "with": {}}))
        client.shutdown(socket.SHUT_WR)
        with client.makefile("rb") as lines:
            return [json.loads(line) for line in lines]
