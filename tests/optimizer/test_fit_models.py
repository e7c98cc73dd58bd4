"""What is believed after a history: also far from where the laws of pressing were told."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from asked import fitted

from pressloop.optimizer import Problem, RiskLimits, Space, SurrogateChoice, fit_models, recommend
from pressloop.optimizer.history.training import Rows
from pressloop.optimizer.model_files import fit_failure, fit_model
from pressloop.optimizer.physics_prior import of_failure, of_log_resistance
from pressloop.surrogates import predict
from pressloop.trials.errors import BadInput
from pressloop.trials.outcome import Damage, FailureMode, Intact

FAINT = Space((0.001, 0.01), (10.0, 1800.0), (25.0, 140.0))
"""A hundred thousand times below the pressures that the law of contacts was told for."""
FROZEN = Space((50.0, 500.0), (10.0, 1800.0), (-271.0, -271.0))
"""Two kelvin, where an Arrhenius law says e^800."""


def rows(space, count=12, seed=0) -> Rows:
    draw = np.random.default_rng(seed)
    return Rows(draw.uniform(size=(count, len(space.free))), 3.0 + 0.1 * draw.normal(size=count),
                np.full(count, 1e-4), np.zeros(count, dtype=np.int64))


def model_of(told: Rows, space: Space):
    return fit_model(SurrogateChoice(), told, of_log_resistance(space, RiskLimits()))


def test_no_rows_no_model(space):
    assert model_of(rows(space, 0), space) is None
    none = rows(space, 0)
    assert fit_failure(SurrogateChoice(), none, none,
                       of_failure(space, FailureMode.CRUSHED)) is None


@pytest.mark.slow
def test_history_in_any_order_is_the_same_to_the_models(space, learned):
    first, again = (fitted(h, space) for h in (learned, learned[::-1]))
    x = torch.rand(5, 3, dtype=torch.float64)
    assert torch.equal(first.moments(x)[0], again.moments(x)[0])
    assert torch.equal(first.risk(x).crush, again.risk(x).crush)


@pytest.mark.slow
def test_models_are_fitted_once_and_never_changed(space, learned):
    models = fitted(learned, space)
    x = torch.rand(5, 3, dtype=torch.float64)
    before = models.moments(x)[0].clone()
    recommend(models, analysis=True)
    assert torch.equal(models.moments(x)[0], before)
    with pytest.raises(AttributeError):
        models.notes = ()


def test_models_used_together_have_as_many_draws(space, learned):
    """As BoTorch's `ModelListGP` wants it."""
    models = fitted(learned, space)
    numbers = {m.posterior(torch.rand(1, 3, dtype=torch.float64)).mean.shape[0]
               for m in (models.log_resistance, *models.failures.values())}
    assert len(numbers) == 1


@pytest.mark.slow
def test_laws_can_be_switched_off_in_the_settings(space, learned):
    on, off = (fit_models(Problem(space, surrogate=SurrogateChoice(laws=laws)), learned)
               for laws in (True, False))
    assert on.laws is not None and 0.0 <= on.laws <= 1.0
    assert off.laws in (None, 0.0)
    assert recommend(on).laws == on.laws


@pytest.mark.parametrize("space", [FAINT, FROZEN, Space((1e5, 1e6), (1.0, 1e9), (25.0, 140.0)),
                                   Space((50.0, 500.0), (10.0, 1800.0), (-250.0, -250.0))])
def test_far_from_where_the_laws_were_told_the_rows_still_speak(space):
    told = rows(space)
    mean, sd = predict.moments(model_of(told, space), torch.from_numpy(told.x))
    assert np.abs(mean.numpy() - told.y).max() < 0.5
    assert (sd < 1.0).all()


def test_a_campaign_where_the_laws_cannot_hold(trial):
    draw = np.random.default_rng(0)
    history = [trial(FROZEN.decode(x), Intact(float(40.0 + draw.normal()), 0.4,
                                              damage=Damage(0.01, 0.003)))
               for x in draw.uniform(size=(8, 2))]
    assert recommend(fitted(history, FROZEN)).resistance_ohm_cm2 == pytest.approx(40.0, rel=0.1)


def test_a_search_at_low_pressures_starts_from_a_slope_that_can_be():
    low = Space((5.0, 500.0), (10.0, 1800.0), (25.0, 25.0))
    draw = np.random.default_rng(1)
    x, new = draw.uniform(size=(10, 2)), draw.uniform(size=(100, 2))
    told = Rows(x, closing(low, x) + 0.1 * draw.normal(size=10), np.full(10, 1e-4),
                np.zeros(10, dtype=np.int64))
    mean, sd = predict.moments(model_of(told, low), torch.from_numpy(new))
    gap = np.abs(mean.numpy() - closing(low, new))
    assert np.median(gap) < 0.2
    assert np.mean(gap < 2.0 * sd.numpy()) > 0.85


def closing(space: Space, x: np.ndarray) -> np.ndarray:
    """ln R of contacts that close with pressure upon a constant rest."""
    return np.log(20.0 + 2e4 * np.array([space.decode(v).pressure_mpa for v in x]) ** -1.7)


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_rows_that_are_no_numbers_are_refused(space, bad):
    told = rows(space)
    told.y[3] = bad
    with pytest.raises(BadInput, match=r"surrogate\.model = physics_gp.*With 12 rows"):
        model_of(told, space)


def test_a_reading_known_arbitrarily_badly_does_not_count(space):
    told, plain = rows(space), rows(space)
    told.y[3], told.variance[3] = 9.0, 1e200
    few = Rows(*(np.delete(v, 3, 0) for v in (plain.x, plain.y, plain.variance, plain.group)))
    at = torch.from_numpy(few.x)
    found, without = (predict.moments(model_of(r, space), at)[0] for r in (told, few))
    assert (found - without).abs().max() < 0.1
