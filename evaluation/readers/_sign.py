"""Is the imaginary part of the wrong sign?

In a passive cell the two parts hang together (Kramers-Kronig): where the real part rises toward
low frequency the imaginary part is negative, Im Z ~ (pi/2) dRe Z/dln f. A conjugated spectrum
breaks that everywhere; a short or a coil does not, as its real part does not rise.
"""

from __future__ import annotations

import numpy as np

from pressloop.trials.checks import ComplexArray, FloatArray

_FEWEST = 6
_END = 3
_RISE = 0.08
_HEIGHT = 0.12
_TAIL = 0.1


def looks_conjugated(frequency_hz: FloatArray, impedance_ohm: ComplexArray) -> bool:
    """True where the capacitive part of a sweep, shapes (n,), highest first, has Im Z > 0.

    The series reactance of the cables, as large as the highest frequencies allow, is taken off;
    the highest decade, and where the cables outweigh the cell, are left out. Two signs count, both
    against the largest |Z|: the real part rises by 8 % or more and the imaginary part is positive
    there (median weighted by the rise), or the imaginary part is positive and grows toward the
    lowest frequency while the real part does not fall. An arc below 8 % of the ohmic resistance,
    and a sweep of which fewer than 6 points are left, are not judged.
    """
    cable = np.median(impedance_ohm.imag[:_END] / frequency_hz[:_END]) * frequency_hz
    cell = impedance_ohm - 1j * cable
    low = frequency_hz <= frequency_hz[0] / 10
    if np.count_nonzero(low) < _FEWEST:
        low = np.ones_like(low)
    low = low & (np.abs(cable) <= np.median(np.abs(cell[low])))
    if np.count_nonzero(low) < _FEWEST:
        return False
    real, reactance = cell.real[low], cell.imag[low]
    scale = float(np.max(np.abs(cell[low])))
    rise = float(np.median(real[-_END:]) - np.median(real[:_END]))
    return _arc(real, reactance, rise, scale) or _tail(reactance, rise, scale)


def _arc(real: FloatArray, reactance: FloatArray, rise: float, scale: float) -> bool:
    if rise < _RISE * scale or rise <= 0:
        return False
    weight = np.maximum(np.diff(real), 0.0)
    middle = (reactance[1:] + reactance[:-1]) / 2
    return _weighted_median(middle, weight) > _HEIGHT * rise


def _tail(reactance: FloatArray, rise: float, scale: float) -> bool:
    lowest, third = float(np.median(reactance[-_END:])), reactance.size // 3
    middle = float(np.median(np.abs(reactance[third:-third])))
    return lowest > _TAIL * scale and lowest > 2 * middle and rise > -_RISE * scale


def _weighted_median(values: FloatArray, weights: FloatArray) -> float:
    order = np.argsort(values)
    reached = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(reached, reached[-1] / 2)])
