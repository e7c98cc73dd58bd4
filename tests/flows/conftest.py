"""A command line in a folder of its own: nothing of the user's home, locks or server is touched."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pytest
from admitted import KEY, admitted
from forked import WANTED, Forker, Process, forker, is_script
from free_ports import free_port
from lab_files import write_settings
from press_memory import told, trials_of
from typer.testing import CliRunner

from pressloop.flows.engine import prefect_environment
from pressloop.flows.engine.server_door import basic

HOME = tempfile.TemporaryDirectory(prefix="pressloop-prefect-")
# Prefect reads these once, when it is first imported, which any test may do.
os.environ["PREFECT_HOME"] = HOME.name
prefect_environment.prepare(quiet=True)
os.environ.setdefault("OMP_NUM_THREADS", "1")


@dataclass(frozen=True)
class Answer:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """stdout as the one JSON document it must be."""
        return json.loads(self.out)

    def refused(self, *words: str) -> str:
        """Proves that this is bad input told in one clear line, which it returns."""
        assert self.code == 2, (self.code, self.err)
        assert self.out == ""
        lines = self.err.splitlines()
        assert len(lines) == 1, self.err
        assert lines[0].startswith("pressloop: ")
        assert "Traceback" not in self.err
        assert lines[0].endswith((".", "?", ")")), lines[0]
        for word in words:
            assert word in lines[0], lines[0]
        return lines[0]


@pytest.fixture(autouse=True)
def own_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Working directory, locks and environment are this test's own."""
    before = dict(os.environ)
    monkeypatch.chdir(tmp_path)
    os.environ["PRESSLOOP_LOCKS"] = str(tmp_path)
    for name in ("PREFECT_API_URL", "PREFECT_API_AUTH_STRING"):
        os.environ.pop(name, None)
    yield
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture
def pressloop() -> Callable[..., Answer]:
    """Runs a command in this process. Errors that are no exits are the test's errors."""
    from pressloop.flows.cli.main import app

    def call(*arguments: object) -> Answer:
        result = CliRunner().invoke(app, [str(a) for a in arguments], catch_exceptions=False)
        return Answer(result.exit_code, result.stdout, result.stderr)

    return call


@contextmanager
def unchanged(folder: Path) -> Iterator[None]:
    """Proves that the block neither creates, changes nor loses a file of the folder."""
    before = _contents(folder)
    yield
    assert _contents(folder) == before


def _contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*")
            if p.is_file() and p.suffix != ".lock"}


@pytest.fixture
def nothing_changes(tmp_path: Path) -> Callable[[], Any]:
    """A block in which the test's folder must stay as it is, byte for byte."""
    return lambda: unchanged(tmp_path)


@pytest.fixture(scope="session")
def one_server() -> Iterator[str]:
    """The session's one Prefect server, with UI and services as `pressloop serve` starts it."""
    before = dict(os.environ)
    os.environ["PREFECT_SERVER_API_PORT"] = str(free_port())
    os.environ.pop("PREFECT_API_URL", None)
    os.environ["PREFECT_API_AUTH_STRING"] = KEY
    from pressloop.flows.engine.server import lasting_server

    with lasting_server() as address:
        yield address
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture
def server(one_server: str, own_place: None) -> Ask:
    """Asks the session's Prefect server, which this test's commands use too."""
    os.environ |= admitted(one_server)
    return Ask(one_server)


@pytest.fixture(scope="session")
def uninterrupted(one_server: str, tmp_path_factory: pytest.TempPathFactory
                  ) -> Callable[..., list[Any]]:
    """What a campaign of these changed settings does where nothing comes in between.

    As `told` puts it; each is pressed once a session."""
    known: dict[str, list[Any]] = {}

    def of(**changes: Any) -> list[Any]:
        if (key := json.dumps(changes, sort_keys=True)) not in known:
            known[key] = _pressed(tmp_path_factory.mktemp("once"), one_server, changes)
        return known[key]

    return of


def _pressed(folder: Path, address: str, changes: dict[str, Any]) -> list[Any]:
    from pressloop.flows.cli.main import app

    path = write_settings(folder, **changes)
    place = {"PRESSLOOP_LOCKS": str(folder), **admitted(address)}
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for name, value in place.items():
            patch.setenv(name, value)
        result = CliRunner().invoke(app, ["run", str(path)], catch_exceptions=False)
    assert result.exit_code == 0, result.stderr
    return told(trials_of(folder / "lab.db"))


BUSY_TRIES = 20


@dataclass(frozen=True)
class Ask:
    """Prefect's web interface, without Prefect's client."""

    address: str
    key: str = KEY

    def __call__(self, path: str, body: Any = None, method: str | None = None) -> Any:
        """What the server answers: GET without a body, POST with one, or as asked."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.address}/{path}", data, {
            "Content-Type": "application/json", "Authorization": basic(self.key)}, method=method)
        for _ in range(BUSY_TRIES):
            try:
                with urllib.request.urlopen(request, timeout=120) as answer:
                    return json.loads(answer.read() or "null")
            except urllib.error.HTTPError as error:
                # Its database is locked for a moment: nothing was done, as Prefect's client knows.
                if error.code != 503:
                    raise
            except TimeoutError:
                # Of what only reads, no harm is done by asking again.
                if data is not None:
                    raise
            time.sleep(1.0)
        raise AssertionError(f"the server was busy {BUSY_TRIES} times")

    def refusal(self, path: str, body: Any) -> int:
        """The status with which the server refuses; 0 when it accepts."""
        try:
            self(path, body)
        except urllib.error.HTTPError as error:
            return error.code
        return 0


T = TypeVar("T")
SHORTEST_LOOK_S, LONGEST_LOOK_S = 0.05, 0.5


def until(look: Callable[[], T], what: str, seconds: float = 150.0) -> T:
    """The first answer of `look` that is true. Fails naming what never came.

    Looked for ever less often, a tenth of the time that has passed: each look at a server takes
    processor time from what is waited for."""
    begun = time.monotonic()
    while not (found := look()):
        passed = time.monotonic() - begun
        assert passed < seconds, f"{what} did not happen within {seconds:g} s"
        time.sleep(min(LONGEST_LOOK_S, max(SHORTEST_LOOK_S, passed / 10)))
    return found


@pytest.fixture
def eventually() -> Callable[..., Any]:
    """Waits for something to become true, with a deadline."""
    return until


@pytest.fixture(scope="session")
def one_forker() -> Iterator[Forker | None]:
    """What commands in the background are forked from; None where each is to load all by itself."""
    if not WANTED:
        yield None
        return
    with forker() as ready:
        yield ready


@pytest.fixture
def in_background(tmp_path: Path, request: pytest.FixtureRequest
                  ) -> Iterator[Callable[..., Process]]:
    """Starts commands as processes of their own, which end with the test."""
    running: list[Process] = []
    tests = Path(__file__).parents[1]
    # The second for the drivers of `odd_lab`.
    found = f"{tests.parent}{os.pathsep}{tests / 'support'}"

    def start(*arguments: object, **environment: str) -> Process:
        log = tmp_path / f"process-{len(running)}.log"
        told = {**os.environ, "PYTHONPATH": found} | environment
        # An emulator loads none of the large libraries. The others ask late, as a forker takes
        # seconds to start.
        ready: Forker | None = (None if arguments[0] == "emulate"
                                else request.getfixturevalue("one_forker"))
        process = started(arguments, log, told) if ready is None else ready.start(
            [*map(str, arguments)], log, told)
        running.append(process)
        return process

    yield start
    for process in running:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(150)


def started(arguments: Sequence[object], log: Path, environment: Mapping[str, str]) -> Process:
    """The command, or a script, as a process from its first line on."""
    program = () if is_script(arguments) else ("-m", "pressloop")
    with log.open("w") as out:
        return subprocess.Popen(
            [sys.executable, "-P", *program, *map(str, arguments)], stdout=out, stderr=out,
            text=True, start_new_session=True, env={**environment})
