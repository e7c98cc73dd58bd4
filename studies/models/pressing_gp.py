"""Process around the laws of pressing, as the search uses it: same laws, same groups, same choice
of the rows of other lots."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from optimizer.caution import Caution
from optimizer.earlier import useful_rows
from optimizer.fitting import fitted
from optimizer.knowledge import of_log_resistance
from optimizer.setpoint import input_sd
from optimizer.space import Space
from optimizer.training import Rows
from studies.models import Prediction, at_least
from surrogates.pressing_gp import PressingGP, Prior
from trials.checks import FloatArray

TITLE = "pressloop model"
CUBIC = True
WHAT = "log resistance"


@dataclass(frozen=True, slots=True, eq=False)
class Process:
    """A conditioned process, and how far off its set point the press may be, shape (d,)."""

    gp: PressingGP
    off: Tensor

    def predict(self, x: FloatArray, variance: FloatArray | float = 0.0) -> Prediction:
        """One more stack of group 0, with what its reading adds."""
        points = torch.from_numpy(x)
        mean, sd = (part.numpy() for part in self.gp.predict(points))
        scatter = self.gp.scatter_with(points, self.off).numpy()
        return Prediction(mean, np.sqrt(sd**2 + scatter**2 + variance))


def fit(rows: Rows, space: Space, caution: Caution) -> Process:
    """With the laws of pressing."""
    return fit_process(rows, of_log_resistance(space, caution), input_sd(space, caution))


def fit_process(rows: Rows, prior: Prior, off: FloatArray) -> Process:
    """With any prior. Raises ValueError without a row or where no process fits."""
    at_least(1, rows.y.size)
    useful, _ = useful_rows(rows, prior, off)
    found = fitted(useful, prior, off, WHAT)
    if found is None:
        raise ValueError("no stack of another lot explains its readings, and this one has none")
    return Process(found.gp, torch.from_numpy(off))
