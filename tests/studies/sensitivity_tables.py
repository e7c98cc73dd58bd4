"""Tables whose truth is known."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from scipy.stats import qmc

from studies.data import StudyData
from tests.studies.stacks import SPACE
from trials.checks import FloatArray
from trials.outcome import Intact
from trials.stack import Stack
from trials.trial import State, Trial


def table(f: Callable[[FloatArray], FloatArray], rows: int, seed: int, noise: float
          ) -> tuple[Trial, ...]:
    """Stacks all over the space whose ln R is f of the unit cube, and scatter."""
    x = qmc.Sobol(3, rng=seed).random(2 ** int(np.ceil(np.log2(rows))))[:rows]
    y = f(x) + noise * np.random.default_rng(seed).standard_normal(rows)
    return tuple(Trial(i, Stack(f"s{i}", "lot", "somebody", 0.785, 600.0), recipe, State.IMPORTED,
                       outcome=Intact(float(np.exp(value))))
                 for i, (recipe, value) in enumerate(zip(SPACE.decode_all(x), y, strict=True), 1))


def study(rows: Sequence[Trial]) -> StudyData:
    """A study of these."""
    return StudyData("a table", tuple(rows), SPACE)
