"""What the replayed strategies are given, and their names."""

from __future__ import annotations

from pressloop.optimizer.problem import Problem
from pressloop.studies.replay import strategies
from pressloop.studies.replay.strategies import Given
from pressloop.trials.plugins import file_names
from tests.studies.stacks import REFERENCE, SPACE, spread

ALL = file_names(strategies)
GIVEN = Given(Problem(SPACE, reference=REFERENCE), 0, spread(12), spread(12, seed=4))
