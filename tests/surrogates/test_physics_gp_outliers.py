"""A row that the others do not expect is doubted and moves them little."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import torch
from processes_fitted import CUBE, FALLING, PLAIN, law, process
from rows_told import falling, grid, line, noise

from pressloop.surrogates.models.physics_gp import left_out_density


@pytest.mark.parametrize("seed", range(4))
def test_an_absurd_row_is_doubted_and_moves_little_elsewhere(seed):
    """A reading fifty times too high, 3.9 in its logarithm, where the others follow the law."""
    x = grid(15, 1, seed=seed)
    y = law(x) + noise(15, 0.05, seed)
    odd = int((x[:, 0] - 0.5).abs().argmin())
    far = line(*(v for v in (0.1, 0.2, 0.3, 0.4, 0.6, 0.7, 0.8, 0.9)
                 if abs(v - float(x[odd, 0])) > 0.1))
    absurd = y.clone()
    absurd[odd] += 3.9
    prior = replace(PLAIN, terms=(FALLING,), residual=(0.05, 1.0), scatter=(0.05, 0.25))
    sound, spoilt = (process(x, v, prior=prior) for v in (y, absurd))
    assert spoilt.doubted.nonzero().flatten().tolist() == [odd]
    assert not sound.doubted.any()
    moved = (spoilt.moments(far)[0] - sound.moments(far)[0]).abs()
    assert (moved < 1.96 * spoilt.moments(far)[1]).all()
    assert (moved < 0.2).all()


def test_the_row_that_the_others_expect_least_has_the_lowest_density():
    x = grid(15, 1)
    y = law(x) + noise(15, 0.03)
    y[4] += 0.3
    model = process(x, y, prior=replace(PLAIN, terms=(FALLING,)))
    assert int(left_out_density(model).argmin()) == 4


@pytest.mark.parametrize("count", [12, 40])
@pytest.mark.parametrize("factor", [100.0, 0.01, 1e-6])
def test_a_reading_a_hundred_times_off_is_doubted_and_moves_the_others_little(count, factor):
    x = grid(count, 3)
    y = falling(x) + noise(count, 0.1)
    at = int((x - 0.5).norm(dim=1).argmin())
    absurd = y.clone()
    absurd[at] += math.log(factor)
    sound, spoilt = (process(x, v, prior=CUBE) for v in (y, absurd))
    assert not sound.doubted.any()
    assert spoilt.doubted.nonzero().flatten().tolist() == [at]
    new = grid(60, 3, seed=9)
    assert (spoilt.moments(new)[0] - sound.moments(new)[0]).abs().mean() < 0.15


def test_one_row_that_is_far_better_is_no_outlier_for_long():
    """A narrow basin: a second stack beside the first that found it, and it is believed."""
    x = torch.cat([grid(16, 3), torch.tensor([[0.8, 0.8, 0.8], [0.82, 0.79, 0.8]]).double()])
    y = 3.5 + noise(18, 0.1) - 2.0 * torch.exp(-40.0 * (x - 0.8).square().sum(-1))
    model = process(x, y, prior=CUBE)
    assert not model.doubted.any()
    assert float(model.moments(x[-1:])[0]) < 2.5
