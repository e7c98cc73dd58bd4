"""Logistic regression in ln pressure, ln dwell and -1/T (scikit-learn at its defaults)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from sklearn.linear_model import LogisticRegression

from pressloop.surrogates.yardsticks import FloatArray

TITLE = "logistic regression"


def fit(x: FloatArray, y: FloatArray) -> Callable[[FloatArray], FloatArray]:
    """Raises ValueError where none, or all, of the stacks were crushed. x (n, d), y (n,)."""
    if len(np.unique(y)) < 2:
        raise ValueError("it needs crushed and whole stacks to learn from; "
                         f"{'all' if y.any() else 'none'} were crushed")
    found = LogisticRegression().fit(x, y)
    return lambda at: np.asarray(found.predict_proba(at)[:, 1])
