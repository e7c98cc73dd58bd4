"""One battery over every model of failures, found in its folder."""

from __future__ import annotations

import importlib

import pytest
import torch
from botorch.models.model import Model
from rows_told import SPACE, crushed, grid, priors, table

from pressloop.optimizer import Problem, SurrogateChoice, fit_models, propose, recommend
from pressloop.optimizer.model_files import _answers
from pressloop.surrogates import failures, predict
from pressloop.surrogates.parts.forest import Forest
from pressloop.trials.outcome import Failed, FailureMode, Intact
from pressloop.trials.plugins import file_names
from pressloop.trials.recipe import Recipe
from pressloop.trials.stack import Stack
from pressloop.trials.trial import State, Trial

pytestmark = pytest.mark.slow

NAMES = file_names(failures)
_, PRIOR = priors()
GENTLE = torch.tensor([[0.1, 0.5, 0.5]], dtype=torch.float64)
HARSH = torch.tensor([[0.97, 0.5, 0.5]], dtype=torch.float64)


def fitted(name: str, readings=None, labels=None) -> Model:
    return importlib.import_module(f"{failures.__name__}.{name}").fit(
        readings, labels, PRIOR, seed=0)


def labels(count: int = 24, above: float = 0.65, seed: int = 0):
    x = grid(count, seed=seed)
    return table(x, crushed(x, above), 0.0)


def read(count: int = 24):
    """ln(H/H*) rises with pressure and is 0 at two thirds of its range."""
    x = grid(count)
    return table(x, 12.0 * (x[:, 0] - 0.67), 0.1)


@pytest.fixture(scope="module", params=NAMES)
def name(request) -> str:
    return request.param


@pytest.fixture(scope="module")
def model(name) -> Model:
    return fitted(name, labels=labels())


def chance(model: Model, x=HARSH) -> float:
    return float(predict.failure_probability(model, x))


def test_posterior_is_one_output_of_a_recipe_in_batches_and_jointly(model):
    for shape in ((5, 1), (4, 2), (2, 3, 2), (3,)):
        x = grid(60, seed=1)[:torch.Size(shape).numel()].reshape(*shape, 3)
        for told in (False, True):
            found = model.posterior(x, observation_noise=told)
            mean = found.mixture_mean if model._is_ensemble else found.mean
            assert mean.shape == (*shape, 1) and mean.isfinite().all()
            assert found.rsample(torch.Size([2])).isfinite().all()


def test_answers_have_the_shape_of_the_points_and_agree_with_one_another(model):
    for count in (1, 7):
        x = grid(7, seed=2)[:count]
        assert all(v.shape == (count,) and v.isfinite().all()
                   for v in _answers(model, x).values())
        assert torch.allclose(predict.covariance(model, x, x).diagonal(),
                              predict.moments(model, x)[1].square(), rtol=1e-4, atol=1e-6)
        assert (predict.scatter(model, x) > 0.0).all()


def test_probabilities_are_probabilities(model):
    x = torch.cat([grid(300, seed=2), 3.0 * grid(50, seed=3) - 1.0])
    found = predict.failure_probability(model, x)
    assert found.shape == (350,)
    assert ((found >= 0.0) & (found <= 1.0)).all()


def test_what_fails_at_high_pressure_fails_there(model):
    x = 0.05 + 0.9 * grid(100, seed=4)
    found = predict.failure_probability(model, x)
    assert found[x[:, 0] > 0.8].min() > 0.6
    assert found[x[:, 0] < 0.4].max() < 0.4
    assert chance(model) > 0.8
    assert chance(model, GENTLE) < 0.2


@pytest.mark.parametrize("both", [False, True])
def test_readings_say_where_it_fails(name, both):
    model = fitted(name, read(), labels(8) if both else None)
    assert chance(model) > 0.7
    assert chance(model, GENTLE) < 0.1


def test_all_survived_and_all_failed(name):
    for count in (1, 3, 12):
        survived, failed = (fitted(name, labels=labels(count, above)) for above in (1.1, -0.1))
        for at in (GENTLE, HARSH):
            assert 0.0 <= chance(survived, at) < chance(failed, at) <= 1.0
        assert chance(survived, GENTLE) < 0.5 < chance(failed, HARSH)


@pytest.mark.parametrize("count", [1, 2, 3])
def test_few_rows_are_enough_to_start(name, count):
    for given in ({"labels": labels(count)}, {"readings": read(count)}):
        assert all(v.isfinite().all()
                   for v in _answers(fitted(name, **given), grid(8, seed=1)).values())


def test_same_rows_give_the_same_model_in_any_order(name, model):
    torch.manual_seed(5)
    before = torch.random.get_rng_state()
    x, at = grid(24), grid(8, seed=6)
    again = fitted(name, labels=labels())
    assert torch.equal(torch.random.get_rng_state(), before)
    assert torch.equal(predict.failure_probability(model, at),
                       predict.failure_probability(again, at))
    order = torch.randperm(24, generator=torch.Generator().manual_seed(1))
    other = fitted(name, labels=table(x[order], crushed(x[order]), 0.0))
    assert torch.allclose(predict.failure_probability(model, at),
                          predict.failure_probability(other, at), atol=1e-3)


def test_gradients_where_there_are_any(model):
    x = grid(4, seed=7).requires_grad_(True)
    found = predict.failure_probability(model, x)
    if isinstance(model, Forest):
        assert not found.requires_grad
        return
    gradient, = torch.autograd.grad(found.sum(), x)
    assert gradient.isfinite().all() and (gradient[:, 0] != 0.0).any()


def told(above: float) -> list[Trial]:
    """Twelve stacks without a damage index, crushed above so many MPa."""
    found = []
    for number, x in enumerate(grid(12, seed=9).numpy(), 1):
        recipe = SPACE.decode(x)
        outcome = (Failed(FailureMode.CRUSHED, "broke") if recipe.pressure_mpa > above
                   else Intact(30.0 + 2000.0 / recipe.pressure_mpa, 0.5))
        found.append(Trial(number, Stack(f"s{number}", "lot", "me", 0.785, 600.0, 375.0), recipe,
                           State.EVALUATED, outcome=outcome))
    return found


@pytest.mark.parametrize("above", [20.0, 200.0])
def test_a_campaign_keeps_away_from_what_crushes(name, above):
    problem = Problem(SPACE, surrogate=SurrogateChoice(model="plain_gp", failure_model=name))
    models = fit_models(problem, told(above))
    first = propose(models, 2)
    assert [p.recipe for p in first] == [
        p.recipe for p in propose(fit_models(problem, told(above)[::-1]), 2)]
    assert all(SPACE.contains(p.recipe) and p.reason for p in first)
    harsh, gentle = models.crushing([Recipe(480.0, 100.0, 80.0), Recipe(60.0, 100.0, 80.0)])
    if above == 200.0:
        assert harsh > 0.5 > gentle
    if above > 20.0:
        best = recommend(models)
        assert best.recipe.pressure_mpa < 1.2 * above
        assert best.p_crushed <= problem.limits.max_crush_probability or not best.cautious
