"""The laws of pressing: where they lead, what takes over, what speaks for them."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import torch
from processes_fitted import CUBE, FALLING, PLAIN, law, process
from rows_told import grid, line, noise, priors, table

from pressloop.surrogates import predict
from pressloop.surrogates.models import plain_gp
from pressloop.surrogates.parts.prior import Prior, Term


def test_a_law_that_is_right_predicts_where_there_are_no_rows():
    x, ahead = 0.4 * grid(8, 1), line(0.6, 0.8, 1.0)
    y = law(x) + noise(8, 0.02)
    informed, plain = (process(x, y, prior=replace(PLAIN, residual=(0.05, 1.0), terms=terms))
                       .moments(ahead) for terms in ((FALLING,), ()))
    assert (informed[0] - law(ahead)).abs().max() < 0.5 * (plain[0] - law(ahead)).abs().max()
    assert ((informed[0] - law(ahead)).abs() < 2.0 * informed[1]).all()


def test_the_residual_takes_over_from_a_law_that_is_wrong():
    """The rows rise where the law says that they fall steeply, and by how much it is sure."""
    wrong = replace(PLAIN, residual=(0.05, 1.0),
                    terms=(replace(FALLING, slope_sd=(0.3,), amplitude_sd=0.2),))
    x, new = grid(24, 1), 0.05 + 0.9 * grid(30, 1, seed=1)
    y = -law(x) + noise(24, 0.02)
    mean, sd = process(x, y, prior=wrong).moments(new)
    assert (mean + law(new)).abs().max() < 0.1
    assert ((mean + law(new)).abs() < 2.5 * sd).double().mean() > 0.9


def test_slope_is_that_of_the_mean_where_only_the_law_matters():
    x = grid(12, 2)
    prior = Prior(terms=(Term((3.0, 0.5), (1.0, 0.5), (0.0, 0.0), 2.0, 1.0),),
                  residual=(1e-6, 0.0), scatter=(0.02, 0.2))
    model = process(x, law(x), prior=prior)
    at = 0.1 + 0.8 * grid(6, 2, seed=2)
    steps = [(model.moments(at + step)[0] - model.moments(at - step)[0]) / 2e-4
             for step in 1e-4 * torch.eye(2, dtype=torch.float64)]
    assert torch.allclose(predict.slope(model, at), torch.stack(steps, -1), atol=1e-3)


def test_a_straight_law_is_a_tangent_where_it_outgrows_the_rest():
    bent = replace(FALLING, slope_sd=(1e-6,), amplitude_sd=1e-6, start=1.5, straight=True)
    prior = replace(PLAIN, terms=(bent,), residual=(1e-4, 0.0), level=0.0, level_sd=1e-3)
    model = process(line(1.0), torch.tensor([2.0 * math.exp(-1.5)]).double(), prior=prior)
    x = line(0.0, 0.25, 0.5, 1.0)
    expected = 2.0 * torch.tensor([2.5, 1.75, 1.0, math.exp(-1.5)], dtype=torch.float64)
    assert torch.allclose(model.moments(x)[0], expected, atol=0.01)
    steep = -6.0 * torch.tensor([1.0, 1.0, 1.0, math.exp(-1.5)], dtype=torch.float64)
    assert torch.allclose(predict.slope(model, x)[:, 0], steep, atol=0.05)


def test_a_row_on_a_cliff_says_less_where_inputs_may_be_off():
    x, y = line(0.02, 0.06, 0.3, 0.5, 0.7, 0.9), law(line(0.02, 0.06, 0.3, 0.5, 0.7, 0.9))
    prior = replace(PLAIN, terms=(FALLING,), residual=(0.05, 0.5))
    exact, off = (process(x, y, prior=replace(prior, input_sd=(sd,))) for sd in (0.0, 0.05))
    wider = off.moments(x)[1] / exact.moments(x)[1]
    assert wider[0] > 1.5
    assert wider[0] > wider[-1]


def test_scatter_grows_with_the_law_where_it_comes_with_it():
    x = grid(12, 1)
    told = replace(PLAIN, terms=(FALLING,), misfit=0.3, laws=1.0)
    scatter = process(x, law(x), prior=told).scatter_at(line(0.0, 0.3, 1.0))
    assert scatter[0] > 2.0 * scatter[1] > 2.0 * scatter[2]
    even = process(x, law(x), prior=replace(told, misfit=0.0)).scatter_at(line(0.0, 0.3, 1.0))
    assert float(even.std()) == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize("seed", range(3))
def test_rows_that_follow_the_laws_speak_for_them(seed):
    x = grid(14, 3, seed=seed)
    y = 3.0 + 2.0 * torch.exp(-3.0 * x[:, 0] - 0.5 * x[:, 1] - 0.5 * x[:, 2]) + noise(14, 0.1, seed)
    assert process(x, y, prior=CUBE).laws > 0.5


@pytest.mark.parametrize("seed", range(3))
def test_rows_that_contradict_the_laws_speak_against_them(seed):
    """They rise where the laws fall, and bend."""
    def true(x):
        return 3.0 + 3.0 * x[:, 0] + torch.sin(6.0 * x[:, 2])

    x, new = grid(40, 3, seed=seed), 0.1 + 0.8 * grid(40, 3, seed=9)
    model = process(x, true(x) + noise(40, 0.1, seed), prior=priors()[0])
    assert model.laws < 0.25
    assert (model.moments(new)[0] - true(new)).abs().mean() < 0.3


def test_laws_can_be_switched_off_or_taken_for_granted():
    x = grid(14, 1)
    y = law(x) + noise(14, 0.05)
    told = replace(PLAIN, terms=(FALLING,), residual=(0.05, 1.0))
    off, none = (process(x, y, prior=p) for p in (replace(told, laws=0.0), PLAIN))
    assert off.laws in (None, 0.0) and none.laws is None
    assert torch.allclose(off.moments(x)[0], none.moments(x)[0], atol=1e-6)
    assert process(x, y, prior=replace(told, laws=1.0)).laws == 1.0
    plain = plain_gp.fit(table(x, y), told)
    assert torch.allclose(plain.moments(x)[0], none.moments(x)[0], atol=1e-6)
