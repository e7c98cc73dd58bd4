"""The samples of a cycle as a trace; what is missing is said, never filled in."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from pressloop.hardware.plc.frames import Snapshot
from pressloop.hardware.plc.journal import CycleEnd, Sample
from pressloop.trials.trace import Trace

LONGEST_SILENCE_S = 1.0
"""Wall seconds between samples above which the log counts as having a gap."""
SANE_C = (-40.0, 500.0)
"""A platen sensor that is open or shorted reads outside this: 0 K, 1370 degC, NaN."""
CHANNELS = ("position", "temperature_upper", "temperature_lower", "acoustic_hits")


def sample_of(snapshot: Snapshot, at_s: float) -> Sample:
    """What one snapshot adds to the log; `at_s` is this computer's monotonic clock.

    A reading that is no number is left out."""
    names = ("elapsed", "force", *CHANNELS, "o2", "h2o")
    found = {name: snapshot[name] for name in names
             if name in snapshot and math.isfinite(snapshot[name])}
    for name in ("temperature_upper", "temperature_lower"):
        if name in found and not SANE_C[0] < found[name] < SANE_C[1]:
            del found[name]
    return {"at_s": at_s, **found}


def trace_of(samples: Sequence[Sample], sent_at_s: float | None, ended: CycleEnd,
             die_area_mm2: float) -> Trace:
    """The trace of an ended cycle.

    Without any sample it is the press's own peak and dwell alone, drawn as two points. `sent_at_s`
    is when the order went out, None where nobody here knows."""
    kept = _rising([s for s in samples if "elapsed" in s and "force" in s])
    gap = _gap(samples, kept, sent_at_s, ended.at_s)
    if len(kept) < 2:
        held = max(ended.held_s, 1e-3)
        return Trace(np.array([0.0, held]), np.full(2, ended.peak_force_n), None, None, None,
                     die_area_mm2, None, ended.peak_force_n, ended.held_s,
                     gap="no log; peak and dwell are the press's own")
    column = {name: _channel(kept, name) for name in CHANNELS}
    hits = column["acoustic_hits"]
    return Trace(
        np.array([s["elapsed"] for s in kept]), np.array([s["force"] for s in kept]),
        column["position"], column["temperature_upper"], column["temperature_lower"],
        die_area_mm2, None if hits is None else np.maximum(np.diff(hits, prepend=0.0), 0.0),
        ended.peak_force_n, ended.held_s, gap=gap,
        conditions={f"{name}_ppm": max(values) for name in ("o2", "h2o")
                    if (values := [s[name] for s in kept if name in s])})


def _rising(samples: Sequence[Sample]) -> list[Sample]:
    """Samples whose machine time goes on; a frozen program repeats the same one."""
    kept: list[Sample] = []
    for sample in samples:
        if not kept or sample["elapsed"] > kept[-1]["elapsed"]:
            kept.append(sample)
    return kept


def _channel(kept: Sequence[Sample], name: str) -> np.ndarray | None:
    """A channel that was there all the time, else None."""
    if any(name not in sample for sample in kept):
        return None
    return np.array([sample[name] for sample in kept])


def _gap(samples: Sequence[Sample], kept: Sequence[Sample], sent_at_s: float | None,
         ended_at_s: float) -> str:
    """Why the log is not whole; empty where it is."""
    dropped = sorted({name for name in CHANNELS if any(name in s for s in samples)
                      and any(name not in s for s in kept)})
    if dropped:
        return f"{', '.join(dropped)} failed"
    if sent_at_s is None:
        return "its beginning was not watched"
    seen = [sent_at_s, *(s["at_s"] for s in samples), ended_at_s]
    waits = [after - before for before, after in pairwise(seen)]
    # A clock that runs backwards is that of another boot of this computer.
    if max(waits) > LONGEST_SILENCE_S or min(waits) < 0:
        return f"no log for {max(waits):.0f} s"
    return ""
