"""A part of a page, and what a browser says when it asks for one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pressloop.flows.campaign.standing import PressRun
from pressloop.flows.operator_console.source import Source, Stand
from pressloop.trials.errors import BadInput


@dataclass(frozen=True, slots=True)
class Part:
    """A part: what its tag tells apart, and how it is made."""

    tag: str
    made: Callable[[], str]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A part that a browser asks for."""

    source: Source
    query: Mapping[str, str]

    @property
    def campaign(self) -> str:
        """The campaign that it is of."""
        return self.query.get("campaign", "")

    @property
    def stand(self) -> Stand:
        """How that stands. Raises BadInput for one that is none."""
        return self.source.stand(self.campaign)

    @property
    def at_press(self) -> tuple[Stand, PressRun]:
        """How the campaign stands, and the run in it of the press that the part is of.

        The first one where no press is named. Raises BadInput for a press that is none."""
        stand = self.stand
        return stand, (stand.run_of(self.query["press"]) if "press" in self.query
                       else stand.runs[0])

    def whole(self, name: str) -> int | None:
        """A whole number of the query, None where it is not given. Raises BadInput."""
        given = self.query.get(name, "")
        if given and not (given.isdecimal() and given.isascii() and len(given) < 10):
            raise BadInput(name, given, "a whole number", "Follow a link of the page.")
        return int(given) if given else None
