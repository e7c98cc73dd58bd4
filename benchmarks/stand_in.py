"""Do campaigns replayed on a stand-in tell what the same campaigns on the press itself tell?

    python -m benchmarks.stand_in [presets]

A stand-in is fitted to 64 simulated stacks of one lab. Then every strategy searches on what is
drawn from it, and on the simulated press with its own truth, each time in another lab. Rewrites
benchmarks/STAND_IN.md; some ten minutes.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import norm

from flows.simulated_stacks import (
    HELD_BARE_MPA,
    HELD_MPA,
    REFERENCE,
    SPACE,
    outcome_of,
    simulated_stacks,
)
from hardware.simulation.materials import materials
from hardware.simulation.sample import OPEN_WHEN_PARTED
from hardware.simulation.truth import truth as truth_of
from optimizer.caution import Caution
from studies.data import StudyData
from studies.emulator import emulator_of
from studies.replay import Findings, Options, findings, replays
from studies.strategies import words_of
from trials.outcome import Outcome
from trials.recipe import Recipe
from trials.stack import Stack

PRESETS, STACKS, STRENGTHS = ("reference", "fragile", "single-crystal", "bare-foil"), 64, 16
OPTIONS = Options(("pressloop", "sobol", "random"), budget=24, batch=3, repeats=20,
                  within_percent=10.0)
PLACE = Path(__file__).with_name("STAND_IN.md")


class PressItself:
    """The simulated press with its own truth (see studies.truths.Truth); each seed is another
    lab with its lot."""

    table = ()

    def __init__(self, preset: str = "reference") -> None:
        self.preset, self.caution = preset, Caution()
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
        """Resistance of the median stack, chance of crushing, of a short or of coming apart,
        shape (n, 3)."""
        for recipe in recipes:
            if recipe not in self._seen:
                self._seen[recipe] = self._look(recipe)
        return np.array([self._seen[r] for r in recipes])

    def _look(self, recipe: Recipe) -> tuple[float, float, float]:
        of = materials(self.preset)
        found = truth_of(recipe, of, self.held_mpa)
        crushed = np.mean([truth_of(recipe, replace(
            of, particle_strength_mpa=of.particle_strength_mpa * s), self.held_mpa
            ).crushed_fraction > self.caution.crushed_above for s in self._strengths])
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
        return ((told[:, 1] <= self.caution.max_crush_probability)
                & (told[:, 2] <= self.caution.max_failure_probability))


def both(preset: str, options: Options = OPTIONS, stacks: int = STACKS
         ) -> tuple[Findings, Findings]:
    """Replays on the stand-in and on the press itself."""
    data = StudyData("simulated stacks", simulated_stacks(preset, stacks, 1, 3), SPACE,
                     Caution(), REFERENCE, True)
    sources = (emulator_of(data), PressItself(preset))
    emulated, direct = (findings(replays(source, data, options, seed=1), options)
                        for source in sources)
    return emulated, direct


def rows(preset: str, emulated: Findings, direct: Findings) -> list[str]:
    """A line of the table for each strategy."""
    found = []
    for name in emulated.options.names:
        cells = [preset, words_of(name)]
        ours, real = (next(n for n in f.needed if n.strategy == name) for f in (emulated, direct))
        cells += [_range(n.stacks, n.low, n.high, n.budget) for n in (ours, real)]
        ends = [[p for p in f.curve if p.strategy == name][-1] for f in (emulated, direct)]
        cells += [f"{p.median_percent:.1f} ({p.low_percent:.1f} to {p.high_percent:.1f})"
                  for p in ends]
        cells += [f"{n.lost:.1f} ({n.lost_low:.1f} to {n.lost_high:.1f})" for n in (ours, real)]
        inside = (ours.low <= real.stacks <= ours.high
                  and ends[0].low_percent <= ends[1].median_percent <= ends[0].high_percent)
        found.append(f"| {' | '.join([*cells, 'yes' if inside else 'no'])} |")
    return found


def _range(middle: float, low: float, high: float, budget: int) -> str:
    told = [f"{v:.0f}" if v <= budget else f">{budget}" for v in (middle, low, high)]
    return f"{told[0]} ({told[1]} to {told[2]})"


COLUMNS = ("preset", "way of choosing recipes", "stacks: stand-in", "stacks: press",
           "at the end: stand-in", "at the end: press", "lost: stand-in", "lost: press", "inside")
HEAD = f"""# Campaigns replayed on a stand-in, and on the press itself

Written by `python -m benchmarks.stand_in`. A stand-in is fitted to {STACKS} simulated stacks of
one lab; {OPTIONS.repeats} campaigns of {OPTIONS.budget} stacks each search on what is drawn from
it, and as many on the simulated press with its own truth. Stacks: needed to recommend, and go on
recommending, within {OPTIONS.within_percent:g} % of the best recipe. At the end: percent above the
best. Medians, in brackets where 8 of 10 replays lie. Lost: crushed or failed stacks a campaign,
mean with its 95 % interval. Inside: whether both medians of the press lie where 8 of 10 replays on
the stand-in do.

| {' | '.join(COLUMNS)} |
|{'---|' * len(COLUMNS)}
"""


def main(presets: Sequence[str]) -> None:
    """Rewrites the table."""
    lines: list[str] = []
    for preset in presets:
        lines += rows(preset, *both(preset))
        print(*lines[-len(OPTIONS.names):], sep="\n", flush=True)
    PLACE.write_text(HEAD + "\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:] or PRESETS)
