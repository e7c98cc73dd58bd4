"""What goes wrong on the wire costs a sweep or a point; it never becomes a number."""

from __future__ import annotations

import numpy as np
import pytest

from pressloop.hardware.emulators import meter_faults as faults
from pressloop.hardware.emulators.meter import EmulatedMeter, MeterSetup, serving_meter
from pressloop.hardware.guard import run_cycle
from pressloop.hardware.presses.simulated import MEMORY_SUFFIX
from pressloop.hardware.registry import connect_meter
from pressloop.hardware.scpi.dialects import keysight_e4980a
from pressloop.hardware.scpi.hioki import _parsed as hioki_point
from pressloop.hardware.scpi.link import OutOfStep
from pressloop.trials.errors import Fault

MODELS = {"e4980a": "keysight_e4980a", "e4990a": "keysight_e4990a", "im3536": "hioki_im3536"}
SLIPS = (faults.STALE, faults.TRUNCATED, faults.HANG, faults.CLOSES)


@pytest.fixture
def swept(tmp_path, place, press, envelope, stack, recipe):
    """Sweeps a pressed stack with an emulator that suffers `suffers`, noise-free."""
    run_cycle(press, envelope, 1, stack("a"), recipe)
    bench = place.stem.with_name(place.stem.name + MEMORY_SUFFIX)

    def sweep(model="e4980a", suffers=(), times=1, **more):
        setup = MeterSetup(bench, model, speed=0.0, noise=0.0, faults=tuple(suffers), **more)
        with serving_meter(setup) as emulator:
            meter = connect_meter("scpi", {
                "dialect": MODELS[model], "port": emulator.port, "lowest_hz": 1000.0,
                "highest_hz": 1e5, "timeout_s": 0.5}, place)
            try:
                found = [meter.sweep(stack("a"))[0] for _ in range(times)]
            finally:
                meter.close()
        return found[-1], emulator

    return sweep


def resets(emulator: EmulatedMeter) -> int:
    return sum(line.strip() == b"*CLS" for _, line in emulator.transcript)


@pytest.mark.parametrize("model", ["e4980a", "im3536"])
@pytest.mark.parametrize("kind", SLIPS)
def test_a_lost_dialogue_starts_the_sweep_over_once(swept, model, kind):
    good, _ = swept(model)
    again, emulator = swept(model, [kind])
    assert resets(emulator) == 2
    assert np.array_equal(again.impedance_ohm, good.impedance_ohm)
    assert np.array_equal(again.frequency_hz, good.frequency_hz)
    assert again.missing == ()


@pytest.mark.slow
@pytest.mark.parametrize("model", ["e4980a", "im3536"])
@pytest.mark.parametrize("kind", SLIPS)
def test_a_dialogue_lost_twice_is_a_fault(swept, model, kind):
    with pytest.raises(Fault, match="two sweeps in a row"):
        swept(model, [kind, kind])


def test_status_first_is_refused_and_not_read(swept):
    with pytest.raises(Fault, match="status first"):
        swept("e4980a", [faults.STATUS_FIRST])


def test_status_first_is_no_two_fields(swept):
    with pytest.raises(Fault, match="3 fields"):
        swept("im3536", [faults.STATUS_FIRST] * 2)


@pytest.mark.parametrize("model", MODELS)
def test_overload_is_missing_points_with_their_reason(swept, model):
    good, _ = swept(model)
    some, _ = swept(model, [faults.OVERLOAD])
    assert 4 <= len(some.missing) <= faults.STRETCH
    assert all("overload" in point.reason for point in some.missing)
    kept = np.isin(good.frequency_hz, some.frequency_hz)
    assert np.array_equal(good.impedance_ohm[kept], some.impedance_ohm)
    assert good.frequency_hz.size == some.frequency_hz.size + len(some.missing)


@pytest.mark.slow
def test_wrong_identity_names_both(swept):
    with pytest.raises(Fault, match=r"E0000X.*expected a Keysight E4980A"):
        swept("e4980a", [faults.WRONG_IDN])


def test_another_instrument_after_a_lost_link_is_a_fault(swept):
    with pytest.raises(Fault, match="E0000X"):
        swept("e4980a", [faults.CLOSES, faults.WRONG_IDN])


def test_next_sweep_after_trouble_is_good(swept):
    good, _ = swept("e4980a")
    later, _ = swept("e4980a", [faults.TRUNCATED], times=3)
    assert np.array_equal(later.impedance_ohm, good.impedance_ohm)


def test_faults_at_a_rate_never_make_a_number(swept):
    good, _ = swept("e4980a")
    for seed in range(6):
        try:
            some, _ = swept("e4980a", fault_rate=0.9, seed=seed)
        except Fault:
            continue
        kept = np.isin(good.frequency_hz, some.frequency_hz)
        assert np.array_equal(good.impedance_ohm[kept], some.impedance_ohm)


@pytest.mark.parametrize(("answer", "reason"), [
    ("+9.90000E+37,+9.90000E+37,-1", "no data"), ("+9.90000E+37,+9.90000E+37,+1", "overload"),
    ("+1.00000E+01,+1.00000E+00,+3", "source"), ("+1.00000E+01,+1.00000E+00,+4", "level"),
    ("+9.90000E+37,+9.90000E+37,+0", "overload"), ("+0.00000E+00,+0.00000E+00,+0", "zero")])
def test_e4980a_point_without_a_number(answer, reason):
    point = keysight_e4980a._parsed(answer, 100.0)
    assert point.impedance_ohm is None
    assert reason in point.reason


@pytest.mark.parametrize("answer", [
    "", "0", "nan,nan,+0", "+1.00000E+01,+1.00000E+00", "+1.00000E+01,+1.0000,+0",
    "+1.00000E+01,+1.00000E+00,+2", "+1.00000E+01,+1.00000E+00,", "1,2,3",
    "+1.00000E+01,+1.00000E+0,+0", f"+1.00000E+01,+1.00000E+00,{'9' * 5000}",
    f"{'1' * 400}.0E+00,+1.00000E+00,+0"])
def test_e4980a_answer_that_makes_no_sense_is_refused(answer):
    with pytest.raises(Fault):
        keysight_e4980a._parsed(answer, 100.0)


def test_e4980a_bin_number_is_allowed():
    assert keysight_e4980a._parsed("+1.00000E+01,-1.00000E+00,+0,+1", 1.0).impedance_ohm == 10 - 1j


@pytest.mark.parametrize("answer", ["******,******", "9999.99E+28,1.00000E+00", "0.0E+00,0.0E+00",
                                    "-9999.99E+28,-9999.99E+28", "------,1.00000E+00"])
def test_hioki_point_without_a_number(answer):
    point = hioki_point(answer, 100.0)
    assert point.impedance_ohm is None and point.reason


@pytest.mark.parametrize("answer", ["", "1.0E+00", "0,1.0E+00,2.0E+00", "1.0E+00,", "ERR,ERR"])
def test_hioki_answer_that_makes_no_sense_is_refused(answer):
    with pytest.raises(OutOfStep):
        hioki_point(answer, 100.0)
