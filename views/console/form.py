"""What a person is asked before something is done, and what the console answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Field(NamedTuple):
    """One thing to fill in: "text", "number", "choice", "long" text, "photo" or "hidden"."""

    name: str
    label: str
    kind: str = "text"
    value: str = ""
    unit: str = ""
    choices: Sequence[tuple[str, str]] = ()
    hint: str = ""
    optional: bool = False


class Form(NamedTuple):
    """The fields of an action; `danger` ones move the press, or cannot be taken back."""

    action: str
    title: str
    text: Sequence[str]
    fields: Sequence[Field]
    danger: bool = False
    trouble: str = ""
