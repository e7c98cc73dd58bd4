"""Logistic regression in ln pressure, ln dwell and -1/T (scikit-learn at its defaults)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sklearn.linear_model import LogisticRegression

from pressloop.studies.compare.crush_models import Stacks, both_kinds
from pressloop.trials.checks import FloatArray

TITLE = "logistic regression"


@dataclass(frozen=True, slots=True, eq=False)
class Classifier:
    """A classifier of scikit-learn that has seen both kinds."""

    found: Any

    def probability(self, x: FloatArray) -> FloatArray:
        """Of the second class, which is crushed."""
        return self.found.predict_proba(x)[:, 1]


def fit(stacks: Stacks) -> Classifier:
    """Raises ValueError where none or all were crushed."""
    both_kinds(stacks)
    return Classifier(LogisticRegression().fit(stacks.x, stacks.crushed))
