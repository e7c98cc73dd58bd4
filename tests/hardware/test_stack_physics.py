"""The simulator's physics against the table it was calibrated on, and its directions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pressloop.hardware.simulation import stack_physics as physics
from pressloop.hardware.simulation.materials import PRESETS, REFERENCE, materials
from pressloop.hardware.simulation.truth import optimum, truth
from pressloop.trials.errors import BadInput
from pressloop.trials.recipe import Recipe

PRESSURES, DWELLS, TEMPERATURES = st.floats(50, 600), st.floats(10, 1800), st.floats(25, 150)
STEP = st.floats(1.01, 2.0)
LOW, HIGH = Recipe(50, 10, 25), Recipe(500, 1800, 150)


@pytest.mark.parametrize(("pressure", "dwell", "temperature", "resistance"), [
    (100, 60, 25, 810), (140, 180, 25, 100), (140, 600, 60, 53), (250, 180, 25, 50),
    (380, 180, 25, 56), (380, 60, 80, 42.5), (300, 300, 110, 38.6), (200, 1200, 150, 52),
    (650, 180, 25, 107), (290, 70, 105, 38.2),
])
def test_reproduces_the_prototype_table(pressure, dwell, temperature, resistance):
    found = truth(Recipe(pressure, dwell, temperature), REFERENCE)
    assert found.resistance_ohm_cm2 == pytest.approx(resistance, rel=0.05)


@pytest.mark.parametrize(("pressure", "dwell", "temperature", "crushed"), [
    (380, 180, 25, 0.23), (380, 60, 80, 0.08)])
def test_crushes_as_much_as_the_prototype(pressure, dwell, temperature, crushed):
    found = truth(Recipe(pressure, dwell, temperature), REFERENCE)
    assert found.crushed_fraction == pytest.approx(crushed, abs=0.03)


@pytest.mark.parametrize(("preset", "held_mpa", "resistance", "pressure", "temperature"), [
    ("reference", 30, 38.2, (260, 320), (95, 115)),
    ("fragile", 30, 42, (170, 220), (110, 140)),
    # Nothing crushes there: how far up the optimum lies is up to the foil, on a flat bottom.
    ("single-crystal", 30, 37, (330, 480), (70, 110)),
    ("bare-foil", 5, 50, (270, 360), (90, 130)),
])
def test_optimum_of_each_preset(preset, held_mpa, resistance, pressure, temperature):
    best, found = optimum(materials(preset), LOW, HIGH, max_crushed=1.0,
                          stack_pressure_mpa=held_mpa)
    assert found.resistance_ohm_cm2 == pytest.approx(resistance, rel=0.05)
    assert pressure[0] <= best.pressure_mpa <= pressure[1]
    assert temperature[0] <= best.temperature_c <= temperature[1]
    assert 10 < best.dwell_s < 300


@pytest.mark.slow
@pytest.mark.parametrize("preset", sorted(PRESETS))
def test_constrained_optimum_keeps_the_limit(preset):
    _, found = optimum(materials(preset), LOW, HIGH, max_crushed=0.02)
    assert found.crushed_fraction <= 0.0205


def test_unknown_preset_is_refused_by_name():
    with pytest.raises(BadInput, match=r"gold.*reference"):
        materials("gold")


def effective(pressure, dwell, temperature):
    return float(physics.effective_pressure(*(np.array(v) for v in (pressure, dwell, temperature))))


@given(PRESSURES, DWELLS, TEMPERATURES, STEP)
def test_pressure_time_and_heat_all_close_contacts(pressure, dwell, temperature, step):
    here = effective(pressure, dwell, temperature)
    assert effective(pressure * step, dwell, temperature) > here
    # At an hour and 150 degC the creep is over, to the last digit.
    assert effective(pressure, dwell * step, temperature) >= here
    assert effective(pressure, dwell, temperature + 10 * step) > here


@given(PRESSURES, TEMPERATURES, STEP)
def test_more_pressure_breaks_more(pressure, temperature, step):
    low, high, warm = np.array(pressure), np.array(pressure * step), np.array(temperature)
    for breaks in (lambda p: physics.crushed_fraction(p, warm, REFERENCE, 226.0),
                   lambda p: physics.foil_tears(p, REFERENCE), physics.pellet_cracks):
        assert 0.0 <= breaks(low) <= breaks(high) <= 1.0
    assert physics.parted_fraction(high, REFERENCE) <= physics.parted_fraction(low, REFERENCE)


@given(PRESSURES, TEMPERATURES, STEP)
def test_strong_particles_and_warm_electrolyte_crush_less(pressure, temperature, step):
    at, warm = np.array(pressure), np.array(temperature)
    here = physics.crushed_fraction(at, warm, REFERENCE, 226.0)
    assert physics.crushed_fraction(at, warm, REFERENCE, 226.0 * step) <= here
    assert physics.crushed_fraction(at, warm + 10 * step, REFERENCE, 226.0) <= here


@given(DWELLS, TEMPERATURES, STEP)
def test_reaction_layer_grows_with_time_and_heat(dwell, temperature, step):
    def grown(t, c):
        return float(physics.interphase_ohm_cm2(np.array(t), np.array(c), REFERENCE))

    assert grown(dwell * step, temperature) > grown(dwell, temperature)
    assert grown(dwell, temperature + 10 * step) > grown(dwell, temperature)


def separator(pressure, before, thickness_um, of=REFERENCE, held=30.0):
    return physics.separator_ohm_cm2(pressure, before, thickness_um, of, held)


@given(st.floats(20, 600), st.floats(0, 600), STEP)
def test_denser_separator_conducts_better_and_pores_do_not_reopen(pressure, before, step):
    here = separator(pressure, before, 600.0)
    assert separator(pressure * step, before, 600.0) <= here
    assert separator(pressure, before * step, 600.0) <= here
    assert separator(pressure, before, 600.0 * step) == pytest.approx(here * step)


@given(st.floats(5, 100), STEP)
def test_stack_pressure_lowers_the_collector_contact(held, step):
    def collector(mpa):
        spot = [np.array(v) for v in (250.0, 180.0, 25.0)]
        return float(physics.layers(*spot, REFERENCE, stack_pressure_mpa=mpa,
                                    strength_mpa=226.0).collector)

    assert collector(held * step) < collector(held)


class TestPractice:
    """Stacks as laboratories report them."""

    of = materials("practice")

    def at(self, pressure, before=0.0):
        return truth(Recipe(pressure, 180, 25), self.of, pre_press_mpa=before)

    @pytest.mark.parametrize("pressure", [360, 380, 400])
    def test_published_recipes_work(self, pressure):
        assert self.at(pressure).crushed_fraction <= 0.03
        assert self.at(pressure).parted_fraction < 0.001
        assert self.at(pressure).short_probability < 0.005

    @pytest.mark.parametrize("low", [50, 75, 100])
    def test_four_times_the_pressure_lowers_it_two_to_five_times(self, low):
        fall = self.at(low).resistance_ohm_cm2 / self.at(4 * low).resistance_ohm_cm2
        assert 2.0 <= fall <= 5.0

    def test_the_cathode_remembers_an_earlier_press(self):
        fresh, pressed = self.at(140), self.at(140, before=375)
        assert pressed.resistance_ohm_cm2 < 0.8 * fresh.resistance_ohm_cm2
        assert pressed.crushed_fraction == pytest.approx(self.at(375).crushed_fraction, rel=0.2)
        assert self.at(400, before=375).resistance_ohm_cm2 == pytest.approx(
            self.at(400).resistance_ohm_cm2, rel=0.05)

    @pytest.mark.parametrize(("fabricated", "held", "sigma"), [
        (97, 49, 2.06), (97, 97, 2.33), (195, 49, 2.43), (195, 195, 2.97), (292, 49, 1.81),
        (292, 146, 2.88), (292, 292, 3.04), (389, 49, 2.22), (389, 146, 3.26), (389, 389, 3.39),
        (487, 49, 1.70), (487, 146, 2.94), (487, 487, 3.06)])
    def test_separator_conducts_as_measured_under_each_stack_pressure(
            self, fabricated, held, sigma):
        """Cronau 2021, doi 10.1021/acsenergylett.1c01299, digitised.

        Their powder conducts 16 % less than the one that is simulated."""
        found = 600e-4 / separator(fabricated, 0.0, 600.0, self.of, held) * 1e3
        assert found / 1.16 == pytest.approx(sigma, rel=0.17)

    def test_more_fabrication_pressure_reads_lower_at_a_low_stack_pressure(self):
        low, high = (separator(p, 0.0, 600.0, self.of, 49.0) for p in (195, 487))
        assert high > 1.1 * low
        low, high = (separator(p, 0.0, 600.0, self.of, 300.0) for p in (195, 487))
        assert high < low


@settings(max_examples=40)
@given(PRESSURES, DWELLS, TEMPERATURES)
def test_truth_is_finite_everywhere_in_the_box(pressure, dwell, temperature):
    for of in PRESETS.values():
        found = truth(Recipe(pressure, dwell, temperature), of)
        assert np.isfinite(found.resistance_ohm_cm2)
        assert found.resistance_ohm_cm2 > 20.0
        assert 0.0 <= found.crushed_fraction <= 1.0
        assert 0.0 <= found.short_probability <= 1.0


@given(st.floats(-np.pi, np.pi))
def test_tilt_and_edge_keep_the_mean_pressure(towards):
    local = physics.local_pressure(300.0, REFERENCE, towards)
    assert local.mean() == pytest.approx(300.0, rel=0.02)
    assert local.max() > 300.0 > local.min()


def test_parallel_spots_average_on_admittance():
    assert physics.average_resistance(np.array([1.0, 3.0])) == pytest.approx(1.5)


def test_cold_measurement_reads_higher():
    assert physics.measured_at(30.0) == pytest.approx(1.0)
    assert physics.measured_at(20.0) > 1.5
