"""The supervisor: the one process that holds the link to a press.

Run as `python -P -m pressloop.hardware.supervisor.process`, with its order as one JSON line on
standard input.
It beats the heart and watches the cycle whatever becomes of the flows that talk to it, and ends
when nobody has asked for a while and no cycle runs. It never repeats a command.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import struct
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from pressloop.hardware.locks.lock import press_lock
from pressloop.hardware.locks.posix_lock import file_lock
from pressloop.hardware.protocols import Press
from pressloop.hardware.registry import connect_directly
from pressloop.hardware.releasing import release_cycle
from pressloop.hardware.supervisor import wire
from pressloop.trials.errors import PressBusy, PressHeld, PressloopError

LEAVING_S = 1.0
"""How long a client that closed may take to be counted out."""
LOOK_S = 0.2
"""How often the supervisor asks itself whether it may end."""
LAST_ANSWERS_S = 20.0
"""How long the calls under way may take at the end, before the press is left."""


class Supervisor:
    """Serves one press to the processes of one user."""

    def __init__(self, press: Press, digest: str, linger_s: float) -> None:
        self.press, self.digest, self.linger_s = press, digest, linger_s
        self._clients = self._calls = 0
        self._asked_at = time.monotonic()
        self._count = threading.Condition()
        self._closed = self._abandoned = False
        self.ending = False

    def serve(self, listening: socket.socket) -> None:
        """Until nobody needs it, or `ending` is set; no call is under way when it returns."""
        listening.settimeout(LOOK_S)
        while not self._done():
            try:
                connection, _ = listening.accept()
            except TimeoutError:
                continue
            # Counted before its thread runs: who has just come is somebody.
            with self._count:
                self._clients += 1
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()
        self._close()

    def _close(self) -> None:
        """No more calls: the link to the press ends next. Its clients ask another supervisor.

        A call that takes too long gets no answer: what became of it is asked of the press."""
        with self._count:
            self._closed = True
            self._abandoned = not self._count.wait_for(lambda: not self._calls, LAST_ANSWERS_S)

    def _done(self) -> bool:
        if self.ending:
            return True
        with self._count:
            idle = self._clients == 0 and time.monotonic() - self._asked_at > self.linger_s
        return idle and not getattr(self.press, "cycle_running", False)

    def _talk(self, connection: socket.socket) -> None:
        connection.setblocking(True)
        try:
            if _same_user(connection):
                with connection, connection.makefile("rb") as lines:
                    for line in lines:
                        # A line without its end: its sender was killed, what is meant is not known.
                        if not line.endswith(b"\n") or not self._take(connection, line):
                            break
        except OSError:
            # A client that went away in mid talk needs no answer.
            pass
        finally:
            with self._count:
                self._clients -= 1
                self._asked_at = time.monotonic()

    def _take(self, connection: socket.socket, line: bytes) -> bool:
        """Answers a call; False once the supervisor takes no more."""
        with self._count:
            if self._closed:
                return False
            self._calls += 1
        try:
            answer = wire.dump(self._answer(json.loads(line)))
            if self._abandoned:
                return False
            connection.sendall(answer)
            return True
        finally:
            with self._count:
                self._calls -= 1
                self._count.notify_all()

    def _answer(self, call: dict[str, Any]) -> dict[str, Any]:
        try:
            if call["method"] == "hello":
                return {"result": self._hello(call["with"]["digest"])}
            given = wire.arguments(call["method"], call["with"])
            done = self._done_by(call["method"], given)
            return {"result": wire.plain(call["method"], done)}
        except Exception as error:  # noqa: BLE001 - the caller gets it, whatever it is
            return {"error": wire.plain_error(error)}

    def _done_by(self, method: str, given: dict[str, Any]) -> Any:
        if method == "release_cycle":
            # Not every driver can be told which cycle a release is for.
            return release_cycle(self.press, **given)
        return getattr(self.press, method)(**given)

    def _hello(self, digest: str) -> str:
        """"welcome"; or "other settings", after which it ends where it can, to be started anew."""
        if digest == self.digest:
            return "welcome"
        # Who has just closed may not have been noticed yet.
        deadline = time.monotonic() + LEAVING_S
        while self._clients > 1 and time.monotonic() < deadline:
            time.sleep(0.01)
        if self._clients > 1 or getattr(self.press, "cycle_running", False):
            raise PressBusy("the press is supervised under other settings (envelope, options or "
                            "on_stop). Wait for that run to end.")
        self.ending = True
        return "other settings"


def _same_user(connection: socket.socket) -> bool:
    """The folder keeps others out already; this holds where somebody opened it."""
    credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED,
                                        struct.calcsize("3i"))
    _pid, uid, _gid = struct.unpack("3i", credentials)
    return bool(uid == os.getuid())


def main() -> None:
    """Takes the locks of the press, connects, says "ready" or the error, and serves.

    The lock of the press's address is taken before the press is touched, that of its serial number
    after; the word goes to standard output."""
    line = sys.stdin.readline()
    if not line.endswith("\n"):
        # Its starter was killed before it had said which press.
        return
    order = json.loads(line)
    try:
        with file_lock(Path(order["socket"]).with_suffix(".lock"), wait=False,
                       what=order["socket"]):
            _supervise(order)
    except PressHeld:
        _say({"held": "another supervisor of this address is about to serve, or to end"})
    except PressBusy as busy:
        _say({"error": wire.plain_error(busy)})


def _supervise(order: dict[str, Any]) -> None:
    try:
        press = connect_directly(order["driver"], order["options"], wire.place_of(order["place"]))
    except PressloopError as error:
        _say({"error": wire.plain_error(error)})
        return
    try:
        with press_lock(f"supervisor of {press.identify().serial}"):
            _serve(press, order)
            # Before the lock goes: nobody else writes while this link is open.
            press.close()
    except PressBusy as busy:
        _say({"error": wire.plain_error(PressBusy(
            f"another supervisor holds this press, for another address or user: {busy}"))})
    except PressloopError as error:
        _say({"error": wire.plain_error(error)})
    finally:
        press.close()


def _serve(press: Press, order: dict[str, Any]) -> None:
    path = Path(order["socket"])
    path.unlink(missing_ok=True)
    supervisor = Supervisor(press, order["digest"], order["linger_s"])

    def end(*_: object) -> None:
        supervisor.ending = True

    signal.signal(signal.SIGTERM, end)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listening:
        listening.bind(str(path))
        path.chmod(0o600)
        listening.listen()
        _say({"ready": os.getpid()})
        supervisor.serve(listening)
        path.unlink(missing_ok=True)


def _say(what: dict[str, Any]) -> None:
    """To whoever started this process, if that lives still: others may be waiting."""
    with suppress(BrokenPipeError):
        os.write(sys.stdout.fileno(), json.dumps(what).encode() + b"\n")


if __name__ == "__main__":
    main()
