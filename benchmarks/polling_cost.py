"""What keeping a press at 20 Hz costs: CPU of the supervisor, as a share of one core.

Run as `python benchmarks/polling_cost.py`. The emulated press runs in another process, so that its
own work is not counted; a flow asks for the cycle's report all the while.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from pressloop.hardware.protocols import Place
from pressloop.hardware.registry import connect_press
from pressloop.hardware.supervisor.wire import socket_path
from pressloop.trials.recipe import Recipe
from pressloop.trials.stack import Stack

SECONDS = 15.0


def cpu_s(pid: int) -> float:
    """User and system time of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def supervisor_pid(port: int) -> int:
    """The process that keeps the press on this port."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.connect(str(socket_path(f"modbus 127.0.0.1:{port}")))
        told = probe.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
    return int.from_bytes(told[:4], "little")


def main() -> None:
    """Prints the shares with nobody asking and with a flow that watches."""
    folder = Path(tempfile.mkdtemp())
    os.environ["PRESSLOOP_LOCKS"] = str(folder)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    emulator = subprocess.Popen(
        [sys.executable, "-m", "pressloop", "emulate", "press", "--port", str(port), "--speed", "1",
         "--state", str(folder / "plc.json"), "--bench", str(folder / "bench.jsonl")],
        stdout=subprocess.PIPE)
    assert emulator.stdout is not None
    emulator.stdout.readline()
    press = connect_press("modbus", {"port": port, "poll_hz": 20.0, "linger_s": 1.0},
                          Place(0, folder / "x"))
    try:
        press.start(1, Stack("a", "l", "o", 0.785, 600.0), Recipe(250.0, 600.0, 25.0))
        pid = supervisor_pid(port)
        for watching in (False, True):
            before, began = cpu_s(pid), time.monotonic()
            while time.monotonic() - began < SECONDS:
                if watching:
                    press.report(1)
                time.sleep(0.05)
            share = (cpu_s(pid) - before) / (time.monotonic() - began)
            print(f"polling at 20 Hz, {'a flow watching' if watching else 'nobody asking'}: "
                  f"{100 * share:.1f} % of a core")
        press.release()
    finally:
        press.close()
        emulator.kill()


if __name__ == "__main__":
    main()
