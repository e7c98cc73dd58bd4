"""The one process that keeps a lab up, and ends with all that it has started.

Run as `python -P -m pressloop.flows.lab.keeper FOLDER`: in the foreground, as a unit of systemd
does, or in the background by `pressloop lab up`. SIGTERM and Ctrl-C end it.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

from pressloop.flows.console import say
from pressloop.flows.engine import prefect_environment
from pressloop.flows.lab import postgres
from pressloop.flows.lab.folder import HOST, PREFECT, Folder, Lab
from pressloop.flows.lab.processes import Process, below, end, process, runs_below
from pressloop.trials.errors import Fault, PressloopError

LOOK_S = 1.0
AGAIN_S = 10.0
"""How long a worker that has ended is left so, before it is started again."""
RUNS_S = 30.0
"""How long runs may take to obey: what they press ends by itself, or is released, as they say."""
WORKERS_S = 15.0
AWAY_S = 60.0
"""How long the server may be away before the lab is given up."""
DATABASE_VARIABLE = "PREFECT_SERVER_DATABASE_CONNECTION_URL"
SERVER_SECRETS = (DATABASE_VARIABLE, "PREFECT_SERVER_API_AUTH_STRING")
"""What the server knows and its workers need not."""


class _Ended(BaseException):
    """Somebody wants the lab down."""


def main() -> None:
    """Keeps the lab of the folder that is named up until it is told to end."""
    folder = Folder(Path(sys.argv[1]))
    try:
        keep(folder)
    except PressloopError as error:
        say(f"pressloop: {error}")
        sys.exit(1)


def keep(folder: Folder) -> None:
    """Everything up, until SIGTERM or Ctrl-C; then everything down. Raises Fault."""
    lab = folder.read()
    if lab.directory:
        try:
            os.chdir(lab.directory)
        except OSError as error:
            raise Fault(f"the lab was set up in {lab.directory}: {error.strerror}. Name its "
                        "settings again where they are now") from None
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, _end)
    try:
        with folder.keeping(), _database(folder, lab), _server(folder, lab) as address:
            workers = _Workers(folder, lab)
            try:
                workers.start()
                say(f"The lab is up: {address.removesuffix('/api')}")
                _watch(folder, lab, workers)
            finally:
                _undisturbed()
                workers.end()
    except _Ended:
        say("The lab is down.")


def _end(*_: object) -> None:
    _undisturbed()
    raise _Ended


def _undisturbed() -> None:
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)


@contextmanager
def _database(folder: Folder, lab: Lab) -> Iterator[None]:
    """Prefect's database, and the ledger's beside it where the lab has its own cluster."""
    if lab.database:
        os.environ[DATABASE_VARIABLE] = lab.database
    else:
        os.environ[DATABASE_VARIABLE] = postgres.address(lab, PREFECT, "prefect", "asyncpg")
    with nullcontext() if lab.database else postgres.cluster(folder, lab):
        yield


@contextmanager
def _server(folder: Folder, lab: Lab) -> Iterator[str]:
    """Prefect's server, which asks for the lab's credentials, at the lab's port."""
    for name in ("PREFECT_API_URL", "PREFECT_API_AUTH_STRING"):
        os.environ.pop(name, None)
    os.environ["PREFECT_SERVER_API_PORT"] = str(lab.port)
    os.environ["PREFECT_SERVER_API_AUTH_STRING"] = f"pressloop:{folder.secret('server')}"
    os.environ.setdefault("PREFECT_HOME", str(folder.prefect))
    prefect_environment.prepare(quiet=False)
    from pressloop.flows.engine.server import lasting_server
    from pressloop.flows.engine.server_key import owner_of

    if owner_of(lab.port) is not None:
        raise Fault(f"port {lab.port} is taken: end the program that has it, or choose another one "
                    "by --port")
    with lasting_server() as address:
        yield address


class _Workers:
    """One worker for each press; each is started again when it ends."""

    def __init__(self, folder: Folder, lab: Lab) -> None:
        self._folder, self._lab = folder, lab
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._due: dict[str, float] = {}

    def start(self) -> None:
        """Registers what each campaign offers, and starts the workers."""
        from pressloop.flows.engine.zombies import ensure_automation
        from pressloop.flows.lab.offered import register_all

        for pool in register_all(self._folder, self._lab):
            self._due[pool] = 0.0
        ensure_automation()
        self.look()

    def look(self) -> None:
        """Starts those that do not run."""
        now = time.monotonic()
        for pool in self._due:
            running = self._running.get(pool)
            if running is not None and running.poll() is not None:
                say(f"The worker of {pool} has ended with code {running.returncode}; it is started "
                    f"again in {AGAIN_S:.0f} s.")
                del self._running[pool]
                self._due[pool] = now + AGAIN_S
            elif running is None and now >= self._due[pool]:
                self._running[pool] = self._started(pool)

    def told(self) -> dict[str, list[object]]:
        """Each pool with process number and start of its worker."""
        found = {pool: process(one.pid) for pool, one in self._running.items()}
        return {pool: [one.pid, one.started] for pool, one in found.items() if one is not None}

    def end(self) -> None:
        """Runs first, by their settings' on_stop; then the workers; then whatever is left."""
        me = os.getpid()
        end(runs_below(me), RUNS_S)
        end([one for worker in self._running.values() if (one := process(worker.pid))], WORKERS_S)
        left: list[Process] = []
        for worker in self._running.values():
            left += below(worker.pid)
        end(left, 1.0)

    def _started(self, pool: str) -> subprocess.Popen[bytes]:
        from pressloop.flows.cli.services.worker import command

        kept = {name: value for name, value in os.environ.items() if name not in SERVER_SECRETS}
        kept["PREFECT_WORKER_QUERY_SECONDS"] = os.environ.get("PREFECT_WORKER_QUERY_SECONDS", "5")
        return subprocess.Popen(command(pool, f"{pool} on {os.uname().nodename}"), env=kept,
                                stdin=subprocess.DEVNULL)


def _watch(folder: Folder, lab: Lab, workers: _Workers) -> None:
    """Until somebody ends the lab. Raises Fault where the server stays away."""
    from pressloop.flows.engine.server import healthy

    seen = time.monotonic()
    while True:
        workers.look()
        folder.write_state({"keeper": os.getpid(), "server": lab.server, "workers": workers.told()})
        if healthy(f"http://{HOST}:{lab.port}/api", 10.0):
            seen = time.monotonic()
        elif time.monotonic() - seen > AWAY_S:
            raise Fault(f"the Prefect server at port {lab.port} has ended or does not answer. "
                        "Start the lab again: nothing is lost")
        time.sleep(LOOK_S)


if __name__ == "__main__":
    main()
