"""A Prefect server that cannot be had: one line with the true reason."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from free_ports import free_port
from lab_files import SETTINGS, write_settings

from pressloop.flows.engine.last_words import cause


@pytest.mark.parametrize("address, reason", [
    ("http://127.0.0.1:9/api", "Connection refused"),
    ("http://127.0.0.1:9", "ends with /api"),
    ("nonsense", "unknown url type"),
    ("http://no-such-host.invalid:4200/api", "not known")])
def test_an_address_that_does_not_answer_says_why(
        address: str, reason: str, tmp_path: Path, pressloop: Callable[..., Any],
        monkeypatch: pytest.MonkeyPatch) -> None:
    write_settings(tmp_path)
    monkeypatch.setenv("PREFECT_API_URL", address)
    answer = pressloop("run", SETTINGS)
    last = answer.err.splitlines()[-1]
    assert answer.code == 2 and address in last and reason in last, answer.err


@pytest.mark.parametrize("port", ["0", "99999", "-1", "abc", "4_200", "٤٢٠٠", ""])
def test_a_port_that_is_none(port: str, tmp_path: Path, pressloop: Callable[..., Any],
                             monkeypatch: pytest.MonkeyPatch) -> None:
    write_settings(tmp_path)
    monkeypatch.setenv("PREFECT_SERVER_API_PORT", port)
    answer = pressloop("serve", SETTINGS)
    assert answer.code == 2
    assert "PREFECT_SERVER_API_PORT" in answer.err.splitlines()[-1]
    assert "1 to 65535" in answer.err.splitlines()[-1]


def test_a_port_that_another_program_has(tmp_path: Path, pressloop: Callable[..., Any],
                                         monkeypatch: pytest.MonkeyPatch) -> None:
    write_settings(tmp_path)
    with web_server() as port:
        monkeypatch.setenv("PREFECT_SERVER_API_PORT", str(port))
        answer = pressloop("serve", SETTINGS)
    last = answer.err.splitlines()[-1]
    assert answer.code == 2 and f"PREFECT_SERVER_API_PORT = {port}" in last
    assert "Another program" in last and "status 404" in last
    assert "PREFECT_API_URL" not in last


def test_a_port_that_is_held_without_listening(tmp_path: Path, pressloop: Callable[..., Any],
                                               monkeypatch: pytest.MonkeyPatch) -> None:
    write_settings(tmp_path)
    port = free_port()
    with socket.socket() as held:
        held.bind(("127.0.0.1", port))
        monkeypatch.setenv("PREFECT_SERVER_API_PORT", str(port))
        answer = pressloop("serve", SETTINGS)
    assert answer.code == 2 and f"{port}: must be a free port" in answer.err.splitlines()[-1]
    assert "in use" in answer.err


@pytest.mark.prefect
def test_the_last_words_of_a_server_are_told(
        tmp_path: Path, in_background: Callable[..., Any], eventually: Callable[..., Any]) -> None:
    write_settings(tmp_path)
    (tmp_path / "file").write_text("no folder")
    run = in_background("run", SETTINGS, PREFECT_HOME=str(tmp_path / "file" / "home"))
    eventually(lambda: run.poll() is not None, "the end of the run")
    last = (tmp_path / "process-0.log").read_text().splitlines()[-1]
    assert run.returncode == 1 and "its last words were: " in last
    assert "unable to open database file" in last or "Not a directory" in last


def test_the_cause_is_the_last_error_of_a_traceback() -> None:
    assert cause(["Traceback (most recent call last):", '  File "a.py", line 1', "OSError: first",
                  "", "The above exception was the direct cause of the following exception:", "",
                  "sqlite3.OperationalError: database or disk is full",
                  "ERROR:    Application startup failed. Exiting."]
                 ) == "sqlite3.OperationalError: database or disk is full"
    assert cause(["hello", "ERROR:    [Errno 98] address already in use"]
                 ) == "[Errno 98] address already in use"
    assert cause([]) == ""


@contextmanager
def web_server() -> Iterator[int]:
    """Something that speaks HTTP and is no Prefect server."""
    class Nothing(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_error(404)

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    server = HTTPServer(("127.0.0.1", 0), Nothing)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
