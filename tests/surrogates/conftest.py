"""A history of the simulator's stacks."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.optimizers.stacks_in_memory import SPACE, pressed_trial
from pressloop.trials.trial import Trial


@pytest.fixture(scope="session")
def in_memory() -> list[Trial]:
    """Fourteen stacks at random recipes."""
    draw = np.random.default_rng(0)
    return [pressed_trial(SPACE.decode(draw.uniform(size=3)), "reference", 1, "lot", number + 1)
            for number in range(14)]
