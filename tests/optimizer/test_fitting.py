"""One fit for the same rows; one fallback where laws and rows cannot meet, and it is said."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from optimizer import Caution, Space, believe, knowledge, recommend
from optimizer.fitting import fitted, forget
from optimizer.setpoint import input_sd
from optimizer.training import Rows
from trials.outcome import Damage, Intact

FAINT = Space((0.001, 0.01), (10.0, 1800.0), (25.0, 140.0))
"""A hundred thousand times below the pressures that the law of contacts was told for."""
FROZEN = Space((50.0, 500.0), (10.0, 1800.0), (-271.0, -271.0))
"""Two kelvin, where an Arrhenius law says e^800."""


def rows(space, count=12, seed=0) -> Rows:
    draw = np.random.default_rng(seed)
    return Rows(draw.uniform(size=(count, len(space.free))), 3.0 + 0.1 * draw.normal(size=count),
                np.full(count, 1e-4), np.zeros(count, dtype=np.int64))


def fit(of, space, what="log resistance"):
    caution = Caution()
    return fitted(of, knowledge.of_log_resistance(space, caution), input_sd(space, caution), what)


def test_no_rows_no_surrogate(space):
    assert fit(rows(space, 0), space) is None


def test_same_rows_are_fitted_once(space):
    first = fit(rows(space), space)
    assert first.note == ""
    assert fit(rows(space), space) is first
    assert fit(rows(space, seed=1), space) is not first
    forget()
    again = fit(rows(space), space)
    assert again is not first
    assert again.gp.predict(again.gp.x)[0].tolist() == first.gp.predict(first.gp.x)[0].tolist()


def test_nothing_is_fitted_anew_for_a_history_that_teaches_the_same(space, learned):
    first, again = (believe(h, space, Caution()) for h in (learned, learned[::-1]))
    assert again.log_resistance is first.log_resistance
    assert again.limits[0].gp is first.limits[0].gp


@pytest.mark.parametrize("space", [FAINT, FROZEN, Space((1e5, 1e6), (1.0, 1e9), (25.0, 140.0)),
                                   Space((50.0, 500.0), (10.0, 1800.0), (-250.0, -250.0))])
def test_far_from_where_the_laws_were_told_the_rows_still_speak(space):
    told = rows(space)
    for prior in (knowledge.of_log_resistance(space, Caution()), knowledge.of_root_hazard(space)):
        found = fitted(told, prior, input_sd(space, Caution()), "it")
        mean, sd = found.gp.predict(found.gp.x)
        assert np.abs(mean.numpy() - told.y).max() < 0.5
        assert (sd < 1.0).all()


def test_fallback_is_told_once_by_the_one_who_recommends(trial):
    draw = np.random.default_rng(0)
    history = [trial(FROZEN.decode(x), Intact(float(40.0 + draw.normal()), 0.4,
                                              damage=Damage(0.01, 0.003)))
               for x in draw.uniform(size=(8, 2))]
    found = recommend(history, FROZEN)
    assert len(found.notes) == 1
    assert found.notes[0].startswith("The fit of the damage index failed (")
    assert found.notes[0].endswith("): a process without prior knowledge stands in.")
    assert found.resistance_ohm_cm2 == pytest.approx(40.0, rel=0.1)


def test_a_search_at_low_pressures_starts_from_a_slope_that_can_be():
    low = Space((5.0, 500.0), (10.0, 1800.0), (25.0, 25.0))
    draw = np.random.default_rng(1)
    x, new = draw.uniform(size=(10, 2)), draw.uniform(size=(100, 2))
    told = Rows(x, closing(low, x) + 0.1 * draw.normal(size=10), np.full(10, 1e-4),
                np.zeros(10, dtype=np.int64))
    mean, sd = fit(told, low).gp.predict(torch.from_numpy(new))
    gap = np.abs(mean.numpy() - closing(low, new))
    assert np.median(gap) < 0.15
    assert np.mean(gap < 2.0 * sd.numpy()) > 0.9


def closing(space: Space, x: np.ndarray) -> np.ndarray:
    """ln R of contacts that close with pressure upon a constant rest."""
    return np.log(20.0 + 2e4 * np.array([space.decode(v).pressure_mpa for v in x]) ** -1.7)


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_rows_that_are_no_numbers_are_named(space, bad):
    told = rows(space)
    told.y[3] = bad
    with pytest.raises(ValueError, match="no process fits log resistance"):
        fit(told, space)


def test_a_reading_known_arbitrarily_badly_does_not_count(space):
    told, plain = rows(space), rows(space)
    told.y[3], told.variance[3] = 9.0, 1e200
    few = Rows(*(np.delete(v, 3, 0) for v in (plain.x, plain.y, plain.variance, plain.group)))
    found, without = fit(told, space), fit(few, space)
    assert found.note == ""
    at = without.gp.x
    assert np.abs((found.gp.predict(at)[0] - without.gp.predict(at)[0]).numpy()).max() < 0.05
