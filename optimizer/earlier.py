"""Whether stacks of other lots, operators or presses help to predict the ones at hand."""

from __future__ import annotations

import math

import numpy as np

from optimizer.fitting import fitted
from optimizer.training import Rows
from surrogates.pressing_gp import Prior, left_out_density
from trials.checks import FloatArray

ENOUGH = 5
"""Own rows from which on they can tell whether the others mislead."""
MARGIN = 0.5
"""How much better the own rows must be predicted alone, in nats over all of them."""


def useful_rows(rows: Rows, prior: Prior, input_sd: FloatArray) -> tuple[Rows, str]:
    """The rows to learn from, and a sentence where some are left out.

    The own rows (group 0) are predicted one by one from the rest, with and without the other
    groups. Where they are predicted better alone, the others are left out.
    """
    own = rows.group == 0
    if not (int((~own).sum()) > 0 and int(own.sum()) >= ENOUGH):
        return rows, ""
    alone = Rows(rows.x[own], rows.y[own], rows.variance[own], rows.group[own])
    density = [_density(r, prior, input_sd) for r in (rows, alone)]
    if not density[1] > density[0] + MARGIN:
        return rows, ""
    return alone, (f"{int((~own).sum())} stacks of other lots or operators are left out: without "
                   f"them this lot's stacks are predicted {math.exp(density[1] - density[0]):.1f} "
                   "times more likely.")


def _density(rows: Rows, prior: Prior, input_sd: FloatArray) -> float:
    """Sum of the log predictive density of the own rows, each left out."""
    found = fitted(rows, prior, input_sd, "log resistance")
    assert found is not None
    density = left_out_density(found.gp).numpy()
    return float(np.sum(density[rows.group == 0]))
