"""Commands as processes of their own that need not load the large libraries again.

Loading torch, scipy and the like takes seconds of a processor, in every process that a test starts.
One process per session loads them, and forks a child for each command: the child has a session, a
log, an environment and a death of its own, and loads pressloop and Prefect itself. Where
PRESSLOOP_TESTS_FORK is 0, as in `make nightly`, each command is a process from its first line on.
Run as a script, with one JSON request per line on standard input and one answer per line.
"""

from __future__ import annotations

import importlib
import json
import os
import runpy
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol, TypeVar

LOOK_S = 0.05
LOADED = (
    "botorch", "botorch.acquisition", "botorch.models", "botorch.optim", "gpytorch", "numpy",
    "pydantic_settings", "rich.live", "rich.progress", "rich.table", "scipy.optimize",
    "scipy.spatial", "scipy.stats", "sqlalchemy.ext.asyncio", "torch", "typer")
"""None of them looks at the environment that a test sets, or starts a thread."""
UNDER_PREFECT = (
    "amplitude", "anyio", "asgi_lifespan", "cachetools", "cloudpickle", "coolname",
    "dateutil.parser", "fsspec.implementations.local", "griffe", "h2.connection", "httpx",
    "humanize", "jsonschema", "opentelemetry.propagate", "orjson", "pathspec", "pendulum",
    "prometheus_client", "pydantic_extra_types.pendulum_dt", "rich.markdown", "slugify", "toml",
    "tzlocal", "websockets.asyncio.client", "yaml")
"""What Prefect loads of others. A release of it that drops one still leaves the rest."""
WANTED = os.environ.get("PRESSLOOP_TESTS_FORK", "1") != "0"


class Process(Protocol):
    """What a test sees of a process, as of `subprocess.Popen`."""

    pid: int

    @property
    def returncode(self) -> int | None:
        """As `poll` or `wait` has last found it."""

    def poll(self) -> int | None:
        """Its exit code, minus the signal that ended it; None while it runs."""

    def wait(self, timeout: float | None = None) -> int:
        """Its exit code. Raises subprocess.TimeoutExpired."""

    def send_signal(self, sig: int) -> None:
        """To this process alone."""

    def kill(self) -> None:
        """From outside, wherever it is."""

    def terminate(self) -> None:
        """Asks it to end."""


class Forked:
    """One command, which may be under way."""

    def __init__(self, forker: Forker, pid: int) -> None:
        self.pid, self._forker = pid, forker
        self._code: int | None = None

    @property
    def returncode(self) -> int | None:
        """See `Process`."""
        return self._code

    def poll(self) -> int | None:
        """See `Process`."""
        if self._code is None:
            self._code = self._forker.asked({"code of": self.pid})
        return self._code

    def wait(self, timeout: float | None = None) -> int:
        """See `Process`."""
        end = time.monotonic() + (float("inf") if timeout is None else timeout)
        while (code := self.poll()) is None:
            if time.monotonic() > end:
                raise subprocess.TimeoutExpired(f"process {self.pid}", timeout or 0.0)
            time.sleep(LOOK_S)
        return code

    def send_signal(self, sig: int) -> None:
        """See `Process`."""
        if self.poll() is None:
            os.kill(self.pid, sig)

    def kill(self) -> None:
        """See `Process`."""
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """See `Process`."""
        self.send_signal(signal.SIGTERM)


class Forker:
    """The process that has loaded the libraries and forks."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def asked(self, request: Mapping[str, Any]) -> Any:
        """What it answers."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, "the process that forks is gone"
        return json.loads(line)

    def start(self, arguments: Sequence[str], log: Path, environment: Mapping[str, str]) -> Forked:
        """`pressloop` with these arguments, in this process's folder and this environment."""
        return Forked(self, self.asked({"arguments": [*arguments], "folder": os.getcwd(),
                                        "log": str(log), "environment": dict(environment)}))


F = TypeVar("F", bound=Forker)


@contextmanager
def forking_by(made: Callable[[subprocess.Popen[str]], F], script: str,
               environment: Mapping[str, str]) -> Iterator[F]:
    """A process that runs this script, which calls `serve`; what still runs ends with it."""
    process = subprocess.Popen([sys.executable, "-P", script], text=True, stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, env={**environment})
    try:
        found = made(process)
        assert found.asked({}) is True
        yield found
    finally:
        assert process.stdin is not None and process.stdout is not None
        process.stdin.close()
        process.wait(150)
        process.stdout.close()


def forker() -> AbstractContextManager[Forker]:
    """A process that is ready to fork commands."""
    return forking_by(Forker, __file__, os.environ)


def serve(loaded: Sequence[str], child: Callable[[Mapping[str, Any]], int]) -> None:
    """Loads these modules, then forks a child for each request until standard input ends.

    `child` does what the request asks for, in the child, and returns its exit code."""
    for name in loaded:
        importlib.import_module(name)
    for name in UNDER_PREFECT:
        with suppress(ImportError):
            importlib.import_module(name)
    # A forked process has one thread: what others held would stay held in it.
    assert len(os.listdir("/proc/self/task")) == 1
    codes: dict[int, int | None] = {}
    for line in sys.stdin:
        request = json.loads(line)
        answer: Any = True
        if "arguments" in request:
            if (answer := os.fork()) == 0:
                # All the way out, as a process of its own ends: what runs at exit, runs.
                sys.exit(child(request))
            codes[answer] = None
        elif "code of" in request:
            answer = _code_of(request["code of"], codes)
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()
    for pid in codes:
        if _code_of(pid, codes) is None:
            os.kill(pid, signal.SIGKILL)


def _code_of(pid: int, codes: dict[int, int | None]) -> int | None:
    if codes[pid] is None:
        found, status = os.waitpid(pid, os.WNOHANG)
        codes[pid] = os.waitstatus_to_exitcode(status) if found else None
    return codes[pid]


def settle(request: Mapping[str, Any]) -> None:
    """Session, folder, more environment, files and arguments as of a process of its own."""
    os.setsid()
    os.chdir(request["folder"])
    os.environ.update(request["environment"])
    log = os.open(request["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for file, number in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(file, number)
    sys.argv = ["pressloop", *request["arguments"]]


def _command(request: Mapping[str, Any]) -> int:
    """`python -m pressloop`, or a script, in the environment that is asked for and no other."""
    os.environ.clear()
    settle(request)
    sys.path[:0] = [p for p in os.environ.get("PYTHONPATH", "").split(os.pathsep) if p]
    if is_script(request["arguments"]):
        sys.argv = [*request["arguments"]]
        runpy.run_path(sys.argv[0], run_name="__main__")
        return 0
    runpy.run_module("pressloop", run_name="__main__", alter_sys=True)
    return 0


def is_script(arguments: Sequence[object]) -> bool:
    """True where the first of them is no command of pressloop, but a file of Python."""
    return bool(arguments) and str(arguments[0]).endswith(".py")


if __name__ == "__main__":
    serve(LOADED, _command)
