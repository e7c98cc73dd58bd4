"""The SCPI meter reads, through a real socket, the stack that was pressed last."""

from __future__ import annotations

import socket

import numpy as np
import pytest

from pressloop.hardware.emulators.meter import EmulatedMeter, MeterSetup, serving_meter
from pressloop.hardware.guard import run_cycle
from pressloop.hardware.meters.simulated import impedance
from pressloop.hardware.presses.simulated import MEMORY_SUFFIX
from pressloop.hardware.registry import connect_meter
from pressloop.hardware.scpi.dialect import dialect_names
from pressloop.hardware.simulation.bench import Bench
from pressloop.hardware.simulation.sample import pressed
from pressloop.trials.errors import BadInput, Fault
from pressloop.trials.spectrum import FULL

MODELS = {"e4980a": "keysight_e4980a", "e4990a": "keysight_e4990a", "im3536": "hioki_im3536",
          "im3570": "hioki_im3570"}


@pytest.fixture
def bench(place):
    return place.stem.with_name(place.stem.name + MEMORY_SUFFIX)


@pytest.fixture(params=MODELS)
def served(request, bench):
    with serving_meter(MeterSetup(bench, request.param, speed=0.0, noise=0.001)) as emulator:
        yield MODELS[request.param], emulator


@pytest.fixture
def e4980a(bench):
    with serving_meter(MeterSetup(bench, "e4980a", speed=0.0)) as emulator:
        yield emulator


def test_every_dialect_is_tried_here():
    assert sorted(MODELS.values()) == sorted(dialect_names())


@pytest.mark.slow
def test_sweep_agrees_with_the_physics(served, place, press, envelope, stack, recipe, bench):
    dialect, emulator = served
    run_cycle(press, envelope, 1, stack("other"), recipe)
    run_cycle(press, envelope, 2, stack("a"), recipe)
    meter = connect_meter("scpi", {"dialect": dialect, "port": emulator.port}, place)
    (spectrum,) = meter.sweep(stack("a"))
    sample = pressed(Bench(bench).last_of("a"), 30.0)
    truth = impedance(spectrum.frequency_hz, sample, FULL, stack("a").area_cm2, 30.0)
    off = np.abs(spectrum.impedance_ohm / truth - 1.0)
    assert off[spectrum.frequency_hz < 1e6].max() < 0.01
    who = meter.identify()
    assert spectrum.frequency_hz[0] == pytest.approx(who.highest_hz, rel=1e-3)
    assert spectrum.frequency_hz[-1] == pytest.approx(who.lowest_hz, rel=1e-3)
    assert [round(c.frequency_hz) for c in spectrum.controls] == [3000, 300, 30]
    for control in spectrum.controls:
        assert abs(control.after_ohm / control.before_ohm - 1.0) < 0.01
    assert (spectrum.stack_pressure_mpa, spectrum.temperature_c, spectrum.rest_s,
            spectrum.amplitude_mv) == (30.0, 30.0, 600.0, 10.0)
    meter.close()


def test_identity_is_the_same_each_time_and_disturbs_nothing(served, place):
    dialect, emulator = served
    meter = connect_meter("scpi", {"dialect": dialect, "port": emulator.port}, place)
    said = len(emulator.transcript)
    who = meter.identify()
    assert who == meter.identify()
    assert len(emulator.transcript) == said
    assert (who.serial, who.firmware, who.simulated) == ("SIMULATED", "A.00.01", True)
    assert who.compensation in ("open on, short on", "open all, short all")
    for _ in range(2):
        meter.close()


@pytest.mark.slow
def test_empty_fixture_says_so(served, place, stack):
    dialect, emulator = served
    meter = connect_meter("scpi", {"dialect": dialect, "port": emulator.port}, place)
    with pytest.raises(Fault, match=r"no point .* overload.*fixture empty"):
        meter.sweep(stack("a"))
    meter.close()


def test_wrong_dialect_names_both_instruments(e4980a, place):
    with pytest.raises(Fault, match=r"E4980A.*expected a Keysight E4990A"):
        connect_meter("scpi", {"dialect": "keysight_e4990a", "port": e4980a.port}, place)


def test_closed_port_says_what_to_check(place):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        # Held, and not listened at, so that nobody else can be.
        port = probe.getsockname()[1]
        with pytest.raises(Fault, match="nothing listens there"):
            connect_meter("scpi", {"port": port, "timeout_s": 0.5}, place)


@pytest.mark.parametrize(("options", "name"), [
    ({"lowest_hz": 10.0}, "meter.lowest_hz"), ({"highest_hz": 3e6}, "meter.highest_hz"),
    ({"lowest_hz": 1e5, "highest_hz": 2e5}, "meter.highest_hz"),
    ({"amplitude_mv": 5000.0}, "meter.amplitude_mv"), ({"aperture": "longest"}, "meter.aperture"),
    ({"dialect": "e4981a"}, "meter.dialect"), ({"port": 0}, "meter.port"),
    ({"timeout_s": 0.0}, "meter.timeout_s"), ({"points_per_decade": 0}, "points_per_decade"),
    ({"points_per_decade": 10**12}, "points_per_decade"),
    ({"host": "8.8.8.8"}, "meter.host"),
    ({"resource": "TCPIP0::8.8.8.8::5025::SOCKET"}, "meter.resource")])
def test_settings_that_cannot_be_are_refused_before_anything_is_opened(place, options, name):
    with pytest.raises(BadInput, match=name):
        connect_meter("scpi", options, place)


def test_error_queue_spoils_the_sweep(e4980a, place, press, envelope, stack, recipe):
    run_cycle(press, envelope, 1, stack("a"), recipe)
    meter = connect_meter("scpi", {"port": e4980a.port}, place)
    known = meter.language.set_up

    def with_a_wrong_word(link, amplitude_mv, aperture):
        known(link, amplitude_mv, aperture)
        link.send("NONS:ENSE 1")

    from dataclasses import replace
    meter.language = replace(meter.language, set_up=with_a_wrong_word)
    with pytest.raises(Fault, match=r"-113 Undefined header"):
        meter.sweep(stack("a"))
    meter.close()


def test_emulator_listens_on_loopback_only(bench):
    with pytest.raises(BadInput, match="loopback"):
        EmulatedMeter(MeterSetup(bench, host="0.0.0.0"))


def test_emulator_refuses_a_fault_it_does_not_know(bench):
    with pytest.raises(BadInput, match="no such"):
        EmulatedMeter(MeterSetup(bench, faults=("no such",)))
