"""What happens meanwhile, said where somebody may look.

The terminal of the command, and the page and log of the flow run."""

from __future__ import annotations

from pressloop.flows.console import say
from pressloop.flows.operator.people import served
from pressloop.flows.operator.run_log import note


def tell(words: str) -> None:
    """One line.

    A run of a deployment has no terminal, and its log is enough; a command without Prefect has no
    log."""
    if not served():
        say(words)
    note(words)
