"""One stack: recipe, press, spectrum, outcome, and who has said what of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from pressloop.evaluation.reading import Reading, read
from pressloop.evaluation.rules import Rules
from pressloop.trials.errors import BadInput
from pressloop.trials.ledger.log import LogRow
from pressloop.trials.people import Note
from pressloop.trials.spectrum import FULL
from pressloop.trials.trial import Trial
from pressloop.views.console.clock import at_the_clock, whose_clock
from pressloop.views.console.history import HistoryRow, history_row
from pressloop.views.console.now import press_panel
from pressloop.views.figures.look import Panel
from pressloop.views.figures.nyquist import nyquist
from pressloop.views.figures.shown import Shown
from pressloop.views.log import Line
from pressloop.views.words import Load

NYQUIST = "Impedance as it was measured"
MEASURED = "Each mark is one frequency, fast ones on the left; its circuit is on the stack's page."


class StackPage(NamedTuple):
    """All of one stack."""

    row: HistoryRow
    open: bool
    corrections: int
    is_corrected: bool
    has_outcome: bool
    lot: str
    operator: str
    panels: Sequence[Panel]
    story: Sequence[Line]
    clock: str
    remarks: Sequence[Note]


def stack_page(trial: Trial, story: Sequence[LogRow], notes: Sequence[Note],
               load: Load | None = None) -> StackPage:
    """The page of one stack."""
    return StackPage(
        history_row(trial, load), trial.is_open, trial.corrections, trial.is_corrected,
        trial.outcome is not None, trial.stack.lot, trial.stack.operator,
        [press_panel(trial, trial.trace)], at_the_clock(story), whose_clock(story),
        [one for one in notes if one.trial == trial.number])


def spectrum_panel(trial: Trial, rules: Rules, *, fitted: bool = True) -> Panel:
    """The Nyquist picture of the latest sweep of the full electrode.

    With the circuit that describes it if `fitted`, which takes a second."""
    full = next((one for one in trial.spectra if one.electrode == FULL), None)
    if full is None:
        return Panel(NYQUIST, "", missing="There is no spectrum of this stack yet.")
    reading = _read(trial, rules) if fitted else None
    panel = nyquist([Shown(trial.stack.stack_id, 0, full, reading, "", True, rules)], NYQUIST)
    return panel if fitted else replace(panel, how_to_read=MEASURED)


def _read(trial: Trial, rules: Rules) -> Reading | None:
    full = next(one for one in trial.spectra if one.electrode == FULL)
    try:
        return read(full, rules)
    except BadInput:
        # Too few points for a circuit: the points are still worth seeing.
        return None
