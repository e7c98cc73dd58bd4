"""The log of the flow run that this process works for, which Prefect's page of the run shows."""

from __future__ import annotations

import sys

from pressloop.flows.console import one_line


def note(words: str) -> None:
    """One line in it; none where there is no flow run."""
    # A process that has not loaded Prefect is in no flow run, and loading it takes seconds.
    if "prefect" not in sys.modules:
        return
    from prefect.exceptions import MissingContextError
    from prefect.logging import get_run_logger

    try:
        get_run_logger().info("%s", one_line(words))
    except MissingContextError:
        return
