"""A folder of exports: complete or growing, readable or not, one sweep or several."""

from __future__ import annotations

import os
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pressloop.hardware.exports.stable_file import Growing
from pressloop.hardware.protocols import Place
from pressloop.hardware.registry import connect_meter
from pressloop.trials.errors import BadInput, Fault
from tests.hardware.meters.exported import export, meter_at, read, stack, sweep_text

FILES = Path(__file__).parents[2] / "evaluation" / "readers" / "files"


def test_the_stacks_file_is_read_and_filled_in(at: Place, exports: Path) -> None:
    export(exports, "night-0011.csv", sweep_text(999.0))
    export(exports, "2026-03-02_night-001_C01.csv")
    found, = meter_at(at, exports, stack_pressure_mpa=20.0, temperature_c=22.0, rest_s=600.0
                      ).sweep(stack())
    assert found.area_cm2 == 1.327
    assert (found.stack_pressure_mpa, found.temperature_c, found.rest_s) == (20.0, 22.0, 600.0)
    assert found.impedance_ohm.real.max() == pytest.approx(55.0, rel=0.01)


def test_what_nobody_knows_stays_unknown(at: Place, exports: Path) -> None:
    export(exports, "night-001.csv")
    found, = meter_at(at, exports).sweep(stack())
    assert found.stack_pressure_mpa is found.temperature_c is found.rest_s is None


def test_what_the_file_says_goes_before_the_settings(exports: Path, at: Place) -> None:
    place = replace(at, read_file=lambda path, area, **how: replace(
        read(path, area, **how), rest_s=30.0))
    export(exports, "night-001.csv")
    found, = meter_at(place, exports, rest_s=600.0).sweep(stack())
    assert found.rest_s == 30.0


@pytest.mark.parametrize("name", sorted(p.name for p in FILES.glob("*"))[:40])
def test_every_file_the_readers_take_is_taken(at: Place, exports: Path, name: str) -> None:
    data = (FILES / name).read_bytes()
    path = exports / f"night-001{Path(name).suffix}"
    path.write_bytes(data)
    os.utime(path, (time.time() + 5, time.time() + 5))
    try:
        wanted = read(path, 1.327)
    except BadInput as error:
        with pytest.raises(Fault) as told:
            meter_at(at, exports, patience_s=0.1).sweep(stack())
        assert str(error).rstrip(".") in str(told.value)
        return
    found, = meter_at(at, exports).sweep(stack())
    assert np.array_equal(found.impedance_ohm, wanted.impedance_ohm)


def test_a_growing_file_is_waited_for(at: Place, exports: Path) -> None:
    text, path = sweep_text(points=60), exports / "night-001.csv"

    def write() -> None:
        with path.open("w") as file:
            for start in range(0, len(text), len(text) // 10):
                file.write(text[start:start + len(text) // 10])
                file.flush()
                time.sleep(0.02)

    meter = meter_at(at, exports, settle_s=1.0, patience_s=60.0, not_older_than_s=2.0)
    writer = threading.Thread(target=write)
    writer.start()
    found, = meter.sweep(stack())
    writer.join()
    assert found.frequency_hz.size == 60


def test_a_sweep_that_has_not_ended_is_not_taken(at: Place, exports: Path) -> None:
    export(exports, "night-001.csv")
    with pytest.raises(Fault, match=r"lowest frequency = 1: must be 0\.1 or less"):
        meter_at(at, exports, lowest_hz=0.1, patience_s=0.1).sweep(stack())
    assert meter_at(at, exports, lowest_hz=1.0).sweep(stack())


@pytest.mark.slow
@pytest.mark.parametrize("name, data", [
    ("night-001.mpr", b"BIO-LOGIC MODULAR FILE\x1a\x00\x01"), ("night-001.csv", b""),
    ("night-001.csv", b"\x00\x01\x02" * 50), ("night-001.txt", b"hello\n"),
    ("night-001.csv", b"freq/Hz,Re(Z)/Ohm,-Im(Z)/Ohm\n1000,5,1\n")])
def test_what_cannot_be_read_is_told_in_the_readers_words(at: Place, exports: Path, name: str,
                                                          data: bytes) -> None:
    path = exports / name
    path.write_bytes(data)
    # A reader's library may take its time to be loaded.
    os.utime(path, (time.time() + 300, time.time() + 300))
    with pytest.raises(BadInput) as words:
        read(path, 1.327)
    with pytest.raises(Fault) as told:
        meter_at(at, exports, patience_s=0.1).sweep(stack())
    said = str(words.value).removeprefix(name).lstrip(":= ").rstrip(".")
    assert f"{name}: {said.replace('--columns', 'meter.columns')}" in str(told.value)


def test_an_unreadable_neighbour_does_not_hide_the_sweep(at: Place, exports: Path) -> None:
    export(exports, "night-001_OCV.csv", "time/s,Ewe/V\n0,1\n")
    export(exports, "night-001_PEIS.csv")
    assert meter_at(at, exports).sweep(stack())


def test_a_folder_that_goes_away_is_told(at: Place, exports: Path) -> None:
    meter = meter_at(at, exports, patience_s=0.05)
    exports.rmdir()
    with pytest.raises(Fault, match="No such file or directory"):
        meter.sweep(stack())


@pytest.mark.parametrize("change, key", [
    ({"folder": ""}, "folder"), ({"folder": "no/such"}, "folder"), ({"match": "x"}, "match"),
    ({"patience_s": -1.0}, "patience_s"), ({"settle_s": -1.0}, "settle_s"),
    ({"poll_s": 0.0}, "poll_s"), ({"lowest_hz": -0.1}, "lowest_hz")])
def test_bad_options_are_named(at: Place, exports: Path, change: dict[str, Any], key: str) -> None:
    with pytest.raises(BadInput, match=rf"meter\.{key}"):
        connect_meter("folder", {"folder": str(exports)} | change, at)


def test_without_a_reader_it_does_not_open(at: Place, exports: Path) -> None:
    with pytest.raises(BadInput, match="reader of impedance files"):
        meter_at(replace(at, read_file=None), exports)


def test_a_file_has_settled_once_it_stops_changing(tmp_path: Path) -> None:
    clock = [0.0]
    growing, path = Growing(10.0, lambda: clock[0]), tmp_path / "a.csv"
    assert growing.settled(path) is None
    path.write_text("1")
    for clock[0], text, settled in ((0, "1", False), (9, "1", False), (9.5, "12", False),
                                    (19, "12", False), (20, "12", True), (21, "123", False)):
        if path.read_text() != text:
            path.write_text(text)
        assert (growing.settled(path) is not None) == settled, clock


def loops_text(*resistances: float) -> str:
    head = sweep_text().splitlines()[0]
    return "\n".join([head, *(row for ohm in resistances
                              for row in sweep_text(ohm).splitlines()[1:])]) + "\n"


def test_of_several_sweeps_the_last_is_taken_and_noted(at: Place, exports: Path) -> None:
    export(exports, "night-001.csv", loops_text(10.0, 20.0, 30.0))
    found, = meter_at(at, exports).sweep(stack())
    assert found.impedance_ohm.real.max() == pytest.approx(35.0, rel=0.01)
    assert "of 3 sweeps in the file, this is number 3" in found.notes[0]


@pytest.mark.parametrize("choice", [2, "2"])
def test_or_the_one_that_the_settings_name(choice: object, at: Place, exports: Path) -> None:
    export(exports, "night-001.csv", loops_text(10.0, 20.0, 30.0))
    found, = meter_at(at, exports, sweep=choice).sweep(stack())
    assert found.impedance_ohm.real.max() == pytest.approx(25.0, rel=0.01)


def test_a_sweep_that_the_file_does_not_have_is_waited_for(at: Place, exports: Path) -> None:
    export(exports, "night-001.csv", loops_text(10.0, 20.0))
    with pytest.raises(Fault, match="from 1 to 2"):
        meter_at(at, exports, sweep=3).sweep(stack())


@pytest.mark.parametrize("choice", ["all", "0", "first", -1, 1.5, True])
def test_choices_of_a_sweep_that_are_none(choice: object, at: Place, exports: Path) -> None:
    with pytest.raises(BadInput, match=r"meter\.sweep"):
        meter_at(at, exports, sweep=choice)


def test_files_without_header_are_read_as_the_settings_say(at: Place, exports: Path) -> None:
    export(exports, "night-001.csv", sweep_text(20.0).partition("\n")[2])
    found, = meter_at(at, exports, columns="f,re,-im").sweep(stack())
    assert found.impedance_ohm.real.max() == pytest.approx(25.0, rel=0.01)
