"""A Prefect server on this machine, for `pressloop serve`."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

from flows.console import say
from trials.errors import Fault

HOST, PORT = "127.0.0.1", 4200
START_S = 300.0


@contextmanager
def prefect_server() -> Iterator[str]:
    """The API address: that of PREFECT_API_URL, of a server already here, or of one started now
    on the loopback address and stopped with the block."""
    if address := os.environ.get("PREFECT_API_URL"):
        yield address
        return
    port = int(os.environ.get("PREFECT_SERVER_API_PORT", PORT))
    address = f"http://{HOST}:{port}/api"
    os.environ["PREFECT_API_URL"] = address
    if healthy(address):
        yield address
        return
    say(f"Starting a Prefect server on {HOST}:{port}: about half a minute the first time.")
    environment = {**os.environ, "PREFECT_SERVER_UI_API_URL": address}
    server = subprocess.Popen(
        [sys.executable, "-m", "prefect", "server", "start", "--host", HOST, "--port", str(port)],
        env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait(server, address)
        yield address
    finally:
        server.terminate()
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()


def healthy(address: str) -> bool:
    """True when a Prefect server answers at this address."""
    try:
        with urllib.request.urlopen(f"{address}/health", timeout=2) as answer:
            return bool(answer.status == 200)
    except (OSError, urllib.error.URLError, ValueError):
        return False


def _wait(server: subprocess.Popen[bytes], address: str) -> None:
    deadline = time.monotonic() + START_S
    while not healthy(address):
        if server.poll() is not None:
            raise Fault(f"the Prefect server ended with code {server.returncode}; run "
                        "`prefect server start` to see why")
        if time.monotonic() > deadline:
            server.kill()
            raise Fault(f"no Prefect server at {address} after {START_S:.0f} s")
        time.sleep(0.5)
