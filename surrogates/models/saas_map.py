"""BoTorch's `EnsembleMapSaasSingleTaskGP`: few inputs matter, and how few is averaged over.

For spaces of many process parameters (Eriksson 2021, arXiv 2103.00349). Rows of all lots and
operators are pooled and the noise is inferred, as in `single_task_gp`.
"""

from __future__ import annotations

from botorch.models.map_saas import EnsembleMapSaasSingleTaskGP
from botorch.utils.datasets import SupervisedDataset

from pressloop.surrogates.parts.fitted import fitted, pooled
from pressloop.surrogates.parts.prior import Prior


def fit(data: SupervisedDataset, prior: Prior, *, seed: int = 0) -> EnsembleMapSaasSingleTaskGP:
    """By maximum a posteriori under four strengths of sparsity, which the seed draws.

    From one row on; the prior is not used."""
    return fitted(EnsembleMapSaasSingleTaskGP, *pooled(data), seed)
