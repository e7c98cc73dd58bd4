"""`pressloop backup`, `restore` and `migrate`: one way of copying a ledger, with proof."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

from pressloop.flows.campaign.stored import existing
from pressloop.flows.console import emit, say, tell
from pressloop.flows.lab.folder import OWNER, WRITER
from pressloop.trials.errors import BadInput
from pressloop.trials.ledger.address import display, parse, sqlite_path
from pressloop.trials.ledger.copying import copy_into
from pressloop.trials.ledger.fsync import onto_disk
from pressloop.trials.ledger.ledger import Ledger
from pressloop.trials.ledger.verification import prove
from pressloop.trials.wording import counted
from pressloop.views.files import write_atomically


def backup(url: str, to: Path, as_json: bool) -> None:
    """Copies a ledger into a new file, which is whole or not there at all.

    Raises BadInput where there is a file already, or no folder for it."""
    _tell(copied_to(url, to), as_json)


def copied_to(url: str, to: Path) -> dict[str, Any]:
    """The copy in words. Raises as `backup`."""
    if to.exists():
        raise BadInput("--to", to, "a file that does not exist yet", "A backup replaces nothing.")
    if not to.parent.is_dir():
        raise BadInput("--to", to, "in an existing folder", "Create the folder first.")
    return _copied(url, _address("--to", to)) | {"to": str(to)}


def restore(file: Path, to: str, as_json: bool) -> None:
    """Copies a backup to where there is no ledger yet.

    Raises BadInput where the backup is not there."""
    if not file.is_file():
        raise BadInput("backup", file, "a file that `pressloop backup` wrote", "Correct the path.")
    _tell(_copied(_address("backup", file), to), as_json)


def migrate(source: str, to: str, as_json: bool) -> None:
    """Copies a ledger to another database. The old one stays as it is."""
    result = _copied(source, to)
    target = parse(to)
    # Whoever makes the tables of a lab is not who campaigns append as.
    used = display(target.set(username=WRITER) if target.username == OWNER else target)
    hidden = " with its password" if "***" in used else ""
    say(f"From now on set [campaign] ledger to {used}{hidden}; what is written to the old "
        "one does not come over.")
    _tell(result, as_json)


def _address(name: str, path: Path) -> str:
    if "?" in str(path):
        raise BadInput(name, path, "a path without a question mark", "Choose another name.")
    return f"sqlite:///{path}"


def _copied(source: str, target: str) -> dict[str, Any]:
    """Copies, proved equal; into a new file only as a whole one. Raises LedgerProblem."""
    path = sqlite_path(parse(target))
    if path is None or path.exists() or not path.parent.is_dir():
        return _copy(source, target)
    result: dict[str, Any] = {}

    def write(draft: Path) -> None:
        result.update(_copy(source, _address("file", draft)))
        onto_disk(draft)

    write_atomically(path, write)
    onto_disk(path.parent)
    return result | {"to": display(parse(target))}


def _copy(source: str, target: str) -> dict[str, Any]:
    with existing(source) as old, closing(Ledger.open(target)) as new:
        count = copy_into(old, new)
        _warn(new)
        return {"to": display(parse(target)), "entries": count, "equal": True,
                "heads": {name: new.head(name)[1] for name in new.chains()}}


def _warn(ledger: Ledger) -> None:
    """A copy of a broken ledger is worth having, and must not pass for a sound one.

    A run that still writes to the original leaves its next entries there."""
    for name in ledger.chains():
        proof = prove(ledger, name)
        if proof.broken is not None:
            say(f"Warning: the original is broken, and so is its copy: {name}, {proof.broken}")
        elif proof.open_trials:
            say(f"Note: in {name}, trials {', '.join(map(str, proof.open_trials))} were open. Let "
                "no run go on in both ledgers.")


def _tell(result: dict[str, Any], as_json: bool) -> None:
    emit(result, as_json, lambda: tell("\n".join([
        f"{counted(result['entries'], 'entry', 'entries')} copied to {result['to']}, "
        "each compared with its original: equal.",
        *(f"{name.strip()}: up to {head}" for name, head in result["heads"].items())])))
