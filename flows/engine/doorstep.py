"""What the doors of our servers share: whom they know, links that work once, and frames.

A server is known by names of its own (Host), which stops a name that an attacker's name server
points at this computer, and takes no request of a page of another origin (Origin).
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from typing import Any

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]
Headers = Sequence[tuple[bytes, bytes]]

LINK_S = 600.0
"""How long a link waits to be used."""
LINKS = 16
"""Links that wait at the same time; a new one drops the oldest."""


class Links:
    """Keys of links, each good once."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._waiting: dict[str, float] = {}

    def new(self) -> str:
        """A new key."""
        now = self._clock()
        fresh = {key: made for key, made in self._waiting.items() if now - made < LINK_S}
        self._waiting = dict(list(fresh.items())[-(LINKS - 1):])
        key = secrets.token_urlsafe(32)
        self._waiting[key] = now
        return key

    def used(self, key: str) -> bool:
        """True for a key that waits, which is used by that."""
        made = self._waiting.pop(key, None)
        return made is not None and self._clock() - made < LINK_S


def stranger(scope: Message, hosts: set[str], what: str) -> str | None:
    """Why a request does not belong here, to `what` that is known by these hosts; else None."""
    asked = header_values(scope, b"host")
    if len(asked) != 1 or asked[0] not in hosts:
        return f"Host: this {what} is known by another name."
    if not set(header_values(scope, b"origin")) <= {f"http://{host}" for host in hosts}:
        return "Origin: pages of other origins have no business here."
    return None


def header_values(scope: Message, name: bytes) -> list[str]:
    """All values that a request gives this header."""
    return [value.decode("latin-1") for key, value in scope["headers"] if key.lower() == name]


def with_headers(send: Send, headers: Headers) -> Send:
    """Sends answers with these headers on top of their own."""
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message.get("headers", []), *headers]}
        await send(message)

    return sending
