"""A press as flows see it: every call goes to its supervisor, which is started where none runs."""

from __future__ import annotations

import hashlib
import json
import os
import select
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from pressloop.hardware.leftovers import sweep
from pressloop.hardware.locks.posix_lock import file_lock
from pressloop.hardware.own_folder import own_folder
from pressloop.hardware.protocols import CycleReport, Interlock, KnownCycle, Place, PressIdentity
from pressloop.hardware.supervisor import wire
from pressloop.trials.errors import Fault, OutcomeUnknown
from pressloop.trials.recipe import Recipe
from pressloop.trials.stack import Stack

START_S = 60.0
"""How long a supervisor may take to start, a silent press included."""
ANSWER_S = 180.0
"""How long it may take to answer; it waits for a lost link itself, for less."""
LOOK_S = 0.1
"""How often a supervisor is looked for that is about to serve, or to end."""
LINGER_S = 30.0
"""How long a supervisor stays without clients and cycle, unless `linger_s` says otherwise."""

BRIEF_S = 2.0
"""The same of one that was started for a single order."""


class SupervisedPress:
    """Implements `pressloop.hardware.protocols.Press`.

    Whatever is harmless is asked again of a new supervisor where the old one died; a start never
    is."""

    def __init__(self, driver: str, options: Mapping[str, object], place: Place, station: str,
                 fingerprint: str = "") -> None:
        self._order = {"driver": driver, "options": dict(options),
                       "place": wire.plain_place(place)}
        asked = json.dumps(self._order["options"] | {
            "driver": driver, "files": fingerprint, "envelope": self._order["place"]["envelope"],
            "on_link_loss": place.on_link_loss}, sort_keys=True)
        self._digest = hashlib.sha256(asked.encode()).hexdigest()
        linger_s = float(options.get("linger_s", LINGER_S))  # type: ignore[arg-type]
        self._linger_s = min(linger_s, BRIEF_S) if place.brief else linger_s
        self._station, self._path = station, wire.socket_path(station)
        self._socket: socket.socket | None = None
        self._lines: Any = None
        self.identify()

    def identify(self) -> PressIdentity:
        """See `Press`."""
        return self._ask("identify")

    def last_accepted_id(self) -> int:
        """See `Press`."""
        return self._ask("last_accepted_id")

    def known_cycles(self, after: int) -> tuple[KnownCycle, ...]:
        """See `Press`."""
        return self._ask("known_cycles", after=after)

    def not_ready(self) -> tuple[str, ...]:
        """See `Press`."""
        return self._ask("not_ready")

    def interlocks(self) -> tuple[Interlock, ...]:
        """See `Press`."""
        return self._ask("interlocks")

    def would_refuse(self, stack: Stack, recipe: Recipe) -> tuple[str, ...]:
        """See `Press`."""
        return self._ask("would_refuse", stack=stack, recipe=recipe)

    def start(self, cycle_id: int, stack: Stack, recipe: Recipe) -> None:
        """See `Press`. A supervisor that dies meanwhile leaves the outcome unknown.

        Raises OutcomeUnknown then."""
        self._connect()
        try:
            self._call("start", cycle_id=cycle_id, stack=stack, recipe=recipe)
        except (OSError, EOFError) as error:
            raise OutcomeUnknown(f"the press supervisor ended while cycle {cycle_id} was sent "
                                 f"({error!r}). Start again; the press is asked first, nothing is "
                                 "sent twice.") from None

    def report(self, cycle_id: int) -> CycleReport:
        """See `Press`."""
        return self._ask("report", cycle_id=cycle_id)

    def release(self) -> None:
        """See `Press`."""
        self._ask("release")

    def release_cycle(self, cycle_id: int) -> None:
        """See `ReleasesCycle`, and `releasing` for a driver that has no such order."""
        self._ask("release_cycle", cycle_id=cycle_id)

    def close(self) -> None:
        """Leaves; the supervisor stays while a cycle runs."""
        if self._socket is not None:
            self._lines.close()
            self._socket.close()
            self._socket = None

    def _ask(self, method: str, **given: Any) -> Any:
        """A harmless call: asked once more where the supervisor died."""
        for last in (False, True):
            self._connect()
            try:
                return self._call(method, **given)
            except (OSError, EOFError) as error:
                if last:
                    raise Fault(f"the press supervisor does not answer ({error!r}). See its log "
                                f"{self._log}.") from None
        raise AssertionError

    def _call(self, method: str, **given: Any) -> Any:
        assert self._socket is not None
        try:
            self._socket.sendall(wire.dump({"method": method, "with": wire.plain_arguments(given)
                                            }))
            line = self._lines.readline()
        except BaseException:
            # A stop between question and answer: the next answer would be this one's.
            self.close()
            raise
        if not line.endswith(b"\n"):
            self.close()
            raise EOFError("the connection ended")
        answer = json.loads(line)
        if "error" in answer:
            raise wire.error_of(answer["error"])
        return wire.result(method, answer["result"]) if method in wire.RESULTS else (
            answer["result"])

    def _connect(self) -> None:
        """To the supervisor that runs, else to one that is started now."""
        if self._socket is not None:
            return
        deadline = time.monotonic() + START_S
        # Two flows that come together start one supervisor.
        with file_lock(self._path.with_suffix(".starting"), wait=True, what=self._station):
            while not self._reached():
                if time.monotonic() > deadline:
                    raise Fault(f"the supervisor of {self._station} neither answers nor ends. See "
                                f"its log {self._log}; start again.")
                self._start()

    def _reached(self) -> bool:
        """True when a supervisor with these settings answers."""
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(ANSWER_S)
        try:
            connection.connect(str(self._path))
        except OSError:
            connection.close()
            return False
        self._socket, self._lines = connection, connection.makefile("rb")
        try:
            if self._call("hello", digest=self._digest) == "welcome":
                return True
        except (OSError, EOFError):
            pass
        except BaseException:
            self.close()
            raise
        self.close()
        time.sleep(LOOK_S)
        return False

    def _start(self) -> None:
        if self._listening():
            return
        sweep(own_folder())
        order = {**self._order, "socket": str(self._path), "digest": self._digest,
                 "linger_s": self._linger_s}
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
        with open(self._log, "ab", opener=_private) as log:
            process = subprocess.Popen(
                [sys.executable, "-P", "-m", "pressloop.hardware.supervisor.process"],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log,
                start_new_session=True, env=environment)
        assert process.stdin is not None and process.stdout is not None
        with process.stdin, process.stdout:
            process.stdin.write(wire.dump(order))
            process.stdin.flush()
            ready, _, _ = select.select([process.stdout], [], [], START_S)
            line = process.stdout.readline() if ready else b""
        if not line:
            process.kill()
            raise Fault(f"the press supervisor did not start; see {self._log}")
        answer = json.loads(line)
        if "error" in answer:
            with suppress(subprocess.TimeoutExpired):
                process.wait(10)
            raise wire.error_of(answer["error"])
        if "held" in answer:
            # One whose starter was killed is on its way here, or one that ends still has the press.
            time.sleep(LOOK_S)

    def _listening(self) -> bool:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
            return probe.connect_ex(str(self._path)) == 0

    @property
    def _log(self) -> Path:
        return own_folder() / self._path.with_suffix(".log").name


def _private(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NOFOLLOW, 0o600)
