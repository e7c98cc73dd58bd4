"""BoTorch's `SingleTaskGP` at its defaults: what a general optimiser would believe.

Rows of all lots and operators are pooled, as if they were one. The error that a reading states is
not all that stacks scatter by, so the noise is inferred, and one for all rows.
"""

from __future__ import annotations

from botorch.models import SingleTaskGP
from botorch.utils.datasets import SupervisedDataset

from pressloop.surrogates.parts.fitted import fitted, pooled
from pressloop.surrogates.parts.prior import Prior


def fit(data: SupervisedDataset, prior: Prior, *, seed: int = 0) -> SingleTaskGP:
    """By maximum a posteriori, from one row on; the prior is not used."""
    return fitted(SingleTaskGP, *pooled(data), seed)
