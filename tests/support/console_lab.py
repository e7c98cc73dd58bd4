"""A console to be asked without a browser, over a ledger with a few stacks."""

from __future__ import annotations

import html
import os
import re
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from few_stacks import QUICK, press_few
from lab_files import write_settings

from pressloop.flows.campaign.lab import open_run, order_of
from pressloop.flows.campaign.trial import plan
from pressloop.flows.operator_console.app import Console
from pressloop.flows.operator_console.door import Door, Keys
from pressloop.flows.operator_console.models import ModelDesk
from pressloop.flows.operator_console.question import Questions
from pressloop.flows.operator_console.serve import names
from pressloop.flows.operator_console.source import Source
from pressloop.flows.settings.campaign import read_settings
from pressloop.trials import Commanded, Ledger, LedgerProblem, Trial

NAME = "night"


@dataclass
class Desk:
    """A console, and a browser's key to it."""

    web: httpx.Client
    keys: Keys
    url: str
    key: str = ""
    runs: list[int] = field(default_factory=list)
    """Processes that were started."""

    def get(self, path: str, **headers: str) -> Any:
        return self.web.get(f"/{path}", headers={"Authorization": f"Bearer {self.key}"} | headers)

    def part(self, name: str, **query: object) -> str:
        """A part of a page."""
        answer = self.web.get(f"/part/{name}", params={"campaign": NAME} | query,
                              headers={"Authorization": f"Bearer {self.key}"})
        assert answer.status_code == 200, answer.text
        return str(answer.text)

    def ask(self, action: str, values: dict[str, Any], *, by: str = "ana", confirmed: str = "",
            campaign: str = NAME) -> dict[str, str]:
        """What the console answers to a filled-in form."""
        answer = self.web.post(f"/do/{action}", json={
            "campaign": campaign, "by": by, "confirmed": confirmed,
            "values": {k: str(v) for k, v in values.items()}},
            headers={"Authorization": f"Bearer {self.key}"})
        assert answer.status_code == 200, answer.text
        found: dict[str, str] = answer.json()
        return found

    def do(self, action: str, **values: Any) -> str:
        """Fills in, confirms what was read back, and returns what was done."""
        told = self.ask(action, values)
        assert "confirm" in told, told
        done = self.ask(action, values, confirmed=told["seal"])
        assert "done" in done, done
        self.runs += map(int, re.findall(r"Process (\d+) was started", done["done"]))
        return done["done"]

    def refusal(self, action: str, **values: Any) -> str:
        """Why what was filled in is refused."""
        told = self.ask(action, values)
        assert set(told) == {"error"}, told
        return told["error"]

    def ledger(self) -> Ledger:
        return Ledger.open(self.url, create=False)


@contextmanager
def console(folder: Path, url: str = "sqlite:///lab.db") -> Iterator[Desk]:
    """A console over the ledger in this folder, which a browser was let into."""
    keys, models = Keys(), ModelDesk()
    source = Source(f"sqlite:///{folder / url.removeprefix('sqlite:///')}", folder, Questions())
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port = listening.getsockname()[1]
        home = f"http://127.0.0.1:{port}"
        app = Door(Console(source, keys, models, home).app(), keys, names("127.0.0.1", port),
                   "Who is there?")
        server = uvicorn.Server(uvicorn.Config(app, log_level="critical", lifespan="off",
                                               ws="none", timeout_graceful_shutdown=1))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            with httpx.Client(base_url=home, timeout=150.0) as web:
                desk = Desk(web, keys, source.url)
                desk.key = web.post("/enter", json={"key": keys.link()}).text
                try:
                    yield desk
                finally:
                    end(desk.runs)
        finally:
            server.should_exit = True
            thread.join(30)
            models.close()


def end(runs: list[int]) -> None:
    """What a test has started does not outlive it."""
    for process in runs:
        with suppress(ProcessLookupError):
            os.killpg(process, signal.SIGKILL)


def pressed_lab(folder: Path, stacks: int = 3, **changes: Any) -> None:
    """A campaign with a few stacks and a run that has finished."""
    press_few(folder, stacks, **changes)


def cut_off_lab(folder: Path) -> int:
    """A campaign whose run was killed with a command on record; the open trial."""
    press_few(folder, 2)
    settings = read_settings(write_settings(folder, **QUICK))
    with open_run(settings, order_of(settings)) as run:
        plan.fn(run, 3)
        serial = run.press.identify().serial
    with closing(Ledger.open(settings.campaign.ledger)) as ledger:
        ledger.append(NAME, 3, Commanded(7, serial))
    return 3


def trials(desk: Desk) -> tuple[Trial, ...]:
    with suppress(LedgerProblem), desk.ledger() as ledger:
        return ledger.history(NAME, arrays=False)
    return ()


def words(told: str) -> str:
    """A part as a person reads it."""
    return " ".join(html.unescape(re.sub(r"<script.*?</script>|<[^>]+>", " ", told,
                                         flags=re.DOTALL)).split())
