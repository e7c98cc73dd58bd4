"""Sobol sequences, without torch: settings with rules are proved by them."""

from __future__ import annotations

import warnings
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache

import numpy as np

from pressloop.trials.checks import FloatArray


def sobol(inputs: int, count: int, seed: int) -> FloatArray:
    """The first points of a scrambled Sobol sequence, shape (count, inputs)."""
    # Settings without rules are read without SciPy's statistics, which take a second to load.
    from scipy.stats import qmc

    _tables_read().result()
    with warnings.catch_warnings():
        # The balance of a Sobol sequence matters less here than that it can be continued.
        warnings.simplefilter("ignore", UserWarning)
        return np.asarray(qmc.Sobol(inputs, scramble=True, rng=seed).random(max(count, 0)))


@cache
def _tables_read() -> Future[object]:
    """SciPy's tables of directions, which the first sequence of a process reads.

    In a thread, where no signal is raised: SciPy drops and prints what is raised while it reads
    them, and a stop would be lost."""
    from scipy.stats import qmc

    reader = ThreadPoolExecutor(1, "sobol tables")
    found: Future[object] = reader.submit(qmc.Sobol, 1, scramble=False)
    reader.shutdown(wait=False)
    return found
