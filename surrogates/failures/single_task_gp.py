"""BoTorch's `SingleTaskGP` at its defaults on failures as numbers.

What a general optimiser, told of them as an outcome with a limit, would believe.

A label is 1 or -1 and a reading what it says in between, all of one lot and one noise.
"""

from __future__ import annotations

from botorch.models import SingleTaskGP
from botorch.utils.datasets import SupervisedDataset

from pressloop.surrogates.parts.fitted import failing, fitted
from pressloop.surrogates.parts.prior import ThresholdPrior


def fit(readings: SupervisedDataset | None, labels: SupervisedDataset | None,
        prior: ThresholdPrior, *, seed: int = 0) -> SingleTaskGP:
    """By maximum a posteriori, from one row on; the prior is not used."""
    return fitted(SingleTaskGP, *failing(readings, labels), seed)
