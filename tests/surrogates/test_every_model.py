"""One battery over every surrogate of ln R, found in its folder."""

from __future__ import annotations

import importlib

import pytest
import torch
from botorch.models.model import Model
from rows_told import SPACE, falling, grid, noise, priors, table

from pressloop.optimizer import Problem, Search, SurrogateChoice, fit_models, propose, recommend
from pressloop.optimizer.model_files import _answers
from pressloop.surrogates import models, predict
from pressloop.surrogates.parts.forest import Forest
from pressloop.trials.plugins import file_names

pytestmark = pytest.mark.slow

NAMES = file_names(models)
PRIOR, _ = priors()
ROWS = 24


def fitted(name: str, count: int = ROWS, seed: int = 0, **other) -> Model:
    x = grid(count)
    data = table(x, falling(x) + noise(count, 0.1, seed), **other)
    return importlib.import_module(f"{models.__name__}.{name}").fit(data, PRIOR, seed=0)


@pytest.fixture(scope="module", params=NAMES)
def name(request) -> str:
    return request.param


@pytest.fixture(scope="module")
def model(name) -> Model:
    return fitted(name)


def test_posterior_is_one_output_of_a_recipe_in_batches_and_jointly(model):
    for shape in ((5, 1), (4, 2), (2, 3, 2), (3,)):
        x = grid(60, seed=1)[:torch.Size(shape).numel()].reshape(*shape, 3)
        found = model.posterior(x)
        mean = getattr(found, "mixture_mean", found.mean) if model._is_ensemble else found.mean
        assert mean.shape == (*shape, 1)
        assert found.rsample(torch.Size([2])).isfinite().all()
        assert (found.variance >= 0.0).all()


def test_answers_have_the_shape_of_the_points_and_agree_with_one_another(model):
    for count in (1, 2, 7):
        x = grid(7, seed=2)[:count]
        for value in _answers(model, x).values():
            assert value.shape == (count,) and value.isfinite().all()
        mean, sd = predict.moments(model, x)
        between = predict.covariance(model, x, grid(5, seed=3))
        assert between.shape == (count, 5)
        own = predict.covariance(model, x, x)
        assert torch.allclose(own.diagonal(), sd.square(), atol=1e-7)
        assert torch.allclose(own, own.T, atol=1e-9)
        assert torch.linalg.eigvalsh(own).min() > -1e-7
        drawn = predict.draws(model, x, 4000, 0)
        assert drawn.shape == (4000, count)
        assert torch.allclose(drawn.mean(0), mean, atol=0.1)
        assert predict.slope(model, x).shape == (count, 3)


def test_what_is_asked_in_parts_is_what_is_asked_at_once(model):
    x = grid(predict.PART + 9, seed=4)
    mean, sd = predict.moments(model, x)
    for at in (0, predict.PART - 1, predict.PART, len(x) - 1):
        one = predict.moments(model, x[at:at + 1])
        assert float(one[0]) == pytest.approx(float(mean[at]), abs=1e-6)
        assert float(one[1]) == pytest.approx(float(sd[at]), abs=1e-5)
    between = predict.covariance(model, x, x[:3])
    assert torch.allclose(between[-4:], predict.covariance(model, x[-4:], x[:3]), atol=1e-7)


def test_moments_are_those_of_the_posterior(model):
    x = grid(6, seed=2)
    found = model.posterior(x.unsqueeze(-2))
    mixture = hasattr(found, "mixture_mean") and not isinstance(model, Forest)
    mean = found.mixture_mean if mixture else found.mean
    variance = found.mixture_variance if mixture else found.variance
    told = predict.moments(model, x)
    assert torch.allclose(told[0], mean.flatten(), atol=1e-6)
    # BoTorch divides the variance of few values by one less than their number.
    assert torch.allclose(told[1], variance.flatten().sqrt(), rtol=0.01, atol=1e-4)


def test_one_more_stack_scatters(model):
    x = grid(9, seed=2)
    for shape in ((9, 1, 3), (3, 3, 3)):
        known, noisy = (model.posterior(x.reshape(shape), observation_noise=told).variance
                        for told in (False, True))
        assert noisy.mean() > known.mean()
    scatter = predict.scatter(model, x)
    assert (scatter > 0.03).all() and (scatter < 0.4).all()
    off = predict.scatter(model, x, torch.tensor([0.2, 0.0, 0.0], dtype=torch.float64))
    assert (off >= scatter).all()
    assert bool((off > scatter).all()) is not isinstance(model, Forest)
    (_, low, high), (middle, lower, higher) = (predict.interval(model, x, more)
                                               for more in (None, scatter))
    assert (lower < low).all() and (high < higher).all()
    assert ((lower < middle) & (middle < higher)).all()


def test_same_rows_give_the_same_model_whatever_was_drawn_before(name, model):
    torch.manual_seed(5)
    before = torch.random.get_rng_state()
    again, x = fitted(name), grid(8, seed=6)
    assert torch.equal(torch.random.get_rng_state(), before)
    assert torch.equal(predict.moments(model, x)[0], predict.moments(again, x)[0])
    assert torch.equal(predict.moments(model, x)[1], predict.moments(again, x)[1])


def test_order_of_rows_changes_nothing(name, model):
    x = grid(ROWS)
    order = torch.randperm(ROWS, generator=torch.Generator().manual_seed(1))
    data = table(x[order], (falling(x) + noise(ROWS, 0.1, 0))[order])
    other = importlib.import_module(f"{models.__name__}.{name}").fit(data, PRIOR, seed=0)
    at = grid(8, seed=6)
    assert torch.allclose(predict.moments(model, at)[0], predict.moments(other, at)[0], atol=1e-3)


def test_gradients_where_there_are_any(model):
    x = grid(4, seed=7).requires_grad_(True)
    mean, sd = predict.moments(model, x)
    if isinstance(model, Forest):
        assert not mean.requires_grad and not predict.slope(model, x).any()
        return
    gradient, = torch.autograd.grad((mean + sd).sum(), x)
    assert gradient.isfinite().all() and (gradient != 0.0).any()
    step = torch.tensor([1e-5, 0.0, 0.0], dtype=torch.float64)
    known = x.detach()
    above, below = (predict.moments(model, known + way * step)[0] for way in (1.0, -1.0))
    rise = (above - below) / 2e-5
    assert torch.allclose(predict.slope(model, known)[:, 0], rise, atol=1e-4)


@pytest.mark.parametrize("seed", [1])
def test_rows_that_were_held_out_are_covered(name, seed):
    model, new = fitted(name, 40, seed), grid(200, seed=8)
    y = falling(new) + noise(200, 0.1, seed + 10)
    mean, _ = predict.moments(model, new)
    assert (mean - falling(new)).abs().mean() < 0.2
    _, low, high = predict.interval(model, new, predict.scatter(model, new))
    assert ((low < y) & (y < high)).double().mean() > 0.85


def test_less_is_known_far_from_rows(name):
    x = 0.3 * grid(12)
    module = importlib.import_module(f"{models.__name__}.{name}")
    model = module.fit(table(x, falling(x) + noise(12, 0.02)), PRIOR, seed=0)
    near, far = (predict.moments(model, torch.full((1, 3), at, dtype=torch.float64))[1]
                 for at in (0.15, 0.9))
    # A forest's trees disagree no more where there are no rows.
    assert isinstance(model, Forest) or far > 1.5 * near


@pytest.mark.parametrize("count", [1, 2, 3])
def test_few_rows_are_enough_to_start(name, count):
    model = fitted(name, count)
    for value in _answers(model, grid(8, seed=1)).values():
        assert value.isfinite().all()


@pytest.mark.parametrize("value", [-7.0, 3.0, 16.0])
def test_rows_that_are_all_alike_break_nothing(name, value):
    x = grid(10)
    module = importlib.import_module(f"{models.__name__}.{name}")
    for rows in (x, x[:1].expand(10, -1).clone()):
        model = module.fit(table(rows, torch.full((10,), value).double(), 0.0), PRIOR, seed=0)
        mean, sd = predict.moments(model, rows)
        assert mean.tolist() == pytest.approx([value] * 10, abs=0.1)
        assert sd.isfinite().all()


def test_a_campaign_proposes_and_recommends_by_it(name, in_memory):
    problem = Problem(SPACE, surrogate=SurrogateChoice(model=name))
    found = fit_models(problem, in_memory)
    first, second = propose(found, 2), propose(fit_models(problem, in_memory[::-1]), 2)
    assert [p.recipe for p in first] == [p.recipe for p in second]
    assert all(SPACE.contains(p.recipe) and p.reason for p in first)
    best = recommend(found)
    assert SPACE.contains(best.recipe)
    assert best.stack_low_ohm_cm2 <= best.low_ohm_cm2 <= best.resistance_ohm_cm2
    assert best.resistance_ohm_cm2 <= best.high_ohm_cm2 <= best.stack_high_ohm_cm2
    assert 15.0 < best.resistance_ohm_cm2 < 60.0


@pytest.mark.parametrize("model_name", ["random_forest", "saas_map"])
def test_noisy_improvement_takes_any_model(model_name, in_memory):
    """BoTorch samples trees by their number and normal distributions by theirs."""
    problem = Problem(SPACE, surrogate=SurrogateChoice(model=model_name),
                      search=Search(acquisition="noisy_expected_improvement"))
    one, other = (propose(fit_models(problem, in_memory)) for _ in range(2))
    assert one == other and SPACE.contains(one[0].recipe)
