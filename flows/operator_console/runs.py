"""Runs that a person starts from the console: processes of their own, which outlive it."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from pressloop.flows.campaign.ledger_places import told
from pressloop.flows.operator.variables import ASK_VARIABLE, POLL_VARIABLE
from pressloop.flows.settings.campaign import Settings, read_settings
from pressloop.flows.settings.campaign_tables import NO_DEVICE
from pressloop.hardware.own_folder import own_folder
from pressloop.trials.errors import BadInput, PressloopError
from pressloop.trials.provenance import OPERATOR_VARIABLE

MOST_FILES = 200
LAST_BYTES = 4000


@dataclass(frozen=True, slots=True)
class SettingsFile:
    """A settings file that may be started, and its settings."""

    path: Path
    settings: Settings


def settings_files(folder: Path, url: str) -> list[SettingsFile]:
    """Those in the folder that have a press and name this ledger."""
    found = []
    for path in sorted(folder.glob("*.toml"))[:MOST_FILES]:
        try:
            settings = read_settings(path)
        except (PressloopError, OSError):
            # A study, or another program's file; `pressloop check` says what is wrong with one.
            continue
        if settings.press.driver != NO_DEVICE and same_ledger(folder, settings, url):
            found.append(SettingsFile(path, settings))
    return found


def same_ledger(folder: Path, settings: Settings, url: str) -> bool:
    """Whether a run that is started in the folder would fill the ledger that the console shows."""
    return told(absolute(folder, settings.campaign.ledger)) == told(absolute(folder, url))


def absolute(folder: Path, url: str) -> str:
    """The address with the path of its file meant from the folder."""
    head, mark, path = url.partition("sqlite:///")
    if head or not mark or not path or path.startswith(("/", "file:")):
        return url
    return f"sqlite:///{folder / path}"


def start(folder: Path, chosen: SettingsFile, by: str, press: str = "") -> str:
    """Starts a run of this file, of one of its presses if named, and says where its words are.

    In a session of its own: neither Ctrl-C nor the end of the console reaches it. What it has to
    ask a person is shown by the console, and at Prefect's page."""
    log = log_path(chosen.path, press)
    on = ["--press", press] if press else []
    with open(log, "wb", opener=_private) as words:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "pressloop", "run", str(chosen.path), *on],
            cwd=folder,
            stdin=subprocess.DEVNULL, stdout=words, stderr=words, start_new_session=True,
            env={ASK_VARIABLE: "form", POLL_VARIABLE: "1", **os.environ, OPERATOR_VARIABLE: by})
    # Its end is taken note of, so that a process that is gone is not held for one that is there.
    threading.Thread(target=process.wait, daemon=True).start()
    return f"Process {process.pid} was started; its words are in {log}."


def log_path(settings: Path, press: str = "") -> Path:
    """Where the words of the latest run of a settings file are; of one press, if named."""
    told = f"{settings.resolve()}{f' {press}' if press else ''}"
    return own_folder() / f"run-{sha256(told.encode()).hexdigest()[:16]}.log"


def last_words(settings: Path, press: str = "") -> str:
    """The last line of a run's words, "" where there are none."""
    try:
        text = log_path(settings, press).read_bytes()[-LAST_BYTES:].decode(errors="replace")
    except OSError:
        return ""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else ""


def chosen_file(folder: Path, url: str, name: str) -> SettingsFile:
    """The file of this name, of those that may be started. Raises BadInput for another."""
    files = settings_files(folder, url)
    for one in files:
        if one.path.name == name:
            return one
    names = ", ".join(one.path.name for one in files) or "none"
    raise BadInput("settings file", name, f"one of {names} in {folder}", "Files "
                   "count that have a [press] and name this ledger.")


def _private(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NOFOLLOW", 0), 0o600)
