"""What a work pool does beside pressing: study, read again, reconcile, report, back up."""

# No postponed annotations here: Prefect builds the forms from the types themselves.
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from prefect import flow
from prefect.artifacts import create_markdown_artifact
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from pressloop.flows.campaign.lab import open_press, order_of, prove_ledger
from pressloop.flows.deployments.forms import (
    BackupOrder,
    ReevaluateOrder,
    ReportOrder,
    StudyOrder,
)
from pressloop.flows.deployments.run_label import label
from pressloop.flows.deployments.starting import press_served, settings_path
from pressloop.flows.operator.run_log import note
from pressloop.flows.settings.campaign import Settings, read_settings
from pressloop.trials.errors import LedgerBehind
from pressloop.trials.wording import counted, plain_name

STUDY_VARIABLE = "PRESSLOOP_STUDY"
"""Where the study file's path is left for a run; without it the campaign's ledger is studied."""
BACKUP_VARIABLE = "PRESSLOOP_BACKUPS"
"""The folder of backups."""
BACKUP_NAME = "%Y-%m-%dT%H%M%SZ"
BACKUP_DATES = "[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9][0-9][0-9][0-9][0-9]Z"
"""What names of backups end with, as a pattern."""


def _here(what: str, press: str = "") -> Settings:
    settings = read_settings(settings_path())
    label(settings, f"{what} {press}".strip(), press)
    return settings


@flow(name="nightly study", flow_run_name="study", persist_result=False)
def nightly_study(order: StudyOrder = StudyOrder()) -> Any:  # noqa: B008 - it is frozen
    """Looks at the campaign's stacks from all sides; presses nothing.

    Args:
        order: What is ordered.
    """
    settings = _here("study")
    name = settings.campaign.name
    from pressloop.flows.study.jobs import for_workers, known_to_threads
    from pressloop.flows.study.study import study

    for_workers()
    with _study_file(settings) as path, known_to_threads():
        out = None if STUDY_VARIABLE in os.environ else f"study-{plain_name(name)}"
        parts = study.with_options(flow_run_name=lambda: f"{name}: parts of the study")
        state: State[Any] = parts(str(path), order.seed, out, return_state=True)  # type: ignore[assignment]
    return Failed(message=state.message) if state.is_failed() else Completed(message=state.message)


@contextmanager
def _study_file(settings: Settings) -> Iterator[Path]:
    """The study that was named, or one of all parts over the campaign's ledger."""
    if named := os.environ.get(STUDY_VARIABLE):
        yield Path(named)
        return
    name, url = settings.campaign.name, settings.campaign.ledger
    with tempfile.TemporaryDirectory(prefix="pressloop-study-") as folder:
        path = Path(folder) / "study.toml"
        path.write_text(f"[study]\nname = {_quoted(name)}\n[source]\n"
                        f"ledger = {_quoted(url)}\ncampaign = {_quoted(name)}\n",
                        encoding="utf-8")
        yield path


def _quoted(text: str) -> str:
    """A string of TOML. JSON's are, where no letter is written as two halves of one."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


@flow(name="read again", flow_run_name="reevaluate", persist_result=False)
def reevaluate(order: ReevaluateOrder = ReevaluateOrder()) -> Any:  # noqa: B008 - it is frozen
    """Reads the spectra of every stack again; new outcomes are added beside the old ones.

    Args:
        order: By which rules.
    """
    settings = _here("reevaluate")
    if not (order.circuit or order.max_relative_se or order.min_hz or order.max_hz):
        return Failed(message="Every field of the form is empty: say by which other rules the "
                              "spectra are read; those of the settings are the rest. Nothing was "
                              "read.")
    from pressloop.flows.cli.records.reevaluate import read_again

    changes = [f"{name}={value!r}" for name in ("max_relative_se", "min_hz", "max_hz")
               if (value := getattr(order, name)) is not None]
    _, _, found = read_again(settings.campaign.ledger, settings.campaign.name,
                             order.circuit or None, changes, order.note)
    changed = sum(row["before"]["outcome"] != row["after"]["outcome"] for row in found["trials"])
    return Completed(message=f"{counted(found['read_again'], 'stack')} read again, "
                             f"{changed} changed their outcome.")


@flow(name="reconcile", flow_run_name="reconcile", persist_result=False)
def reconcile() -> Any:
    """Holds what the press remembers against the ledger; moves nothing."""
    settings = _here("reconcile", press_served()).of_press(press_served())
    order = order_of(settings, press=press_served())
    with open_press(settings, order) as press:
        try:
            prove_ledger(press, settings, order)
        except LedgerBehind as behind:
            return Failed(message=str(behind))
        serial = press.identify().serial
    return Completed(message=f"The ledger has all that press {serial} remembers.")


@flow(name="report", flow_run_name="report", persist_result=False)
def report(order: ReportOrder = ReportOrder()) -> Any:  # noqa: B008 - it is frozen
    """Writes the campaign's report as one page.

    Args:
        order: Where to.
    """
    settings = _here("report")
    from pressloop.flows.cli.commands.report import written

    name = settings.campaign.name
    path = written(settings.campaign.ledger, name, Path(order.folder) / plain_name(name)).resolve()
    create_markdown_artifact(key=f"{plain_name(name)}-report", description=f"{name}: report",
                             markdown=f"The report of {name} is in `{path}` on this computer.")
    return Completed(message=f"report: {path}")


@flow(name="back up", flow_run_name="backup", persist_result=False)
def backup(order: BackupOrder = BackupOrder()) -> Any:  # noqa: B008 - it is frozen
    """Copies the ledger into a new file, proves the copy equal, and drops the oldest copies.

    Args:
        order: How many are kept.
    """
    settings = _here("backup")
    from pressloop.flows.cli.records.copies import copied_to

    folder = Path(os.environ.get(BACKUP_VARIABLE, "backups"))
    folder.mkdir(parents=True, exist_ok=True)
    stem = f"ledger-{plain_name(settings.campaign.name)}-"
    path = folder / f"{stem}{datetime.now(UTC).strftime(BACKUP_NAME)}.db"
    found = copied_to(settings.campaign.ledger, path)
    # Not those of another campaign whose name begins as this one's.
    old = sorted(folder.glob(f"{stem}{BACKUP_DATES}.db"))[:-order.keep]
    for one in old:
        one.unlink()
        note(f"{one.name} is dropped: {counted(order.keep, 'newer one')} kept.")
    return Completed(message=f"{counted(found['entries'], 'entry', 'entries')} copied to "
                             f"{path.resolve()}, equal.")
