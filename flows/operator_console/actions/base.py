"""What all actions share: what was typed, and the plan that is read back before it is done."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pressloop.flows.operator.typed import expected, number
from pressloop.flows.operator_console.source import Source, Stand
from pressloop.trials.errors import BadInput
from pressloop.trials.ledger.ledger import Ledger
from pressloop.views.console.form import Field, Form

REASON = Field("reason", "Reason", "long", hint="Kept in the ledger with your name.")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person has filled in; nothing of it is believed yet."""

    source: Source
    campaign: str
    values: Mapping[str, str]
    by: str = ""

    @property
    def stand(self) -> Stand:
        """How the campaign stands now. Raises BadInput for one that is none."""
        return self.source.stand(self.campaign)

    @property
    def ledger(self) -> Ledger:
        """The ledger."""
        return self.source.ledger

    def given(self, name: str) -> str:
        """What was typed, without spaces round it; "" for nothing."""
        return self.values.get(name, "").strip()

    def number(self, name: str, label: str, unit: str) -> float:
        """A number as people type it: `1,9` is 1.9. Raises BadInput for anything else."""
        typed = self.given(name)
        found = number(typed, unit)
        if found is None or not math.isfinite(found):
            raise BadInput(label, repr(typed), expected(unit), "Type it again.")
        return found

    def whole(self, name: str, label: str) -> int:
        """A whole number. Raises BadInput for anything else."""
        typed = self.given(name)
        if not (typed.isdecimal() and typed.isascii() and len(typed) < 10):
            raise BadInput(label, repr(typed), "a whole number", "Choose it again.")
        return int(typed)

    def reason(self, label: str = "Reason") -> str:
        """A text. Raises BadInput for an empty one."""
        if not (typed := " ".join(self.given("reason").split())):
            raise BadInput(label, repr(""), "a text", "Say why: it is kept in the ledger.")
        return typed


@dataclass(frozen=True, slots=True)
class Plan:
    """What will be done, in a sentence, and what does it and says so.

    `confirmed` is what of it holds the confirmation: all of the sentence, unless part of that only
    says how things stand and may change while a person reads."""

    sentence: str
    do: Callable[[], str]
    confirmed: str = ""


@dataclass(frozen=True, slots=True)
class Action:
    """A form, and the plan of what was filled in. Planning changes nothing; both raise BadInput."""

    form: Callable[[Asked], Form]
    plan: Callable[[Asked], Plan]


def hidden(asked: Asked, *names: str) -> list[Field]:
    """Values that the button came with."""
    return [Field(name, name, "hidden", asked.given(name)) for name in names]
