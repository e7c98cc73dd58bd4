"""Who may use a Prefect server that pressloop has started: this user's programs, nobody else."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import socket
import stat
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import httpx
import pytest
from admitted import KEY
from another_user import as_nobody, as_root

from pressloop.flows.engine.doorstep import LINK_S, LINKS
from pressloop.flows.engine.server_door import Door, basic
from pressloop.flows.engine.server_key import admits, kept, key_of, owner_of
from pressloop.hardware.own_folder import own_folder
from pressloop.trials.errors import Fault

PORT = 4321
HOME = f"http://127.0.0.1:{PORT}"


async def inner(scope: Any, receive: Any, send: Any) -> None:
    """Says that it was reached."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.accept"})
        return
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"inside"})


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ask(clock: Clock) -> Callable[..., httpx.Response]:
    """Asks a door with nothing but a page behind it."""
    door = Door(inner, PORT, "ana:secret", clock)

    def call(method: str, path: str, body: str = "", **headers: str) -> httpx.Response:
        async def asking() -> httpx.Response:
            async with httpx.AsyncClient(transport=httpx.ASGITransport(door),
                                         base_url=HOME) as client:
                return await client.request(method, path, content=body, headers=headers)

        return asyncio.run(asking())

    return call


@pytest.mark.parametrize("host, status", [
    (f"127.0.0.1:{PORT}", 200), (f"localhost:{PORT}", 200), ("127.0.0.1", 403), ("evil.test", 403),
    (f"evil.test:{PORT}", 403), (f"127.0.0.1:{PORT}.evil.test", 403), ("", 403),
    (f"127.0.0.1:{PORT + 1}", 403), (f"evil@127.0.0.1:{PORT}", 403)])
def test_only_its_own_names_are_known(ask: Any, host: str, status: int) -> None:
    assert ask("GET", "/", host=host).status_code == status


@pytest.mark.parametrize("origin, status", [
    (HOME, 200), (f"http://localhost:{PORT}", 200), ("null", 403), ("https://evil.test", 403),
    (f"https://127.0.0.1:{PORT}", 403), (f"http://127.0.0.1:{PORT + 1}", 403), ("", 403)])
def test_pages_of_other_origins_are_sent_away(ask: Any, origin: str, status: int) -> None:
    for method in ("GET", "POST", "OPTIONS"):
        assert ask(method, "/api/flow_runs", origin=origin).status_code == status


@pytest.mark.parametrize("headers, passes", [
    ([(b"host", b"127.0.0.1:4321")], True),
    ([(b"host", b"127.0.0.1:4321"), (b"origin", b"http://127.0.0.1:4321")], True),
    ([(b"host", b"127.0.0.1:4321"), (b"origin", b"https://evil.test")], False),
    ([(b"host", b"127.0.0.1:4321"), (b"host", b"evil.test")], False), ([], False)])
def test_websockets_are_looked_at_in_the_same_way(headers: Any, passes: bool) -> None:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message["type"])

    async def receive() -> Any:
        return {"type": "websocket.connect"}

    asyncio.run(Door(inner, PORT, "a:b")(
        {"type": "websocket", "path": "/api/events/in", "headers": headers}, receive, send))
    assert sent == ["websocket.accept" if passes else "websocket.close"]


def test_no_page_shows_ours_in_a_frame(ask: Any) -> None:
    for path in ("/", "/pressloop/enter"):
        found = ask("GET", path).headers
        assert "frame-ancestors 'none'" in found["content-security-policy"]


def test_a_link_works_once_and_not_for_ever(ask: Any, clock: Clock) -> None:
    assert ask("POST", "/pressloop/link").status_code == 401
    assert ask("POST", "/pressloop/link", authorization=basic("ana:wrong")).status_code == 401
    mine = {"authorization": basic("ana:secret")}
    key = ask("POST", "/pressloop/link", **mine).text
    for wrong in ("", key[:-1], key + "x", "\u00e4", "x" * 5000):
        assert ask("POST", "/pressloop/enter", wrong).status_code == 403
    assert ask("POST", "/pressloop/enter", key, origin="https://evil.test").status_code == 403
    entered = ask("POST", "/pressloop/enter", key)
    assert base64.b64decode(entered.text).decode() == "ana:secret"
    again = ask("POST", "/pressloop/enter", key)
    assert (again.status_code, "secret" in again.text) == (403, False)
    late = ask("POST", "/pressloop/link", **mine).text
    clock.now += LINK_S
    assert ask("POST", "/pressloop/enter", late).status_code == 403
    many = [ask("POST", "/pressloop/link", **mine).text for _ in range(LINKS + 1)]
    assert ask("POST", "/pressloop/enter", many[0]).status_code == 403
    assert ask("POST", "/pressloop/enter", many[-1]).status_code == 200


# The credentials.


def test_the_key_is_a_file_of_this_user_s_alone_and_goes_with_its_server() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        with kept(port, "ana:secret"):
            path = own_folder() / f"server-{port}.auth"
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
            assert key_of(f"http://127.0.0.1:{port}/api") == "ana:secret"
            assert key_of(f"http://evil.test:{port}/api") is None
            assert key_of(f"https://127.0.0.1:{port}/api") is None
            path.chmod(0o644)
            assert key_of(f"http://127.0.0.1:{port}/api") is None
        assert not path.exists()
        target = path.with_name("target")
        target.write_text("kept")
        path.symlink_to(target)
        with kept(port, "ana:secret"):
            assert target.read_text() == "kept"
            assert not path.is_symlink()


def test_a_key_is_not_told_to_whoever_else_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        assert owner_of(port) == os.getuid()
    assert owner_of(port) is None
    with kept(port, "ana:secret"):
        assert key_of(f"http://127.0.0.1:{port}/api") is None


def test_a_folder_that_others_may_enter_is_refused(tmp_path: Path) -> None:
    os.environ["PRESSLOOP_RUNTIME"] = str(tmp_path / "own")
    assert stat.S_IMODE(own_folder().stat().st_mode) == 0o700
    (tmp_path / "own").chmod(0o750)
    with pytest.raises(Fault, match="not this user's alone"):
        own_folder()
    (tmp_path / "link").symlink_to(tmp_path / "other")
    (tmp_path / "other").mkdir(mode=0o700)
    os.environ["PRESSLOOP_RUNTIME"] = str(tmp_path / "link")
    with pytest.raises(Fault, match="not this user's alone"):
        own_folder()


# The server itself.


def status_of(address: str, path: str, body: Any = None, **headers: str) -> int:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{address}/{path}", data, {
        "Content-Type": "application/json", **{k.title(): v for k, v in headers.items()}})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


@pytest.mark.prefect
def test_a_server_admits_nobody_without_credentials(server: Any) -> None:
    address = server.address
    assert status_of(address, "health") == 200
    for path, body in (
            ("flow_runs/filter", {}), ("flows/", {"name": "x"}), ("admin/settings", None),
            ("admin/version", None), ("deployments/filter", {}), ("docs", None)):
        assert status_of(address, path, body) == 401, path
        assert status_of(address, path, body, authorization=basic("tests:wrong")) == 401, path
        assert status_of(address, path, body, authorization=basic(KEY), host="evil.test") == 403
        assert status_of(address, path, body, authorization=basic(KEY),
                         origin="https://evil.test") == 403
    mine = address.removesuffix("/api")
    assert status_of(address, "flow_runs/filter", {}, authorization=basic(KEY), origin=mine) == 200
    assert admits(address, None) == 401
    assert admits(address, KEY) == 200


@pytest.mark.prefect
@pytest.mark.parametrize("path", ["events/in", "events/out", "logs/out"])
def test_a_websocket_admits_nobody_without_credentials(server: Any, path: str) -> None:
    from websockets.exceptions import ConnectionClosed, InvalidStatus
    from websockets.sync.client import connect

    address = f"{server.address.replace('http', 'ws')}/{path}"
    with pytest.raises(InvalidStatus, match="403"), connect(
            address, subprotocols=["prefect"], origin="https://evil.test"):
        pass
    for token, admitted in ((None, False), ("tests:wrong", False), (KEY, True)):
        with connect(address, subprotocols=["prefect"]) as there:
            there.send(json.dumps({"type": "auth", "token": token}))
            with nullcontext() if admitted else pytest.raises(ConnectionClosed):
                assert json.loads(there.recv(10))["type"] == "auth_success"
    with pytest.raises((ConnectionClosed, InvalidStatus)), connect(address) as there:
        there.recv(10)


@pytest.mark.prefect
def test_the_command_for_a_link(server: Any, pressloop: Callable[..., Any]) -> None:
    os.environ.pop("PREFECT_API_AUTH_STRING")
    base = server.address.removesuffix("/api")
    link = pressloop("link").out.strip()
    assert link.startswith(f"{base}/pressloop/enter#")
    request = urllib.request.Request(f"{base}/pressloop/enter", link.partition("#")[2].encode())
    with urllib.request.urlopen(request) as answer:
        assert base64.b64decode(answer.read()).decode() == KEY
    line = pressloop("link", "--env").out
    assert line == f"export PREFECT_API_URL={server.address} PREFECT_API_AUTH_STRING='{KEY}'\n"
    os.environ["PREFECT_API_URL"] = "http://127.0.0.1:9/api"
    pressloop("link").refused("server", "pressloop serve")


@pytest.mark.prefect
@as_root
def test_another_user_of_the_computer_starts_nothing(server: Any) -> None:
    address = server.address
    port = int(address.rpartition(":")[2].partition("/")[0])

    os.environ.pop("PREFECT_API_AUTH_STRING")
    assert key_of(address) == KEY
    assert as_nobody(lambda: [status_of(address, path, {}) for path in (
        "flow_runs/filter", "flows/", "deployments/filter")]) == [401] * 3
    assert "PermissionError" in as_nobody((own_folder() / f"server-{port}.auth").read_text)
