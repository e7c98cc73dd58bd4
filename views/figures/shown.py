"""A spectrum as the figures show it: its name and colour, what was read, what was left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from html import escape
from typing import Any

import numpy as np

from pressloop.evaluation.reading import Reading
from pressloop.evaluation.relaxation_peaks import Compared, compared
from pressloop.evaluation.rules import Rules
from pressloop.trials.checks import BoolArray, ComplexArray, FloatArray
from pressloop.trials.spectrum import Spectrum
from pressloop.views.figures.look import BLUE, GREEN, INK, ORANGE, PURPLE, RED, SKY
from pressloop.views.words import OHM_CM2, significant

COLOURS = (BLUE, RED, GREEN, PURPLE, ORANGE, SKY, INK)
MARKS = ("circle", "square", "diamond", "triangle-up", "triangle-down")
GLYPHS = {"square": "■", "diamond": "◆", "triangle-up": "▲", "triangle-down": "▼"}
CURVE_POINTS = 300


@dataclass(frozen=True, eq=False)
class Shown:
    """One spectrum.

    `number` chooses colour and mark, so that many stay apart; `reading` is None where nothing could
    be fitted; `verdict` says in words what was found."""

    label: str
    number: int
    spectrum: Spectrum
    reading: Reading | None
    verdict: str
    valid: bool
    rules: Rules

    @property
    def colour(self) -> str:
        """Its colour in every figure."""
        return COLOURS[self.number % len(COLOURS)]

    @property
    def mark(self) -> str:
        """Its mark: another one each time the colours begin anew."""
        return MARKS[self.number // len(COLOURS) % len(MARKS)]

    @property
    def hz(self) -> FloatArray:
        """Measured frequencies, shape (n,)."""
        return self.spectrum.frequency_hz

    @property
    def points(self) -> ComplexArray:
        """Measured impedance, ohm cm2, shape (n,)."""
        return np.asarray(self.spectrum.impedance_ohm * self.spectrum.area_cm2)

    @cached_property
    def used(self) -> BoolArray:
        """Points that were read, shape (n,): neither masked nor left out as contradicting."""
        if self.reading is None:
            return np.ones(self.hz.size, dtype=bool)
        return np.isin(self.hz, self.reading.checked.check.frequency_hz)

    @cached_property
    def curve(self) -> tuple[FloatArray, ComplexArray] | None:
        """Frequencies and impedance (ohm cm2) of the fitted circuit. Shape (CURVE_POINTS,) each."""
        if self.reading is None:
            return None
        hz = np.geomspace(self.hz.max(), self.hz.min(), CURVE_POINTS)
        solution = self.reading.solution
        return hz, solution.circuit.impedance(hz, solution.values) * self.spectrum.area_cm2

    @property
    def closed_ohm_cm2(self) -> float | None:
        """Series resistance and all processes that close inside the sweep, ohm cm2."""
        if self.reading is None:
            return None
        closed = sum(one.resistance_ohm for one in self.reading.described[0].processes
                     if one.closed) * self.reading.area_cm2
        return closed + self.reading.series_ohm_cm2 if closed > 0.0 else None

    @cached_property
    def relaxation(self) -> Compared | None:
        """Its relaxation times beside those of the circuit."""
        if self.reading is None:
            return None
        data = self.reading.checked.data
        if data.frequency_hz.size != self.reading.checked.check.frequency_hz.size:
            keep = np.isin(data.frequency_hz, self.reading.checked.check.frequency_hz)
            data = replace(data, frequency_hz=data.frequency_hz[keep],
                           measured=data.measured[keep], weight=data.weight[keep])
        return compared(data, self.reading.solution,
                        [one.peak_hz for one in self.reading.arcs])

    def hovers(self, hz: FloatArray, z: ComplexArray) -> list[str]:
        """What the pointer shows of each point, escaped for plotly's HTML subset.

        Shape (n,) each."""
        return [f"<b>{escape(self.label)}</b><br>{significant(f)} Hz<br>{one.real:.4g} "
                f"{'-' if one.imag < 0 else '+'} {abs(one.imag):.4g}j {OHM_CM2}"
                for f, one in zip(hz, z, strict=True)]

    def marker(self, size: int = 5) -> dict[str, Any]:
        """Its marks for plotly."""
        return {"size": size, "color": self.colour, "symbol": self.mark}


def key_of(shown: Sequence[Shown]) -> tuple[tuple[str, str], ...]:
    """Colours and names for a panel, with the mark where colours come again.

    None for a single spectrum."""
    return () if len(shown) == 1 else tuple((one.colour, _name(one)) for one in shown)


def _name(one: Shown) -> str:
    return one.label if one.mark == MARKS[0] else f"{GLYPHS[one.mark]} {one.label}"
