"""What people have put right, as a panel of the report."""

from __future__ import annotations

from markupsafe import Markup

from pressloop.optimizer import Recommendation
from pressloop.optimizer.corrected import Effect
from pressloop.trials.trial import Trial
from pressloop.views.corrections import change_words, spelt
from pressloop.views.page import Cell, render

HEADS = (("Trial", "num"), ("Stack", ""), ("Correction", ""), ("Recorded, then counts", ""),
         ("Reason", ""))
"""Columns of the table, and their CSS classes."""


def corrections_panel(effect: Effect, now: Recommendation | None) -> Markup:
    """A table of the corrections, the first record kept visible beside what counts now."""
    return render("report/corrections.html", change=change_words(effect, now), heads=HEADS,
                  rows=[_row(t) for t in effect.corrected])


def _row(trial: Trial) -> list[Cell]:
    last = trial.correction
    assert last is not None
    return [(str(trial.number), "num"), (trial.stack.stack_id, "name"),
            (f"{last.correction}, {last.what}", "name"), ("; ".join(spelt(trial)), "why"),
            (last.reason, "why")]
