"""`pressloop console`: a web page on this computer from which campaigns are seen and run."""

from __future__ import annotations

from pathlib import Path

from pressloop.flows.console import terminable
from pressloop.flows.operator_console.serve import serve_console
from pressloop.trials.errors import BadInput


def console(url: str, host: str, port: int, folder: Path) -> None:
    """Serves until interrupted. Raises BadInput."""
    if not folder.is_dir():
        raise BadInput("--folder", folder, "a folder with settings files", "Name another one.")
    with terminable():
        serve_console(url, folder.resolve(), host, port)
