"""`pressloop link`: how a browser, or a shell, is admitted to the Prefect server of this user."""

from __future__ import annotations

import os
import shlex

from pressloop.flows.console import say, tell
from pressloop.flows.engine.server import ADDRESS_VARIABLE, PORT, link_to
from pressloop.flows.engine.server_key import AUTH_VARIABLE, key_of
from pressloop.flows.engine.server_process import HOST
from pressloop.trials.errors import BadInput


def link(environment: bool) -> None:
    """Prints the link, or with `environment` what a shell evaluates.

    Raises BadInput where no server of this user's runs."""
    port = os.environ.get("PREFECT_SERVER_API_PORT", str(PORT))
    address = os.environ.get(ADDRESS_VARIABLE) or f"http://{HOST}:{port}/api"
    auth = key_of(address)
    found = None if auth is None else link_to(address, auth)
    if auth is None or found is None:
        raise BadInput("server", address, "a Prefect server that this user has started by "
                       "`pressloop serve`", "Start it, or name its port by "
                       "PREFECT_SERVER_API_PORT.")
    if environment:
        tell(f"export {ADDRESS_VARIABLE}={shlex.quote(address)} "
             f"{AUTH_VARIABLE}={shlex.quote(auth)}")
    else:
        tell(found)


def say_link(address: str) -> None:
    """Says how the page is entered, where that needs a link."""
    auth = key_of(address)
    if auth is not None and (found := link_to(address, auth)) is not None:
        say(f"Open {found} in a browser. It works once, for ten minutes; `pressloop link` gives "
            "another one.")
