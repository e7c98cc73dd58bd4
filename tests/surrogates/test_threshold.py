"""Failures beyond a threshold of pressure that bends, and that is hard to fool."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from rows_told import grid, noise, table

from pressloop.surrogates import predict
from pressloop.surrogates.failures import threshold
from pressloop.surrogates.failures.threshold import ThresholdGP
from pressloop.surrogates.parts.prior import ThresholdPrior

RISING = ThresholdPrior(True, (1.2, 0.4), (-0.05, 0.1), (0.15, 0.3))
FALLING = ThresholdPrior(False, (0.25, 0.35), (0.15, 0.4), (0.2, 0.4))
UNIT = st.floats(0, 1)


def labelled(rows, prior=RISING) -> ThresholdGP:
    """From rows of (x1, x2, x3, label)."""
    told = torch.tensor(rows, dtype=torch.float64).reshape(-1, 4)
    return threshold.fit(None, table(told[:, :3], told[:, 3], 0.0), prior)


def along_first(model: ThresholdGP, second=0.5, third=0.5, count=101) -> torch.Tensor:
    x = torch.full((count, 3), second, dtype=torch.float64)
    x[:, 0], x[:, 2] = torch.linspace(0, 1, count, dtype=torch.float64), third
    return model.failure_probability(x)


@pytest.mark.slow
@settings(max_examples=12)
@given(st.lists(st.tuples(UNIT, UNIT, UNIT, st.sampled_from([0.0, 1.0])), min_size=1, max_size=20),
       st.tuples(st.floats(-1, 2), st.floats(-1, 2), st.floats(-1, 2)), st.booleans())
def test_probability_and_gradient_are_finite_whatever_the_labels(rows, at, rising):
    x = torch.tensor([at], dtype=torch.float64, requires_grad=True)
    chance = labelled(rows, RISING if rising else FALLING).failure_probability(x)
    assert 0.0 <= float(chance.detach()) <= 1.0
    gradient, = torch.autograd.grad(chance.sum(), x)
    assert torch.isfinite(gradient).all()


def test_more_fails_more_and_less_parts_more():
    one = [(0.5, 0.5, 0.5, 0.0)]
    crush, part = along_first(labelled(one)), along_first(labelled(one, FALLING))
    assert (crush[[0, 50, 75]] < crush[[50, 75, 100]]).all() and crush[0] < 0.03
    assert (part[[0, 25, 50]] > part[[25, 50, 100]]).all() and part[-1] < 0.03


@pytest.mark.parametrize("survivors", [1, 3, 6])
def test_a_few_survivors_in_the_middle_say_little_about_the_end(survivors):
    after = along_first(labelled([(0.5, 0.5, 0.5, 0)] * survivors))
    assert after[-1] > 0.05 and after[-1] > 3.0 * after[50]


def test_failures_move_the_threshold_down_and_survivors_up():
    before = along_first(labelled([(0.3, 0.5, 0.5, 0)]))
    failed = along_first(labelled([(0.3, 0.5, 0.5, 0), *[(0.6, 0.5, 0.5, 1)] * 2]))
    passed = along_first(labelled([(0.3, 0.5, 0.5, 0), *[(0.9, 0.5, 0.5, 0)] * 4]))
    assert failed[60] > before[60] + 0.2
    assert passed[90] < before[90]


def test_threshold_is_found_between_labels():
    rows = [(x, 0.5, 0.5, float(x > 0.62)) for x in (0.1, 0.3, 0.5, 0.6, 0.65, 0.7, 0.8, 0.95)]
    chance = along_first(labelled(rows))
    assert chance[45] < 0.15
    assert chance[80] > 0.85
    assert 0.52 < float((chance < 0.5).double().mean()) < 0.75


def test_one_spoilt_stack_does_not_close_a_good_region():
    good = [(x, 0.5, 0.5, 0) for x in (0.3, 0.4, 0.45, 0.5, 0.55, 0.6, 0.7, 0.75)]
    without, chance = (along_first(labelled(rows)) for rows in (
        good, [*good, (0.5, 0.5, 0.5, 1)]))
    assert chance[30:56].max() < 0.15
    assert chance[30:71].max() < 0.3
    assert without[30:71].max() < 0.1


def test_repeated_failures_do_close_it():
    good = [(x, 0.5, 0.5, 0) for x in (0.3, 0.4, 0.45)]
    chance = along_first(labelled([*good, *[(0.7, 0.5, 0.5, 1)] * 5]))
    assert chance[70] > 0.8
    assert chance[40] < 0.2


def peaked(x: torch.Tensor) -> torch.Tensor:
    """Strength that rises and falls with temperature: 0.8 in the middle, 0.4 at both ends."""
    return 0.8 - 1.6 * (x[:, 2] - 0.5).square()


def test_strength_that_peaks_in_temperature_is_learned_from_forty_labels():
    x, new = grid(40, seed=1), grid(300, seed=2)
    model = threshold.fit(None, table(x, (x[:, 0] > peaked(x)).double(), 0.0), RISING)
    clear = (new[:, 0] - peaked(new)).abs() > 0.1
    right = (model.failure_probability(new) > 0.5) == (new[:, 0] > peaked(new))
    assert right[clear].double().mean() > 0.9
    here = torch.tensor([[0.62, 0.5, third] for third in (0.03, 0.5, 0.97)]).double()
    cold, middle, hot = model.failure_probability(here).tolist()
    assert middle < 0.3
    assert min(cold, hot) > middle + 0.2


def test_readings_say_more_than_labels():
    """ln(H/H*) of a Weibull index crosses 0 at 0.7 of the range of pressure."""
    x = grid(12, seed=3)
    f = 10.0 * (x[:, 0] - 0.7) + noise(12, 0.2)
    read = threshold.fit(table(x, f, 0.1), None, RISING)
    told = labelled(torch.cat([x, (f > 0.0).double().unsqueeze(-1)], 1).tolist())
    new = grid(60, seed=4)
    sharp, blunt = (predict.moments(m, new)[1].mean() for m in (read, told))
    assert sharp < 0.7 * blunt
    mean = read.failure_probability(new)
    assert mean[new[:, 0] > 0.8].min() > 0.8 and mean[new[:, 0] < 0.6].max() < 0.2


def test_an_index_that_cannot_be_told_from_none_says_only_that_it_is_low():
    x = grid(10, seed=3)
    low, lower = (threshold.fit(table(x, torch.full((10,), value).double(), 1.0), None, RISING)
                  for value in (-3.0, -12.0))
    new = grid(20, seed=4)
    assert torch.allclose(low.failure_probability(new), lower.failure_probability(new), atol=0.1)


def test_one_input_and_no_slope():
    prior = ThresholdPrior(True, (1.2, 0.4), (), ())
    x = torch.tensor([[0.5], [0.8]], dtype=torch.float64)
    model = threshold.fit(None, table(x, torch.tensor([0.0, 1.0]).double(), 0.0), prior)
    chance = model.failure_probability(torch.linspace(0, 1, 11, dtype=torch.float64).unsqueeze(-1))
    assert chance[8] > chance[5] and chance[10] > 0.5 > chance[5]


def test_another_lot_that_breaks_earlier_is_learned_as_its_own():
    x = grid(40, seed=5)
    group = (torch.arange(40) % 2).double()
    y = (x[:, 0] > 0.75 - 0.3 * group).double()
    apart = threshold.fit(None, table(x, y, 0.0, group), replace(RISING, offset=(0.2, 0.8)))
    mixed = threshold.fit(None, table(x, y, 0.0), RISING)
    at = torch.tensor([[0.6, 0.5, 0.5]], dtype=torch.float64)
    assert apart.failure_probability(at) < mixed.failure_probability(at)


@pytest.mark.slow
def test_many_labels_are_thinned_not_refused():
    x = grid(1200, seed=6)
    model = threshold.fit(None, table(x, (x[:, 0] > 0.6).double(), 0.0), RISING)
    assert model.rows.shape[0] <= threshold.MOST
    chance = along_first(model)
    assert chance[50] < 0.2 and chance[70] > 0.8
