"""`pressloop study`: past data looked at from all sides, as a Prefect flow."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from rich.text import Text

from pressloop.flows.cli.commands.report import writable
from pressloop.flows.console import FAILED, Terminated, emit, ended, say, terminable
from pressloop.flows.engine import prefect_environment
from pressloop.flows.study.opened import Opened, handed_on, opened
from pressloop.flows.study.outputs import PAGE, SUMMARY
from pressloop.flows.study.parts import PARTS
from pressloop.trials.wording import counted
from pressloop.views.plain_console import PlainConsole


def study(path: Path, seed: int | None, out: Path | None, as_json: bool) -> int:
    """Does the study and prints what it found.

    Returns the exit code, 1 where a part could not be done. Raises BadInput for settings or a
    source that cannot be used."""
    # Whatever is wrong with the source is better said before the server is waited for.
    now = opened(path, seed, out)
    with writable(now.folder):
        pass
    data = now.source.data
    if data.simulated:
        say("SIMULATED: no stack was pressed, no number here is a measurement.")
    say(f"{now.study.table.name}: {counted(len(data.trials), 'stack')}, {data.source}.")
    if now.study.design.taken:
        say(now.study.design.taken)
    _run(now)
    found = json.loads((now.folder / SUMMARY).read_text(encoding="utf-8"))
    emit(found | {"folder": str(now.folder)}, as_json, lambda: _show(found, now.folder))
    return FAILED if any(part["problem"] for part in found["parts"].values()) else 0


def _run(now: Opened) -> None:
    prefect_environment.prepare(quiet=True)
    from pressloop.flows.engine.server import temporary_server

    with terminable() as asked:
        try:
            with temporary_server():
                _flow(now)
        except (KeyboardInterrupt, Terminated):
            raise ended("stopped. Tables of the parts that were done are in the folder; the "
                        "report is not.", asked.code, "Stopped") from None


def _flow(now: Opened) -> None:
    from prefect.exceptions import FailedRun

    from pressloop.flows.study.jobs import for_workers, known_to_threads, runner_of
    from pressloop.flows.study.study import study as flow

    # Worker processes take over what is set here before their first import.
    for_workers()
    runner = runner_of(now.study.table)
    chosen = flow if runner is None else flow.with_options(task_runner=runner)
    try:
        with known_to_threads(), handed_on(now):
            chosen(*now.asked)
    except FailedRun:
        if not (now.folder / SUMMARY).exists():
            raise


def _show(found: dict[str, Any], folder: Path) -> None:
    console = PlainConsole(highlight=False)
    for name, part in found["parts"].items():
        console.print(Text(PARTS[name], "bold"))
        if part["problem"]:
            console.print(Text(f"  Not done: {part['problem']}", "red"), soft_wrap=True)
        for sentence in part["sentences"]:
            console.print(Text(f"  {sentence}"), soft_wrap=True)
    console.print(Text(f"report: {folder / PAGE}"), soft_wrap=True)
