"""A real browser: headless Chromium, driven over its DevTools protocol."""

from __future__ import annotations

import base64
import itertools
import json
import os
import shutil
import signal
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
NONE = "no Chromium: apt-get install chromium"
PATIENCE_S = 60.0
KEYS = {"Enter": 13, "Tab": 9, "Escape": 27}
"""Their numbers, as browsers know them."""


class Page:
    """One page of a browser."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection, self._numbers = connection, itertools.count(1)
        self.complaints: list[str] = []
        """Errors that the page wrote to its console."""
        for domain in ("Page", "Runtime", "Log"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **given: Any) -> Any:
        """One command of the protocol."""
        number = next(self._numbers)
        self._connection.send(json.dumps({"id": number, "method": method, "params": given}))
        while True:
            told = json.loads(self._connection.recv(PATIENCE_S))
            if told.get("id") == number:
                assert "error" not in told, told["error"]
                return told["result"]
            self._hear(told)

    def _hear(self, told: dict[str, Any]) -> None:
        if told.get("method") == "Runtime.exceptionThrown":
            self.complaints.append(json.dumps(told["params"]["exceptionDetails"])[:600])
        if told.get("method") == "Log.entryAdded" and told["params"]["entry"]["level"] == "error":
            self.complaints.append(json.dumps(told["params"]["entry"])[:600])

    def run(self, script: str) -> Any:
        """The value of an expression, awaited where it is a promise."""
        found = self.call("Runtime.evaluate", expression=script, awaitPromise=True,
                          returnByValue=True)
        assert "exceptionDetails" not in found, found["exceptionDetails"]
        return found["result"].get("value")

    def open(self, address: str) -> None:
        """Goes there."""
        self.call("Page.navigate", url=address)

    @property
    def text(self) -> str:
        """What a person reads."""
        told = str(self.run("document.body ? document.body.innerText : ''"))
        return told.replace("\u00a0", " ")

    def reads(self, *words: str, seconds: float = PATIENCE_S) -> str:
        """Waits until all of these are read, whatever their case."""
        deadline = time.monotonic() + seconds
        while not all(word.casefold() in (text := self.text).casefold() for word in words):
            assert time.monotonic() < deadline, (words, text, self.complaints)
            time.sleep(0.1)
        return text

    def click(self, words: str, within: str = "body") -> None:
        """The button or link that begins with these words, once there is one."""
        script = (f"(() => {{ const found = Array.from(document.querySelectorAll({within!r} + ' "
                  f"button, ' + {within!r} + ' a')).find((one) => one.offsetParent !== null && "
                  f"!one.disabled && one.textContent.trim().startsWith({words!r})); "
                  "if (found) found.click(); return !!found; })()")
        deadline = time.monotonic() + PATIENCE_S
        while not self.run(script):
            assert time.monotonic() < deadline, (words, self.text)
            time.sleep(0.1)

    def fill(self, name: str, value: str) -> None:
        """Types into the dialog's field of this name, or chooses that value."""
        self.reads_dialog()
        self.run(f"(() => {{ const all = Array.from(document.querySelectorAll("
                 f"'#act [name=\"{name}\"]'));"
                 f"const one = all.find((x) => x.type !== 'radio' || x.value === {value!r}); "
                 f"if (one.type === 'radio') one.checked = true; else one.value = {value!r};"
                 "one.dispatchEvent(new Event('input', {bubbles: true})); })()")

    def reads_dialog(self) -> None:
        """Waits until a question is open."""
        deadline = time.monotonic() + PATIENCE_S
        while not self.run("document.getElementById('dialog').open && "
                           "!!document.getElementById('act')"):
            assert time.monotonic() < deadline, self.text
            time.sleep(0.05)

    def press(self, key: str) -> None:
        """A key of the keyboard: "Enter", "Tab" or "Escape"."""
        told = {"key": key, "code": key, "windowsVirtualKeyCode": KEYS[key]}
        text = {"text": "\r"} if key == "Enter" else {}
        self.call("Input.dispatchKeyEvent", type="keyDown", **told, **text)
        self.call("Input.dispatchKeyEvent", type="keyUp", **told)

    def offline(self, offline: bool) -> None:
        """Takes the network from the page, or gives it back."""
        self.call("Network.enable")
        self.call("Network.emulateNetworkConditions", offline=offline, latency=0,
                  downloadThroughput=-1, uploadThroughput=-1)

    def size(self, width: int, height: int, scheme: str = "light") -> None:
        """The window's size, and whether it is day or night."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height,
                  deviceScaleFactor=1, mobile=False)
        self.call("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme", "value": scheme}])

    def picture(self, path: Path) -> None:
        """What the window shows, as a PNG."""
        found = self.call("Page.captureScreenshot", format="png")
        path.write_bytes(base64.b64decode(found["data"]))


@contextmanager
def browser(folder: Path) -> Iterator[Callable[[], Page]]:
    """Opens pages, each a browser window of its own profile."""
    assert CHROMIUM is not None
    process = subprocess.Popen(
        [CHROMIUM, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
         "--disable-background-networking", "--hide-scrollbars", f"--user-data-dir={folder}",
         "--disable-renderer-backgrounding", "--disable-background-timer-throttling",
         "--disable-backgrounding-occluded-windows",
         "--remote-debugging-port=0", "about:blank"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    told, opened = folder / "DevToolsActivePort", list[ClientConnection]()
    try:
        deadline = time.monotonic() + PATIENCE_S
        while not (told.exists() and len(told.read_text().splitlines()) > 1):
            assert time.monotonic() < deadline, "the browser did not start"
            time.sleep(0.1)
        port, path = told.read_text().splitlines()[:2]
        with connect(f"ws://127.0.0.1:{port}{path}", max_size=None) as whole:
            numbers = itertools.count(1)

            def ask(method: str, **given: Any) -> Any:
                number = next(numbers)
                whole.send(json.dumps({"id": number, "method": method, "params": given}))
                while (answer := json.loads(whole.recv(PATIENCE_S))).get("id") != number:
                    pass
                return answer["result"]

            def page() -> Page:
                context = ask("Target.createBrowserContext")["browserContextId"]
                target = ask("Target.createTarget", url="about:blank",
                             browserContextId=context)["targetId"]
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/json") as answer:
                    at = next(one for one in json.load(answer) if one["id"] == target)
                opened.append(connect(at["webSocketDebuggerUrl"], max_size=None))
                return Page(opened[-1])

            yield page
    finally:
        for one in opened:
            one.close()
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
