"""Which points of a table are one sweep: by the cycle they name, or where frequency restarts."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby, pairwise
from statistics import median
from typing import NamedTuple

import numpy as np

from pressloop.evaluation.readers._table.points import Point
from pressloop.trials.checks import FloatArray

_FEWEST = 5
"""Fewer points than these are no sweep of their own: a repeat, or a control."""
_BACK = 0.5
"""A restart jumps back over more than this share of the span of the frequencies."""
_SHARED = 0.5
"""A sweep of its own measures again more than this share of its points; less is a part of one."""
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
    runs = _runs(np.diff(log_f))
    long = [run for run in runs if run.end - run.start >= _FEWEST - 1]
    if sum(run.end - run.start for run in long) < sum(run.end - run.start for run in runs) / 2:
        return [points]
    cuts = sorted({*_jumps(log_f), *_turns(long)})
    return [points[start:end] for start, end in zip([0, *cuts], [*cuts, len(points)], strict=True)
            if end > start]


def _again(before: Sequence[Point], piece: Sequence[Point]) -> bool:
    """True where most points of a piece lie where points were measured before."""
    known = np.unique(np.log([point.frequency_hz for point in before]))
    near = 0.5 * float(np.median(np.diff(known))) + _SAME if known.size > 1 else _SAME
    away = [float(np.min(np.abs(known - np.log(point.frequency_hz)))) for point in piece]
    return sum(distance <= near for distance in away) > _SHARED * len(piece)


class _Run(NamedTuple):
    """Steps of one direction (1 up, -1 down), from point `start` to point `end`."""

    direction: int
    start: int
    end: int


def _runs(steps: FloatArray) -> list[_Run]:
    """The steps in runs of one direction; equal frequencies neither begin nor end a run."""
    runs: list[_Run] = []
    for place, step in enumerate(steps):
        if abs(step) <= _SAME:
            continue
        direction = 1 if step > 0 else -1
        if runs and runs[-1].direction == direction:
            runs[-1] = runs[-1]._replace(end=place + 1)
        else:
            runs.append(_Run(direction, place, place + 1))
    return runs


def _jumps(log_f: FloatArray) -> list[int]:
    """Where the frequency goes back over much of the span in one step."""
    step = np.diff(log_f)
    moving = step[np.abs(step) > _SAME]
    if not moving.size:
        return []
    main = np.sign(np.median(moving)) or -1.0
    back = -step * main > _BACK * np.ptp(log_f)
    return [int(place) + 1 for place in np.flatnonzero(back)]


def _turns(long: Sequence[_Run]) -> list[int]:
    """The first points of the way back, where a sweep goes back the way it came."""
    return [before.end + 1 for before, after in pairwise(long)
            if before.direction != after.direction and after.start - before.end <= _FEWEST]
