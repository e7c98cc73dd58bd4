"""Where a ledger lies, said in full, and which other ledgers the same settings file has filled.

A relative address is meant from the folder in which a command is started: the same file started
elsewhere begins a new ledger. That is noticed by what lies beside the settings file and here, and
by a note in the user's state folder of which file was used with which ledger.
"""

from __future__ import annotations

from contextlib import closing, suppress
from pathlib import Path

from pressloop.flows.console import say
from pressloop.flows.settings.campaign import Settings
from pressloop.hardware.append_log import Remembered
from pressloop.hardware.state_files import state_path
from pressloop.trials.errors import BadInput, PressloopError
from pressloop.trials.ledger.address import hidden, parse, sqlite_path
from pressloop.trials.ledger.ledger import Ledger
from pressloop.trials.wording import counted

NOTES = "ledgers of settings files"


def told(url: str) -> str:
    """The ledger as a person finds it again.

    A file by its whole path, a database by its address without the password."""
    path = _file(url)
    return hidden(url) if path is None else str(path)


def say_where(settings_path: Path, settings: Settings, url: str, *, always: bool = True) -> None:
    """Says which ledger is used, and which others this settings file has filled, if any."""
    if always:
        say(f"Ledger: {told(url)}")
    if words := others_words(settings_path, settings, url):
        say(f"Warning: {words}")


def note(settings_path: Path, url: str) -> None:
    """Remembers that this file was used with this ledger. No command fails for want of the note."""
    path = _file(url)
    if path is None:
        return
    line = {"settings": str(settings_path.resolve()), "ledger": str(path)}
    with suppress(PressloopError, OSError):
        notes = _notes()
        if line not in notes.lines():
            notes.append(line)


def others_words(settings_path: Path, settings: Settings, url: str) -> str:
    """Names other ledgers that this settings file has filled; "" where there are none.

    One that this ledger goes on from, as after `migrate`, is no other one."""
    name = settings.campaign.name
    found = [f"{path} ({counted(stacks, 'stack')})" for path in others(settings_path, settings, url)
             if (stacks := _stacks_apart(path, name, url))]
    if not found:
        return ""
    return (f"{settings_path} has filled another ledger with {name} before: {', '.join(found)}. "
            f"Here it is {told(url)}. Write the whole path into [campaign] ledger, or give it by "
            "--ledger, to go on with that one.")


def others(settings_path: Path, settings: Settings, url: str) -> list[Path]:
    """Files that may be such ledgers.

    Those noted, and what the settings' own address means from here and from beside the settings
    file."""
    here = _file(url)
    own = sqlite_path(parse(settings.campaign.ledger))
    known: list[Path] = []
    if own is not None:
        known += [Path.cwd() / own, settings_path.resolve().parent / own]
    with suppress(PressloopError, OSError, KeyError):
        asked = str(settings_path.resolve())
        known += [Path(line["ledger"]) for line in _notes().lines() if line["settings"] == asked]
    same = {path.resolve() for path in known}
    return sorted(path for path in same if path != here and path.is_file())


def _stacks_apart(path: Path, campaign: str, url: str) -> int:
    """Stacks of the campaign in this file.

    0 for one that is no ledger, holds none of it, or none that the ledger at `url` lacks."""
    with suppress(PressloopError, OSError), closing(_old(f"sqlite:///{path}")) as other:
        stacks = len(other.history(campaign, arrays=False))
        return 0 if stacks and _goes_on_from(url, campaign, *other.head(campaign)) else stacks
    return 0


def _goes_on_from(url: str, campaign: str, position: int, newest: str) -> bool:
    with suppress(PressloopError, OSError), closing(_old(url)) as ledger:
        return ledger.hash_at(campaign, position) == newest
    return False


def _old(url: str) -> Ledger:
    return Ledger.open(url, create=False)


def _file(url: str) -> Path | None:
    try:
        path = sqlite_path(parse(url))
    except BadInput:
        return None
    return None if path is None else path.resolve()


def _notes() -> Remembered:
    return Remembered(state_path(NOTES), NOTES)
