"""Cells of known circuit: written apart from the product's own elements, to check them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Cell:
    """L - R - arcs - CPE in series; None for what is not there."""

    inductance_h: float | None
    series_ohm: float
    arc_ohm: np.ndarray
    arc_tau_s: np.ndarray
    arc_exponent: np.ndarray
    tail_q: float | None
    tail_exponent: float | None

    def impedance(self, frequency_hz: np.ndarray) -> np.ndarray:
        """Impedance (ohm), shape (n,)."""
        jw = 2j * np.pi * frequency_hz
        z = np.full(jw.shape, self.series_ohm, dtype=complex)
        if self.inductance_h is not None:
            z += jw * self.inductance_h
        for ohm, tau, alpha in zip(self.arc_ohm, self.arc_tau_s, self.arc_exponent, strict=True):
            z += ohm / (1.0 + (jw * tau) ** alpha)
        if self.tail_q is not None:
            z += 1.0 / (self.tail_q * jw**self.tail_exponent)
        return z

    @property
    def circuit(self) -> str:
        """Its circuit as a text."""
        arcs = [f"p(R{i},CPE{i})" for i in range(1, self.arc_ohm.size + 1)]
        parts = ["L0"] * (self.inductance_h is not None) + ["R0", *arcs]
        return "-".join(parts + [f"CPE{len(arcs) + 1}"] * (self.tail_q is not None))
