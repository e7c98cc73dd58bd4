"""The HTML shell: escaping, panels, and one page that asks nothing of the network."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from html import escape

from pressloop.views.figures.look import Panel
from pressloop.views.style import CSS, SCRIPT

POLICY = ("default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; "
          "img-src data: blob:; font-src data:")
"""A browser refuses everything that is not in the file itself."""


def tag(name: str, content: str, **attributes: str) -> str:
    """An element around content that is already HTML; attribute values are escaped."""
    words = "".join(f' {key.rstrip("_").replace("_", "-")}="{escape(value)}"'
                    for key, value in attributes.items())
    return f"<{name}{words}>{content}</{name}>"


def text(value: object) -> str:
    """Any value as escaped text."""
    return escape(str(value))


def panels(shown: Sequence[Panel], prefix: str) -> str:
    """Panels in a grid of two columns; figure data stays next to its place."""
    narrow = [p for p in shown if not p.wide and p.figure is not None]
    # The last of an odd number would leave half a row empty, as would a mere sentence.
    alone = narrow[-1] if len(narrow) % 2 else None
    wide = [p.wide or p is alone or p.figure is None for p in shown]
    return tag("div", "".join(_panel(p, f"{prefix}-{i}", wide=w) for i, (p, w) in enumerate(
        zip(shown, wide, strict=True), start=1)), class_="grid")


def _panel(panel: Panel, name: str, *, wide: bool) -> str:
    head = tag("h3", text(panel.title))
    css = "panel wide" if wide else "panel"
    if panel.figure is None:
        return tag("figure", head + tag("p", text(panel.missing), class_="muted"), class_=css)
    caption = tag("figcaption", text(panel.how_to_read)) + _key(panel)
    height = f"min-height:{int(panel.figure.layout.height)}px"
    # "<" inside JSON could end the script element.
    data = panel.figure.to_json().replace("<", "\\u003c")
    return tag("figure", head + caption
               + tag("div", "This figure needs JavaScript.", class_="plot", id=name, role="img",
                     style=height, data_figure=f"{name}-data", aria_label=panel.title)
               + tag("script", data, type="application/json", id=f"{name}-data"), class_=css)


def _key(panel: Panel) -> str:
    return tag("ul", "".join(
        tag("li", tag("i", "", class_="swatch", style=f"background:{colour}") + text(words))
        for colour, words in panel.key), class_="key inner") if panel.key else ""


def facts(pairs: Iterable[tuple[str, str, str]], css: str = "facts") -> str:
    """A list of (name, value, remark) in plain text."""
    return tag("dl", "".join(
        "<div>" + tag("dt", text(name)) + tag(
            "dd", text(value) + (tag("small", text(remark)) if remark else "")) + "</div>"
        for name, value, remark in pairs), class_=css)


def page(title: str, body: str, *, plots: bool = True) -> str:
    """The whole file: style, body, plotly.js once where there are `plots`, script."""
    head = (f'<meta charset="utf-8"><meta name="viewport" content="width=device-width">'
            f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
            f"<title>{text(title)}</title><style>{CSS}</style>")
    scripts = f"{_plotly() if plots else ''}<script>{SCRIPT}</script>"
    return (f'<!DOCTYPE html>\n<html lang="en"><head>{head}</head><body><main>{body}</main>'
            f"{scripts}</body></html>\n")


def _plotly() -> str:
    from plotly.offline import get_plotlyjs

    return f"<script>{get_plotlyjs()}</script>"


def plain_json(value: object) -> str:
    """A setting as short text."""
    return value if isinstance(value, str) else json.dumps(value)
