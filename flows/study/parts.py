"""The parts of a study, in the order in which they are read."""

from __future__ import annotations

from importlib import import_module
from typing import Any

PARTS = {
    "lint": "Data check", "compare": "Models compared", "sensitivity": "What matters",
    "replay": "Campaigns replayed", "plan": "Plan",
}
"""Names of the tables of a study file, and what people call these parts."""

WORK = {"lint": "lint", "compare": "compare.compare", "sensitivity": "sensitivity.sensitivity",
        "replay": "replay.replay", "plan": "replay.plan"}
"""The module in `studies/` that does each."""


def work_of(part: str) -> Any:
    """The module in `studies/` that does a part."""
    return import_module(f"pressloop.studies.{WORK[part]}")


def words_of(part: str) -> Any:
    """The module in `views/study/words/` that says what it found."""
    return import_module(f"pressloop.views.study.words.{part}")


def view_of(part: str) -> Any:
    """The module in `views/study/` that shows it."""
    return import_module(f"pressloop.views.study.{part}")
