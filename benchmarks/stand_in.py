"""Do campaigns replayed on a stand-in tell what the same campaigns on the press itself tell?

    python -m benchmarks.stand_in

A stand-in is fitted to 64 simulated stacks of each of several labs. Then every strategy searches on
what is drawn from it, and on the simulated press with its own truth. Rewrites
benchmarks/STAND_IN.md; a quarter of an hour on two cores.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, fields, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import norm

from pressloop.flows.study.simulated_stacks import (
    HELD_BARE_MPA,
    HELD_MPA,
    REFERENCE,
    SPACE,
    outcome_of,
    simulated_stacks,
)
from pressloop.hardware.simulation.materials import materials
from pressloop.hardware.simulation.sample import OPEN_WHEN_PARTED
from pressloop.hardware.simulation.truth import truth as truth_of
from pressloop.optimizer.risk_limits import RiskLimits
from pressloop.studies.data import StudyData
from pressloop.studies.replay.emulator import emulator_of
from pressloop.studies.replay.replay import Findings, Options, findings, replays
from pressloop.studies.replay.strategies import words_of
from pressloop.trials.outcome import Outcome
from pressloop.trials.recipe import Recipe
from pressloop.trials.stack import Stack

PRESETS = ("reference", "fragile", "single-crystal", "bare-foil")
LABS, STACKS, DIRECT, STRENGTHS, PROCESSES = 6, 64, 8, 16, 2
OPTIONS = Options(("pressloop", "sobol", "random"), budget=24, batch=3, repeats=20,
                  within_percent=10.0)
PLACE = Path(__file__).with_name("STAND_IN.md")
COLUMNS = ("preset", "way of choosing recipes", "stacks: stand-in", "stacks: press",
           "end: stand-in", "end: press", "lost: stand-in", "lost: press",
           "inside, stacks", "inside, end")


@dataclass(frozen=True, slots=True)
class Row:
    """One strategy in one lab; the columns of the table."""

    preset: str
    strategy: str
    stacks_stand_in: float
    stacks_press: float
    end_stand_in: float
    end_press: float
    lost_stand_in: float
    lost_press: float
    inside_stacks: float
    inside_end: float


class PressItself:
    """The simulated press with its own truth (a Truth of `studies/replay/ground_truth.py`).

    Each seed is another lab with its lot."""

    table = ()

    def __init__(self, preset: str = "reference") -> None:
        self.preset, self.limits = preset, RiskLimits()
        self.held_mpa = HELD_BARE_MPA if preset == "bare-foil" else HELD_MPA
        self._seen: dict[Recipe, tuple[float, float, float]] = {}

    def press(self, recipe: Recipe, number: int, seed: int, again: int) -> Outcome:
        """One stack of the lab `seed`."""
        stack = Stack(f"lot {seed} {number}", f"lot {seed}", "simulated", 0.785, 600.0, 375.0)
        return outcome_of(stack, recipe, self.preset, seed)

    @cached_property
    def _strengths(self) -> Any:
        """Particle strengths relative to the median, at even quantiles."""
        scatter = materials(self.preset).strength_scatter
        return np.exp(scatter * norm.ppf((np.arange(STRENGTHS) + 0.5) / STRENGTHS))

    def _told(self, recipes: Sequence[Recipe]) -> Any:
        """Resistance of the median stack and its chances to fail, shape (n, 3).

        Chances of crushing, and of a short or of coming apart."""
        for recipe in recipes:
            if recipe not in self._seen:
                self._seen[recipe] = self._look(recipe)
        return np.array([self._seen[r] for r in recipes])

    def _look(self, recipe: Recipe) -> tuple[float, float, float]:
        of = materials(self.preset)
        found = truth_of(recipe, of, self.held_mpa)
        crushed = np.mean([truth_of(recipe, replace(
            of, particle_strength_mpa=of.particle_strength_mpa * s), self.held_mpa
            ).crushed_fraction > self.limits.crushed_above for s in self._strengths])
        parted = 1.0 if found.parted_fraction > OPEN_WHEN_PARTED else 0.0
        return (found.resistance_ohm_cm2, float(crushed), max(found.short_probability, parted))

    def resistance(self, recipes: Sequence[Recipe]) -> Any:
        """ohm cm2, shape (n,)."""
        return self._told(recipes)[:, 0]

    def survival(self, recipes: Sequence[Recipe]) -> Any:
        """Shape (n,)."""
        told = self._told(recipes)
        return (1.0 - told[:, 1]) * (1.0 - told[:, 2])

    def feasible(self, recipes: Sequence[Recipe]) -> Any:
        """Shape (n,)."""
        told = self._told(recipes)
        return ((told[:, 1] <= self.limits.max_crush_probability)
                & (told[:, 2] <= self.limits.max_failure_probability))


def both(preset: str, options: Options, lab: int = 3) -> tuple[Findings, Findings]:
    """Replays on the stand-in of a lab's stacks, and on the press itself."""
    data = StudyData("simulated stacks", simulated_stacks(preset, STACKS, 1, lab), SPACE,
                     RiskLimits(), REFERENCE, True)
    emulated = findings(replays(emulator_of(data), data, options, seed=lab), options)
    direct = replace(options, repeats=DIRECT)
    return emulated, findings(replays(PressItself(preset), data, direct, seed=lab), direct)


def one_lab(job: tuple[str, int]) -> list[Row]:
    """What both tell of one lab, one row a strategy."""
    emulated, direct = both(job[0], OPTIONS, job[1])
    ends = [{p.strategy: p for p in f.curve} for f in (emulated, direct)]
    found = []
    for ours, real in zip(emulated.needed, direct.needed, strict=True):
        name, goal = ours.strategy, math.log1p(OPTIONS.within_percent / 100.0)
        last = ends[0][name]
        campaigns = [c for c in direct.campaigns if c.strategy == name]
        stacks = [c.needed(goal) or OPTIONS.budget + OPTIONS.batch for c in campaigns]
        regret = [100.0 * math.expm1(c.regret[-1]) for c in campaigns]
        found.append(Row(
            job[0], name, ours.stacks, real.stacks, last.median_percent,
            ends[1][name].median_percent, ours.lost, real.lost,
            float(np.mean([ours.low <= n <= ours.high for n in stacks])),
            float(np.mean([last.low_percent <= r <= last.high_percent for r in regret]))))
    return found


def line(preset: str, name: str, rows: Sequence[Row]) -> str:
    """A line of the table: means over the labs."""
    chosen = [r for r in rows if (r.preset, r.strategy) == (preset, name)]
    mean = [float(np.mean([getattr(r, f.name) for r in chosen])) for f in fields(Row)[2:]]
    cells = [preset, words_of(name), *(f"{v:.1f}" for v in mean[:6]),
             *(f"{100.0 * v:.0f} %" for v in mean[6:])]
    return f"| {' | '.join(cells)} |"


HEAD = f"""# Campaigns replayed on a stand-in, and on the press itself

Written by `python -m benchmarks.stand_in`. {LABS} simulated labs of each preset have pressed
{STACKS} stacks all over the space. On the stand-in of each, {OPTIONS.repeats} campaigns of
{OPTIONS.budget} stacks are replayed, and {DIRECT} on the simulated press with its own truth.

Stacks: needed to recommend, and go on recommending, within {OPTIONS.within_percent:g} % of the
best recipe ({OPTIONS.budget + OPTIONS.batch} where it never did). End: percent above the best at
the end. Lost: crushed or failed stacks of a campaign. All are medians of a lab's replays (of lost
stacks, the mean), averaged over the labs. Inside: how many campaigns on the press lie where 8 of 10
replays on that lab's stand-in do, by stacks and by the end; 80 % would be perfect.

| {' | '.join(COLUMNS)} |
|{'---|' * len(COLUMNS)}
"""


def main() -> None:
    """Rewrites the table."""
    jobs = [(preset, lab) for preset in PRESETS for lab in range(LABS)]
    rows: list[Row] = []
    with ProcessPoolExecutor(PROCESSES) as pool:
        for found in pool.map(one_lab, jobs):
            rows += found
            print(*found, sep="\n", flush=True)
    lines = [line(preset, name, rows) for preset in PRESETS for name in OPTIONS.names]
    PLACE.write_text(HEAD + "\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
