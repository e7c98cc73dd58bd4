"""How a part of a study gets its work done: one job after the other, or in a flow many at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol, TypeVar

Job = TypeVar("Job")
Done = TypeVar("Done")


class Each(Protocol):
    """Does `work` for each job and gives the results in the order of the jobs.

    `work` is a function of a module and a job a frozen value, so that both can go to another
    process; `what` tells a person what is being done."""

    def __call__(self, work: Callable[[Job], Done], jobs: Sequence[Job], what: str
                 ) -> Iterator[Done]:
        """The results, in the order of the jobs."""
        ...


def one_by_one(work: Callable[[Job], Done], jobs: Sequence[Job], what: str) -> Iterator[Done]:
    """In this process."""
    for job in jobs:
        yield work(job)
