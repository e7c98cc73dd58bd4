"""Recipes that people have asked for: a queue that is folded from the ledger's entries.

A recipe is taken out of it by the plan of the stack that is pressed by it, in that very entry: a
run that is killed has either taken it, and presses that stack, or has not.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from pressloop.trials.entry import Entry, Planned, Queued, Unqueued
from pressloop.trials.errors import LedgerProblem

KINDS = ("queued", "unqueued", "planned")
"""Kinds of entry that tell of the queue."""


@dataclass(slots=True)
class Queue:
    """What waits, by number, in the order of asking; `used` counts all that were asked for."""

    waiting: dict[int, Queued] = field(default_factory=dict)
    used: int = 0

    def take(self, entry: Entry) -> None:
        """The queue after this entry. Raises LedgerProblem for one that cannot have followed."""
        match entry:
            case Queued(number=number):
                if number != self.used + 1:
                    raise LedgerProblem("queued recipe", number, f"number {self.used + 1}",
                                        "Another was asked for meanwhile: read the queue first.")
                self.waiting[number] = entry
                self.used = number
            case Unqueued(number=number) | Planned(queued=int(number)):
                if number not in self.waiting:
                    raise LedgerProblem(
                        "queued recipe", number,
                        f"one that waits ({', '.join(map(str, self.waiting)) or 'none does'})",
                        "It was pressed or taken out already.")
                del self.waiting[number]


def queue_of(entries: Iterable[Entry]) -> Queue:
    """The queue after these entries, in the order of recording. Raises LedgerProblem."""
    queue = Queue()
    for entry in entries:
        queue.take(entry)
    return queue
