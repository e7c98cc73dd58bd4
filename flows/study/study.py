"""A study of past data: every part on the same stacks, one page and one set of tables."""

from __future__ import annotations

import traceback
from pathlib import Path
from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.logging import get_run_logger
from prefect.states import Completed, Failed

from pressloop.flows.campaign.stop_requests import unwrapped
from pressloop.flows.console import one_line
from pressloop.flows.study.artifact import show_sentences
from pressloop.flows.study.jobs import each_of, stopped_at_once
from pressloop.flows.study.opened import Opened, taken
from pressloop.flows.study.outputs import (
    PAGE,
    Done,
    alone_in,
    clear,
    summary_of,
    write_summary,
    write_tables,
)
from pressloop.flows.study.parts import PARTS, view_of, words_of, work_of
from pressloop.flows.study.progress import StudyProgress
from pressloop.flows.study.sources import Source
from pressloop.studies.data import StudyData
from pressloop.studies.executor import Each
from pressloop.trials.errors import PressloopError
from pressloop.views.files import write_atomically
from pressloop.views.page import render


@flow(name="study", flow_run_name="study {study_path}", persist_result=False)
def study(study_path: str, seed: int | None = None, out: str | None = None) -> Any:
    """Does the parts that the settings ask for.

    A part that cannot be done is told in the report and costs the others nothing; the run then ends
    as failed."""
    now = taken(study_path, seed, out)
    with alone_in(now.folder):
        return _end(_studied(now))


def _studied(now: Opened) -> list[Done]:
    table, source, seed, folder = now.study.table, now.source, now.seed, now.folder
    clear(folder)
    done = []
    with StudyProgress() as shown, stopped_at_once(table):
        each = each_of(table, shown)
        for part, options in now.study.options.items():
            found = done_part(part, options, source, seed, each)
            write_tables(folder, found)
            if found.trace:
                get_run_logger().error("%s: not done.\n%s", PARTS[part], found.trace)
            if found.problem:
                shown.say(f"{PARTS[part]}: not done. {found.problem}")
            done.append(found)
    used = {**now.study.plain, "study": {**now.study.plain["study"], "seed": seed,
                                         "out": str(folder)}}
    summary = summary_of(used, seed, source.data.source, source.data.simulated,
                         source.digests, done)
    _write_page(folder, now.path, summary, done)
    write_summary(folder, summary)
    show_sentences(summary)
    return done


def done_part(part: str, options: Any, source: Source, seed: int, each: Each) -> Done:
    """One part, whatever becomes of it."""
    if left := not_for(part, source.data):
        return Done(part, (left,), render("study/left_out.html", words=left))
    try:
        # A library that makes an error of a stop does not make a failed part of it.
        with unwrapped():
            return _findings(part, options, source, seed, each)
    except PressloopError as error:
        return Done(part, problem=one_line(error))
    except Exception as error:  # noqa: BLE001 - one part costs the others nothing
        where = traceback.extract_tb(error.__traceback__)[-1]
        return Done(part, problem=f"{type(error).__name__}: {one_line(error)} "
                    f"({Path(where.filename).name}, line {where.lineno}).",
                    trace=traceback.format_exc())


def _findings(part: str, options: Any, source: Source, seed: int, each: Each) -> Done:
    work = work_of(part)
    if part == "lint":
        # Seconds of work, which are not worth the way to other processes.
        findings = (work.lint(source.data, options) if source.sheet is None
                    else work.lint_sheet(source.sheet, options))
    else:
        findings = getattr(work, part)(source.data, options, seed=seed, each=each)
    return Done(part, words_of(part).sentences(findings),
                view_of(part).section(findings, source.data), findings.tables())


def not_for(part: str, data: StudyData) -> str:
    """Why a part says nothing of what these stacks are measured by; "" where it does."""
    if not data.quantities or part in ("lint", "compare"):
        return ""
    if part == "sensitivity":
        return ("What matters is told of interfacial resistance over pressure, dwell and "
                f"temperature; for {data.quantity.name} use the report's maps and `recommend`.")
    if len([q for q in data.quantities if q.sought]) > 1 or not data.quantity.directed:
        return (f"Campaigns are replayed for one quantity that is minimised or maximised, not for "
                f"{', '.join(q.name for q in data.quantities)} as these settings want.")
    return ""


def _write_page(folder: Path, path: Path, summary: dict[str, Any], done: list[Done]) -> None:
    from pressloop.views.study.report import Part, study_page

    parts = [Part(one.title, one.sentences, one.html, one.problem) for one in done]
    command = f"pressloop study {path.name} --seed {summary['seed']}"
    html = study_page(summary["study"], summary["source"], parts, simulated=summary["simulated"],
                      command=command, versions=summary["versions"], digests=summary["digests"])
    write_atomically(folder / PAGE, lambda draft: _write(draft, html))


def _end(done: list[Done]) -> State[Any]:
    lost = [one for one in done if one.problem]
    words = f"{len(done) - len(lost)} of {len(done)} parts done."
    if not lost:
        return Completed(message=words)
    return Failed(message=f"{words} Not done: " + " ".join(
        f"{one.title}: {one.problem}" for one in lost))


def _write(draft: Path, html: str) -> None:
    draft.write_text(html, encoding="utf-8", newline="\n")
