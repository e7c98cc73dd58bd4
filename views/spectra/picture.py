"""Spectra compared in one PNG picture.

The page's figures, drawn by plotly through kaleido and an installed browser.

One code draws page and picture; a second plotting library would need every figure twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path
from textwrap import wrap
from typing import Any

from pressloop.trials.errors import BadInput
from pressloop.views.figures.look import GRID, INK, MUTED, PAPER, Panel, blank
from pressloop.views.figures.shown import Shown
from pressloop.views.files import write_atomically
from pressloop.views.spectra.page import spectra_panels
from pressloop.views.spectra.process_table import HEADS, cells_of

WIDTH, SIDE, GAP, EDGE = 1280, 400, 100, 80
LINE, ROW = 20, 27
LETTERS = 165
"""Characters on a line of words."""
HOW = "It needs `pip install kaleido` and a browser; or write .html, which needs neither."


def require_kaleido() -> None:
    """Raises BadInput where pictures cannot be drawn for lack of kaleido or a browser."""
    try:
        from choreographer.browsers import Chromium
    except ImportError:
        raise BadInput("--plot", ".png", "drawn by kaleido, which is not installed", HOW) from None
    found = Chromium.find_browser(skip_local=False)
    if found is None or not Path(found).exists():
        raise BadInput("--plot", ".png", "drawn by Chrome or Chromium: neither is installed", HOW)


def write_picture(path: Path, shown: Sequence[Shown]) -> Path:
    """Writes the picture and returns its path.

    Raises BadInput without kaleido or a browser, and where the browser fails."""
    require_kaleido()
    import kaleido

    figure = whole(shown)
    size = {"width": WIDTH, "height": int(figure.layout.height), "scale": 2}
    try:
        picture = kaleido.calc_fig_sync(figure, opts={"format": "png"} | size,
                                        kopts={"mathjax": False})
    except RuntimeError as error:
        raise BadInput("--plot", path, "drawn by a browser, which failed",
                       f"Write .html instead. ({type(error).__name__})") from error
    return write_atomically(path, lambda draft: _write(draft, picture))


def _write(draft: Path, picture: bytes) -> None:
    draft.write_bytes(picture)


def whole(shown: Sequence[Shown]) -> Any:
    """One figure: verdicts above, four panels, the table of processes below."""
    words = _words(shown)
    table = [((one.label if number == 0 else "",) if len(shown) > 1 else ()) + cells
             for one in shown for number, cells in enumerate(cells_of(one))]
    top = 24 + LINE * len(words)
    bottom = ROW * (len(table) + 1) + 40 if table else 0
    height = top + 2 * (SIDE + GAP) + bottom
    figure = blank(height)
    figure.update_layout(margin={"l": 0, "r": 0, "t": 0, "b": 0}, width=WIDTH)
    for number, line in enumerate(words):
        _write_words(figure, line, 24, 16 + LINE * number, height, INK)
    width = (WIDTH - 2 * EDGE - EDGE) / 2
    for number, panel in enumerate(spectra_panels(shown)):
        left = EDGE + (number % 2) * (width + EDGE)
        start = top + 44 + (number // 2) * (SIDE + GAP)
        _write_words(figure, f"<b>{escape(panel.title)}</b>", left, start - 26, height, INK)
        x = (left / WIDTH, (left + width) / WIDTH)
        y = (1 - (start + SIDE) / height, 1 - start / height)
        if panel.figure is None:
            _write_words(figure, escape(panel.missing), left, start, height, MUTED)
        else:
            _place(figure, panel, x, y)
    if table:
        _table(figure, table, (16 / WIDTH, 1 - 16 / WIDTH), (0.0, (bottom - 10) / height))
    return figure


def _words(shown: Sequence[Shown]) -> list[str]:
    """Lines of what was found, each spectrum with its colour before its name."""
    lines = []
    for one in shown:
        found = wrap(f"{one.label}: {one.verdict}", LETTERS)
        first = escape(found[0]).replace(escape(one.label), f"<b>{escape(one.label)}</b>", 1)
        lines.append(f'<span style="color:{one.colour}">■</span> {first}')
        lines += [f"    {escape(line)}" for line in found[1:]]
    return lines


def _write_words(figure: Any, words: str, left: float, top: float, height: int, colour: str
                 ) -> None:
    figure.add_annotation(text=words, x=left / WIDTH, y=1 - top / height, xref="paper",
                          yref="paper", xanchor="left", yanchor="top", showarrow=False,
                          font={"size": 13, "color": colour}, align="left")


def _place(figure: Any, panel: Panel, x: tuple[float, float], y: tuple[float, float]) -> None:
    """Takes a panel's traces, axes and lines over into a part of the picture."""
    part = panel.figure.to_plotly_json()
    number = sum(1 for name in figure.layout.to_plotly_json() if name.startswith("yaxis"))
    # An untouched figure has axes of its own that nothing uses yet.
    number = 0 if not figure.data else number
    names = {"x": _axis("x", number + 1), "y": _axis("y", number + 1),
             "y2": _axis("y", number + 2)}
    for trace in part["data"]:
        figure.add_trace(trace | {"xaxis": names["x"], "yaxis": names[trace.get("yaxis", "y")]})
    layout = part["layout"]
    for old in ("x", "y", "y2"):
        axis = dict(layout.get(f"{old[0]}axis{old[1:]}", {}))
        if not axis:
            continue
        low, high = axis.get("domain", (0.0, 1.0))
        start, end = x if old == "x" else y
        axis["domain"] = [start + low * (end - start), start + high * (end - start)]
        axis["anchor"] = names[axis.get("anchor", "y" if old == "x" else "x")]
        if "scaleanchor" in axis:
            axis["scaleanchor"] = names[axis["scaleanchor"]]
        axis["automargin"] = False
        figure.update_layout({names[old].replace("x", "xaxis").replace("y", "yaxis"): axis})
    for shape in layout.get("shapes", ()):
        figure.add_shape(shape | {"xref": names["x"], "yref": f"{names['y']} domain"})


def _axis(letter: str, number: int) -> str:
    return letter if number == 1 else f"{letter}{number}"


def _table(figure: Any, rows: Sequence[tuple[str, ...]], x: tuple[float, float],
           y: tuple[float, float]) -> None:
    several = len(rows[0]) > len(HEADS)
    heads = ("Spectrum", *HEADS) if several else HEADS
    look = {"align": "left", "height": ROW, "line": {"color": GRID}}
    figure.add_table(
        columnwidth=[2.2 if head == "Spectrum" else 1.0 for head in heads],
        header=look | {"values": [f"<b>{escape(head)}</b>" for head in heads],
                       "fill": {"color": "#f5f6f7"}, "font": {"color": MUTED}},
        cells=look | {"values": [[escape(cell) for cell in column]
                                 for column in zip(*rows, strict=True)],
                      "fill": {"color": PAPER}},
        domain={"x": list(x), "y": list(y)})
