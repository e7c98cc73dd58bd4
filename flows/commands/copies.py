"""`pressloop backup`, `restore` and `migrate`: one way of copying a ledger, with proof."""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path

from flows.commands.stored import existing
from flows.console import emit, say
from trials.copying import copy_into
from trials.database import display, parse, sqlite_path
from trials.errors import BadInput
from trials.ledger import Ledger
from trials.proof import prove


def backup(url: str, to: Path, as_json: bool) -> None:
    """Copies a ledger into a new file, which is whole or not there at all."""
    if to.exists():
        raise BadInput("--to", to, "a file that does not exist yet", "A backup replaces nothing.")
    if not to.parent.is_dir():
        raise BadInput("--to", to, "in an existing folder", "Create the folder first.")
    draft = to.with_name(f".{to.name}.{os.getpid()}.tmp")
    try:
        result = _copied(url, f"sqlite:///{draft}")
        _onto_disk(draft)
        os.replace(draft, to)
        _onto_disk(to.parent)
    finally:
        for part in (draft, *draft.parent.glob(f"{draft.name}-*")):
            part.unlink(missing_ok=True)
    _tell(result | {"to": str(to)}, as_json)


def restore(file: Path, to: str, as_json: bool) -> None:
    """Copies a backup to where there is no ledger yet."""
    if not file.is_file():
        raise BadInput("backup", file, "a file that `pressloop backup` wrote", "Correct the path.")
    _tell(_copied(f"sqlite:///{file}", to), as_json)


def migrate(source: str, to: str, as_json: bool) -> None:
    """Copies a ledger to another database. The old one stays as it is."""
    result = _copied(source, to)
    say(f"From now on set [campaign] ledger = {result['to']!r}; what is written to the old one "
        "does not come over.")
    _tell(result, as_json)


def _copied(source: str, target: str) -> dict[str, object]:
    """Copies, and proves the copy equal and sound. Raises LedgerProblem otherwise; a file made for
    the copy is taken away again then."""
    path = sqlite_path(parse(target))
    made = path is not None and not path.exists()
    try:
        with existing(source) as old, closing(Ledger.open(target)) as new:
            count = copy_into(old, new)
            heads = {name: new.head(name)[1] for name in new.campaigns()}
            _warn_if_broken(new)
    except BaseException:
        if made and path is not None:
            for part in (path, *path.parent.glob(f"{path.name}-*")):
                part.unlink(missing_ok=True)
        raise
    return {"to": display(parse(target)), "entries": count, "equal": True, "heads": heads}


def _warn_if_broken(ledger: Ledger) -> None:
    # A copy of a broken ledger is still worth having; it must not pass for a sound one.
    for name in ledger.campaigns():
        if (broken := prove(ledger, name).broken) is not None:
            say(f"Warning: the original is broken, and so is its copy: {name}, {broken}")


def _onto_disk(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _tell(result: dict[str, object], as_json: bool) -> None:
    heads = result["heads"]
    assert isinstance(heads, dict)
    emit(result, as_json, lambda: print("\n".join([
        f"{result['entries']} entries copied to {result['to']}, each compared with its original: "
        "equal.", *(f"{name}: up to {head}" for name, head in heads.items())])))
