"""What the search believes of crushing: the damage index of the trace where there is one, by the
process of `surrogates/pressing_gp.py`, and labels by `surrogates/monotone_labels.py`."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from optimizer.beliefs import Beliefs, believe
from optimizer.caution import Caution
from optimizer.space import Space
from studies.crush_models import Stacks
from trials.checks import FloatArray

TITLE = "pressloop model"
CUBIC = TRIALS = True


@dataclass(frozen=True, slots=True, eq=False)
class Believed:
    """Beliefs about stacks of one origin."""

    beliefs: Beliefs

    def probability(self, x: FloatArray) -> FloatArray:
        """As the search would say."""
        with torch.no_grad():
            return self.beliefs.crush_probability(torch.from_numpy(x)).numpy()


def fit(stacks: Stacks, space: Space, caution: Caution) -> Believed:
    """From whole trials."""
    return Believed(believe(stacks.trials, space, caution, origin=stacks.origin))
