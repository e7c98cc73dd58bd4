"""`pressloop note`: remarks on a campaign or a trial, with a photo, kept and shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from rich.table import Column, Table
from rich.text import Text

from pressloop.flows.campaign.decisions.word_of_people import note as kept
from pressloop.flows.campaign.stored import existing, named
from pressloop.flows.cli.commands.report import writable
from pressloop.flows.console import emit, tell
from pressloop.trials.errors import BadInput
from pressloop.trials.ledger.ledger import Ledger
from pressloop.trials.people import MOST_PHOTO_BYTES, Note, Photo, photo_kind
from pressloop.views.plain_console import PlainConsole

ENDINGS = {"image/jpeg": "jpg", "image/png": "png"}


@dataclass(frozen=True, slots=True)
class Remark:
    """What the person says, of which trial, and where photos come from or go to."""

    text: str = ""
    trial: int | None = None
    photo: Path | None = None
    out: Path | None = None


def note(url: str, campaign: str | None, remark: Remark, as_json: bool) -> None:
    """Keeps a remark; without a text shows those that were kept.

    Raises BadInput for a trial or a photo that is none."""
    if remark.photo is not None and not remark.text.strip():
        raise BadInput("Note", repr(remark.text), "a text", "Say what the photo shows.")
    if remark.out is not None and remark.text.strip():
        raise BadInput("--out", remark.out, "given without a text",
                       "Notes are kept or shown: do one of both.")
    with existing(url) as ledger:
        name = named(ledger, campaign)
        if remark.text.strip():
            kept(ledger, name, remark.text, remark.trial, _photo(remark.photo))
        notes = _notes(ledger, name, remark)
    if remark.text.strip():
        emit({"campaign": name, "noted": notes[-1]}, as_json, lambda: tell("Noted."))
    else:
        emit({"campaign": name, "notes": notes}, as_json, lambda: _show(notes))


def _photo(path: Path | None) -> Photo | None:
    """The bytes of the file. Raises BadInput for what is no picture, or too large."""
    if path is None:
        return None
    with path.open("rb") as file:
        photo = np.frombuffer(file.read(MOST_PHOTO_BYTES + 1), np.uint8)
    photo_kind(photo)
    return photo


def _notes(ledger: Ledger, name: str, remark: Remark) -> list[dict[str, Any]]:
    """The notes of the campaign, or of one trial, the oldest first; photos written if asked."""
    rows = {row.payload["number"]: row for row in ledger.log(name) if row.kind == "noted"}
    found = []
    for one in ledger.noted(name):
        if remark.trial is not None and one.trial != remark.trial and not remark.text.strip():
            continue
        row = rows[one.number]
        found.append({"number": one.number, "utc": row.utc, "by": row.operator,
                      "trial": one.trial, "text": one.text,
                      "photo_bytes": one.photo_bytes,
                      **({} if remark.out is None else _saved(ledger, name, one, remark.out))})
    return found


def _saved(ledger: Ledger, name: str, one: Note, folder: Path) -> dict[str, str]:
    """Where the photo of a note was written to; {} without one."""
    photo = None if one.photo_bytes is None else ledger.photo(name, one.number)
    return {} if photo is None else {"photo": str(_written(folder, one.number, photo))}


def _written(folder: Path, number: int, photo: Photo) -> Path:
    with writable(folder):
        path = folder / f"note-{number}.{ENDINGS[photo_kind(photo)]}"
        path.write_bytes(photo.tobytes())
    return path


def _show(notes: Sequence[dict[str, Any]]) -> None:
    if not notes:
        tell("Nothing was noted.")
        return
    table = Table("No.", "UTC", "By", "Trial", Column("Note", overflow="fold"), box=None,
                  pad_edge=False)
    for one in notes:
        size = one["photo_bytes"]
        photo = "" if size is None else f" [photo: {one.get('photo') or f'{size} bytes'}]"
        table.add_row(str(one["number"]), one["utc"][:16].replace("T", " "), Text(one["by"]),
                      str(one["trial"] or ""), Text(f"{one['text']}{photo}"))
    PlainConsole(highlight=False).print(table)
