"""Readings in, outcome out: pure, in order, and without a number where there is none."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pressloop.evaluation.evaluate import evaluate
from pressloop.evaluation.rules import Rules
from pressloop.trials.errors import BadInput
from pressloop.trials.outcome import KNOWN_MODES, Failed, FailureMode, Intact, SetAside
from pressloop.trials.recipe import Recipe

pytestmark = pytest.mark.slow

GOOD = Recipe(260.0, 60.0, 95.0)
CRUSHING = Recipe(420.0, 120.0, 25.0)


def judged(one, rules, **other):
    values = {"recipe": one.recipe, "trace": one.trace, "spectra": one.spectra} | other
    return evaluate(one.stack, values["recipe"], values["trace"], values["spectra"], rules)


def slower(trace, factor):
    return replace(trace, force_n=trace.force_n * factor)


def test_sound_stack_is_intact_with_all_its_circumstances(pressed_stack, rules):
    one = pressed_stack(GOOD)
    found = judged(one, rules)
    assert isinstance(found, Intact)
    off = found.resistance_ohm_cm2 - one.sample.interfacial_ohm_cm2
    assert abs(off) < 4.0 * found.resistance_se_ohm_cm2
    assert found.resistance_ohm_cm2 == pytest.approx(found.resistance_ohm * found.area_cm2)
    assert found.total_ohm_cm2 > found.resistance_ohm_cm2
    assert (found.stack_pressure_mpa, found.measured_at_c, found.rest_s) == (30.0, 30.0, 600.0)
    assert found.circuit == rules.circuit
    assert found.summed == ("R2", "R3")
    assert found.damage.index < 0.05
    assert found.nonuniformity is None


def test_most_sound_stacks_are_read_near_the_truth(pressed_stack, rules):
    found = []
    for i in range(15):
        one = pressed_stack(GOOD, name=f"s{i}", seed=i)
        outcome = judged(one, rules)
        if isinstance(outcome, Intact):
            found.append(outcome.resistance_ohm_cm2 / one.sample.interfacial_ohm_cm2 - 1.0)
    assert len(found) >= 12
    assert np.abs(found).max() < 0.05


def test_crushed_stack_has_failed_and_has_no_resistance(pressed_stack, rules):
    one = pressed_stack(CRUSHING)
    found = judged(one, rules)
    assert isinstance(found, Failed)
    assert found.mode is FailureMode.CRUSHED
    assert found.damage.index == pytest.approx(one.sample.damage, abs=0.05)
    assert "of the cathode broke" in found.evidence


def test_crushing_is_judged_by_the_limit_in_the_rules(pressed_stack, rules):
    one = pressed_stack(CRUSHING)
    assert isinstance(judged(one, replace(rules, crushed_above=0.9)), Intact)


def test_a_short_wins_over_crushing(pressed_stack, rules):
    one = pressed_stack(CRUSHING)
    full = one.spectra[0]
    short = replace(full, impedance_ohm=np.full_like(full.impedance_ohm, 0.5))
    found = judged(one, rules, spectra=[short])
    assert found.mode is FailureMode.SHORTED
    assert found.damage.index > 0.05


@pytest.mark.parametrize("factor", [0.9, 1.1])
def test_a_stack_pressed_off_its_recipe_counts_as_what_was_pressed(pressed_stack, rules, factor):
    one = pressed_stack(GOOD)
    found = judged(one, rules, trace=slower(one.trace, factor))
    assert isinstance(found, Intact)
    # The press itself is a little off what it was asked.
    assert found.achieved.pressure_mpa == pytest.approx(260.0 * factor, rel=0.03)
    assert found.achieved.dwell_s == pytest.approx(60.0, rel=0.1)
    assert judged(one, rules).achieved is None


@pytest.mark.parametrize(("factor", "reason"), [
    (0.4, "pressure was held for 0 of 60 s"), (1.6, "above the 260 asked")])
def test_trace_far_off_its_pressure_is_set_aside(pressed_stack, rules, factor, reason):
    one = pressed_stack(GOOD)
    found = judged(one, rules, trace=slower(one.trace, factor))
    assert isinstance(found, SetAside)
    assert reason in found.reason
    assert not found.measure_again


def test_trace_that_let_go_early_counts_as_the_dwell_it_held(pressed_stack, rules):
    one = pressed_stack(Recipe(260.0, 600.0, 95.0))
    force = one.trace.force_n.copy()
    held = np.flatnonzero(one.trace.pressure_mpa > 240.0)
    force[held[held.size // 2]:] = 0.0
    found = judged(one, rules, trace=replace(one.trace, force_n=force))
    assert 250.0 < found.achieved.dwell_s < 350.0


def test_trace_whose_pressure_fell_over_the_dwell_is_set_aside(pressed_stack, rules):
    one = pressed_stack(Recipe(260.0, 600.0, 95.0))
    falling = one.trace.force_n * np.linspace(1.0, 0.5, one.trace.time_s.size)
    found = judged(one, rules, trace=replace(one.trace, force_n=falling))
    assert isinstance(found, SetAside)
    assert "of 600 s" in found.reason


@pytest.mark.parametrize("off", [-15.0, 15.0])
def test_trace_at_another_temperature_counts_as_that(pressed_stack, rules, off):
    one = pressed_stack(GOOD)
    trace = replace(one.trace, temperature_upper_c=one.trace.temperature_upper_c + off,
                    temperature_lower_c=one.trace.temperature_lower_c + off)
    found = judged(one, rules, trace=trace)
    assert isinstance(found, Intact)
    assert found.achieved.temperature_c == pytest.approx(95.0 + off, abs=2.0)


def test_trace_of_another_recipe_counts_as_what_was_pressed(pressed_stack, rules):
    one = pressed_stack(GOOD)
    for other in (Recipe(300.0, 60.0, 95.0), Recipe(260.0, 600.0, 95.0), Recipe(260.0, 60.0, 40.0)):
        found = judged(one, rules, recipe=other)
        assert found.achieved.pressure_mpa == pytest.approx(260.0, rel=0.03)
        assert found.achieved.temperature_c == pytest.approx(95.0, abs=3.0)
    assert isinstance(judged(one, rules, recipe=Recipe(50.0, 60.0, 95.0)), SetAside)


def test_random_recipes_are_held(pressed_stack, rules):
    draw = np.random.default_rng(0)
    for i in range(30):
        pressure, dwell = np.exp(draw.uniform(np.log([50, 10]), np.log([500, 1800])))
        one = pressed_stack(Recipe(float(pressure), float(dwell), float(draw.uniform(25, 140))),
                            name=f"s{i}", seed=i)
        found = judged(one, rules)
        assert not (isinstance(found, SetAside) and found.reason.startswith("trace")), found


def test_bad_spectrum_asks_for_another_sweep(pressed_stack, rules):
    one = pressed_stack(GOOD)
    impedance = one.spectra[0].impedance_ohm.copy()
    impedance[40:52] *= 1.0 + 0.2 * np.random.default_rng(0).standard_normal(12)
    found = judged(one, rules, spectra=[replace(one.spectra[0], impedance_ohm=impedance)])
    assert isinstance(found, SetAside)
    assert found.measure_again
    assert "disturbed between" in found.reason


def test_segments_show_how_uneven_the_stack_is(pressed_stack, rules):
    one = pressed_stack(GOOD, quadrants=True)
    found = judged(one, rules)
    assert 0.0 < found.nonuniformity < 0.3
    alone = judged(one, rules, spectra=one.spectra[:1])
    assert found.resistance_ohm_cm2 == alone.resistance_ohm_cm2


def test_two_segments_say_nothing_of_evenness(pressed_stack, rules):
    one = pressed_stack(GOOD, quadrants=True)
    assert judged(one, rules, spectra=one.spectra[:3]).nonuniformity is None


def test_order_of_segments_does_not_matter(pressed_stack, rules):
    one = pressed_stack(GOOD, quadrants=True)
    turned = judged(one, rules, spectra=one.spectra[::-1])
    assert turned.nonuniformity == pytest.approx(judged(one, rules).nonuniformity)


def test_without_the_full_electrode_there_is_no_outcome(pressed_stack, rules):
    one = pressed_stack(GOOD, quadrants=True)
    for spectra in ((), one.spectra[1:]):
        with pytest.raises(BadInput, match="electrodes"):
            judged(one, rules, spectra=spectra)


def test_three_points_are_set_aside_not_fitted(pressed_stack, rules):
    one = pressed_stack(GOOD)
    full = one.spectra[0]
    three = replace(full, frequency_hz=full.frequency_hz[20::20],
                    impedance_ohm=full.impedance_ohm[20::20])
    outcome = judged(one, rules, spectra=[three])
    assert isinstance(outcome, SetAside)
    assert "points = 3" in outcome.reason
    assert not outcome.measure_again


@pytest.mark.parametrize("recipe", [GOOD, CRUSHING])
def test_same_in_same_out_and_inputs_unchanged(pressed_stack, rules, recipe):
    one = pressed_stack(recipe, quadrants=True)
    before = [one.trace.force_n.copy(), one.trace.acoustic_hits.copy(),
              *(s.impedance_ohm.copy() for s in one.spectra)]
    assert judged(one, rules) == judged(one, rules)
    after = [one.trace.force_n, one.trace.acoustic_hits, *(s.impedance_ohm for s in one.spectra)]
    assert all(np.array_equal(a, b) for a, b in zip(before, after, strict=True))


def test_no_failed_stack_of_a_campaign_carries_a_resistance(pressed_stack):
    rules, modes = Rules(), set()
    for i in range(40):
        recipe = (CRUSHING, Recipe(60.0, 10.0, 25.0), Recipe(560.0, 60.0, 25.0))[i % 3]
        found = judged(pressed_stack(recipe, name=f"s{i}", seed=i), rules)
        assert not isinstance(found, Intact) or found.resistance_ohm_cm2 > 0.0
        if isinstance(found, Failed):
            modes.add(found.mode)
            assert not hasattr(found, "resistance_ohm_cm2")
    assert modes == set(KNOWN_MODES)
