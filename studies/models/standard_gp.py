"""BoTorch's SingleTaskGP at its defaults: what a general optimiser would believe."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
import torch
from botorch.fit import fit_gpytorch_mll
from botorch.models import SingleTaskGP
from gpytorch.mlls import ExactMarginalLogLikelihood

from optimizer.caution import Caution
from optimizer.space import Space
from optimizer.training import Rows
from studies.models import Prediction, at_least
from trials.checks import FloatArray

TITLE = "standard model of a general optimiser (BoTorch)"
CUBIC = True


@dataclass(frozen=True, slots=True, eq=False)
class Standard:
    """A fitted process; its noise is scatter and reading together."""

    gp: SingleTaskGP

    def predict(self, x: FloatArray, variance: FloatArray | float = 0.0) -> Prediction:
        """One more stack."""
        with torch.no_grad(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = self.gp.posterior(torch.from_numpy(x), observation_noise=True)
            return Prediction(found.mean.squeeze(-1).numpy(),
                              np.sqrt(found.variance.squeeze(-1).numpy()))


def fit(rows: Rows, space: Space, caution: Caution) -> Standard:
    """By maximum a posteriori. Raises ValueError below 3 rows."""
    at_least(3, rows.y.size)
    torch.set_num_threads(1)
    # Few rows make it warn of numbers that the validation shows anyway.
    with warnings.catch_warnings(), torch.random.fork_rng(devices=[]):
        warnings.simplefilter("ignore")
        torch.manual_seed(0)
        gp = SingleTaskGP(torch.from_numpy(rows.x), torch.from_numpy(rows.y).unsqueeze(-1))
        fit_gpytorch_mll(ExactMarginalLogLikelihood(gp.likelihood, gp))
    return Standard(gp)
