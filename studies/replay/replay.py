"""How many stacks would have been needed? Campaigns replayed on what past stacks tell.

Every strategy faces the same truths and the same luck, so that differences are paired. A replay is
a campaign on one truth; what is told is the median of the replays and where eight of ten of them
lie. How well so many replays tell a median or a mean is a 95 % bootstrap interval (Efron 1979,
doi 10.1214/aos/1176344552).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

from pressloop.optimizer.problem import Problem
from pressloop.optimizer.space import Space
from pressloop.studies.data import StudyData
from pressloop.studies.executor import Each, one_by_one
from pressloop.studies.replay.campaigns import Campaign, campaign
from pressloop.studies.replay.emulator import Emulator, OwnError, emulator_of
from pressloop.studies.replay.ground_truth import Judge, TableTruth, Truth, usable
from pressloop.studies.replay.numbers import Needed, Pair, Point, curve, needed, pairs
from pressloop.studies.replay.options import Options
from pressloop.studies.replay.strategies import Given
from pressloop.trials.errors import BadInput
from pressloop.trials.recipe import Recipe

BASELINE = "pressloop"
__all__ = ["Findings", "Options", "replay"]


@dataclass(frozen=True, slots=True, eq=False)
class Findings:
    """What `replay` has to tell. `error` is the emulator's own; `fitted_to` of `out_of` stacks."""

    options: Options
    campaigns: tuple[Campaign, ...]
    curve: tuple[Point, ...]
    needed: tuple[Needed, ...]
    pairs: tuple[Pair, ...]
    error: OwnError | None
    fitted_to: int
    out_of: int

    def of(self, name: str) -> tuple[Point, ...]:
        """The curve of one strategy."""
        return tuple(p for p in self.curve if p.strategy == name)

    def tables(self) -> dict[str, list[dict[str, object]]]:
        """Tidy rows by name."""
        found: dict[str, list[dict[str, object]]] = {
            "replay_campaigns": [row for c in self.campaigns for row in _rows(c)],
            "replay_regret": [asdict(p) for p in self.curve],
            "replay_stacks_needed": [asdict(n) for n in self.needed],
            "replay_differences": [asdict(p) | {"real": p.real} for p in self.pairs]}
        if self.error is not None:
            found["replay_emulator"] = [asdict(self.error) | {
                "fitted_to_stacks": self.fitted_to, "out_of_stacks": self.out_of}]
        return found


@dataclass(frozen=True, slots=True, eq=False)
class ReplayJob:
    """One campaign to replay.

    `source` draws a truth for each repeat, or is the truth; the rows of a table are resampled."""

    source: Emulator | Truth
    problem: Problem
    listed: tuple[Recipe, ...]
    design: tuple[Recipe, ...]
    strategy: str
    budget: int
    batch: int
    seed: int
    repeat: int


def replay(data: StudyData, options: Options, *, seed: int = 0, each: Each = one_by_one
           ) -> Findings:
    """Replays campaigns on the emulator of the data, or on its own stacks.

    Raises BadInput where there is too little data, or a recipe of the design is outside of the
    space."""
    emulator = emulator_of(data, seed=seed)
    source: Emulator | Truth = emulator
    if options.on == "pool":
        source = TableTruth(usable(data.trials, data.space), emulator.models)
        options = replace(options, budget=min(options.budget, len(source.table)))
    campaigns = replays(source, data, options, seed=seed, each=each)
    return findings(campaigns, options, emulator)


def replays(source: Emulator | Truth, data: StudyData, options: Options, *, seed: int = 0,
            each: Each = one_by_one, what: str = "replaying campaigns") -> tuple[Campaign, ...]:
    """All campaigns of the options on the truths of `source`, by strategy and repeat.

    `what` is told to those who wait."""
    tried = tuple(t.recipe for t in usable(data.trials, data.space))
    design = _design(options, data.space)
    jobs = [ReplayJob(source, data.problem, tried, design, name, options.budget, options.batch,
                      seed, repeat)
            # Dear and cheap strategies in turn, so that every worker gets some of both.
            for repeat in range(options.repeats) for name in options.names]
    found = list(each(replayed, jobs, what))
    return tuple(c for name in options.names for c in found if c.strategy == name)


def replayed(job: ReplayJob) -> Campaign:
    """One campaign. Pure, so that it can be done in another process."""
    truth, listed = _truth(job), job.listed
    if truth.table:
        listed = truth.table
    luck = 1000 * job.seed + job.repeat
    given = Given(job.problem, luck, listed, job.design)
    judge = Judge(truth, job.problem.space, job.problem.limits)
    return campaign(job.strategy, given, truth, judge,
                    budget=job.budget, batch=job.batch, seed=luck, repeat=job.repeat)


def _truth(job: ReplayJob) -> Truth:
    """Another one for each repeat, the same for every strategy."""
    seed = (job.seed, job.repeat)
    if isinstance(job.source, Emulator):
        return job.source.draw(seed)
    return job.source.resampled(seed) if isinstance(job.source, TableTruth) else job.source


def findings(campaigns: Sequence[Campaign], options: Options, emulator: Emulator | None = None,
             *, baseline: str = "") -> Findings:
    """What campaigns tell, whatever they were replayed on.

    The `baseline`, which the others are compared with, is pressloop unless told otherwise."""
    by_name = {name: [c for c in campaigns if c.strategy == name] for name in options.names}
    baseline = baseline or (BASELINE if BASELINE in by_name else options.names[0])
    return Findings(
        options, tuple(campaigns),
        tuple(point for found in by_name.values() for point in curve(found)),
        tuple(needed(found, options) for found in by_name.values()),
        pairs([found for name, found in by_name.items() if name != baseline],
              by_name[baseline], options),
        emulator.error if emulator else None, emulator.fitted_to if emulator else 0,
        emulator.out_of if emulator else 0)


def _design(options: Options, space: Space) -> tuple[Recipe, ...]:
    recipes = tuple(Recipe(*row) for row in options.design)
    for recipe in recipes:
        if not space.contains(recipe):
            raise BadInput("replay.design", str(recipe), "inside of the space",
                           "Widen the space, or take the recipe out of the design.")
    return recipes


def _rows(c: Campaign) -> list[dict[str, object]]:
    return [{"strategy": c.strategy, "repeat": c.repeat, "stacks": n,
             "regret_percent": 100.0 * math.expm1(r), "keeps_limits": keeps,
             "crushed_in_all": c.crushed, "failed_in_all": c.failed}
            for n, r, keeps in zip(c.stacks, c.regret, c.feasible, strict=True)]
