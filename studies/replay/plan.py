"""Before the first stack is pressed: how many replicates, how many stacks, and what to expect."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

import numpy as np

from pressloop.optimizer.history.value_scale import value_scale
from pressloop.studies.data import StudyData
from pressloop.studies.executor import Each, one_by_one
from pressloop.studies.replay.emulator import (
    FEWEST,
    USUALLY_BY_CHANCE,
    Emulator,
    emulator_of,
    known_before_data,
)
from pressloop.studies.replay.ground_truth import usable
from pressloop.studies.replay.options import Options as ReplayOptions
from pressloop.studies.replay.replay import Findings as Replayed
from pressloop.studies.replay.replay import findings, replays
from pressloop.studies.replay.sample_size import Replicates, replicates, smallest_difference_percent
from pressloop.studies.replay.strategies import strategy
from pressloop.surrogates.parts.stack_scatter import of_stacks, surrogate_of
from pressloop.trials.checks import not_negative, positive, within
from pressloop.trials.errors import BadInput
from pressloop.trials.outcome import Intact
from pressloop.trials.quantity import RESISTANCE, Quantity
from pressloop.trials.trial import Trial

USUAL_SCATTER = 12.0
"""Percent, where neither settings nor stacks tell."""
SEARCHING = "searching stand-ins"
FEWEST_PAIRS = 4
"""Degrees of freedom of repeats from which on they tell the scatter themselves."""
ARMS = (2, 3, 4, 6, 8, 10, 12, 15, 20, 30)


@dataclass(frozen=True, slots=True)
class Options:
    """Keys of the study's `[plan]` table.

    scatter_percent: scatter of resistance from stack to stack; 0 takes what the stacks show.
    failed_percent: share of stacks that fail whatever the recipe; below 0 takes what the stacks
        show beyond what their recipes explain.
    budget: most stacks.
    batch: how many are pressed between two looks at the results.
    differences_percent: differences that are to be shown.
    power: chance with which they are to be shown.
    stacks_per_day: turns stacks into working days; 0 leaves days out.
    strategies: who searches in the expected curve.
    repeats: how many truths are drawn.

    Raises BadInput on options that cannot be.
    """

    scatter_percent: float = 0.0
    failed_percent: float = -1.0
    budget: int = 30
    batch: int = 3
    differences_percent: tuple[float, ...] = (5.0, 10.0, 20.0, 30.0, 50.0)
    power: float = 0.80
    stacks_per_day: float = 0.0
    strategies: tuple[str, ...] = ("pressloop", "full_factorial", "random")
    repeats: int = 20

    def __post_init__(self) -> None:
        not_negative("plan.scatter_percent", self.scatter_percent)
        within("plan.failed_percent", self.failed_percent, -1.0, 90.0, "It is in percent.")
        for name in ("budget", "batch"):
            within(f"plan.{name}", getattr(self, name), 1, 1000, "It is a number of stacks.")
        within("plan.power", self.power, 0.5, 0.999, "Usual are 0.8 and 0.9.")
        not_negative("plan.stacks_per_day", self.stacks_per_day)
        within("plan.repeats", self.repeats, 2, 1000, "One replay would be luck.")
        for difference in self.differences_percent:
            positive("plan.differences_percent", difference)
        if not self.differences_percent or not self.strategies:
            raise BadInput("plan", "an empty list", "one entry or more in each list", "Add one.")
        for name in self.strategies:
            strategy(name)


@dataclass(frozen=True, slots=True)
class Scatter:
    """Scatter from stack to stack in percent and where it is known from.

    "settings", "repeats" (stacks pressed alike), "model" (what no smooth dependence on the recipe
    explains) or "usual"."""

    percent: float
    source: str


@dataclass(frozen=True, slots=True)
class Detectable:
    """The smallest difference that so many stacks of each of two recipes show."""

    stacks: int
    difference_percent: float


@dataclass(frozen=True, slots=True, eq=False)
class Findings:
    """What `plan` has to tell.

    `from_data` is True where the truths are drawn from stacks and False where they are drawn from
    general knowledge of pressing."""

    options: Options
    stacks: int
    """Stacks with an outcome that were given, and how many of them were intact."""
    intact: int
    scatter: Scatter
    failed_percent: float
    from_data: bool
    replicates: tuple[Replicates, ...]
    detectable: tuple[Detectable, ...]
    search: Replayed
    """The searches, by which the others are compared with the first strategy."""

    def tables(self) -> dict[str, list[dict[str, object]]]:
        """Tidy rows by name."""
        known: dict[str, object] = asdict(self.scatter)
        return {
            "plan_replicates": [asdict(r) for r in self.replicates],
            "plan_detectable": [asdict(d) for d in self.detectable],
            "plan_expected_regret": [asdict(p) for p in self.search.curve],
            "plan_assumptions": [{
                "scatter_percent": known["percent"], "scatter_from": known["source"],
                "failed_percent": self.failed_percent, "truths_from_stacks": self.from_data}]}


def plan(data: StudyData, options: Options, *, seed: int = 0, each: Each = one_by_one) -> Findings:
    """What to expect of `options.budget` stacks. Works without any trials."""
    stacks = usable(data.trials, data.space)
    intact = sum(isinstance(o := t.outcome, Intact) and o.reading(data.quantity.name) is not None
                 for t in stacks)
    from_data = intact >= FEWEST
    emulator = emulator_of(data, seed=seed) if from_data else None
    scatter = scatter_of(stacks, options, emulator, data.quantity)
    failed = _failed(options, emulator)
    if emulator is None or scatter.source == "settings":
        data = replace(data, limits=replace(data.limits, stack_scatter=scatter.percent / 100.0))
    if emulator is None:
        source = known_before_data(data.space, data.limits, failed=failed / 100.0,
                                   objective=data.objective)
    else:
        given = scatter.percent / 100.0 if scatter.source == "settings" else None
        source = replace(emulator, luck=replace(emulator.luck, by_chance=failed / 100.0,
                                                scatter=given))
    asked = ReplayOptions(options.strategies, options.budget, options.batch, options.repeats)
    campaigns = replays(source, data, asked, seed=seed, each=each, what=SEARCHING)
    return Findings(
        options, len(stacks), intact, scatter, failed, from_data,
        tuple(replicates(scatter.percent, d, power=options.power)
              for d in options.differences_percent),
        tuple(Detectable(n, smallest_difference_percent(n, scatter.percent, power=options.power))
              for n in ARMS),
        findings(campaigns, asked, baseline=options.strategies[0]))


def scatter_of(stacks: Sequence[Trial], options: Options, emulator: Emulator | None,
               of: Quantity = RESISTANCE) -> Scatter:
    """The scatter of ln R from stack to stack: as set.

    From stacks of one lot that were pressed alike; as the model learned it; or the usual one."""
    if options.scatter_percent > 0.0:
        return Scatter(options.scatter_percent, "settings")
    freedom, squares = 0, 0.0
    for values in _alike(stacks, of):
        freedom += len(values) - 1
        squares += float(np.sum((np.array(values) - np.mean(values)) ** 2))
    if freedom >= FEWEST_PAIRS and squares > 0.0:
        return Scatter(100.0 * math.sqrt(squares / freedom), "repeats")
    if emulator is not None:
        return Scatter(100.0 * of_stacks(surrogate_of(emulator.models.log_resistance)), "model")
    return Scatter(USUAL_SCATTER, "usual")


def _alike(stacks: Sequence[Trial], of: Quantity) -> list[list[float]]:
    """ln R of intact stacks of one lot, operator and recipe; or another quantity on its scale."""
    read = [(t, reading) for t in stacks if isinstance(t.outcome, Intact)
            and (reading := t.outcome.reading(of.name)) is not None]
    scale = value_scale(of, [reading for _, reading in read])
    found: dict[object, list[float]] = {}
    for t, reading in read:
        found.setdefault((t.stack.lot, t.stack.operator, t.recipe), []).append(
            scale.z(reading.value))
    return [values for values in found.values() if len(values) > 1]


def _failed(options: Options, emulator: Emulator | None) -> float:
    """Percent of stacks that fail whatever the recipe.

    As set, as the stacks show it, or the usual share."""
    if options.failed_percent >= 0.0:
        return options.failed_percent
    return 100.0 * (USUALLY_BY_CHANCE if emulator is None else emulator.luck.by_chance)
