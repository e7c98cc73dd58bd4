"""A meter that several presses take turns at: the kernel's lock says whose turn it is."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager

from pressloop.flows.operator.telling import tell
from pressloop.flows.settings.campaign_tables import DriverTable
from pressloop.hardware.locks.turns import in_turn, in_turn_for
from pressloop.hardware.protocols import ImpedanceMeter, MeterIdentity
from pressloop.trials.spectrum import Spectrum
from pressloop.trials.stack import Stack

SOON_S = 2.0
"""A wait that is not worth a word."""


class SharedMeter:
    """Implements `pressloop.hardware.protocols.ImpedanceMeter` for one of the presses.

    It is connected for the length of a sweep alone, as many meters talk to one program at a time.
    A process that dies lets go of it; one that is stopped in mid sweep keeps it."""

    def __init__(self, table: DriverTable, connect: Callable[[], ImpedanceMeter]) -> None:
        self._name = meter_name(table)
        self._connect = connect
        with self._connected() as meter:
            self._identity = meter.identify()

    def identify(self) -> MeterIdentity:
        """Who answered first."""
        return self._identity

    def sweep(self, stack: Stack) -> tuple[Spectrum, ...]:
        """See `ImpedanceMeter`; waits for its turn."""
        with self._connected() as meter:
            return meter.sweep(stack)

    def close(self) -> None:
        """Nothing to let go of."""

    @contextmanager
    def _connected(self) -> Iterator[ImpedanceMeter]:
        with ExitStack() as turn:
            if not turn.enter_context(in_turn_for(self._name, SOON_S)):
                tell("Waiting for the meter, which another press uses.")
                turn.enter_context(in_turn(self._name))
            yield turn.enter_context(closing(self._connect()))


def meter_name(table: DriverTable) -> str:
    """What its lock is called: the same for every campaign that names this very meter."""
    return f"meter {table.driver} {json.dumps(table.options, sort_keys=True, default=str)}"
