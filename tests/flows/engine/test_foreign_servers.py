"""Servers of others: one without credentials, one on our port, one with a hostile page."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from admitted import KEY
from another_user import as_nobody, as_root, open_folder
from few_stacks import QUICK
from lab_files import SETTINGS, write_settings

from pressloop.flows.engine.server import link_to


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
