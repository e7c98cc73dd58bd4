"""The terminal, as far as tables and pictures are drawn on it."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from pressloop.trials.wording import printable


class PlainConsole(Console):
    """A console on which no text but its own moves the cursor, colours or renames anything.

    Names of stacks, reasons, cells of sheets and answers of devices come from others."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None
               ) -> Iterable[Segment]:
        """The segments to draw, those of text without what cannot be printed.

        It is left out, as it takes no width where rich lays out a table."""
        return (one if one.control else Segment(printable(one.text, ""), one.style)
                for one in super().render(renderable, options))
