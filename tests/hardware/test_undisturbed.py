"""A stretch that stops do not break off: they come afterwards, or are being obeyed already."""

from __future__ import annotations

import signal

import pytest

from pressloop.hardware.deferred_signals import undisturbed
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
