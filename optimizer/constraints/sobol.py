"""Sobol sequences, without torch: settings with rules are proved by them."""

from __future__ import annotations

import warnings

import numpy as np

from pressloop.trials.checks import FloatArray


def sobol(inputs: int, count: int, seed: int) -> FloatArray:
    """The first points of a scrambled Sobol sequence, shape (count, inputs)."""
    # Settings without rules are read without SciPy's statistics, which take a second to load.
    from scipy.stats import qmc

    with warnings.catch_warnings():
        # The balance of a Sobol sequence matters less here than that it can be continued.
        warnings.simplefilter("ignore", UserWarning)
        return np.asarray(qmc.Sobol(inputs, scramble=True, rng=seed).random(max(count, 0)))
