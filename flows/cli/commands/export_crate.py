"""`pressloop export --crate`: a campaign as one folder or ZIP file to publish, an RO-Crate."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path

from pressloop.flows.campaign.stored import Stored, existing, stored
from pressloop.flows.cli.commands.raw_files import RawFile, raw_files
from pressloop.flows.cli.commands.recommend import told
from pressloop.flows.cli.commands.report import page, writable
from pressloop.flows.console import emit, say, tell
from pressloop.flows.settings.renamed import renewed
from pressloop.trials.entry import Opened
from pressloop.trials.errors import BadInput
from pressloop.trials.ledger.log import LogRow
from pressloop.trials.outcome import Intact
from pressloop.views.export.crate.facts import Facts, newest, steps_of
from pressloop.views.export.crate.private import harmless, settings_without_places
from pressloop.views.export.crate.write import SETTINGS, Part, write_crate
from pressloop.views.files import write_atomically

ORCID = re.compile(r"(?:https?://orcid\.org/)?((?:\d{4}-){3}\d{3}[\dX])")
LICENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+\-]{0,60}|https?://\S{3,300}")
LIBRARIES = ("rocrate", "tomli_w")
EPOCH = (1980, 1, 1, 0, 0, 0)
"""The time of files in the ZIP: the first that it can tell."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command line says of the crate.

    `licence`: an SPDX identifier or an address. `orcids`: NAME=ORCID each. `publisher`: the lab.
    `raw`: whether the machines' files are taken whatever they name."""

    licence: str = ""
    orcids: tuple[str, ...] = field(default=())
    publisher: str = ""
    raw: bool = False


def export_crate(url: str, campaign: str | None, target: Path, asked: Asked, as_json: bool) -> None:
    """Writes the crate, whole or not at all.

    Raises BadInput for a target that is in use, an ORCID or licence that is none, or where the
    libraries of the extra `export` are missing; LedgerProblem for a ledger that is not sound."""
    _prove_asked(target, asked)
    raw_found = stored(url, campaign, arrays=True)
    found = replace(raw_found, trials=harmless(raw_found.trials),
                    opened=harmless(raw_found.opened))
    with existing(url) as ledger:
        rows, openings = ledger.log(found.campaign), ledger.openings(found.campaign)
    facts = _facts(found, rows, asked)
    with writable(target.parent, "--crate"), tempfile.TemporaryDirectory(
            prefix=f".{target.name}.", dir=target.parent) as draft:
        folder = Path(draft) / "crate"
        folder.mkdir()
        raw = raw_files(raw_found, asked.raw)
        parts = [*_settings(folder, openings), *_results(folder, found, facts),
                 *_copied(folder, raw)]
        files = write_crate(folder, facts, parts)
        _put(folder, target, files)
    left = [f"{one.source.name} {one.why_not}" for one in raw if one.why_not]
    for line in left:
        say(f"Not in the crate: {line}.")
    if not asked.licence:
        say("No licence is stated: others may not use the data. --license CC-BY-4.0 states one.")
    emit({"campaign": found.campaign, "crate": str(target), "files": files, "left_out": left},
         as_json, lambda: tell(f"crate: {target}"))


def _prove_asked(target: Path, asked: Asked) -> None:
    if missing := [name for name in LIBRARIES if find_spec(name) is None]:
        raise BadInput("--crate", ", ".join(missing).replace("_", "-"), "installed",
                       "Install pressloop with its extra: pip install 'pressloop[export]'.")
    is_zip = target.suffix.lower() == ".zip"
    if is_zip and target.is_dir():
        raise BadInput("--crate", target, "a file, as it ends in .zip", "Choose another name.")
    if not is_zip and (target.is_file() or (target.is_dir() and any(target.iterdir()))):
        raise BadInput("--crate", target, "a folder that is new or empty, or a file ending in .zip",
                       "Choose another name, or empty it: nothing in it is overwritten.")
    if asked.licence and not LICENCE.fullmatch(asked.licence):
        raise BadInput("--license", asked.licence, "an SPDX identifier or an address",
                       "Such as CC-BY-4.0, or https://creativecommons.org/licenses/by/4.0/.")


def _facts(found: Stored, rows: Sequence[LogRow], asked: Asked) -> Facts:
    settings = found.settings
    units = {one.name: one.unit for one in settings.space.parameters}
    for one in settings.quantities:
        units |= {one.name: one.unit, f"{one.name}_se": one.unit}
    trials = tuple(sorted(found.trials, key=lambda trial: trial.number))
    operators = sorted({trial.stack.operator for trial in trials})
    return Facts(found.campaign, trials, steps_of(rows), newest(rows), found.opened.devices,
                 found.simulated, units, asked.licence, _orcids(asked.orcids, operators),
                 asked.publisher)


def _orcids(given: Sequence[str], operators: Sequence[str]) -> Mapping[str, str]:
    """ORCIDs by operator. Raises BadInput for a number that is none, or nobody's name."""
    found = dict[str, str]()
    for one in given:
        name, _, number = one.rpartition("=")
        match = ORCID.fullmatch(number.strip())
        if match is None or not _adds_up(match[1]):
            raise BadInput("--orcid", one, "NAME=0000-0000-0000-0000 with its check digit",
                           "Copy the number from orcid.org.")
        if name.strip() not in operators:
            raise BadInput("--orcid", name.strip() or "no name", "an operator of the campaign: "
                           f"{', '.join(operators) or 'there is none'}", "Name one of these.")
        found[name.strip()] = match[1]
    return found


def _adds_up(orcid: str) -> bool:
    """The check digit of ISO 7064, modulus 11-2."""
    plain, total = orcid.replace("-", ""), 0
    for digit in plain[:-1]:
        total = (total + int(digit)) * 2
    return "0123456789X"[(12 - total % 11) % 11] == plain[-1]


def _settings(folder: Path, openings: Sequence[Opened]) -> list[Part]:
    """The settings of the latest start, and those before it that were different."""
    import tomli_w

    different = list({one.settings_digest: one for one in openings}.values())
    last = openings[-1].settings_digest
    earlier = [one for one in different if one.settings_digest != last]
    named = [(SETTINGS, openings[-1], "The settings of the latest start.")]
    named += [(f"settings-before-{number}.toml", one, "Settings of an earlier start.")
              for number, one in enumerate(earlier, start=1)]
    for name, one, _ in named:
        kept, gone = settings_without_places(renewed(one.settings))
        head = ["# Settings of the campaign as its ledger has them.", *(
            [f"# Left out, as they tell where machines and files are: {', '.join(gone)}."]
            if gone else [])]
        (folder / name).write_text("\n".join([*head, "", tomli_w.dumps(kept)]), encoding="utf-8",
                                   newline="\n")
    return [Part(name, about) for name, _, about in named]


def _results(folder: Path, found: Stored, facts: Facts) -> list[Part]:
    """Report and recommendation, as far as there are stacks to tell of."""
    if not found.trials:
        return []
    models = found.models()
    page(folder / "report.html", found, models, datetime.fromisoformat(facts.recorded))
    parts = [Part("report.html", "The campaign on one page, for people.")]
    if any(isinstance(trial.outcome, Intact) for trial in found.trials):
        plain, text = told(found, models)
        (folder / "recommendation.json").write_text(json.dumps(
            harmless(plain), indent=1, allow_nan=False, default=str) + "\n", encoding="utf-8",
            newline="\n")
        (folder / "recommendation.md").write_text(text.rstrip() + "\n", encoding="utf-8",
                                                  newline="\n")
        parts += [Part("recommendation.json", "The recommended recipe and how sure it is."),
                  Part("recommendation.md", "The same in words.")]
    return parts


def _copied(folder: Path, raw: Sequence[RawFile]) -> list[Part]:
    taken = [one for one in raw if not one.why_not]
    for one in taken:
        (folder / one.path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(one.source, folder / one.path)
    return [Part(one.path, "A file of the machine, as it left it.", one.action) for one in taken]


def _put(folder: Path, target: Path, files: Sequence[str]) -> None:
    """The folder in its place, or its files in a ZIP file."""
    if target.suffix.lower() == ".zip":
        write_atomically(target, lambda draft: _zipped(draft, folder, files))
        return
    if target.is_dir():
        target.rmdir()
    shutil.move(folder, target)


def _zipped(draft: Path, folder: Path, files: Sequence[str]) -> None:
    with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in files:
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o100644 << 16
            with archive.open(entry, "w", force_zip64=True) as out, (folder / name).open(
                    "rb") as source:
                shutil.copyfileobj(source, out)
