"""The machines' own files of a campaign's stacks, as far as they are still where they were read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from pressloop.flows.campaign.machine_records import beside, stem_of
from pressloop.flows.campaign.stored import Stored
from pressloop.flows.settings.campaign import Settings
from pressloop.hardware.attended.log import log_of
from pressloop.hardware.exports.used import Used, digest
from pressloop.trials.trial import Trial
from pressloop.views.export.crate.names import measurement_id, pressing_id
from pressloop.views.export.crate.private import names_places


class RawFile(NamedTuple):
    """A file, where it goes in the crate, which action it comes from; or why it stays out."""

    source: Path
    path: str
    action: str
    why_not: str = ""


def raw_files(found: Stored, as_they_are: bool) -> list[RawFile]:
    """Exports of meters that the records beside the ledger name, and logs of attended presses.

    Files that name folders or computers stay out unless they are taken `as_they_are`."""
    trials = {trial.stack.stack_id: trial for trial in found.trials}
    files = dict[str, RawFile]()
    for name in [press.name for press in found.settings.presses] or [""]:
        own = found.settings.of_press(name)
        for file in (*_exports(found, own, name, trials), *_logs(own, name, trials)):
            files.setdefault(file.path, file)
    return [_judged(file, as_they_are) for file in files.values()]


def _exports(found: Stored, own: Settings, press: str, trials: dict[str, Trial]
             ) -> Iterator[RawFile]:
    folder = own.meter.options.get("folder")
    if not isinstance(folder, str) or not folder:
        return
    for taken in Used(beside(stem_of(found.url), press)).taken():
        if (trial := trials.get(taken.stack_id)) is None:
            continue
        source = Path(folder) / Path(taken.name).name
        file = RawFile(source, _place("meter", press, source), measurement_id(trial))
        if not source.is_file():
            yield file._replace(why_not="is no longer where it was read")
        elif digest(source.read_bytes()) != taken.content:
            yield file._replace(why_not="was changed since it was read")
        else:
            yield file


def _logs(own: Settings, press: str, trials: dict[str, Trial]) -> Iterator[RawFile]:
    folder = own.press.options.get("log_folder")
    for trial in trials.values():
        if (isinstance(folder, str) and trial.trace is not None and trial.press == press
                and (source := log_of(folder, trial.stack)) is not None):
            yield RawFile(source, _place("press", press, source), pressing_id(trial))


def _place(kind: str, press: str, source: Path) -> str:
    return "/".join(["raw", kind, *([beside(Path("x"), press).name[2:]] if press else []),
                     source.name])


def _judged(file: RawFile, as_they_are: bool) -> RawFile:
    if file.why_not or as_they_are or not names_places(file.source.read_bytes()):
        return file
    return file._replace(why_not="names a folder or a computer; --raw takes it as it is")
