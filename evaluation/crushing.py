"""Evidence of crushing in a trace: acoustic hits where there is a sensor, else load drops."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pressloop.evaluation.rules import Rules
from pressloop.trials.checks import FloatArray
from pressloop.trials.outcome import Damage
from pressloop.trials.stack import Stack
from pressloop.trials.trace import Trace

DROP = 0.015
"""Relative loss of force from one sample to the next that counts as a load drop."""
LOADED = 0.05
"""Share of the peak pressure above which the stack counts as loaded."""


def damage(trace: Trace, stack: Stack, rules: Rules) -> Damage | None:
    """Crushed fraction of the cathode with its standard error, from counts (Poisson).

    None where the log has a gap or was entered by a person, as nobody listened all the time.

    The index is (hits - background)/hits of a wholly crushed cathode, at most 1. Hits count from
    the first load to the middle of the dwell; the background is counted before that (heating up)
    and in the second half of the dwell, where nothing new breaks.
    """
    if not trace.whole:
        return None
    peak = np.quantile(trace.pressure_mpa, 0.98)
    plateau = trace.pressure_mpa > 0.95 * peak
    loaded = trace.time_s >= trace.time_s[trace.pressure_mpa > LOADED * peak][0]
    early = trace.time_s <= _middle(trace.time_s[plateau])
    loading = loaded & early
    if trace.acoustic_hits is not None:
        counted = float(trace.acoustic_hits[loading].sum())
        stray, seconds = _background(trace, [~loaded, plateau & ~early])
        scale = float(np.ptp(trace.time_s[loading])) / seconds if seconds > 0 else 0.0
        return _from_counts(counted, stray, scale, rules.hits_per_cm2 * stack.area_cm2)
    return _from_counts(float(_drops(trace.force_n[loading])), 0.0, 0.0, rules.drops_per_stack)


def _from_counts(counted: float, stray: float, scale: float, full: float) -> Damage:
    """`stray` hits of the background stand for `scale` times as many among those counted."""
    index = min(max((counted - scale * stray) / full, 0.0), 1.0)
    return Damage(index, float(np.sqrt(counted + scale**2 * stray + 1.0)) / full)


def _middle(times: FloatArray) -> float:
    return float(0.5 * (times[0] + times[-1]))


def _background(trace: Trace, quiet: list[npt.NDArray[np.bool_]]) -> tuple[float, float]:
    """Hits while nothing should break, and for how many seconds that was watched."""
    assert trace.acoustic_hits is not None
    hits = sum(float(trace.acoustic_hits[span].sum()) for span in quiet)
    return hits, sum(float(np.ptp(trace.time_s[span])) for span in quiet if span.any())


def _drops(force: FloatArray) -> int:
    """Sudden losses of force while it should rise or hold."""
    high = force > 0.1 * force.max()
    return int(np.sum((np.diff(force) < -DROP * force[:-1]) & high[:-1]))
