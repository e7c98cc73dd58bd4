"""The shipped process without the laws of pressing: what the laws are worth."""

from __future__ import annotations

from optimizer.caution import Caution
from optimizer.knowledge import of_log_resistance
from optimizer.setpoint import input_sd
from optimizer.space import Space
from optimizer.training import Rows
from studies.models.pressing_gp import Process, fit_process
from surrogates.pressing_gp import fallback_prior

TITLE = "pressloop model without the laws of pressing"
CUBIC = True


def fit(rows: Rows, space: Space, caution: Caution) -> Process:
    """With level, length scales and scatter only."""
    prior = fallback_prior(of_log_resistance(space, caution))
    return fit_process(rows, prior, input_sd(space, caution))
