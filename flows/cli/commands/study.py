"""`pressloop study`: past data looked at from all sides, as a Prefect flow."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.text import Text

from pressloop.flows.cli.commands.report import writable
from pressloop.flows.console import FAILED, Terminated, emit, say, terminable
from pressloop.flows.engine import prefect_environment
from pressloop.flows.study.outputs import PAGE, SUMMARY
from pressloop.flows.study.parts import PARTS
from pressloop.flows.study.settings import read_study
from pressloop.flows.study.sources import source_of
from pressloop.trials.tables.files import cells_of


def study(path: Path, seed: int | None, out: Path | None, as_json: bool) -> int:
    """Does the study and prints what it found; returns the exit code, 1 where a part could not be
    done. Raises BadInput for settings or a source that cannot be used."""
    settings = read_study(path)
    folder = out or Path(settings.study.out)
    # Whatever is wrong with the source is better said before the server is waited for.
    source = source_of(settings.source, path.parent, settings.study.seed if seed is None else seed)
    with writable(folder):
        pass
    if source.data.simulated:
        say("SIMULATED: no stack was pressed, no number here is a measurement.")
    say(f"{settings.study.name}: {len(source.data.trials)} stacks, {source.data.source}.")
    for design in settings.designs(path.parent):
        say(f"{design.name}: {cells_of(design).words}.")
    _run(settings, path, seed, folder)
    found = json.loads((folder / SUMMARY).read_text(encoding="utf-8"))
    emit(found | {"folder": str(folder)}, as_json, lambda: _show(found, folder))
    return FAILED if any(part["problem"] for part in found["parts"].values()) else 0


def _run(settings: Any, path: Path, seed: int | None, folder: Path) -> None:
    prefect_environment.prepare(quiet=True)
    from pressloop.flows.engine.server import temporary_server

    with terminable() as asked:
        try:
            with temporary_server():
                _flow(settings, path, seed, folder)
        except (KeyboardInterrupt, Terminated):
            say("pressloop: stopped. Tables of the parts that were done are in the folder; the "
                "report is not.")
            raise typer.Exit(asked.code) from None


def _flow(settings: Any, path: Path, seed: int | None, folder: Path) -> None:
    from prefect.exceptions import FailedRun

    from pressloop.flows.study.jobs import for_workers, known_to_threads, runner_of
    from pressloop.flows.study.study import study as flow

    # Worker processes take over what is set here before their first import.
    for_workers()
    runner = runner_of(settings.study)
    chosen = flow if runner is None else flow.with_options(task_runner=runner)
    try:
        with known_to_threads():
            chosen(os.fspath(path), seed, os.fspath(folder))
    except FailedRun:
        if not (folder / SUMMARY).exists():
            raise


def _show(found: dict[str, Any], folder: Path) -> None:
    console = Console(highlight=False)
    for name, part in found["parts"].items():
        console.print(Text(PARTS[name], "bold"))
        if part["problem"]:
            console.print(Text(f"  Not done: {part['problem']}", "red"), soft_wrap=True)
        for sentence in part["sentences"]:
            console.print(Text(f"  {sentence}"), soft_wrap=True)
    console.print(Text(f"report: {folder / PAGE}"), soft_wrap=True)
