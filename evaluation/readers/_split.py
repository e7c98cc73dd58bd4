"""Which points of a table are one sweep: by the cycle they name, and by where frequency restarts.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby, pairwise
from statistics import median

import numpy as np

from evaluation.readers._points import Point
from trials.checks import FloatArray

_FEWEST = 5
"""Fewer points than these are no sweep of their own: a repeat, or a control."""
_BACK = 0.5
"""A restart jumps back over more than this share of the span of the frequencies."""
_SHARED = 0.5
"""Two sweeps share at least this share of the narrower span; less is one sweep in two parts."""
_SAME = 1e-9
"""Steps in ln(f) below this are none."""


def sweeps_in(points: Sequence[Point]) -> list[list[Point]]:
    """The points, in file order, parted into sweeps; one list where there is one sweep."""
    found: list[list[Point]] = []
    for piece in (piece for run in _by_cycle(points) for piece in _by_frequency(run)):
        short = len(piece) < _FEWEST or (bool(found) and len(found[-1]) < _FEWEST)
        if found and (short or not _again(found[-1], piece)):
            found[-1] = found[-1] + piece
        else:
            found.append(piece)
    return found


def _by_cycle(points: Sequence[Point]) -> list[list[Point]]:
    runs = [list(run) for _, run in groupby(points, key=lambda point: point.cycle)]
    if len(runs) > 1 and median(len(run) for run in runs) >= _FEWEST:
        return runs
    return [list(points)]


def _by_frequency(points: list[Point]) -> list[list[Point]]:
    log_f = np.log([point.frequency_hz for point in points])
    cuts = sorted({*_jumps(log_f), *_turns(log_f)})
    return [points[start:end] for start, end in zip([0, *cuts], [*cuts, len(points)], strict=True)
            if end > start]


def _again(before: Sequence[Point], piece: Sequence[Point]) -> bool:
    """True where a piece goes over frequencies that were measured before."""
    spans = [np.log([min(p.frequency_hz for p in some), max(p.frequency_hz for p in some)])
             for some in (before, piece)]
    shared = min(spans[0][1], spans[1][1]) - max(spans[0][0], spans[1][0])
    narrower = min(float(span[1] - span[0]) for span in spans)
    return float(shared) > _SHARED * narrower


def _jumps(log_f: FloatArray) -> list[int]:
    step = np.diff(log_f)
    moving = step[np.abs(step) > _SAME]
    if not moving.size:
        return []
    main = np.sign(np.median(moving)) or -1.0
    back = -step * main > _BACK * np.ptp(log_f)
    return [int(place) + 1 for place in np.flatnonzero(back)]


def _turns(log_f: FloatArray) -> list[int]:
    """Where a sweep goes back the way it came: long runs down and up, one after the other."""
    steps = np.diff(log_f)
    signs = np.sign(np.where(np.abs(steps) < _SAME, 0.0, steps))
    runs: list[list[int]] = []
    for place, sign in enumerate(signs):
        if sign == 0:
            continue
        if runs and runs[-1][0] == sign:
            runs[-1][2] = place + 1
        else:
            runs.append([int(sign), place, place + 1])
    long = [run for run in runs if run[2] - run[1] >= _FEWEST - 1]
    return [before[2] + 1 for before, after in pairwise(long)
            if before[0] != after[0] and after[1] - before[2] <= _FEWEST]
