"""`pressloop worker`: Prefect's process worker of a pool, with the settings that presses need."""

from __future__ import annotations

import os
import sys

from pressloop.flows.engine import prefect_environment


def worker(pool: str, name: str) -> None:
    """Becomes the worker. Raises BadInput where no Prefect server runs."""
    prefect_environment.prepare(quiet=False)
    os.environ.setdefault("PREFECT_WORKER_QUERY_SECONDS", "5")
    from pressloop.flows.engine.server import running_server

    # Address and credentials of the server stay in the environment of what this process becomes.
    with running_server():
        os.execv(sys.executable, command(pool, name))


def command(pool: str, name: str = "") -> list[str]:
    """The words that start it. No secret is among them."""
    return [sys.executable, "-P", "-m", "prefect", "worker", "start", "--pool", pool, "--type",
            "process", "--install-policy", "never", *(("--name", name) if name else ())]
