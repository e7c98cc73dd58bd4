"""The `[meter]` keys of an analyser behind a text protocol, and what they may be."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pressloop.hardware.network import prove_target
from pressloop.hardware.scpi.dialect import APERTURES, Dialect
from pressloop.hardware.scpi.link import host_of
from pressloop.trials.checks import positive, within
from pressloop.trials.errors import BadInput

MOST_POINTS_PER_DECADE = 1000
"""A sweep of more takes days, and no circuit needs it."""


@dataclass(frozen=True, slots=True)
class Options:
    """`[meter]` keys of this driver.

    dialect: the instrument's language (docs/reference/scpi-dialects.md).
    host, port: where the instrument listens.
    resource: a VISA name (USB, GPIB, serial) in place of host and port.
    highest_hz, lowest_hz: ends of the sweep; 0 for the instrument's own limit.
    points_per_decade: of the sweep.
    amplitude_mv: of the excitation.
    aperture: how long each point is averaged.
    stack_pressure_mpa: pressure held on the stack while it is measured.
    temperature_c: temperature at which it is measured.
    rest_s: how long the stack rests before.
    timeout_s: how long an answer may take.
    public_target: true allows an address outside private networks.
    """

    dialect: str = "keysight_e4980a"
    host: str = "127.0.0.1"
    port: int = 5025
    resource: str = ""
    highest_hz: float = 0.0
    lowest_hz: float = 0.0
    points_per_decade: int = 10
    amplitude_mv: float = 10.0
    aperture: str = "long"
    stack_pressure_mpa: float = 30.0
    temperature_c: float = 30.0
    rest_s: float = 600.0
    timeout_s: float = 10.0
    public_target: bool = False

    @property
    def address(self) -> str:
        """The VISA resource name."""
        return self.resource or f"TCPIP::{self.host}::{self.port}::SOCKET"


def prove(options: Options, language: Dialect) -> None:
    """Raises BadInput for an option that this instrument or this network cannot have."""
    within("meter.port", options.port, 1, 65535, "The port on the instrument's LAN page.")
    within("meter.points_per_decade", options.points_per_decade, 1, MOST_POINTS_PER_DECADE,
           "10 is usual.")
    positive("meter.stack_pressure_mpa", options.stack_pressure_mpa)
    within("meter.temperature_c", options.temperature_c, -50.0, 200.0, "Measuring temperature.")
    within("meter.timeout_s", options.timeout_s, 0.05, 300.0, "Seconds to wait for an answer.")
    within("meter.amplitude_mv", options.amplitude_mv, language.lowest_mv, language.highest_mv,
           f"That is what a {language.model} can give.")
    if options.aperture not in APERTURES:
        raise BadInput("meter.aperture", options.aperture, f"one of {', '.join(APERTURES)}",
                       "Long is slow and quiet.")
    host = host_of(options.address)
    if host is not None:
        prove_target("meter.resource" if options.resource else "meter.host", host,
                     options.public_target)


def points(options: Options, language: Dialect) -> tuple[float, ...]:
    """The frequencies of a sweep, highest first. Raises BadInput outside the instrument's range."""
    low, high = language.lowest_hz, language.highest_hz
    lowest, highest = options.lowest_hz or low, options.highest_hz or high
    remedy = f"A {language.model} reads from {low:g} Hz to {high:g} Hz."
    within("meter.lowest_hz", lowest, low, high, remedy)
    within("meter.highest_hz", highest, 10.0 * lowest, high,
           remedy + " A sweep spans a decade or more.")
    count = round(np.log10(highest / lowest) * options.points_per_decade) + 1
    return tuple(float(f) for f in np.geomspace(highest, lowest, count))
