"""What is compared.

The models that campaigns can use, found and fitted as for a campaign, and yardsticks that they
cannot use."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import lru_cache
from types import ModuleType

import numpy as np
import torch
from botorch.models.model import Model
from torch import Tensor

from pressloop.optimizer.history.earlier import useful_rows
from pressloop.optimizer.history.training import Origin, Rows, Training, training
from pressloop.optimizer.history.value_scale import ValueScale, spread_of
from pressloop.optimizer.model_files import fit_failure, fit_model, prior_of
from pressloop.optimizer.physics_prior import of_failure
from pressloop.optimizer.problem import Problem
from pressloop.optimizer.setpoint import input_sd
from pressloop.surrogates import failures, predict
from pressloop.surrogates import models as surrogates
from pressloop.surrogates.parts.rows import draws_kept
from pressloop.surrogates.yardsticks import Prediction, crushing, resistance
from pressloop.trials.checks import FloatArray
from pressloop.trials.outcome import FailureMode
from pressloop.trials.plugins import file_names, named_module
from pressloop.trials.trial import Trial

RESISTANCE, CRUSHING = "resistance", "crushing"
"""The two questions."""
_FOLDERS = {RESISTANCE: (surrogates, resistance), CRUSHING: (failures, crushing)}
_CALLS = {RESISTANCE: ("fit(data, prior, *, seed)", "fit(x, y)"),
          CRUSHING: ("fit(readings, labels, prior, *, seed)", "fit(x, y)")}
_KEYS = {RESISTANCE: "compare.models", CRUSHING: "compare.failure_models"}


@dataclass(frozen=True, slots=True)
class Contender:
    """One model of resistance or crushing, by its name in the settings.

    A `yardstick` is one that campaigns cannot use. Looked up where it is needed, as it goes to
    other processes."""

    what: str
    name: str

    @property
    def yardstick(self) -> bool:
        """True of a file of `surrogates/yardsticks/`."""
        return self.name in file_names(_FOLDERS[self.what][1])

    @property
    def module(self) -> ModuleType:
        """Raises BadInput where there is none."""
        return named_module(_KEYS[self.what], self.name, _FOLDERS[self.what][self.yardstick],
                            f"a model of {self.what}", _CALLS[self.what][self.yardstick])

    @property
    def title(self) -> str:
        """What a person calls it: a model that can be set, by the name in the settings."""
        return str(getattr(self.module, "TITLE", f"model {self.name}"))

    @property
    def dear(self) -> bool:
        """True where its cost grows with the cube of the rows.

        As of models that do not say `CUBIC = False`."""
        return not self.yardstick and bool(getattr(self.module, "CUBIC", True))


def every(what: str) -> tuple[str, ...]:
    """Names of all models that come with the project: first those that campaigns can use."""
    return tuple(name for folder in _FOLDERS[what] for name in file_names(folder))


@dataclass(frozen=True, slots=True, eq=False)
class Surrogate:
    """A model of ln R, and how far off its set point the press may be, shape (d,)."""

    model: Model
    off: Tensor

    def predict(self, x: FloatArray, variance: FloatArray | float = 0.0) -> Prediction:
        """One more stack of group 0 at x (n, d), with what its reading adds."""
        points = torch.from_numpy(x)
        with torch.no_grad():
            mean, sd = (part.numpy() for part in predict.moments(self.model, points))
            scatter = predict.scatter(self.model, points, self.off).numpy()
        return Prediction(mean, np.sqrt(sd**2 + scatter**2 + variance))


def fit_resistance(name: str, rows: Rows, problem: Problem) -> Surrogate:
    """As a campaign fits it: same prior, same choice of the rows of other lots.

    Raises ValueError where no row is left, and BadInput where the model cannot be fitted."""
    choice = replace(problem.surrogate, model=name)
    scale = ValueScale(problem.objective.quantity, 1.0, spread_of(rows.y))
    training = Training(rows, rows.none, {}, rows.x[:0], rows.none, scale)
    rows, _ = _useful(training, problem)
    prior = prior_of(problem, scale, draws_kept(rows.y.size))
    model = fit_model(choice, rows, prior)
    if model is None:
        raise ValueError("no stack of another lot explains its readings, and this one has none")
    return Surrogate(model, torch.from_numpy(input_sd(problem.space, problem.limits)))


def chance_of_crushing(name: str, trials: tuple[Trial, ...], x: FloatArray, problem: Problem,
                       origin: Origin) -> FloatArray:
    """Of one more stack from this origin at x (n, d), shape (n,), by a freshly fitted model.

    Fitted as for a campaign. Raises ValueError where no stack tells, and BadInput where it cannot
    be fitted."""
    choice = replace(problem.surrogate, failure_model=name)
    data = training(trials, problem.space, problem.limits.crushed_above, origin,
                    problem.objective.quantities)
    # Only of the damage index other lots are to be judged.
    _, readings = _useful(replace(
        data, log_resistance=data.log_resistance.none, others=()), problem)
    data = replace(data, log_hazard=readings)
    prior = of_failure(problem.space, FailureMode.CRUSHED, draws=draws_kept(data.largest))
    model = fit_failure(choice, readings, data.labels[FailureMode.CRUSHED], prior)
    if model is None:
        raise ValueError("no stack tells whether it was crushed")
    with torch.no_grad():
        return predict.failure_probability(model, torch.from_numpy(x)).clamp(0.0, 1.0).numpy()


@dataclass(frozen=True, slots=True)
class _Asked:
    """Which rows help: alike where they hold the same numbers."""

    told: tuple[bytes, ...]
    problem: Problem
    data: Training = field(compare=False)


def _useful(data: Training, problem: Problem) -> tuple[Rows, Rows]:
    """Rows of ln R and of the damage index that are learned from, whichever model learns."""
    key = tuple(getattr(rows, name).tobytes() for rows in (data.log_resistance, data.log_hazard)
                for name in ("x", "y", "variance", "group"))
    return _decided(_Asked(key, problem, data))


@lru_cache(maxsize=512)
def _decided(asked: _Asked) -> tuple[Rows, Rows]:
    """Once for the same rows, as all models are compared on the same ones."""
    found, _ = useful_rows(asked.data, asked.problem)
    return found.log_resistance, found.log_hazard
