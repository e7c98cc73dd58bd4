"""The models that the settings name, found, fitted and held to what is promised of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import ModuleType

import torch
from botorch.models.model import Model
from botorch.utils.datasets import SupervisedDataset
from torch import Tensor

from pressloop.optimizer import physics_prior
from pressloop.optimizer.candidates import spread
from pressloop.optimizer.history.training import Rows
from pressloop.optimizer.history.value_scale import ValueScale
from pressloop.optimizer.problem import Problem, SurrogateChoice
from pressloop.surrogates import failures, models, predict
from pressloop.surrogates.parts.fitted import seeded
from pressloop.surrogates.parts.prior import Prior, ThresholdPrior
from pressloop.trials.errors import BadInput
from pressloop.trials.plugins import named_module
from pressloop.trials.wording import counted

DIRECTIONLESS = "single_task_gp"
PROBES = 5
"""Rows, and recipes spread over the space, that a model is asked about."""


def prove_files(choice: SurrogateChoice) -> None:
    """Raises BadInput where a module is missing or has no `fit`."""
    _module("model", choice.model), _module("failure_model", choice.failure_model)


def dataset(rows: Rows) -> SupervisedDataset:
    """Rows as BoTorch takes them: the unit cube with the group as last column."""
    # Copies: arrays that came from another process are read-only, which tensors cannot be.
    x = torch.cat([torch.tensor(rows.x), torch.tensor(rows.group).double()[:, None]], 1)
    y, variance = (torch.tensor(v)[:, None] for v in (rows.y, rows.variance))
    return SupervisedDataset(x, y, Yvar=variance, outcome_names=["y"],
                             feature_names=[f"x{i}" for i in range(x.shape[1])])


def prior_of(problem: Problem, scale: ValueScale, draws: int | None = None) -> Prior:
    """What is believed of a quantity before there is data.

    The laws of pressing speak of resistance alone."""
    if scale.quantity.is_resistance and problem.objective.pressing:
        return physics_prior.of_log_resistance(
            problem.space, problem.limits, laws=problem.surrogate.laws, draws=draws)
    return physics_prior.of_quantity(problem.space, problem.limits, scale.spread, draws)


def fit_model(choice: SurrogateChoice, rows: Rows, prior: Prior, seed: int = 0) -> Model | None:
    """The surrogate of ln R for these rows; None where there are none.

    Raises BadInput, naming the module, where it raises or its posterior is none."""
    if rows.y.size == 0:
        return None
    module = _module("model", choice.model)
    return _sound("model", choice.model, rows,
                  lambda: module.fit(dataset(rows), prior, seed=seed), seed)


def fit_unknown(choice: SurrogateChoice, none: Rows, labels: Rows, prior: ThresholdPrior
                ) -> Model | None:
    """The model of failures that nobody knows the way of.

    A threshold rises in one direction, and here none is known: a plain process stands in for it."""
    if choice.failure_model == SurrogateChoice().failure_model:
        choice = replace(choice, failure_model=DIRECTIONLESS)
    return fit_failure(choice, none, labels, prior)


def fit_failure(choice: SurrogateChoice, readings: Rows, labels: Rows, prior: ThresholdPrior,
                seed: int = 0) -> Model | None:
    """The model of one way to fail, as `fit_model`; None where there is no row of either."""
    if readings.y.size + labels.y.size == 0:
        return None
    module = _module("failure_model", choice.failure_model)
    given = [dataset(rows) if rows.y.size else None for rows in (readings, labels)]
    return _sound("failure_model", choice.failure_model, labels if labels.y.size else readings,
                  lambda: module.fit(*given, prior, seed=seed), seed)


def _module(key: str, name: str) -> ModuleType:
    folder, call = (models, "fit(data, prior, *, seed)") if key == "model" else (
        failures, "fit(readings, labels, prior, *, seed)")
    try:
        return named_module(f"surrogate.{key}", name, folder, "a surrogate", call)
    except BadInput:
        raise
    except Exception as error:
        raise BadInput(f"surrogate.{key}", name, "a module that can be imported",
                       f"It gave {_told(error)}. Mend the module, or name another.") from error


def _sound(key: str, name: str, rows: Rows, fit: Callable[[], Model], seed: int) -> Model:
    """The fitted model, proved at a few rows and recipes.

    Its answers must be numbers of the right shape.

    A lab's own module may raise anything: whatever it is, the module and the rows are named.
    """
    # More threads than these small matrices can use make everything slower.
    torch.set_num_threads(1)
    x = torch.cat([torch.from_numpy(rows.x[:PROBES]), spread(rows.x.shape[1], PROBES, 0)])
    try:
        # Whatever a module draws comes from the seed, and nobody else's draws are moved.
        with seeded(seed):
            model = fit()
        with torch.no_grad():
            alone = model.posterior(x.unsqueeze(-2)).mean
            answers = _answers(model, x)
    except Exception as error:
        raise _bad(key, name, rows, _told(error)) from error
    if alone.shape[0] != x.shape[0] or alone.shape[-2:] != (1, 1):
        raise _bad(key, name, rows, f"a mean of shape {tuple(alone.shape)} for X of shape "
                                    f"{(x.shape[0], 1, x.shape[1])}")
    for what, value in answers.items():
        _prove(key, name, rows, what, value, x)
    return model


def _answers(model: Model, x: Tensor) -> dict[str, Tensor]:
    """What is asked of a model, at points x (m, d), by what it is called; of shape (m,) each."""
    mean, sd = predict.moments(model, x)
    scatter = predict.scatter(model, x)
    found = {"mean": mean, "variance": sd, "scatter": scatter,
             "covariance": predict.covariance(model, x, x).sum(1)}
    if hasattr(model, "failure_probability"):
        chance = model.failure_probability(x)
        return found | {"probability": chance.where((chance >= 0.0) & (chance <= 1.0), torch.nan)}
    if not bool((scatter.square() > 2.0 * predict.SMALLEST).any()):
        raise ValueError("a posterior that observation_noise=True does not widen")
    return found


def _prove(key: str, name: str, rows: Rows, what: str, value: Tensor, x: Tensor) -> None:
    if value.shape != x.shape[:1]:
        raise _bad(key, name, rows, f"a {what} of shape {tuple(value.shape)} for X of shape "
                                    f"{tuple(x.shape)}")
    wrong = ~torch.isfinite(value)
    if bool(wrong.any()):
        at = int(wrong.nonzero()[0])
        where = f"row {at + 1}," if at < len(rows.x[:PROBES]) else "the point"
        raise _bad(key, name, rows, f"a {what} that is no number at {where} "
                                    f"{[round(v, 3) for v in x[at].tolist()]}")


def _bad(key: str, name: str, rows: Rows, what: str) -> BadInput:
    return BadInput(f"surrogate.{key}", name, "a model with a finite posterior",
                    f"With {counted(rows.y.size, 'row')} it gave {what}. Mend the module, "
                    "or name another.")


def _told(error: Exception) -> str:
    """The error's kind and the first line of what it says."""
    line = (str(error).strip().splitlines() or ["no message"])[0][:160].rstrip(".")
    return f"{type(error).__name__}: {line}"
