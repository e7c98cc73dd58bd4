"""Indices of known functions, by themselves and together with the others."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pressloop.studies.sensitivity.posterior_samples import grid
from pressloop.studies.sensitivity.sobol_indices import indices

pytestmark = pytest.mark.slow


def test_indices_of_known_functions_are_exact() -> None:
    """Ishigami-like by hand: f = x1 + 2 x2 has variances 1/12 and 4/12.

    G = (x1-1/2)(x2-1/2) is nothing but interaction."""
    cube = grid([(0.0, 1.0)] * 3)
    x = cube.points
    alone, total = indices(np.stack([x[:, 0] + 2.0 * x[:, 1],
                                     (x[:, 0] - 0.5) * (x[:, 1] - 0.5)]), cube)
    assert np.allclose(alone, [[0.2, 0.8, 0.0], [0.0, 0.0, 0.0]], atol=1e-9)
    assert np.allclose(total, [[0.2, 0.8, 0.0], [1.0, 1.0, 0.0]], atol=1e-9)


def test_an_interaction_of_a_part_of_the_space_is_counted_within_it() -> None:
    """Where x1 is fixed to less than a half, a step at the half makes no difference."""
    cube = grid([(0.0, 1.0)] * 2)
    step = (cube.points[:, 0] > 0.5) * 5.0 + cube.points[:, 1]
    alone, total = indices(step[None], cube, cube.points[:, 0] < 0.5)
    assert np.allclose(alone, [[0.0, 1.0]], atol=1e-9)
    assert np.allclose(total, [[0.0, 1.0]], atol=1e-9)


@given(st.lists(st.floats(-2.0, 2.0), min_size=4, max_size=4))
@settings(max_examples=30, deadline=None)
def test_indices_lie_between_none_and_all(c: Sequence[float]) -> None:
    """By itself a variable makes no more than together with the others."""
    cube = grid([(0.0, 1.0)] * 2)
    x, y = cube.points.T
    alone, total = indices((c[0] * x + c[1] * y + c[2] * x * y + c[3] * np.sin(3.0 * x))[None],
                           cube)
    assert np.all(alone >= -1e-9) and np.all(total <= 1.0 + 1e-9)
    assert np.all(alone <= total + 1e-9)
