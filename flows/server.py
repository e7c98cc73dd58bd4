"""A Prefect server on this machine, where PREFECT_API_URL names none."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

from flows.console import say
from flows.server_process import HOST
from trials.errors import BadInput, Fault

PORT = 4200
START_S = 300.0
"""A slow laptop lays out the server's tables for minutes the first time."""


@contextmanager
def temporary_server() -> Iterator[str]:
    """The API address of PREFECT_API_URL, else of a server for the length of the block."""
    if address := os.environ.get("PREFECT_API_URL"):
        if not healthy(address):
            raise BadInput("PREFECT_API_URL", address, "the API of a Prefect server that answers",
                           "Start that server, or unset the variable for a temporary one.")
        say(f"Prefect server: {address}")
        yield address
        return
    say("Waiting for Prefect's temporary server: about half a minute the first time, while it "
        "lays out its tables.")
    with _started(_free_port(), "temporary") as address:
        yield address


@contextmanager
def lasting_server() -> Iterator[str]:
    """The API address of PREFECT_API_URL, or of a server on port 4200 of the loopback address,
    which is started, with its UI, where there is none."""
    port = int(os.environ.get("PREFECT_SERVER_API_PORT", PORT))
    here = f"http://{HOST}:{port}/api"
    if "PREFECT_API_URL" in os.environ or healthy(here):
        os.environ.setdefault("PREFECT_API_URL", here)
        yield os.environ["PREFECT_API_URL"]
        return
    say(f"Starting a Prefect server on {HOST}:{port}: about half a minute the first time.")
    with _started(port) as address:
        yield address


def healthy(address: str) -> bool:
    """True when a Prefect server answers at this API address."""
    try:
        with urllib.request.urlopen(f"{address}/health", timeout=2) as answer:
            return bool(answer.status == 200)
    except (OSError, urllib.error.URLError, ValueError):
        return False


@contextmanager
def _started(port: int, *how: str) -> Iterator[str]:
    address = f"http://{HOST}:{port}/api"
    server = subprocess.Popen(
        [sys.executable, "-m", "flows.server_process", str(port), *how],
        env={**os.environ, "PREFECT_SERVER_UI_API_URL": address}, stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        # Loaded while the server starts: it takes seconds too.
        from prefect.settings import PREFECT_API_URL, temporary_settings

        _wait(server, address)
        os.environ["PREFECT_API_URL"] = address
        with temporary_settings({PREFECT_API_URL: address}):
            yield address
    finally:
        os.environ.pop("PREFECT_API_URL", None)
        server.terminate()
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()


def _wait(server: subprocess.Popen[bytes], address: str) -> None:
    deadline = time.monotonic() + START_S
    while not healthy(address):
        if server.poll() is not None:
            raise Fault(f"the Prefect server ended with code {server.returncode}. Run `prefect "
                        "server start` to see why, or set PREFECT_API_URL.")
        if time.monotonic() > deadline:
            raise Fault(f"no Prefect server at {address} after {START_S:.0f} s. Set "
                        "PREFECT_API_URL to one that runs.")
        time.sleep(0.2)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
