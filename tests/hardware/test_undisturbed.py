"""A stretch that stops do not break off: they come afterwards, or are being obeyed already."""

from __future__ import annotations

import signal

import pytest

from pressloop.hardware.deferred_signals import STOPS, undisturbed
from pressloop.trials.errors import Fault


def test_a_stop_comes_after_the_stretch():
    done = []
    with pytest.raises(KeyboardInterrupt), undisturbed(obeying=False):
        signal.raise_signal(signal.SIGINT)
        done.append("all of it")
    assert done == ["all of it"]


def test_a_stop_is_not_lost_where_the_stretch_fails():
    """Whoever catches the failure, and tries again, must hear of the stop."""
    with pytest.raises(KeyboardInterrupt) as stop, undisturbed(obeying=False):
        signal.raise_signal(signal.SIGINT)
        raise Fault("the ledger is away")
    assert isinstance(stop.value.__context__, Fault)


def test_further_stops_are_dropped_while_one_is_obeyed():
    with undisturbed(obeying=True):
        signal.raise_signal(signal.SIGINT)


def test_handlers_are_put_back_where_a_stop_comes_between_them():
    before = {number: signal.getsignal(number) for number in STOPS}
    real, stops = signal.signal, [KeyboardInterrupt()]

    def set_and_stopped(number, handler):
        real(number, handler)
        if stops and handler is before[number]:
            raise stops.pop()

    with (pytest.raises(KeyboardInterrupt), pytest.MonkeyPatch.context() as patch,
          undisturbed(obeying=True)):
        patch.setattr(signal, "signal", set_and_stopped)
    assert {number: signal.getsignal(number) for number in STOPS} == before
