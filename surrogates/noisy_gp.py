"""Gaussian process with a noise level for each row and a learned scatter on top.

y_i = f(x_i) + e_i + s_i with e_i ~ N(0, var_i) given (fit error) and s_i ~ N(0, scatter^2) learned
(stack to stack). f has the mean m(x) = c + b x_1, so that far from data the trend along the first
input goes on rather than the average, and the covariance Matern 5/2 with one length scale per
input. Length scales are expected to be about as long as the space: what pressing does is smooth in
log pressure, log dwell and -1/T, and with a few dozen rows a shorter scale fits scatter.

Predictions are the closed form on the Cholesky factor L of K + noise:
mean = m(x) + k(x)' (K + noise)^-1 (y - m),  variance = k(x, x) - |L^-1 k(x)|^2.
"""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass

import torch
from botorch.exceptions.errors import ModelFittingError
from botorch.fit import fit_gpytorch_mll
from botorch.models import SingleTaskGP
from gpytorch.constraints import GreaterThan
from gpytorch.kernels import MaternKernel
from gpytorch.likelihoods import FixedNoiseGaussianLikelihood
from gpytorch.means import ConstantMean, Mean
from gpytorch.mlls import ExactMarginalLogLikelihood
from gpytorch.priors import LogNormalPrior, NormalPrior
from torch import Tensor

SMALLEST_VARIANCE = 1e-6
LENGTH_SCALE, LENGTH_SPREAD = 1.35, 0.5
"""Median and log standard deviation of the length scales' log-normal prior, in unit cubes."""
SCATTER_SPREAD = 0.4
"""Log standard deviation of the prior of the scatter's variance."""
PRIOR_WEIGHT = 3.0
"""Rows that the typical spread is worth, so that two alike rows do not make y look flat."""


@dataclass(frozen=True, slots=True)
class Typical:
    """What is known of y before there is data, in units of y.

    spread: standard deviation of f over the space. scatter: of repeats. rise: how much f rises
    from one end of the first input to the other, with its standard deviation rise_sd.
    always_rises: f is known to rise, whatever the data say.
    """

    spread: float
    scatter: float
    rise: float = 0.0
    rise_sd: float = 0.1
    always_rises: bool = False


@dataclass(frozen=True, eq=False)
class NoisyGP:
    """A fitted process. `shift` and `scale` undo the standardisation of y.

    `scatter` is the learned one, in units of y. `fitted` is False when the hyperparameters are
    those of the prior because the fit failed.
    """

    model: SingleTaskGP
    factor: Tensor
    weights: Tensor
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
        flat = x.reshape(-1, x.shape[-1])
        cross = self.model.covar_module(flat, self.model.train_inputs[0]).to_dense()
        mean = self.model.mean_module(flat) + cross @ self.weights
        known = torch.linalg.solve_triangular(self.factor, cross.T, upper=False).square().sum(0)
        sd = (1.0 - known).clamp_min(1e-10).sqrt()
        shape = x.shape[:-1]
        return mean.reshape(shape) * self.scale + self.shift, sd.reshape(shape) * self.scale


class TrendMean(Mean):
    """m(x) = c + b x_1 with b normal around the typical rise."""

    def __init__(self, typical: Typical, scale: float) -> None:
        super().__init__()
        slope, sd = typical.rise / scale, typical.rise_sd / scale
        self.constant = ConstantMean()
        self.register_parameter("slope", torch.nn.Parameter(
            torch.tensor(slope, dtype=torch.float64)))
        self.register_prior("slope_prior", NormalPrior(slope, sd), "slope")
        if typical.always_rises:
            self.register_constraint("slope", GreaterThan(
                0.05 * slope, transform=None, initial_value=slope))

    def forward(self, x: Tensor) -> Tensor:
        """Shape (..., d) to (...)."""
        return self.constant(x) + self.slope * x[..., 0]


def fit_noisy_gp(x: Tensor, y: Tensor, variance: Tensor, typical: Typical) -> NoisyGP:
    """Fits to x of shape (n, d) in the unit cube, y (n,) and its known variances (n,), n >= 1.

    A fit that fails falls back to the hyperparameters of the prior, and says so in `fitted`.
    """
    shift = float(y.mean())
    squares = float((y - shift).square().sum()) + PRIOR_WEIGHT * typical.spread**2
    scale = math.sqrt(squares / (PRIOR_WEIGHT + y.numel() - 1.0))
    noise = (variance / scale**2).clamp_min(SMALLEST_VARIANCE)
    prior = LogNormalPrior(loc=2.0 * math.log(typical.scatter / scale), scale=SCATTER_SPREAD)
    likelihood = FixedNoiseGaussianLikelihood(
        noise=noise, learn_additional_noise=True, noise_prior=prior,
        noise_constraint=GreaterThan(1e-5, transform=None, initial_value=prior.mode))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = SingleTaskGP(
            x, ((y - shift) / scale).unsqueeze(-1), likelihood=likelihood, outcome_transform=None,
            covar_module=_covariance(x.shape[-1]),
            mean_module=TrendMean(typical, scale))
        fitted = _fit(model)
    second = float(likelihood.second_noise.detach())
    factor, weights = _solved(model, noise + second)
    return NoisyGP(model, factor, weights, shift, scale, math.sqrt(second) * scale, fitted)


def _covariance(inputs: int) -> MaternKernel:
    prior = LogNormalPrior(math.log(LENGTH_SCALE), LENGTH_SPREAD)
    return MaternKernel(
        nu=2.5, ard_num_dims=inputs, lengthscale_prior=prior,
        lengthscale_constraint=GreaterThan(0.025, transform=None, initial_value=prior.mode))


def _fit(model: SingleTaskGP) -> bool:
    before = {name: value.clone() for name, value in model.state_dict().items()}
    try:
        fit_gpytorch_mll(ExactMarginalLogLikelihood(model.likelihood, model),
                         optimizer_kwargs={"options": {"maxiter": 100}})
    except (ModelFittingError, RuntimeError, ValueError):
        model.load_state_dict(before)
        model.eval()
        return False
    return True


def _solved(model: SingleTaskGP, noise: Tensor) -> tuple[Tensor, Tensor]:
    """The Cholesky factor L (n, n) of K + noise, and (K + noise)^-1 (y - m), shape (n,)."""
    x = model.train_inputs[0]
    with torch.no_grad():
        covariance = model.covar_module(x).to_dense() + torch.diag(noise)
        factor = torch.linalg.cholesky(covariance)
        gap = (model.train_targets - model.mean_module(x)).unsqueeze(-1)
        return factor, torch.cholesky_solve(gap, factor).squeeze(-1)
