"""A person who can be asked: the operator of a press that no computer drives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Blank:
    """One thing to fill in: a number in `unit`, one of `choices`, or else a text."""

    name: str
    label: str
    unit: str = ""
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """What a person is asked. `trouble` says what was wrong with the answer before."""

    title: str
    text: str
    blanks: tuple[Blank, ...]
    trouble: str = ""


class Person(Protocol):
    """Asks, and waits for the answer."""

    def ask(self, question: Question) -> Mapping[str, float | str]:
        """A value for every blank, of its kind but otherwise as the person wrote it.

        Whoever asks judges it, and asks again with `trouble`. Raises Fault when nobody can be
        asked."""
        ...
