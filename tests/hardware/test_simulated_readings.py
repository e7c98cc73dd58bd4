"""Traces and spectra of the simulated bench: repeatable, and like those of a real one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pressloop.evaluation.classify import hard_failure
from pressloop.evaluation.rules import Rules
from pressloop.hardware.guard import run_cycle
from pressloop.hardware.meters import simulated as meters
from pressloop.hardware.protocols import Place
from pressloop.hardware.registry import connect_meter, connect_press
from pressloop.hardware.simulation import cycle as cycles
from pressloop.hardware.simulation.bench import Accepted
from pressloop.hardware.simulation.sample import Break, pressed
from pressloop.trials.outcome import FailureMode
from pressloop.trials.recipe import Recipe
from pressloop.trials.spectrum import FULL

AREA_MM2 = 78.53981633974483
EXACT = {"noise": 0.0, "glitch_fraction": 0.0}


@pytest.fixture
def swept(tmp_path, envelope, stack):
    """Presses one stack in a lab of its own and sweeps it."""
    def press_and_sweep(recipe, *, seed=7, name="a", press=None, meter=None, folder="one"):
        (tmp_path / folder).mkdir(exist_ok=True)
        place = Place(seed, tmp_path / folder / f"{seed}")
        trace = run_cycle(connect_press("simulated", press or {}, place), envelope, 1, stack(name),
                          recipe)
        return trace, connect_meter("simulated", meter or {}, place).sweep(stack(name))
    return press_and_sweep


@pytest.fixture
def cycle_of(stack):
    def cycle(recipe, seed=7, name="a", preset="reference", cycle_id=1):
        return Accepted(cycle_id, stack(name), recipe, preset, seed, 0.0, 0.0)
    return cycle


def traced(cycle, acoustic=True):
    return cycles.trace(cycle, pressed(cycle, 30.0), AREA_MM2, acoustic)


def test_same_seed_and_names_give_the_same_readings(swept, recipe):
    one, other = swept(recipe, folder="one"), swept(recipe, folder="other")
    assert np.array_equal(one[0].force_n, other[0].force_n)
    assert np.array_equal(one[0].acoustic_hits, other[0].acoustic_hits)
    assert np.array_equal(one[1][0].impedance_ohm, other[1][0].impedance_ohm)


@pytest.mark.parametrize("changed", [{"seed": 8}, {"name": "b"}])
def test_other_seed_or_stack_gives_others(swept, recipe, changed):
    one, other = swept(recipe), swept(recipe, folder="other", **changed)
    assert not np.array_equal(one[0].force_n, other[0].force_n)
    assert not np.array_equal(one[1][0].impedance_ohm, other[1][0].impedance_ohm)


def test_second_sweep_draws_new_noise_on_the_same_stack(place, press, envelope, stack, recipe):
    run_cycle(press, envelope, 1, stack("a"), recipe)
    meter = connect_meter("simulated", {"glitch_fraction": 0.0}, place)
    first, second = (meter.sweep(stack("a"))[0].impedance_ohm for _ in range(2))
    assert not np.array_equal(first, second)
    middle = slice(10, 60)
    assert np.abs(first[middle] / second[middle] - 1.0).max() < 0.03


def test_stacks_of_one_lot_share_an_offset(cycle_of, recipe):
    from dataclasses import replace

    def mean_log(lot):
        found = []
        for i in range(30):
            cycle = cycle_of(recipe, name=f"s{i}")
            cycle = replace(cycle, stack=replace(cycle.stack, lot=lot))
            found.append(np.log(pressed(cycle, 30.0).interfacial_ohm_cm2))
        return np.mean(found)

    offsets = [mean_log(f"lot {i}") for i in range(12)]
    # Without an offset the same stack names would give the same mean in every lot.
    assert 0.03 < np.std(offsets) < 0.15


def test_quadrants_in_parallel_are_the_full_electrode(swept, recipe):
    _, spectra = swept(recipe, meter=EXACT | {"quadrants": True})
    assert [s.electrode for s in spectra] == [FULL, "q1", "q2", "q3", "q4"]
    assert sum(s.area_cm2 for s in spectra[1:]) == pytest.approx(spectra[0].area_cm2)


def test_admittance_of_quadrants_adds_up_to_the_full_electrode(cycle_of, recipe):
    sample, area = pressed(cycle_of(recipe), 30.0), 0.785
    frequency = np.geomspace(1e6, 0.1, 30)
    series = 2j * np.pi * frequency * meters.INDUCTANCE_H + meters.LEAD_OHM

    def without_leads(electrode, area_cm2):
        return meters.impedance(frequency, sample, electrode, area_cm2, 30.0) - series

    quarters = [without_leads(name, area / 4.0) for name in meters.QUADRANTS]
    together = 1.0 / sum(1.0 / z for z in quarters)
    assert np.abs(together / without_leads(FULL, area) - 1.0).max() < 0.01
    lowest = [z[-1].real for z in quarters]
    assert max(lowest) > 1.01 * min(lowest)


def test_plateau_is_held_at_the_set_point(swept, recipe):
    trace, _ = swept(recipe)
    held = trace.pressure_mpa > 0.95 * recipe.pressure_mpa
    assert np.median(trace.pressure_mpa[held]) == pytest.approx(260.0, rel=0.03)
    assert np.ptp(trace.time_s[held]) == pytest.approx(recipe.dwell_s, rel=0.3)
    assert abs(trace.pressure_mpa[0]) < 1.0
    assert abs(trace.pressure_mpa[-1]) < 1.0


def test_platens_lag_behind_and_are_warm_before_the_load_comes(swept, recipe):
    trace, _ = swept(recipe)
    loaded = trace.time_s[trace.pressure_mpa > 10.0][0]
    at_load = trace.temperature_c[trace.time_s >= loaded][0]
    assert at_load == pytest.approx(95.0, abs=9.0)
    minute = np.interp(60.0, trace.time_s, trace.temperature_c)
    assert minute < 25.0 + 60.0 * 4.0 / 60.0 - 1.0
    assert trace.temperature_upper_c.mean() > trace.temperature_lower_c.mean()


def test_cold_press_does_not_wait_for_heat(swept):
    trace, _ = swept(Recipe(250.0, 180.0, 25.0))
    assert trace.time_s[-1] == pytest.approx(250 / 5 + 180 + 250 / 2, rel=0.05)


def test_recipe_rates_are_followed(swept):
    trace, _ = swept(Recipe(250.0, 180.0, 25.0, 25.0, 50.0))
    assert trace.time_s[-1] == pytest.approx(250 / 25 + 180 + 250 / 50, rel=0.05)


def test_punch_closes_while_loading_and_springs_back_a_little(cycle_of):
    for name in ("a", "b", "c"):
        trace = traced(cycle_of(Recipe(300.0, 120.0, 25.0), name=name))
        top = trace.time_s <= trace.time_s[trace.pressure_mpa > 285.0][0]
        # Against its micrometre of noise, over steps of a fiftieth of the ramp.
        assert np.all(np.diff(trace.position_mm[top][::10]) > 0.0)
        travel = trace.position_mm.max() - trace.position_mm[-1]
        assert 0.0 < travel < 0.1 * trace.position_mm.max()


def test_hits_and_load_drops_grow_with_damage(cycle_of):
    hits, drops, damage = [], [], []
    for pressure in (150.0, 300.0, 380.0, 460.0):
        cycle = cycle_of(Recipe(pressure, 120.0, 25.0))
        trace = traced(cycle)
        hits.append(trace.acoustic_hits.sum())
        force = trace.force_n[trace.pressure_mpa > 0.3 * pressure]
        drops.append(np.sum(np.diff(force) < -0.015 * force[:-1]))
        damage.append(pressed(cycle, 30.0).damage)
    assert damage == sorted(damage)
    assert hits == sorted(hits)
    assert drops[0] < drops[2] and drops[1] < drops[3]
    assert hits[-1] == pytest.approx(2500 * 0.785 * damage[-1], rel=0.1)


def test_press_without_the_sensor_says_so(swept, recipe):
    trace, _ = swept(recipe, press={"acoustic_sensor": False})
    assert trace.acoustic_hits is None


@pytest.mark.parametrize(("asked", "broke", "mode"), [
    (Recipe(580.0, 60.0, 25.0), Break.SHORT, FailureMode.SHORTED),
    (Recipe(60.0, 10.0, 25.0), Break.OPEN, FailureMode.DELAMINATED)])
def test_broken_stacks_are_read_as_broken(swept, cycle_of, asked, broke, mode):
    names = [f"s{i}" for i in range(12)]
    broken = [n for n in names if pressed(cycle_of(asked, name=n), 30.0).broke is broke]
    assert broken
    for name in broken[:4]:
        _, spectra = swept(asked, name=name, folder=name, press={"max_force_kn": 60.0})
        assert hard_failure(spectra[0], Rules()).mode is mode


def test_a_sound_stack_is_no_hard_failure(swept, recipe):
    _, spectra = swept(recipe)
    assert hard_failure(spectra[0], Rules()) is None


def test_some_stacks_are_lost_in_preparation_whatever_the_recipe(cycle_of, recipe):
    broke = [pressed(cycle_of(recipe, name=f"s{i}"), 30.0).broke for i in range(1000)]
    spoilt = sum(b is not Break.NOTHING for b in broke)
    assert 15 <= spoilt <= 50
    assert Break.OPEN in broke and Break.SHORT in broke


def test_spectrum_carries_its_circumstances(swept, recipe):
    _, (full,) = swept(recipe, meter={"stack_pressure_mpa": 5.0, "temperature_c": 25.0})
    assert (full.stack_pressure_mpa, full.temperature_c, full.rest_s) == (5.0, 25.0, 600.0)
    assert [c.frequency_hz for c in full.controls] == [3000.0, 300.0, 30.0]


def test_glitches_are_one_point_off_by_a_tenth(swept, recipe):
    quiet = swept(recipe, meter=EXACT, folder="quiet")[1][0]
    wrong = swept(recipe, meter={"noise": 0.0, "glitch_fraction": 1.0}, folder="wrong")[1][0]
    off = np.abs(wrong.impedance_ohm / quiet.impedance_ohm - 1.0)
    assert np.sum(off > 1e-9) == 1
    assert off.max() == pytest.approx(0.1)


def test_a_second_sweep_after_a_restart_is_none_like_the_first(place, recipe, stack, envelope):
    """The ledger says how many sweeps there are; one that was broken off is drawn alike."""
    press = connect_press("simulated", {}, place)
    run_cycle(press, envelope, 1, stack("a"), recipe)
    on_record = [0]

    def swept_anew():
        counted = replace(place, swept=lambda _stack: on_record[0])
        meter = connect_meter("simulated", {"glitch_fraction": 0.0}, counted)
        return meter.sweep(stack("a"))[0].impedance_ohm

    first, again = swept_anew(), swept_anew()
    assert (first == again).all()
    on_record[0] = 1
    assert (swept_anew() != first).any()
