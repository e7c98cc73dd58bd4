"""What a table draws of texts that others have written."""

from __future__ import annotations

import io

from hypothesis import given
from hypothesis import strategies as st
from rich.table import Table
from rich.text import Text

from pressloop.views.plain_console import PlainConsole


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=30))
def test_no_text_draws_more_than_itself(words: str) -> None:
    file = io.StringIO()
    console = PlainConsole(file=file, force_terminal=False, width=200)
    console.print(Text(words))
    table = Table("stack", box=None)
    table.add_row(Text(words))
    console.print(table)
    assert all(c.isprintable() or c == "\n" or c.isspace() for c in file.getvalue())


def test_colours_of_its_own_stay() -> None:
    file = io.StringIO()
    PlainConsole(file=file, force_terminal=True, color_system="standard", width=60).print(
        Text("lot \x1b[31m7", "bold"))
    assert file.getvalue() == "\x1b[1mlot [31m7\x1b[0m\n"
