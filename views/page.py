"""Pages from files: templates of `views/templates`, style sheet and script of `views/assets`.

Every value that a template shows is escaped, unless it is `Markup`: what another template made, or
a file of ours. A value that a template asks for and nobody gave is an error, not an empty place.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from pressloop.views.figures.look import Panel
from pressloop.views.files import write_atomically
from pressloop.views.words import NBSP

Cell = tuple[str, str]
"""What a cell of a table says, and its CSS class."""


class Placed(NamedTuple):
    """A panel on a page: its name there, and whether it takes the whole row."""

    panel: Panel
    name: str
    wide: bool


def render(template: str, **values: object) -> Markup:
    """A template of `views/templates`, filled in."""
    return Markup(_environment().get_template(template).render(values))


def write_page(path: Path, template: str, **values: object) -> Path:
    """Writes a filled-in template and returns its path.

    An older file is replaced whole or not at all."""
    html = render(template, **values)
    return write_atomically(path, lambda draft: _write(draft, html))


def placed(shown: Sequence[Panel], prefix: str) -> list[Placed]:
    """Panels for a grid of two columns; `prefix` makes their names the only ones on a page."""
    narrow = [p for p in shown if not p.wide and p.figure is not None]
    # The last of an odd number would leave half a row empty, as would a mere sentence.
    alone = narrow[-1] if len(narrow) % 2 else None
    return [Placed(p, f"{prefix}-{number}", p.wide or p is alone or p.figure is None)
            for number, p in enumerate(shown, start=1)]


def figure_json(panel: Panel) -> Markup:
    """The figure as JSON inside a script element, which a "<" could end."""
    return Markup(panel.figure.to_json().replace("<", "\\u003c"))


def spoken(sentence: str) -> str:
    """A sentence in which a number keeps its percent sign."""
    return sentence.replace(" %", f"{NBSP}%")


def asset(name: str) -> Markup:
    """A file of `views/assets`, as it is."""
    return Markup(_text("assets", name))


@cache
def _environment() -> Environment:
    made = Environment(loader=FunctionLoader(_template), autoescape=True, auto_reload=False,
                       undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    made.filters |= {"spoken": spoken, "figure_json": figure_json}
    made.globals |= {"asset": asset, "placed": placed, "plotly": _plotly}
    return made


def _template(name: str) -> tuple[str, str, None]:
    """The text, and the name that errors tell."""
    return _text("templates", *name.split("/")), name, None


def _plotly() -> Markup:
    from plotly.offline import get_plotlyjs

    return Markup(get_plotlyjs())


def _text(*name: str) -> str:
    return files("pressloop.views").joinpath(*name).read_text(encoding="utf-8")


def _write(draft: Path, html: str) -> None:
    draft.write_text(html, encoding="utf-8", newline="\n")
