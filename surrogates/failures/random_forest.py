"""Random forest (scikit-learn) on failures as numbers.

A label is 1 or -1, a reading what it says in between, all of one lot.

It knows nothing of pressure: where no stack has failed yet, none is expected to anywhere.
"""

from __future__ import annotations

from botorch.utils.datasets import SupervisedDataset

from pressloop.surrogates.parts.fitted import failing
from pressloop.surrogates.parts.forest import Forest, grown
from pressloop.surrogates.parts.prior import ThresholdPrior

EXPECTED = 1.0
"""Scatter of f that counts as one row: before there are rows, a stack may go either way."""


def fit(readings: SupervisedDataset | None, labels: SupervisedDataset | None,
        prior: ThresholdPrior, *, seed: int = 0) -> Forest:
    """From one row on; the prior is not used."""
    return grown(*failing(readings, labels), EXPECTED, seed)
