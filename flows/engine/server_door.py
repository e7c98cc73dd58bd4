"""The door of a Prefect server.

In front of its app, for requests of this server's own pages and of programs on this computer.

Prefect asks each call of its API for the credentials, and websockets for the same in their first
message. What it does not look at is told apart here: a name that an attacker's name server points
at this computer (Host), pages of other origins (Origin), frames round our pages. A page gets the
credentials by a link that works once.
"""

from __future__ import annotations

import base64
import hmac
import secrets
import time
from collections.abc import Callable

from pressloop.flows.engine.doorstep import (
    App,
    Links,
    Message,
    Receive,
    Send,
    header_values,
    stranger,
    with_headers,
)

ENTER, LINK = "/pressloop/enter", "/pressloop/link"
BODY_BYTES = 1000
SAME = [(b"x-frame-options", b"DENY"), (b"content-security-policy", b"frame-ancestors 'none'"),
        (b"referrer-policy", b"no-referrer")]
"""No page of another origin shows ours in a frame, and draws buttons over it."""
USED = "This link was used, or is too old. `pressloop link` gives another one."


class Door:
    """An ASGI app that lets through what belongs here, to the server on this port."""

    def __init__(self, app: App, port: int, auth: str,
                 clock: Callable[[], float] = time.monotonic) -> None:
        self._app, self._auth, self._hosts = app, auth, hosts(port)
        self._links = Links(clock)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """See ASGI 3."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if (why := stranger(scope, self._hosts, "server")) is not None:
            await _refuse(scope, send, why)
        elif scope["path"] in (ENTER, LINK):
            await self._own(scope, receive, send)
        else:
            await self._app(scope, receive, with_headers(send, SAME))

    async def _own(self, scope: Message, receive: Receive, send: Send) -> None:
        method = scope.get("method", "")
        if scope["type"] != "http":
            await _refuse(scope, send, "There is no websocket here.")
        elif scope["path"] == ENTER and method == "GET":
            # Only where it is asked for: the server starts sooner without.
            from pressloop.views.page import render

            nonce = secrets.token_urlsafe(16)
            await _answer(send, 200, render("enter.html", nonce=nonce, enter=ENTER), [
                (b"content-type", b"text/html; charset=utf-8"), (b"content-security-policy",
                 f"default-src 'none'; connect-src 'self'; script-src 'nonce-{nonce}'; "
                 "frame-ancestors 'none'".encode())])
        elif scope["path"] == ENTER and method == "POST":
            known = self._links.used((await _body(receive)).decode("latin-1"))
            await _answer(send, 200 if known else 403, base64.b64encode(
                self._auth.encode()).decode() if known else USED)
        elif method == "POST" and self._authorised(scope):
            await _answer(send, 200, self._links.new())
        else:
            await _answer(send, 401, "Unauthorized")

    def _authorised(self, scope: Message) -> bool:
        asked = header_values(scope, b"authorization")
        return len(asked) == 1 and hmac.compare_digest(
            asked[0].encode(), basic(self._auth).encode())


def hosts(port: int) -> set[str]:
    """The names by which a server on this port of the loopback address is asked."""
    return {f"127.0.0.1:{port}", f"localhost:{port}"}


def basic(auth: str) -> str:
    """The header's value for these credentials."""
    return f"Basic {base64.b64encode(auth.encode()).decode()}"


async def _body(receive: Receive) -> bytes:
    found = b""
    while len(found) <= BODY_BYTES:
        message = await receive()
        found += message.get("body", b"")
        if message["type"] == "http.disconnect" or not message.get("more_body"):
            break
    return found[:BODY_BYTES]


async def _refuse(scope: Message, send: Send, why: str) -> None:
    if scope["type"] == "websocket":
        # Before it was accepted: the client sees status 403.
        await send({"type": "websocket.close", "code": 1008})
        return
    await _answer(send, 403, why)


async def _answer(send: Send, status: int, text: str,
                  headers: list[tuple[bytes, bytes]] | None = None) -> None:
    told = headers or [(b"content-type", b"text/plain; charset=utf-8"), *SAME]
    await send({"type": "http.response.start", "status": status, "headers": [
        *told, (b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff")]})
    await send({"type": "http.response.body", "body": text.encode()})
