"""Trials as they happen, in a terminal or as lines of a log."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import TracebackType

from rich.console import Console
from rich.live import Live

from pressloop.trials.quantity import RESISTANCE, Quantity
from pressloop.trials.trial import Trial
from pressloop.trials.wording import of_budget
from pressloop.views.kinds import in_order
from pressloop.views.live.picture import line_of, picture, summary
from pressloop.views.plain_console import PlainConsole
from pressloop.views.words import Load

PATIENCE_S = 5.0
"""How long leaving waits for a `read` that hangs."""


class LiveProgress:
    """Shows the trials that `read` returns, of `budget` stacks, until the context is left.

    `of` is what the campaign seeks.

    `read` is called from a background thread every `every_s` seconds and once more at the end. A
    `read` that raises or hangs costs a picture, never the campaign. Where `console` (stderr if left
    out) is not interactive, each trial that has ended prints one line instead. `load`
    writes the gauge of the press. Use once.
    """

    def __init__(self, read: Callable[[], Sequence[Trial]], budget: int, *,
                 console: Console | None = None, every_s: float = 0.5,
                 load: Load | None = None, of: Quantity = RESISTANCE) -> None:
        self._read, self._budget, self._every_s, self._load = read, budget, every_s, load
        self._console, self._of = console or PlainConsole(stderr=True), of
        self._trials: Sequence[Trial] = ()
        self._told: set[int] = set()
        self._trouble = ""
        self._leaving = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="progress", daemon=True)
        self._drawing = threading.Lock()
        self._live = self._picture() if self._console.is_interactive else None

    def __enter__(self) -> LiveProgress:
        if self._live is not None:
            self._live.start()
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self._leaving.set()
        self._thread.join(PATIENCE_S)
        if self._live is not None:
            self._live.stop()
        else:
            self._print(summary(self._trials, self._budget, self._load, self._of))

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Leaves the terminal alone for the length of the block, in which somebody is asked.

        Lines of a log, each whole, need no pause."""
        if self._live is None:
            yield
            return
        with self._drawing:
            self._live.stop()
            try:
                yield
            finally:
                # A new one, below what was typed: the old one would draw over it.
                self._live = self._picture()
                self._live.start()

    def _picture(self) -> Live:
        return Live(console=self._console, auto_refresh=False,
                    get_renderable=lambda: picture(
                        self._trials, self._budget, self._trouble, self._load, self._of))

    def _watch(self) -> None:
        leaving = False
        while not leaving:
            # Asked before reading, so that one more read follows the request to leave.
            leaving = self._leaving.is_set()
            self._look()
            self._leaving.wait(self._every_s)

    def _look(self) -> None:
        try:
            self._trials = in_order(self._read())
            self._show("")
        except Exception as error:  # noqa: BLE001
            # Looking on must never stop the campaign; what went wrong is shown instead.
            self._complain(f"progress cannot be shown: {type(error).__name__}: {error}")

    def _complain(self, trouble: str) -> None:
        try:
            if self._live is None and trouble != self._trouble:
                self._print(trouble)
            self._show(trouble)
        except Exception:  # noqa: BLE001
            # The terminal itself is gone: there is nobody left to tell.
            return

    def _show(self, trouble: str) -> None:
        self._trouble = trouble
        if self._live is not None:
            with self._drawing:
                self._live.refresh()
            return
        used = 0
        for trial in self._trials:
            used += trial.used_here
            if trial.used_here and trial.number not in self._told:
                self._told.add(trial.number)
                self._print(line_of(trial, of_budget(used, self._budget), self._load))

    def _print(self, words: str) -> None:
        # Names of stacks are not markup, and a log line is not to be broken.
        self._console.print(words, markup=False, highlight=False, emoji=False, soft_wrap=True)
