"""What says where things lie on a lab's computers, or how to get into them, is left out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar, cast

from pressloop.trials.recipe import Recipe
from pressloop.trials.stack import Stack

T = TypeVar("T")
LEFT_OUT = "[left out]"
PART = r"[^\s/\\:*?\"'<>|,;()\[\]]"
"""A character of a file name; a last name with a blank ends there."""
TAIL = r"[^\s\"'<>|,;)]*"
ON = rf"(?: {PART}+[\\/]{TAIL})*"
"""The rest of a path behind a folder with a blank in its name."""
PLACES = re.compile("|".join((
    # Any address with a scheme, but for those of the web that carry no login.
    rf"\b(?!https?://)[a-z][a-z0-9+.\-]*:///?{TAIL}", rf"\bhttps?://[^\s/\"'<>@]*@{TAIL}",
    # Paths of two parts or more, home folders, drives, network shares.
    rf"(?<![\w.\-/\])])/{PART}+/{TAIL}{ON}", rf"(?<![\w~])~{PART}*/{TAIL}{ON}",
    rf"\b[a-z]:[\\/]{PART}{TAIL}{ON}", rf"\\\\{PART}+\\{TAIL}{ON}",
    # Instruments, and machines by their number on a network.
    rf"\b(?:tcpip|usb|gpib|asrl|pxi|vxi)\d*::{TAIL}", r"\b(?:\d{1,3}\.){3}\d{1,3}\b(?::\d+)?",
    # Whatever a message itself calls secret.
    r"\b(?:password|passwd|pwd|token|secret|api[ _-]?key)\s*[=:]\s*\S+",
)), re.IGNORECASE)
SECRET = re.compile(r"pass(?:word|wd)?$|token|secret|api_?key|credential|webhook", re.IGNORECASE)
ADDRESSES = ("ledger", "host", "port", "serial_device", "resource", "folder", "log_folder",
             "command", "url")
"""Keys of settings that say where a machine is reached, where it writes, or what it runs."""


def without_places(text: str) -> str:
    """The text with paths, addresses of machines and addresses with a login left out."""
    return PLACES.sub(LEFT_OUT, text)


def names_places(data: bytes) -> bool:
    """Whether a file, of text or not, says where something lies."""
    wide = data[:2] in (b"\xff\xfe", b"\xfe\xff")
    return PLACES.search(data.decode("utf-16" if wide else "latin-1", "replace")) is not None


def harmless(value: T) -> T:
    """The same value without places in any of its texts: a dataclass, mapping, list or tuple.

    What stacks and parameters are called stays: 26.11.29.1 is a lot, not a machine."""
    made: Any = value
    if isinstance(value, (Stack, Recipe)):
        made = value
    elif isinstance(value, str):
        # The members of enumerations are words of ours.
        made = without_places(value) if type(value) is str else value
    elif is_dataclass(value) and not isinstance(value, type):
        now = {f.name: getattr(value, f.name) for f in fields(value) if f.init}
        changed = {name: new for name, old in now.items() if (new := harmless(old)) is not old}
        made = replace(value, **changed) if changed else value
    elif isinstance(value, Mapping):
        new = {key: harmless(one) for key, one in value.items()}
        made = new if any(new[key] is not one for key, one in value.items()) else value
    elif type(value) in (list, tuple):
        items: Any = value
        new_items = [harmless(one) for one in items]
        same = all(a is b for a, b in zip(new_items, items, strict=True))
        made = value if same else type(items)(new_items)
    return cast(T, made)


def settings_without_places(settings: Mapping[str, Any], where: str = ""
                            ) -> tuple[dict[str, Any], list[str]]:
    """Settings without addresses, paths and secrets, and the names of the keys that are left out.

    What is left is read as settings again: keys go as a whole, and those without a value too."""
    kept, gone = dict[str, Any](), list[str]()
    for key, value in settings.items():
        name = f"{where}{key}"
        if value is None:
            continue
        if isinstance(value, Mapping):
            kept[key], more = settings_without_places(value, f"{name}.")
            gone += more
        elif value and (SECRET.search(key) or (key in ADDRESSES and not _is_number_of_space(
                where, value)) or _has_place(value)):
            gone.append(name)
        elif isinstance(value, (list, tuple)):
            kept[key], more = _items(value, name)
            gone += more
        else:
            kept[key] = value
    return kept, gone


def _items(values: Any, name: str) -> tuple[list[Any], list[str]]:
    kept, gone = list[Any](), list[str]()
    for at, value in enumerate(values, start=1):
        if isinstance(value, Mapping):
            item, more = settings_without_places(value, f"{name}[{at}].")
            kept.append(item)
            gone += more
        else:
            kept.append(value)
    return kept, gone


def _is_number_of_space(where: str, value: Any) -> bool:
    """Parameters of a campaign may have any name."""
    return where.startswith(("space.", "reference.")) and not isinstance(value, str)


def _has_place(value: Any) -> bool:
    if isinstance(value, str):
        return PLACES.search(value) is not None
    return isinstance(value, (list, tuple)) and any(_has_place(one) for one in value)
