"""A threshold learned from labels alone (`surrogates/monotone_labels.py`): what the damage index is
worth."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from optimizer.caution import Caution
from optimizer.knowledge import of_label
from optimizer.space import Space
from studies.crush_models import Stacks
from surrogates.monotone_labels import MonotoneLabels, fit_monotone_labels
from trials.checks import FloatArray
from trials.outcome import FailureMode

TITLE = "pressloop model without the damage index"


@dataclass(frozen=True, slots=True, eq=False)
class Threshold:
    """A fitted threshold."""

    labels: MonotoneLabels

    def probability(self, x: FloatArray) -> FloatArray:
        """Averaged over the draws."""
        with torch.no_grad():
            return self.labels.probability(torch.from_numpy(x)).numpy()


def fit(stacks: Stacks, space: Space, caution: Caution) -> Threshold:
    """As the search does for stacks without an index."""
    torch.set_num_threads(1)
    prior = of_label(space, FailureMode.CRUSHED, indexed=False)
    return Threshold(fit_monotone_labels(torch.from_numpy(stacks.x),
                                         torch.from_numpy(stacks.crushed), prior))
