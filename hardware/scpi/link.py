"""One instrument at the end of a cable: send a line, ask a line, and never guess.

A timeout, a closed socket or a line that makes no sense means that it is no longer known which
answer belongs to which question. The only cure is `reopen`; asking again would shift every later
answer by one.
"""

from __future__ import annotations

import contextlib
import re
import select
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pressloop.trials.errors import Fault

FULL_PATIENCE_S = 600.0
"""No single answer takes longer than this."""
LONGEST_ANSWER = 1_000_000
"""Bytes. The longest line of any dialect, a trace of 1601 points, has some 50 000."""
CHUNK = 65_536
NO_TROUBLE = (0x3FFF0006, 0x3FFF007D)
"""VISA's warnings that a read brought as many bytes as were asked for, or fewer."""


class _Unfinished(Exception):
    """No whole line came."""


class OutOfStep(Fault):
    """The dialogue is lost: close, reopen, start over."""


@dataclass(frozen=True, slots=True)
class Wire:
    """How lines are framed. `joins`: several commands may share a line, separated by `;`."""

    end: str = "\n"
    joins: bool = True
    no_delay: bool = True


class Link:
    """A dialogue of text lines with one VISA resource. Blocks; one thread per instrument."""

    def __init__(self, resource: str, wire: Wire, timeout_s: float) -> None:
        self.resource, self.wire, self.timeout_s = resource, wire, timeout_s
        self._device: Any = None
        self._pending = bytearray()

    def open(self) -> None:
        """Connects. A closed port may show only at the first question.

        Raises Fault where nobody answers."""
        import pyvisa

        try:
            manager = pyvisa.ResourceManager("@py")
            self._device = manager.open_resource(
                self.resource, open_timeout=int(1000 * self.timeout_s))
            self._device.read_termination = self.wire.end
            self._device.write_termination = self.wire.end
            self._device.timeout = 1000 * self.timeout_s
        except Exception as error:  # noqa: BLE001 - pyvisa-py raises a bare one for a silent host
            self.close()
            raise Fault(f"cannot open the meter at {self.resource}: {error}. Check address, "
                        "cable and that its LAN or USB interface is switched on.") from None
        if self.wire.no_delay:
            _send_at_once(self._socket())

    def send(self, command: str) -> None:
        """One command without an answer."""
        self._guarded(lambda device: device.write(command), command, self.timeout_s)

    def ask(self, query: str, after: Sequence[str] = (), measuring_s: float = 0.0) -> str:
        """The answer to `query`, sent behind the commands `after`, without its line end.

        The whole of it has the timeout plus `measuring_s`, and LONGEST_ANSWER bytes. Raises
        OutOfStep when no whole line comes.
        """
        if self.wire.joins:
            query = ";:".join([*after, query]) if after else query
        else:
            for command in after:
                self.send(command)
        self.send(query)
        patience = min(self.timeout_s + measuring_s, FULL_PATIENCE_S)
        raw: bytes = self._guarded(lambda device: self._line(device, query, patience), query,
                                   patience)
        return raw.decode("ascii", errors="replace")[:-len(self.wire.end)].strip()

    def close(self) -> None:
        """Lets go of the connection; may be repeated."""
        device, self._device = self._device, None
        self._pending.clear()
        if device is not None:
            with contextlib.suppress(Exception):
                device.close()

    def reopen(self) -> None:
        """A fresh connection, on which nothing is pending."""
        self.close()
        self.open()

    def _line(self, device: Any, query: str, patience_s: float) -> bytes:
        """Bytes up to the line end.

        All of them together have `patience_s`, and once they have begun to come, no pause is
        longer than the timeout: an instrument that never ends its line would else be listened to
        for ever."""
        end, found = self.wire.end.encode(), bytearray()
        deadline = give_up = time.monotonic() + patience_s
        while not found.endswith(end):
            left_s = min(deadline, give_up) - time.monotonic()
            came = self._some(device, left_s) if left_s > 0 else b""
            if not came:
                why = (f"no line end after {len(found)} bytes: {_start_of(found)}" if found
                       else self._silence(patience_s))
                raise _Unfinished(why)
            found += came
            if len(found) > LONGEST_ANSWER:
                raise _Unfinished(f"more than {LONGEST_ANSWER} bytes without a line end: "
                                  f"{_start_of(found)}")
            give_up = time.monotonic() + self.timeout_s
        return bytes(found)

    def _some(self, device: Any, patience_s: float) -> bytes:
        """What comes next, at the latest up to the first line end.

        Nothing after `patience_s` or from a peer that has hung up."""
        plain = self._socket()
        if plain is None:
            device.timeout = max(1000 * patience_s, 1.0)
            with device.ignore_warning(*NO_TROUBLE):
                return bytes(device.visalib.read(device.session, CHUNK)[0])
        if not self._pending:
            readable, _, _ = select.select([plain], [], [], patience_s)
            self._pending += plain.recv(CHUNK) if readable else b""
        at = self._pending.find(self.wire.end[-1:].encode()) + 1 or len(self._pending)
        came, self._pending = bytes(self._pending[:at]), self._pending[at:]
        return came

    def _guarded(self, act: Any, line: str, patience_s: float) -> Any:
        import pyvisa.errors

        if self._device is None:
            raise OutOfStep(f"the link to {self.resource} is closed")
        try:
            self._device.timeout = 1000 * patience_s
            return act(self._device)
        except _Unfinished as error:
            why = str(error)
        except pyvisa.errors.VisaIOError as error:
            why = error.abbreviation
            if why == "VI_ERROR_TMO":
                why = self._silence(patience_s)
        except ConnectionRefusedError:
            why = "nothing listens there. Check host and port, and that the meter is on"
        except OSError as error:
            why = f"the connection is gone ({error.strerror or type(error).__name__})"
        self.close()
        raise OutOfStep(f"the meter at {self.resource}, {line}: {why}")

    def _silence(self, patience_s: float) -> str:
        """A peer that hangs up shows as a timeout as well; the socket knows the difference."""
        plain = self._socket()
        with contextlib.suppress(OSError, AttributeError):
            if plain is not None and plain.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b"":
                return "it closed the connection"
        return f"no answer within {patience_s:g} s"

    def _socket(self) -> socket.socket | None:
        """The plain socket below pyvisa-py, None for USB, GPIB and serial lines."""
        try:
            found = self._device.visalib.sessions[self._device.session].interface
        except (AttributeError, KeyError):
            return None
        return found if isinstance(found, socket.socket) else None


def host_of(resource: str) -> str | None:
    """The network host in a VISA resource name, None for USB, GPIB and serial lines."""
    found = re.match(r"(?:TCPIP|VICP)\d*::([^:]+)", resource, re.IGNORECASE)
    return found.group(1) if found else None


def _start_of(raw: bytes | bytearray) -> str:
    return repr(bytes(raw[:60]).decode("ascii", errors="replace"))


def _send_at_once(plain: socket.socket | None) -> None:
    """Small lines do not wait for the acknowledgement of the one before: 40 ms each.

    pyvisa-py refuses its own attribute for this, so the socket is told."""
    if plain is not None:
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
