"""Evidence of crushing in a trace: acoustic hits where there is a sensor, else load drops."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from evaluation.rules import Rules
from trials.checks import FloatArray
from trials.outcome import Damage
from trials.stack import Stack
from trials.trace import Trace

DROP = 0.015
"""Relative loss of force from one sample to the next that counts as a load drop."""


def damage(trace: Trace, stack: Stack, rules: Rules) -> Damage:
    """Crushed fraction of the cathode with its standard error, from counts (Poisson).

    The index is (hits - background)/hits of a wholly crushed cathode, at most 1; the background
    is counted in the second half of the dwell, where nothing new breaks.
    """
    plateau = trace.pressure_mpa > 0.95 * np.quantile(trace.pressure_mpa, 0.98)
    loading = trace.time_s <= _middle(trace.time_s[plateau])
    if trace.acoustic_hits is not None:
        full = rules.hits_per_cm2 * stack.area_cm2
        quiet = plateau & ~loading
        background = _rate(trace, quiet) * float(np.ptp(trace.time_s[loading]))
        counted = float(trace.acoustic_hits[loading].sum())
        return _from_counts(counted, background, full)
    return _from_counts(float(_drops(trace.force_n[loading])), 0.0, rules.drops_per_stack)


def _from_counts(counted: float, background: float, full: float) -> Damage:
    index = min(max((counted - background) / full, 0.0), 1.0)
    return Damage(index, float(np.sqrt(counted + background + 1.0)) / full)


def _middle(times: FloatArray) -> float:
    return float(0.5 * (times[0] + times[-1]))


def _rate(trace: Trace, quiet: npt.NDArray[np.bool_]) -> float:
    """Hits per second while nothing should break."""
    assert trace.acoustic_hits is not None
    span = float(np.ptp(trace.time_s[quiet])) if quiet.any() else 0.0
    return float(trace.acoustic_hits[quiet].sum()) / span if span > 0 else 0.0


def _drops(force: FloatArray) -> int:
    """Sudden losses of force while it should rise or hold."""
    high = force > 0.1 * force.max()
    return int(np.sum((np.diff(force) < -DROP * force[:-1]) & high[:-1]))
