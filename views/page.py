"""The HTML shell: escaping, panels, and one page that asks nothing of the network."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from html import escape

from views.figures.look import Panel
from views.style import CSS, SCRIPT

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
    return tag("div", "".join(_panel(p, f"{prefix}-{i}", alone=len(shown) == 1)
                              for i, p in enumerate(shown, start=1)), class_="grid")


def _panel(panel: Panel, name: str, *, alone: bool) -> str:
    head = tag("h3", text(panel.title))
    css = "panel wide" if panel.wide or alone else "panel"
    if panel.figure is None:
        return tag("figure", head + tag("p", text(panel.missing), class_="muted"), class_=css)
    caption = tag("figcaption", text(panel.how_to_read))
    height = f"min-height:{int(panel.figure.layout.height)}px"
    # "<" inside JSON could end the script element.
    data = panel.figure.to_json().replace("<", "\\u003c")
    return tag("figure", head + caption
               + tag("div", "This figure needs JavaScript.", class_="plot", id=name, role="img",
                     style=height, data_figure=f"{name}-data", aria_label=panel.title)
               + tag("script", data, type="application/json", id=f"{name}-data"), class_=css)


def facts(pairs: Iterable[tuple[str, str, str]], css: str = "facts") -> str:
    """A list of (name, value, remark) in plain text."""
    return tag("dl", "".join(
        "<div>" + tag("dt", text(name)) + tag(
            "dd", text(value) + (tag("small", text(remark)) if remark else "")) + "</div>"
        for name, value, remark in pairs), class_=css)


def page(title: str, body: str) -> str:
    """The whole file: style, body, plotly.js once, script."""
    from plotly.offline import get_plotlyjs  # noqa: PLC0415

    head = (f'<meta charset="utf-8"><meta name="viewport" content="width=device-width">'
            f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
            f"<title>{text(title)}</title><style>{CSS}</style>")
    scripts = f"<script>{get_plotlyjs()}</script><script>{SCRIPT}</script>"
    return (f'<!DOCTYPE html>\n<html lang="en"><head>{head}</head><body><main>{body}</main>'
            f"{scripts}</body></html>\n")


def plain_json(value: object) -> str:
    """A setting as short text."""
    return value if isinstance(value, str) else json.dumps(value)
