"""Spectra of the best stacks in the report: figures and the table of their processes."""

from __future__ import annotations

from collections.abc import Sequence

from pressloop.evaluation.reading import Reading, read
from pressloop.evaluation.rules import Rules
from pressloop.trials.errors import BadInput
from pressloop.trials.outcome import Intact
from pressloop.trials.spectrum import FULL, Spectrum
from pressloop.trials.trial import Trial
from pressloop.views.figures.look import Panel
from pressloop.views.figures.nyquist import READ, bode, nyquist
from pressloop.views.figures.relaxation import relaxation
from pressloop.views.figures.residuals import residuals
from pressloop.views.figures.shown import Shown
from pressloop.views.kinds import best_intact
from pressloop.views.words import OHM_CM2, significant

TITLE = "Spectra of the best stacks"
MISSING = "No intact stack of this campaign has a spectrum (imported trials come without)."
MOST = 3


def best_spectra(trials: Sequence[Trial], rules: Rules) -> list[Shown]:
    """The intact stacks of lowest resistance that have a spectrum, at most three."""
    found = [(t, o, full) for t, o, _ in best_intact(trials)
             if (full := next((s for s in t.spectra if s.electrode == FULL), None))]
    return [_shown(number, trial, outcome, full, rules)
            for number, (trial, outcome, full) in enumerate(found[:MOST])]


def _shown(number: int, trial: Trial, outcome: Intact, spectrum: Spectrum, rules: Rules) -> Shown:
    label = (f"{trial.number} · {trial.stack.stack_id} "
             f"({significant(outcome.resistance_ohm_cm2 or 0.0)} {OHM_CM2})")
    return Shown(label, number, spectrum, _read(spectrum, rules), "valid", True, rules)


def _read(spectrum: Spectrum, rules: Rules) -> Reading | None:
    try:
        return read(spectrum, rules)
    except BadInput:
        # Too few points for a circuit: the points are still worth seeing.
        return None


def panels_of(shown: Sequence[Shown]) -> list[Panel]:
    """Nyquist, Bode, residuals and relaxation times; one that says so where there is nothing."""
    if not shown:
        return [Panel(TITLE, READ, missing=MISSING)]
    return [nyquist(shown, TITLE), bode(shown, "The same over frequency"), residuals(shown),
            relaxation(shown)]
