"""Who may use the console: a browser that was given a link, good once, or a token.

The page itself is an empty shell. Whatever it shows or does goes through requests that carry a key
in a header, which the browser keeps for this origin alone: pages of other origins cannot send it,
and there is no cookie that the browser would add by itself.
"""

from __future__ import annotations

import hmac
import secrets
import time
from collections.abc import Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pressloop.flows.engine.doorstep import Links, header_values, stranger, with_headers

BROWSERS = 64
"""Browsers that are let in at the same time; a new one drops the oldest."""
MOST_BODY_BYTES = 12_000_000
POLICY = ("default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; "
          "object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
"""Nothing from outside. Pictures are drawn by plotly, which writes styles into its elements."""
HEADERS = [(b"content-security-policy", POLICY.encode()), (b"x-frame-options", b"DENY"),
           (b"x-content-type-options", b"nosniff"), (b"referrer-policy", b"no-referrer"),
           (b"cross-origin-resource-policy", b"same-origin")]
OPEN_PATHS = ("/", "/enter")
OPEN_FOLDER = "/assets/"


class Keys:
    """Links that are good once, and the browsers that they let in; `token` lets in each time."""

    def __init__(self, token: str = "", clock: Callable[[], float] = time.monotonic) -> None:
        self._token, self._links = token, Links(clock)
        self._browsers: list[str] = []

    def link(self) -> str:
        """A new key for a link."""
        return self._links.new()

    def enter(self, key: str) -> str | None:
        """The key of a browser for that of a link, or for the token; None for any other."""
        by_link = self._links.used(key)
        by_token = bool(self._token) and hmac.compare_digest(key.encode(), self._token.encode())
        if not by_link and not by_token:
            return None
        browser = secrets.token_urlsafe(32)
        self._browsers = [*self._browsers[-(BROWSERS - 1):], browser]
        return browser

    def knows(self, header: str) -> bool:
        """Whether the value of an Authorization header is that of a browser that was let in."""
        told = header.removeprefix("Bearer ").encode()
        return any(hmac.compare_digest(told, one.encode()) for one in self._browsers)


class Door:
    """An ASGI app that lets through what belongs here, known by one of `hosts`."""

    def __init__(self, app: ASGIApp, keys: Keys, hosts: set[str], refusal: str) -> None:
        self._app, self._keys, self._hosts, self._refusal = app, keys, hosts, refusal

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI 3."""
        if scope["type"] != "http":
            if scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": 1008})
            return
        if (why := stranger(scope, self._hosts, "console")) is not None:
            await _answer(send, 403, why)
        elif not self._admitted(scope):
            await _answer(send, 401, self._refusal)
        else:
            await self._app(scope, _bounded(receive), with_headers(send, HEADERS))

    def _admitted(self, scope: Scope) -> bool:
        path = scope["path"]
        if path in OPEN_PATHS or path.startswith(OPEN_FOLDER):
            return True
        told = header_values(scope, b"authorization")
        return len(told) == 1 and self._keys.knows(told[0])


def _bounded(receive: Receive) -> Receive:
    """A body that ends where it grows too large."""
    seen = 0

    async def receiving() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > MOST_BODY_BYTES:
            return {"type": "http.disconnect"}
        return message

    return receiving


async def _answer(send: Send, status: int, text: str) -> None:
    await send({"type": "http.response.start", "status": status, "headers": [
        (b"content-type", b"text/html; charset=utf-8" if status == 401
         else b"text/plain; charset=utf-8"), (b"cache-control", b"no-store"), *HEADERS]})
    await send({"type": "http.response.body", "body": text.encode()})
