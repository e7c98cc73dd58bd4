"""How far a study is: bars with the time left in a terminal, a line for each step elsewhere."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import TypeVar

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from pressloop.views.plain_console import PlainConsole

T = TypeVar("T")


class StudyProgress:
    """What is done of a study, on stderr. Use as a context."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or PlainConsole(stderr=True)
        self._bars = Progress(
            TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(),
            TimeElapsedColumn(), TextColumn("left:"), TimeRemainingColumn(),
            console=self._console) if self._console.is_interactive else None

    def __enter__(self) -> StudyProgress:
        if self._bars is not None:
            self._bars.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        if self._bars is not None:
            self._bars.stop()

    def say(self, words: str) -> None:
        """A line that stays."""
        self._console.print(words, markup=False, highlight=False, soft_wrap=True)

    def counted(self, done: Iterable[T], total: int, what: str) -> Iterator[T]:
        """The same items; each counts as one of `total` jobs of `what` that is done."""
        began, bar = time.monotonic(), None
        if self._bars is not None:
            bar = self._bars.add_task(what, total=total)
        for item in done:
            if self._bars is not None and bar is not None:
                self._bars.advance(bar)
            yield item
        if self._bars is None:
            self.say(f"{what}: {total} {'job' if total == 1 else 'jobs'} in "
                     f"{time.monotonic() - began:.0f} s")
