"""A table that several comparisons look at."""

from __future__ import annotations

import pytest

from pressloop.trials.trial import Trial
from tests.studies.stacks import pressed, spread


@pytest.fixture(scope="module")
def mixed() -> tuple[Trial, ...]:
    """Two simulated lots, intact, crushed and delaminated."""
    return (*pressed(spread(12, seed=1), lot="A"),
            *pressed(spread(12, seed=2), lot="B", seed=5, first=13))
