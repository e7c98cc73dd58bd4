"""A lab from outside: started in the background, looked at, ended."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from dataclasses import dataclass

from sqlalchemy import make_url

from pressloop.flows.console import say
from pressloop.flows.engine.server import healthy
from pressloop.flows.engine.server_key import forget, owner_of
from pressloop.flows.lab import postgres
from pressloop.flows.lab.folder import HOST, Folder, Lab
from pressloop.flows.lab.processes import Process, below, end, process, runs_below
from pressloop.trials.errors import BadInput, Fault

UP_S, DOWN_S, LOOK_S = 600.0, 120.0, 0.2
LAST_LINES = 3
POSTGRESQL_PORT, ANSWER_S = 5432, 10.0


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a lab, whether it runs, and what is to be said of it.

    What is not its `own` stays when the lab is down."""

    name: str
    up: bool
    words: str
    own: bool = True


def up(folder: Folder, lab: Lab) -> None:
    """Starts the lab in the background and waits until it is up.

    Raises BadInput where it is up already or a port is taken, Fault where it does not come up."""
    prove_free(folder, lab)
    folder.write(lab)
    say("Starting the lab: about a minute the first time, while databases are laid out.")
    with folder.log.open("ab") as log:
        before = log.tell()
        keeper = subprocess.Popen(
            [sys.executable, "-P", "-m", "pressloop.flows.lab.keeper", str(folder.path)],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
    deadline = time.monotonic() + UP_S
    while not folder.read_state():
        if keeper.poll() is not None:
            raise Fault(f"the lab did not come up: {_last_words(folder, before)}")
        if time.monotonic() > deadline:
            keeper.terminate()
            raise Fault(f"the lab did not come up within {UP_S:.0f} s: see {folder.log}")
        time.sleep(LOOK_S)


def prove_free(folder: Folder, lab: Lab) -> None:
    """Nothing has been started: it can be.

    Raises BadInput where the lab is up already, a port is somebody else's, or a database that is
    given does not answer."""
    if folder.kept_up() is not None:
        raise BadInput("lab", folder.path, "down; it is up already", "`pressloop lab status` shows "
                       "it; `pressloop lab down` ends it.")
    _end_orphans(folder)
    if folder.kept_up() is None:
        # Of a keeper that was killed: another one could not listen where this one does.
        postgres.stop(folder)
    taken = [("--port", lab.port)]
    if lab.database:
        _prove_answers(lab)
    else:
        postgres.programs()
        postgres.prove_enterable(folder)
        taken.append(("--database-port", lab.database_port))
    for name, port in taken:
        if _taken(port):
            raise BadInput(name, port, "a free port", "Another program listens there: choose "
                           "another one.")


def down(folder: Folder, *, stop: bool) -> None:
    """Ends the lab and waits until nothing of it runs.

    With `stop`, runs in work are stopped, as their settings' on_stop says. Raises BadInput where
    there are some without it, Fault where something is left."""
    lab = folder.read()
    keeper = folder.kept_up()
    state = folder.read_state()
    runs = _runs(keeper, state)
    if runs and not stop:
        raise BadInput("runs in work", len(runs), "none, or --stop given",
                       "Wait for their end; with --stop their presses finish the stack or unload, "
                       "as [campaign] on_stop says.")
    if keeper is not None and (one := process(keeper)) is not None:
        # Runs, workers, server and database end in this order, by the keeper itself.
        end([one], DOWN_S)
    _end_orphans(folder, state)
    postgres_left = not lab.database and postgres.runs(folder)
    if postgres_left:
        postgres.stop(folder)
    forget(lab.port)
    left = [part.name for part in parts(folder) if part.up and part.own]
    if left:
        raise Fault(f"of the lab, {', '.join(left)} still runs: see {folder.log}")


def parts(folder: Folder) -> tuple[Part, ...]:
    """What runs of the lab. Raises BadInput where there is none in this folder."""
    lab, keeper = folder.read(), folder.kept_up()
    state = folder.read_state()
    found = [Part("keeper", keeper is not None, f"process {keeper}" if keeper else "not running")]
    if lab.database:
        found.append(_given_database(lab))
    else:
        on = postgres.runs(folder)
        found.append(Part("database", on, f"PostgreSQL at {HOST}:{lab.database_port}"
                          if on else "not running"))
    on = owner_of(lab.port) is not None and healthy(lab.server, 10.0)
    found.append(Part("server", on, lab.server.removesuffix("/api") if on else "not running"))
    for pool, (pid, started) in state.get("workers", {}).items():
        one = Process(int(pid), str(started))
        found.append(Part(f"worker of {pool}", one.lives,
                          f"process {pid}" if one.lives else "not running"))
    return tuple(found)


def _given_database(lab: Lab) -> Part:
    on = _answers(lab)
    return Part("database", on, f"PostgreSQL at {_place_of(lab)}, which somebody else runs"
                + ("" if on else ": no answer"), own=False)


def _prove_answers(lab: Lab) -> None:
    if not _answers(lab):
        raise BadInput("--database", _place_of(lab), "where a PostgreSQL answers",
                       "Start it, or correct its host and port.")


def _place_of(lab: Lab) -> str:
    """Host and port of a database that is given, in words."""
    url = make_url(lab.database)
    return f"{url.host}:{url.port or POSTGRESQL_PORT}" if url.host else "a socket"


def _answers(lab: Lab) -> bool:
    """Whether somebody listens there; of a socket in a folder, only Prefect's server can tell."""
    url = make_url(lab.database)
    if not url.host:
        return True
    try:
        with socket.create_connection((url.host, url.port or POSTGRESQL_PORT), ANSWER_S):
            return True
    except OSError:
        return False


def runs_in_work(folder: Folder) -> int:
    """How many runs work now."""
    return len(_runs(folder.kept_up(), folder.read_state()))


def _runs(keeper: int | None, state: dict[str, object]) -> list[Process]:
    if keeper is not None:
        return runs_below(keeper)
    return [one for worker in _workers(state) if worker.lives for one in runs_below(worker.pid)]


def _workers(state: dict[str, object]) -> list[Process]:
    told = state.get("workers")
    return [Process(int(pid), str(started)) for pid, started in (
        told.values() if isinstance(told, dict) else ())]


def _end_orphans(folder: Folder, state: dict[str, object] | None = None) -> None:
    """What a keeper that was killed has left behind: its workers, with their runs."""
    workers = [one for one in _workers(folder.read_state() if state is None else state)
               if one.lives]
    for one in workers:
        end(runs_below(one.pid), 30.0)
    rest = [child for one in workers for child in below(one.pid)]
    end(workers, 15.0)
    end(rest, 1.0)
    if folder.kept_up() is None:
        folder.state.unlink(missing_ok=True)
        folder.lock.unlink(missing_ok=True)


def _taken(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return True
    return False


def _last_words(folder: Folder, since: int) -> str:
    """What this start, from byte `since` of the log on, said last."""
    said = folder.log.read_bytes()[since:].decode(errors="replace")
    lines = [line for line in said.splitlines() if line.strip()]
    return " ".join(" ".join(lines[-LAST_LINES:]).split()) or f"see {folder.log}"


def admitted(folder: Folder, lab: Lab) -> dict[str, str]:
    """What a shell needs to use the lab's server and ledger. Secrets: for this user's own shell."""
    found = {"PREFECT_API_URL": lab.server,
             "PREFECT_API_AUTH_STRING": f"pressloop:{folder.secret('server')}"}
    return found if lab.database else found | {"PGPASSFILE": str(folder.pgpass)}


def in_foreground(folder: Folder, lab: Lab) -> None:
    """Becomes the keeper, as a unit of systemd wants it. Raises BadInput as `up` does."""
    prove_free(folder, lab)
    folder.write(lab)
    os.execv(sys.executable, [sys.executable, "-P", "-m", "pressloop.flows.lab.keeper",
                              str(folder.path)])
