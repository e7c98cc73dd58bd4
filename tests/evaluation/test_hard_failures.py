"""Shorted and open stacks are told before anything is fitted: a short must never be an optimum."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pressloop.evaluation.classify import hard_failure
from pressloop.evaluation.evaluate import evaluate
from pressloop.evaluation.rules import Rules
from pressloop.trials.outcome import Failed, FailureMode, Intact, SetAside
from pressloop.trials.recipe import Recipe
from pressloop.trials.spectrum import Spectrum

GOOD = Recipe(260.0, 60.0, 95.0)
FREQUENCY = np.geomspace(1e6, 0.1, 71)
RULES = Rules()


def spectrum(impedance, area=1.0):
    return Spectrum(FREQUENCY, np.asarray(impedance, dtype=complex), area_cm2=area)


@pytest.fixture(scope="module")
def readings(pressed_stack):
    return pressed_stack(GOOD)


def outcome(readings, of):
    return evaluate(readings.stack, readings.recipe, readings.trace, [of], RULES)


@settings(max_examples=60, deadline=None)
@given(ohm=st.floats(1e-6, 2.0), noise=st.floats(0.0, 0.2), inductance=st.floats(0, 1e-5),
       seed=st.integers(0, 10**6))
def test_a_short_with_any_noise_is_never_intact(readings, ohm, noise, inductance, seed):
    draw = np.random.default_rng(seed)
    clean = ohm + 2j * np.pi * FREQUENCY * inductance
    wiggle = draw.standard_normal(71) + 1j * draw.standard_normal(71)
    found = outcome(readings, spectrum(clean * (1.0 + noise * wiggle)))
    assert isinstance(found, Failed)
    assert found.mode is FailureMode.SHORTED


@given(st.floats(-2.9, 0.0))
def test_resistance_of_zero_or_less_is_a_short(ohm):
    found = hard_failure(spectrum(np.full(71, ohm) - 50j), RULES)
    assert found.mode is FailureMode.SHORTED


@pytest.mark.slow
@settings(max_examples=8)  # of a second each
@given(st.floats(-1e6, -3.1))
def test_a_large_negative_resistance_is_a_fault_of_the_wiring(readings, ohm):
    found = outcome(readings, spectrum(np.full(71, ohm) - 50j))
    assert isinstance(found, SetAside) and "Check the wiring" in found.reason


@given(st.floats(2.1e4, 1e12))
def test_no_contact_is_delaminated(ohm):
    found = hard_failure(spectrum(np.full(71, ohm) - 1j * ohm), RULES)
    assert found.mode is FailureMode.DELAMINATED
    assert "0.1 Hz" in found.evidence


def test_area_counts():
    thin = spectrum(np.full(71, 2.0))
    assert hard_failure(thin, RULES).mode is FailureMode.SHORTED
    assert hard_failure(replace(thin, area_cm2=10.0), RULES) is None


def test_electrons_that_leak_through_are_a_short(spectrum_of, two_arcs):
    sound = spectrum_of(two_arcs, noise=0.0).impedance_ohm
    leaking = 1.0 / (1.0 / sound + 1.0 / 40.0)
    leaking.real[-10:] *= np.linspace(0.95, 0.4, 10)
    found = hard_failure(spectrum(leaking), RULES)
    assert found.mode is FailureMode.SHORTED
    assert "falls by" in found.evidence


def test_one_low_point_at_the_end_is_no_short(spectrum_of, two_arcs):
    impedance = spectrum_of(two_arcs, noise=0.0).impedance_ohm.copy()
    impedance[-1] *= 0.7
    assert hard_failure(spectrum(impedance), RULES) is None


@pytest.mark.parametrize("seed", range(5))
def test_sound_stack_is_no_failure(spectrum_of, two_arcs, seed):
    assert hard_failure(spectrum_of(two_arcs, noise=0.02, seed=seed), RULES) is None


def test_failed_stack_has_no_resistance(readings):
    for impedance in (np.full(71, 0.5), np.full(71, 1e7)):
        found = outcome(readings, spectrum(impedance))
        assert isinstance(found, Failed) and not isinstance(found, Intact)
        assert not hasattr(found, "resistance_ohm_cm2")
        assert found.damage is not None
