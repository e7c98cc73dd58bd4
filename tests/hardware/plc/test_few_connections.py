"""A PLC that accepts few connections: whoever comes late is refused, and disturbs nobody."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pressloop.hardware.emulators.plc_options import PressOptions
from pressloop.hardware.emulators.plc_thread import serving_press
from pressloop.hardware.presses import modbus
from pressloop.hardware.protocols import Place
from pressloop.trials.errors import Fault

pytestmark = pytest.mark.sockets


def test_a_second_one_is_refused_in_words_and_the_first_goes_on(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch, envelope: Any) -> None:
    """Whoever has one order to give is told soon, however patient the run may be."""
    monkeypatch.setenv("PRESSLOOP_LOCKS", str(tmp_path))
    place = Place(0, tmp_path / "x", envelope)
    with serving_press(PressOptions(tmp_path / "plc.json", tmp_path / "bench.jsonl",
                                    connections=1)) as plc:
        options = {"port": plc.port, "patience_s": 300.0}
        first = modbus.connect(options, place)
        serial, began = first.identify().serial, time.monotonic()
        with pytest.raises(Fault, match=f":{plc.port}") as refused:
            modbus.connect(options, replace(place, brief=True))
        assert time.monotonic() - began < 150.0
        assert "retries" not in str(refused.value)
        assert first.identify().serial == serial
        first.close()
        modbus.connect(options, place).close()
