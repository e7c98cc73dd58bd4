"""Gaussian process with a noise level for each row and a learned scatter on top.

k(x, x') = Matern 5/2 with one length scale per input; length scales have the dimension-scaled
log-normal prior of Hvarfner 2024 (arXiv 2402.02229). y_i = f(x_i) + e_i + s_i with
e_i ~ N(0, var_i) given (fit error) and s_i ~ N(0, scatter^2) learned (stack to stack).
"""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass

import torch
from botorch.exceptions.errors import ModelFittingError
from botorch.fit import fit_gpytorch_mll
from botorch.models import SingleTaskGP
from botorch.models.utils.gpytorch_modules import get_covar_module_with_dim_scaled_prior
from gpytorch.constraints import GreaterThan
from gpytorch.likelihoods import FixedNoiseGaussianLikelihood
from gpytorch.mlls import ExactMarginalLogLikelihood
from gpytorch.priors import LogNormalPrior
from torch import Tensor

SMALLEST_VARIANCE = 1e-6
SMALLEST_SPREAD = 0.05


@dataclass(frozen=True, eq=False)
class NoisyGP:
    """A fitted process. `shift` and `scale` undo the standardisation of y.

    `fitted` is False when the hyperparameters are those of the prior because the fit failed.
    """

    model: SingleTaskGP
    shift: float
    scale: float
    scatter: float
    fitted: bool

    def predict(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and standard deviation of f at x, shape (n, d) to (n,) each, in units of y."""
        with torch.no_grad():
            return self.moments(x)

    def moments(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """As `predict`, differentiable in x, for x of shape (..., d)."""
        flat = x.reshape(-1, 1, x.shape[-1])
        posterior = self.model.posterior(flat)
        mean = posterior.mean.reshape(x.shape[:-1]) * self.scale + self.shift
        sd = posterior.variance.clamp_min(1e-12).sqrt().reshape(x.shape[:-1]) * self.scale
        return mean, sd


def fit_noisy_gp(x: Tensor, y: Tensor, variance: Tensor, typical_scatter: float) -> NoisyGP:
    """Fits to x of shape (n, d) in the unit cube, y (n,) and its known variances (n,), n >= 1.

    `typical_scatter`, in units of y, centres the prior of the learned scatter. A fit that fails
    falls back to the hyperparameters of the prior, and says so in `fitted`.
    """
    shift = float(y.mean())
    scale = max(float(y.std()) if y.numel() > 1 else 0.0, SMALLEST_SPREAD)
    noise = (variance / scale**2).clamp_min(SMALLEST_VARIANCE)
    prior = LogNormalPrior(loc=2.0 * math.log(typical_scatter / scale), scale=0.75)
    likelihood = FixedNoiseGaussianLikelihood(
        noise=noise, learn_additional_noise=True, noise_prior=prior,
        noise_constraint=GreaterThan(1e-5, transform=None, initial_value=prior.mode))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = SingleTaskGP(
            x, ((y - shift) / scale).unsqueeze(-1), likelihood=likelihood, outcome_transform=None,
            covar_module=get_covar_module_with_dim_scaled_prior(x.shape[-1], use_rbf_kernel=False))
        fitted = _fit(model)
    scatter = math.sqrt(float(likelihood.second_noise.detach())) * scale
    return NoisyGP(model, shift, scale, scatter, fitted)


def _fit(model: SingleTaskGP) -> bool:
    before = {name: value.clone() for name, value in model.state_dict().items()}
    try:
        fit_gpytorch_mll(ExactMarginalLogLikelihood(model.likelihood, model),
                         optimizer_kwargs={"options": {"maxiter": 100}})
    except (ModelFittingError, RuntimeError):
        model.load_state_dict(before)
        model.eval()
        return False
    return True
