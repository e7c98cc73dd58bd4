"""An impedance analyser behind a text protocol: one dialogue, checked at every step.

The command sets are the files in `hardware/scpi/dialects/`. Nothing is believed that the meter
did not say: each point's frequency is read back, a point without a number is a missing point, and
answers that do not fit the questions cost the sweep, which starts over once on a fresh connection.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np

from pressloop.hardware.meters.simulated import CONTROL_HZ
from pressloop.hardware.options import read_options
from pressloop.hardware.protocols import MeterIdentity, Place
from pressloop.hardware.scpi.dialect import Aperture, Dialect, MeterReading, dialect
from pressloop.hardware.scpi.link import Link, OutOfStep
from pressloop.hardware.scpi.settings import Options, points, prove
from pressloop.trials.checks import ComplexArray
from pressloop.trials.errors import Fault
from pressloop.trials.spectrum import FULL, ControlPoint, MissingPoint, Spectrum
from pressloop.trials.stack import Stack

NOT_TOLD = "not told"
FEWEST_BY_CHANCE = 4


def connect(options: Mapping[str, object], place: Place) -> ScpiMeter:
    """Opens the meter and asks who it is.

    Raises BadInput for a setting it cannot have, Fault when nobody answers or another model
    does."""
    chosen = read_options(Options, options, "meter")
    language = dialect(chosen.dialect)
    prove(chosen, language)
    link = Link(chosen.address, language.wire, chosen.timeout_s)
    meter = ScpiMeter(chosen, language, points(chosen, language), link)
    meter.open()
    return meter


class ScpiMeter:
    """One analyser on one link."""

    def __init__(self, options: Options, language: Dialect, frequency_hz: Sequence[float],
                 link: Link) -> None:
        self.options, self.language, self.link = options, language, link
        self.frequency_hz = tuple(frequency_hz)
        self._identity: MeterIdentity | None = None

    def open(self) -> None:
        """Opens the link afresh; raises Fault if another instrument than before answers."""
        self.link.reopen()
        try:
            who = self._asked()
            if self._identity is not None and self._identity.serial != who.serial:
                raise Fault(f"the meter at {self.link.resource} was serial "
                            f"{self._identity.serial}, now serial {who.serial} answers")
        except Fault:
            self.link.close()
            raise
        self._identity = who

    def identify(self) -> MeterIdentity:
        """Who answered last, and the compensation it was in."""
        if self._identity is None:
            self.open()
        assert self._identity is not None
        return self._identity

    def sweep(self, stack: Stack) -> tuple[Spectrum, ...]:
        """One sweep of whatever lies in the fixture.

        Answers that slip cost the sweep; it starts over once. Raises Fault when that does not help,
        or when no point has a number."""
        try:
            self._prove_in_step()
            return (self._swept(stack),)
        except OutOfStep:
            self.open()
        try:
            return (self._swept(stack),)
        except OutOfStep as again:
            self.link.close()
            raise Fault(f"two sweeps in a row lost the dialogue: {again}") from None

    def close(self) -> None:
        """Lets go of the connection; may be repeated."""
        self.link.close()

    def _asked(self) -> MeterIdentity:
        answer = self.link.ask("*IDN?")
        if not re.search(self.language.identity, answer):
            raise Fault(f"the instrument at {self.link.resource} says it is {answer[:80]!r}, "
                        f"expected a {self.language.model}. Check address and meter.dialect.")
        _, _, serial, firmware, *_ = [*(f.strip() for f in answer.split(",")), "", "", "", ""]
        return MeterIdentity(
            self.language.model, serial or NOT_TOLD, self.frequency_hz[-1],
            self.frequency_hz[0], (FULL,), simulated="SIMULATED" in answer.upper(),
            firmware=firmware, compensation=self._compensation())

    def _compensation(self) -> str:
        """Open and short correction; a meter without these queries is not asked twice."""
        if self._identity is not None and self._identity.compensation == NOT_TOLD:
            return NOT_TOLD
        try:
            return self.language.compensation(self.link)
        except OutOfStep:
            self.link.reopen()
            return NOT_TOLD

    def _prove_in_step(self) -> None:
        """A line left over from before would shift every answer of this sweep."""
        try:
            in_step = self._asked() == self._identity
        except Fault:
            in_step = False
        if not in_step:
            self.open()

    def _swept(self, stack: Stack) -> Spectrum:
        language, options = self.language, self.options
        aperture: Aperture = options.aperture  # type: ignore[assignment]
        language.set_up(self.link, options.amplitude_mv, aperture)
        at = [f for f in CONTROL_HZ if self.frequency_hz[-1] <= f <= self.frequency_hz[0]]
        at = at if len(at) >= language.fewest else []
        before = language.read(self.link, at) if at else ()
        read = language.read(self.link, self.frequency_hz)
        after = language.read(self.link, at) if at else ()
        if complaints := language.errors(self.link):
            raise Fault(f"the meter reports {'; '.join(complaints)}. The sweep is not used.")
        return self._spectrum(stack, read, _controls(before, after))

    def _spectrum(self, stack: Stack, read: Sequence[MeterReading],
                  controls: tuple[ControlPoint, ...]) -> Spectrum:
        good = [(r.frequency_hz, r.impedance_ohm) for r in read if r.impedance_ohm is not None]
        missing = tuple(MissingPoint(r.frequency_hz, r.reason)
                        for r in read if r.impedance_ohm is None)
        if not good:
            raise Fault(f"no point of the sweep has a number: {missing[0].reason}. Is the fixture "
                        f"empty, or stack {stack.stack_id} never pressed or without contact?")
        options = self.options
        impedance = np.array([z for _, z in good])
        _prove_measured(impedance)
        return Spectrum(
            np.array([f for f, _ in good]), impedance,
            area_cm2=stack.area_cm2, stack_pressure_mpa=options.stack_pressure_mpa,
            temperature_c=options.temperature_c, rest_s=options.rest_s,
            amplitude_mv=options.amplitude_mv, missing=missing, controls=controls)


def _prove_measured(impedance_ohm: ComplexArray) -> None:
    """Raises Fault for a trace that nobody measured.

    No reactance at any frequency, or the same number at all of them. A single point may be so by
    chance."""
    if impedance_ohm.size < FEWEST_BY_CHANCE:
        return
    if not impedance_ohm.imag.any():
        raise Fault("the reactance is exactly 0 ohm at every point of the sweep: the meter sent a "
                    "trace that it never filled. The sweep is not used.")
    if (impedance_ohm == impedance_ohm[0]).all():
        raise Fault(f"every point of the sweep is {impedance_ohm[0]:.6g} ohm: the meter repeats "
                    "one reading. The sweep is not used.")


def _controls(before: Sequence[MeterReading], after: Sequence[MeterReading]
              ) -> tuple[ControlPoint, ...]:
    """The control points that have a number both times."""
    return tuple(ControlPoint(b.frequency_hz, b.impedance_ohm, a.impedance_ohm)
                 for b, a in zip(before, after, strict=True)
                 if b.impedance_ohm is not None and a.impedance_ohm is not None)
