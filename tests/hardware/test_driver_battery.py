"""One battery over every driver that ships in hardware/presses/ and hardware/meters/.

A driver that needs an address or a socket gets its smallest working setting in CONNECTED; a file
without one fails the battery, so that no driver goes untested.
"""

from __future__ import annotations

import inspect
import math
from dataclasses import replace

import pytest
from scripted_person import ScriptedPerson

from pressloop.evaluation.readers import read_spectrum
from pressloop.hardware import protocols
from pressloop.hardware.emulators.meter import MeterSetup, serving_meter
from pressloop.hardware.emulators.plc_options import PressOptions
from pressloop.hardware.emulators.plc_thread import serving_press
from pressloop.hardware.protocols import CycleState, ImpedanceMeter, Press
from pressloop.hardware.registry import connect_meter, connect_press, meter_names, press_names
from pressloop.hardware.releasing import release_cycle
from pressloop.trials.errors import BadInput, Fault, OutOfEnvelope
from pressloop.trials.recipe import Recipe
from pressloop.trials.spectrum import FULL

CONNECTED = {
    "simulated": {},
    "attended": {"heated": True, "max_temperature_c": 160.0},
    "folder": {"folder": ".", "patience_s": 0.0},
}
SERVED = {"scpi": "analyser", "modbus": "plc"}
"""Drivers that need somebody to talk to: the fixture that serves one and gives its settings."""


@pytest.fixture
def analyser(place):
    with serving_meter(MeterSetup(place.stem.with_name("bench.jsonl"), speed=0.0)) as emulator:
        yield {"port": emulator.port, "timeout_s": 2.0}


@pytest.fixture
def plc(place, monkeypatch):
    folder = place.stem.parent
    monkeypatch.setenv("PRESSLOOP_LOCKS", str(folder))
    with serving_press(PressOptions(folder / "plc.json", folder / "bench.jsonl",
                                    speed=200.0)) as emulator:
        yield {"port": emulator.port, "linger_s": 0.2, "patience_s": 20.0}


def driver_settings(name, request):
    return request.getfixturevalue(SERVED[name]) if name in SERVED else CONNECTED[name]


def of(protocol: type) -> list[str]:
    return [name for name in vars(protocol) if not name.startswith("_")]


@pytest.fixture
def place(place):
    """With a person who presses as asked (260 MPa are 2.08 t), and a reader of files."""
    person = ScriptedPerson(["start", "pressed", 2.08, 60.0, 95.0])
    return replace(place, person=person, read_file=lambda path, area, **how: read_spectrum(
        path, area_cm2=area, **how))


@pytest.fixture(params=press_names())
def any_press(request, place):
    press = connect_press(request.param, driver_settings(request.param, request), place)
    yield press
    press.close()


@pytest.fixture(params=meter_names())
def any_meter(request, place):
    meter = connect_meter(request.param, driver_settings(request.param, request), place)
    yield meter
    meter.close()


def assert_answers(driver: object, protocol: type) -> None:
    for name in of(protocol):
        asked = list(inspect.signature(getattr(protocol, name)).parameters)[1:]
        assert list(inspect.signature(getattr(driver, name)).parameters) == asked


@pytest.mark.slow
def test_press_has_every_method_of_the_protocol(any_press):
    assert_answers(any_press, Press)


def test_meter_has_every_method_of_the_protocol(any_meter):
    assert_answers(any_meter, ImpedanceMeter)


def test_press_says_who_it_is_and_what_it_can_do(any_press):
    who = any_press.identify()
    assert isinstance(who, protocols.PressIdentity)
    assert who.name and who.serial
    assert all(math.isfinite(v) and v > 0 for v in (
        who.die_area_mm2, who.max_force_n, who.max_temperature_c))
    assert who == any_press.identify()


def test_fresh_press_is_ready_and_knows_no_cycle(any_press):
    assert any_press.not_ready() == ()
    assert any_press.last_accepted_id() == 0
    for unknown in (1, 7, 2**31 - 1):
        report = any_press.report(unknown)
        assert (report.cycle_id, report.state) == (unknown, CycleState.NEVER_ACCEPTED)
        assert report.trace is None


def test_press_refuses_by_itself_what_it_cannot_do(any_press, stack):
    who = any_press.identify()
    too_much = 1.01 * who.max_force_n / who.die_area_mm2
    for asked in (Recipe(too_much, 60, 25), Recipe(100, 60, who.max_temperature_c + 1.0)):
        with pytest.raises(OutOfEnvelope):
            any_press.start(1, stack("a"), asked)
    assert any_press.last_accepted_id() == 0


@pytest.mark.slow
def test_press_accepts_a_cycle_once(any_press, stack, recipe):
    any_press.start(3, stack("a"), recipe)
    assert any_press.last_accepted_id() == 3
    assert any_press.report(3).state in (CycleState.RUNNING, CycleState.FINISHED)
    with pytest.raises(Fault):
        any_press.start(3, stack("a"), recipe)
    assert any_press.last_accepted_id() == 3


def test_release_and_close_may_be_repeated(any_press):
    for _ in range(2):
        any_press.release()
    for _ in range(2):
        any_press.close()


def test_a_release_of_one_cycle_harms_no_idle_press(any_press):
    for _ in range(2):
        release_cycle(any_press, 1)
    assert any_press.report(1).state is CycleState.NEVER_ACCEPTED


@pytest.mark.parametrize("name", press_names())
def test_press_refuses_an_option_it_does_not_have(name, place, request):
    with pytest.raises(BadInput, match="no_such_option"):
        connect_press(name, driver_settings(name, request) | {"no_such_option": 1}, place)


def test_meter_says_who_it_is_and_what_it_can_do(any_meter):
    who = any_meter.identify()
    assert isinstance(who, protocols.MeterIdentity)
    assert who.name and who.serial
    assert 0 < who.lowest_hz < who.highest_hz
    assert who.electrodes[0] == FULL
    assert len(set(who.electrodes)) == len(who.electrodes)


def test_meter_reads_nothing_from_a_stack_that_was_never_pressed(any_meter, stack):
    with pytest.raises(Fault, match=r"never pressed|no complete file"):
        any_meter.sweep(stack("unknown"))


@pytest.mark.parametrize("name", meter_names())
def test_meter_refuses_an_option_it_does_not_have(name, place, request):
    with pytest.raises(BadInput, match="no_such_option"):
        connect_meter(name, driver_settings(name, request) | {"no_such_option": 1}, place)
