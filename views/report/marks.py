"""The marks of the figures, for keys and tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from pressloop.trials.trial import State, Trial
from pressloop.views.analysis import Analysis
from pressloop.views.figures.look import COLOURS, IMPORTED, INK, RECOMMENDED, REFERENCE, symbol_of
from pressloop.views.kinds import Kind, kind_of


class Mark(NamedTuple):
    """A mark, drawn by `templates/marks.html`, and its word."""

    symbol: str
    colour: str
    word: str


def mark_of(trial: Trial) -> Mark:
    """The mark of one trial."""
    kind = kind_of(trial)
    return Mark(symbol_of(trial), COLOURS[kind], str(kind))


def key(found: Analysis) -> list[Mark]:
    """What the marks mean; only those that occur."""
    marks = [_key_mark(trial) for trial in _firsts(found.trials)]
    if found.recommendation is not None:
        marks.append(Mark(RECOMMENDED, INK, "recommended"))
    if found.reference is not None:
        marks.append(Mark(REFERENCE, INK, "reference"))
    return marks


def _key_mark(trial: Trial) -> Mark:
    mark = mark_of(trial)
    return mark._replace(word="intact, imported") if mark.symbol == IMPORTED else mark


def _firsts(trials: Sequence[Trial]) -> list[Trial]:
    """One trial of each mark, in the order of kinds."""
    found: dict[tuple[Kind, bool], Trial] = {}
    for trial in trials:
        kind = kind_of(trial)
        found.setdefault((kind, kind is Kind.INTACT and trial.state is State.IMPORTED), trial)
    order = list(Kind)
    return [found[k] for k in sorted(found, key=lambda pair: (order.index(pair[0]), pair[1]))]
