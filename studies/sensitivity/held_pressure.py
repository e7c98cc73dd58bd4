"""What the stack pressure that is held during impedance does to the reading."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from pressloop.studies.data import StudyData
from pressloop.studies.sensitivity.residuals import FEWEST, TOGETHER, Residual
from pressloop.trials.outcome import Intact


@dataclass(frozen=True, slots=True)
class HeldPressure:
    """By which fraction resistance changes when the stack pressure doubles.

    The one held during impedance, with its 95 % interval; `together` as for groups."""

    stacks: int
    lowest_mpa: float
    highest_mpa: float
    per_doubling: float
    low: float
    high: float
    together: tuple[str, ...]


def held_pressure(found: Sequence[Residual], data: StudyData) -> HeldPressure | None:
    """What the stack pressure held during impedance does.

    None where it does not vary by a tenth or fewer than FEWEST stacks tell it."""
    rows = [(r, o.stack_pressure_mpa) for r in found
            if isinstance(o := r.trial.outcome, Intact) and o.stack_pressure_mpa]
    held = np.array([p for _, p in rows])
    if len(rows) < FEWEST or not held.min() * 1.1 <= held.max():
        return None
    log = np.log2(held)
    line = stats.linregress(log, [r.value for r, _ in rows])
    half = float(stats.t.ppf(0.975, len(rows) - 2) * line.stderr)
    x = data.space.encode([r.trial.recipe for r, _ in rows])
    together = tuple(name for i, name in enumerate(data.space.free)
                     if np.ptp(x[:, i]) > 1e-9
                     and abs(float(np.corrcoef(x[:, i], log)[0, 1])) ** 2 >= TOGETHER)
    change, low, high = (float(np.expm1(line.slope + d)) for d in (0.0, -half, half))
    return HeldPressure(len(rows), float(held.min()), float(held.max()), change, low, high,
                        together)
