"""Tables whose truth is known."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.stats import qmc

from pressloop.flows.study.simulated_stacks import simulated_stacks
from pressloop.hardware.simulation.materials import materials
from pressloop.hardware.simulation.sample import noise as noise_of
from pressloop.optimizer.risk_limits import RiskLimits
from pressloop.studies.data import StudyData
from pressloop.trials.checks import FloatArray
from pressloop.trials.outcome import Intact
from pressloop.trials.stack import Stack
from pressloop.trials.trial import State, Trial
from tests.studies.stacks import SPACE


def table(f: Callable[[FloatArray], FloatArray], rows: int, seed: int, noise: float
          ) -> tuple[Trial, ...]:
    """Stacks all over the space whose ln R is f of the unit cube, and scatter."""
    x = qmc.Sobol(3, rng=seed).random(2 ** int(np.ceil(np.log2(rows))))[:rows]
    y = f(x) + noise * np.random.default_rng(seed).standard_normal(rows)
    return tuple(Trial(i, Stack(f"s{i}", "lot", "somebody", 0.785, 600.0), recipe, State.IMPORTED,
                       outcome=Intact(float(np.exp(value))))
                 for i, (recipe, value) in enumerate(zip(SPACE.decode_all(x), y, strict=True), 1))


def study(rows: Sequence[Trial]) -> StudyData:
    """A study of these, on a press that meets its set points, as `table` does."""
    return StudyData("a table", tuple(rows), SPACE,
                     RiskLimits(pressure_error=0.0, temperature_error_c=0.0))


def a_sum(x: FloatArray) -> FloatArray:
    """ln of 4 ohm cm2 and a power law of pressure, dwell and temperature.

    Not what the laws of pressing expect."""
    recipes = SPACE.decode_all(x)
    p, t, warm = (np.array([getattr(r, name) for r in recipes])
                  for name in ("pressure_mpa", "dwell_s", "temperature_c"))
    return np.asarray(np.log(4.0 + 20.0 * (p / 200.0) ** -0.9 * (t / 60.0) ** -0.1
                             * np.exp(-0.012 * (warm - 60.0))))


@dataclass(frozen=True, slots=True)
class Groups:
    """Lots and operators, dealt at random, and the standard deviations of ln R between them.

    `nested` where each lot has one operator."""

    lots: int
    operators: int
    between_lots: float
    between_operators: float
    nested: bool = False


def in_groups(rows: Sequence[Trial], of: Groups, seed: int) -> tuple[StudyData, dict[str, float]]:
    """The rows dealt to groups, and what each group adds to ln R."""
    draw = np.random.default_rng(1000 + seed)
    lot = draw.permutation(np.arange(len(rows)) % of.lots)
    who = lot % of.operators if of.nested else draw.integers(0, of.operators, len(rows))
    truth = {f"L{i}": of.between_lots * float(draw.standard_normal()) for i in range(of.lots)}
    truth |= {f"o{i}": of.between_operators * float(draw.standard_normal())
              for i in range(of.operators)}
    return study([replace(
        t, stack=replace(t.stack, lot=f"L{a}", operator=f"o{b}"), outcome=Intact(
            t.outcome.resistance_ohm_cm2 * float(np.exp(truth[f"L{a}"] + truth[f"o{b}"]))))
        for t, a, b in zip(rows, lot, who, strict=True) if isinstance(t.outcome, Intact)]), truth


def simulated_lots(stacks: int, lots: int, seed: int) -> tuple[StudyData, dict[str, float]]:
    """Stacks of the simulated press, and what each lot adds to ln R there."""
    rows = simulated_stacks("reference", stacks, lots, seed)
    sd = materials("reference").lot_scatter
    truth = {t.stack.lot: sd * float(noise_of(seed, "lot", t.stack.lot).standard_normal())
             for t in rows}
    return StudyData("simulated", rows, SPACE, simulated=True), truth
