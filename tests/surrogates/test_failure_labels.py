"""Failure probability from labels: monotone along the first input, and hard to fool."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from surrogates.monotone_labels import MonotoneLabels, ThresholdPrior, fit_monotone_labels

RISING = ThresholdPrior(True, 1.3, 0.35, (0.05, -0.2), (0.05, 0.2))
FALLING = ThresholdPrior(False, -0.25, 0.35, (0.15, 0.4), (0.15, 0.3))
UNIT = st.floats(0, 1)


def labelled(rows, prior=RISING) -> MonotoneLabels:
    """From rows of (x1, x2, x3, label)."""
    table = torch.tensor(rows, dtype=torch.float64).reshape(-1, 4)
    return fit_monotone_labels(table[:, :3], table[:, 3], prior)


def along_first(model, second=0.5, third=0.5, count=101):
    x = torch.full((count, 3), second, dtype=torch.float64)
    x[:, 0], x[:, 2] = torch.linspace(0, 1, count, dtype=torch.float64), third
    return model.probability(x)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(UNIT, UNIT, UNIT, st.sampled_from([0.0, 1.0])), max_size=25),
       UNIT, UNIT, st.booleans())
def test_probability_is_monotone_along_the_first_input_whatever_the_labels(
        rows, second, third, rising):
    steps = along_first(labelled(rows, RISING if rising else FALLING), second, third).diff()
    assert (steps >= -1e-12).all() if rising else (steps <= 1e-12).all()


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(UNIT, UNIT, UNIT, st.sampled_from([0.0, 1.0])), max_size=25),
       st.tuples(st.floats(-1, 2), st.floats(-1, 2), st.floats(-1, 2)))
def test_probability_and_gradient_are_finite_everywhere(rows, at):
    x = torch.tensor([at], dtype=torch.float64, requires_grad=True)
    chance = labelled(rows).probability(x)
    assert 0.0 <= float(chance.detach()) <= 1.0
    gradient, = torch.autograd.grad(chance.sum(), x)
    assert torch.isfinite(gradient).all()


def test_prior_trusts_the_middle_and_doubts_the_end():
    crush, part = along_first(labelled([])), along_first(labelled([], FALLING), 0.0, 0.0)
    assert crush[0] < 0.02 and crush[50] < 0.1 and 0.05 < crush[-1] < 0.5
    assert part[-1] < 0.02 and part[50] < 0.1 and 0.05 < part[0] < 0.5


@pytest.mark.parametrize("survivors", [1, 3, 6])
def test_a_few_survivors_in_the_middle_say_little_about_the_end(survivors):
    before = along_first(labelled([]))[-1]
    after = along_first(labelled([(0.5, 0.5, 0.5, 0)] * survivors))[-1]
    assert after > 0.4 * before


def test_failures_move_the_threshold_down_and_survivors_up():
    before = along_first(labelled([]))
    failed = along_first(labelled([(0.6, 0.5, 0.5, 1)] * 2))
    passed = along_first(labelled([(0.9, 0.5, 0.5, 0)] * 4))
    assert failed[60] > before[60] + 0.2
    assert passed[90] < before[90]


def test_threshold_is_found_between_labels():
    rows = [(x, 0.5, 0.5, float(x > 0.62)) for x in (0.1, 0.3, 0.5, 0.6, 0.65, 0.7, 0.8, 0.95)]
    chance = along_first(labelled(rows))
    assert chance[45] < 0.1
    assert chance[80] > 0.9
    assert 0.55 < float((chance < 0.5).double().mean()) < 0.72


def test_one_spoilt_stack_does_not_close_a_good_region():
    good = [(x, 0.5, 0.5, 0) for x in (0.3, 0.4, 0.45, 0.5, 0.55, 0.6, 0.7, 0.75)]
    chance = along_first(labelled([*good, (0.5, 0.5, 0.5, 1)]))
    assert chance[30:71].max() < 0.1


def test_repeated_failures_do_close_it():
    good = [(x, 0.5, 0.5, 0) for x in (0.3, 0.4, 0.45)]
    chance = along_first(labelled([*good, *[(0.7, 0.5, 0.5, 1)] * 5]))
    assert chance[70] > 0.8
    assert chance[40] < 0.1


def test_works_with_one_input_and_no_slope():
    prior = ThresholdPrior(True, 1.3, 0.35, (), ())
    model = fit_monotone_labels(torch.tensor([[0.5], [0.8]], dtype=torch.float64),
                                torch.tensor([0.0, 1.0], dtype=torch.float64), prior)
    chance = model.probability(torch.linspace(0, 1, 11, dtype=torch.float64).unsqueeze(-1))
    assert chance[8] > 0.5 > chance[5]


def test_same_labels_in_any_order_give_the_same_belief():
    rows = [(0.2, 0.1, 0.9, 0), (0.7, 0.3, 0.2, 1), (0.9, 0.9, 0.1, 1)]
    assert torch.allclose(along_first(labelled(rows)), along_first(labelled(rows[::-1])))
