"""Who may use a Prefect server that pressloop has started: this user's programs, nobody else."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import shutil
import signal
import socket
import stat
import subprocess
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from admitted import KEY
from another_user import as_nobody, as_root, open_folder
from few_stacks import QUICK
from lab_files import SETTINGS, write_settings

from pressloop.flows.engine.doorstep import LINK_S, LINKS
from pressloop.flows.engine.server import link_to
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


@pytest.mark.prefect
def test_a_server_without_credentials_is_named_once(
        pressloop: Callable[..., Any], tmp_path: Path) -> None:
    """One that was given; the campaign goes on. One that does not admit us is refused."""

    class Open(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path.endswith(("health", status_path)) else 401)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    from pressloop.flows.engine.server import temporary_server

    status_path = "version"
    with serving(Open) as address:
        os.environ["PREFECT_API_URL"] = f"{address}/api"
        with warned() as said, temporary_server():
            pass
        assert sum("asks nobody who they are" in line for line in said) == 1
        status_path = "nothing"
        pressloop("run", write_settings(tmp_path)).err.index("PREFECT_API_AUTH_STRING")


@contextmanager
def warned() -> Iterator[list[str]]:
    """What is said on standard error within the block."""
    import io
    import sys

    before, sys.stderr = sys.stderr, io.StringIO()
    lines: list[str] = []
    try:
        yield lines
    finally:
        lines += sys.stderr.getvalue().splitlines()
        sys.stderr = before


@contextmanager
def serving(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as there:
        threading.Thread(target=there.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{there.server_port}"
        there.shutdown()


# A browser.

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
HOSTILE = """<!doctype html><title>hostile</title><iframe id="f"></iframe><script>
const api = "%(api)s", told = {};
const note = (name, what) => { told[name] = String(what); };
const post = (url, options) => fetch(url, {method: "POST", credentials: "include",
  body: JSON.stringify({parameters: {trials: 1}, state: {type: "SCHEDULED"}}), ...options});
async function attempt(name, work) {
  try { note(name, await work()); } catch (error) { note(name, "refused: " + error.name); }
}
(async () => {
  const run = api + "/deployments/%(deployment)s/create_flow_run";
  await attempt("plain", async () => (await post(run, {mode: "no-cors",
    headers: {"Content-Type": "text/plain"}})).type);
  await attempt("json", async () => (await post(run, {
    headers: {"Content-Type": "application/json"}})).status);
  await attempt("read", async () => (await fetch(api + "/admin/settings")).status);
  await attempt("health", async () => (await fetch(api + "/health")).text());
  await attempt("rebound", async () => (await post(
    "http://evil.test:%(port)s/api/deployments/%(deployment)s/create_flow_run",
    {mode: "no-cors"})).type);
  await attempt("websocket", () => new Promise((done) => {
    const there = new WebSocket("ws://127.0.0.1:%(port)s/api/events/in", ["prefect"]);
    there.onopen = () => done("open"); there.onerror = () => done("refused");
  }));
  await fetch("/told", {method: "POST", body: JSON.stringify(told)});
})();
</script>"""


def suppressed(look: Callable[[], str]) -> str:
    """"" while the page changes."""
    try:
        return look()
    except (OSError, StopIteration, KeyError):
        return ""


@contextmanager
def browser(folder: Path, address: str, eventually: Any) -> Iterator[Callable[[], str]]:
    """A page in Chromium, and what a person reads on it now."""
    from websockets.sync.client import connect

    assert CHROMIUM is not None
    process = subprocess.Popen(
        [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
         "--disable-background-networking", f"--user-data-dir={folder}",
         "--host-resolver-rules=MAP evil.test 127.0.0.1", "--remote-debugging-port=0", address],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)

    def shown() -> str:
        port = (folder / "DevToolsActivePort").read_text().splitlines()[0]
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/json") as answer:
            page = next(one for one in json.load(answer) if one["type"] == "page")
        with connect(page["webSocketDebuggerUrl"], max_size=None) as there:
            there.send(json.dumps({"id": 1, "method": "Runtime.evaluate", "params": {
                "expression": "document.body.innerText"}}))
            return str(json.loads(there.recv(10))["result"]["result"].get("value", ""))

    try:
        eventually((folder / "DevToolsActivePort").exists, "the browser")
        yield lambda: suppressed(shown)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@pytest.mark.prefect
@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium: apt-get install chromium")
def test_a_page_of_another_origin_in_a_real_browser(
        server: Any, tmp_path: Path, in_background: Any, eventually: Any) -> None:
    """Forms, fetches, a websocket, a rebound name: no run is created, nothing is read.

    The link of its owner opens the page."""
    name = f"browsed {tmp_path.name}"
    write_settings(tmp_path, **QUICK, campaign={"name": name})
    in_background("serve", SETTINGS)
    deployment, = eventually(lambda: server("deployments/filter", {
        "deployments": {"name": {"any_": [name]}}}), "the deployment")
    port = server.address.rpartition(":")[2].partition("/")[0]
    page = HOSTILE % {"api": server.address, "deployment": deployment["id"], "port": port}
    told: list[dict[str, str]] = []

    class Evil(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(page.encode())

        def do_POST(self) -> None:
            told.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    with serving(Evil) as evil, browser(tmp_path / "foreign", evil, eventually):
        eventually(lambda: told, "what the hostile page found", 60)
    assert told[0] == {
        "plain": "opaque", "json": "refused: TypeError", "read": "refused: TypeError",
        "health": "refused: TypeError", "rebound": "opaque", "websocket": "refused"}
    assert server("flow_runs/filter", {"deployments": {"id": {"any_": [deployment["id"]]}}}) == []

    with browser(tmp_path / "own", server.address.removesuffix("/api"), eventually
                 ) as shown:
        eventually(lambda: "Login" in shown(), "the question", 60)
    link = link_to(server.address, KEY)
    assert link is not None
    with browser(tmp_path / "entered", link, eventually) as shown:
        eventually(lambda: "Dashboard" in shown(), "the page", 60)


@pytest.mark.slow
@as_root
def test_a_port_in_another_user_s_hands_is_not_taken_for_ours(
        pressloop: Callable[..., Any], tmp_path: Path) -> None:
    with open_folder(0o777) as folder:
        port = folder / "port"
        stop = folder / "stop"

        def listen() -> None:
            import time
            with socket.create_server(("127.0.0.1", 0)) as there:
                port.write_text(str(there.getsockname()[1]))
                for _ in range(600):
                    if stop.exists():
                        return
                    time.sleep(0.05)

        thread = threading.Thread(target=as_nobody, args=(listen,))
        thread.start()
        while not (port.exists() and port.read_text()):
            pass
        os.environ["PREFECT_SERVER_API_PORT"] = port.read_text()
        said = pressloop("serve", write_settings(tmp_path))
        stop.touch()
        thread.join()
    said.refused("port", "User nobody listens there", "PREFECT_SERVER_API_PORT")
