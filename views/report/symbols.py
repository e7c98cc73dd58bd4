"""The marks of the figures as inline SVG, for keys and tables."""

from __future__ import annotations

from collections.abc import Sequence

from pressloop.trials.trial import State, Trial
from pressloop.views.analysis import Analysis
from pressloop.views.figures.look import COLOURS, IMPORTED, INK, RECOMMENDED, REFERENCE, symbol_of
from pressloop.views.kinds import Kind, kind_of
from pressloop.views.page import tag

SHAPES = {
    "circle": '<circle cx="8" cy="8" r="5.5" fill="{c}"/>',
    "x": '<path d="M3 3L13 13M13 3L3 13" stroke="{c}" stroke-width="3.6"/>',
    "x-thin-open": '<path d="M3 3L13 13M13 3L3 13" stroke="{c}" stroke-width="1.6"/>',
    "triangle-down": '<path d="M2 3.5H14L8 14Z" fill="{c}"/>',
    "diamond": '<path d="M8 1L15 8L8 15L1 8Z" fill="{c}"/>',
    "triangle-up": '<path d="M2 13H14L8 2.5Z" fill="{c}"/>',
    "triangle-up-open": '<path d="M3 12.5H13L8 3.5Z" fill="none" stroke="{c}" stroke-width="2"/>',
    "square-open": '<rect x="3" y="3" width="10" height="10" fill="none" stroke="{c}" '
                   'stroke-width="2"/>',
    "cross-thin-open": '<path d="M8 2V14M2 8H14" stroke="{c}" stroke-width="2"/>',
    "circle-open-dot": '<circle cx="8" cy="8" r="5" fill="none" stroke="{c}" stroke-width="2"/>'
                       '<circle cx="8" cy="8" r="1.5" fill="{c}"/>',
    "circle-open": '<circle cx="8" cy="8" r="5" fill="#fff" stroke="{c}" stroke-width="2"/>',
    "star": '<path d="M8 .8L10 5.6L15.2 6L11.2 9.4L12.5 14.5L8 11.7L3.5 14.5L4.8 9.4L.8 6L6 5.6Z"'
            ' fill="#ffd23f" stroke="{c}" stroke-width="1.2"/>',
    "hexagon-open": '<path d="M8 1.5L14 4.8V11.2L8 14.5L2 11.2V4.8Z" fill="none" stroke="{c}" '
                    'stroke-width="1.8"/>',
}


def svg(symbol: str, colour: str) -> str:
    """One mark; hidden from screen readers, as its word stands next to it."""
    return tag("svg", SHAPES[symbol].format(c=colour), viewBox="0 0 16 16", aria_hidden="true")


def mark_of(trial: Trial) -> str:
    """The mark of one trial."""
    return svg(symbol_of(trial), COLOURS[kind_of(trial)])


def key(found: Analysis) -> str:
    """What the marks mean; only those that occur."""
    entries = [(symbol_of(t), COLOURS[kind_of(t)], _word(t)) for t in _firsts(found.trials)]
    if found.recommendation is not None:
        entries.append((RECOMMENDED, INK, "recommended"))
    if found.reference is not None:
        entries.append((REFERENCE, INK, "reference"))
    return tag("ul", "".join(tag("li", svg(symbol, colour) + word)
                             for symbol, colour, word in entries), class_="key")


def _word(trial: Trial) -> str:
    kind = kind_of(trial)
    return "intact, imported" if symbol_of(trial) == IMPORTED else str(kind)


def _firsts(trials: Sequence[Trial]) -> list[Trial]:
    """One trial of each mark, in the order of kinds."""
    found: dict[tuple[Kind, bool], Trial] = {}
    for trial in trials:
        kind = kind_of(trial)
        found.setdefault((kind, kind is Kind.INTACT and trial.state is State.IMPORTED), trial)
    order = list(Kind)
    return [found[k] for k in sorted(found, key=lambda pair: (order.index(pair[0]), pair[1]))]
