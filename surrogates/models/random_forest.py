"""Random forest (scikit-learn): steps and interactions of any kind, no smoothness.

Rows of all lots and operators are pooled, as if they were one. Every row counts alike, whatever
error it states.
"""

from __future__ import annotations

from botorch.utils.datasets import SupervisedDataset

from pressloop.surrogates.parts.fitted import pooled
from pressloop.surrogates.parts.forest import Forest, grown
from pressloop.surrogates.parts.prior import Prior


def fit(data: SupervisedDataset, prior: Prior, *, seed: int = 0) -> Forest:
    """From one row on; of the prior, the expected scatter counts as one row."""
    return grown(*pooled(data), prior.scatter[0], seed)
