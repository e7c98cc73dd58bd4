"""The settings of replayed campaigns."""

from __future__ import annotations

from dataclasses import dataclass

from pressloop.studies.replay.strategies import strategy
from pressloop.trials.checks import positive, within
from pressloop.trials.errors import BadInput
from pressloop.trials.recipe import Recipe

STRATEGIES = ("pressloop", "as_listed", "full_factorial", "central_composite", "one_at_a_time",
              "random")


@dataclass(frozen=True, slots=True)
class Options:
    """Keys of the study's `[replay]` table.

    strategies: files of `studies/replay/strategies/`, or dotted module names.
    budget: stacks of a campaign.
    batch: how many are asked for at once.
    repeats: replays of each strategy.
    within_percent: a recipe this close to the best one counts as found.
    on: "emulator" (a stand-in that presses any recipe) or "pool" (only the table's own stacks).
    design: recipes of the lab's design of experiments as (MPa, s, degC); adds the strategy
        "design".

    Raises BadInput on options that cannot be.
    """

    strategies: tuple[str, ...] = STRATEGIES
    budget: int = 30
    batch: int = 3
    repeats: int = 20
    within_percent: float = 10.0
    on: str = "emulator"
    design: tuple[tuple[float, float, float], ...] = ()

    def __post_init__(self) -> None:
        for name in ("budget", "batch"):
            within(f"replay.{name}", getattr(self, name), 1, 1000, "It is a number of stacks.")
        within("replay.repeats", self.repeats, 2, 1000, "One replay would be luck.")
        positive("replay.within_percent", self.within_percent)
        if self.on not in ("emulator", "pool"):
            raise BadInput("replay.on", self.on, '"emulator" or "pool"', "Use one of them.")
        if not self.strategies:
            raise BadInput("replay.strategies", "none", "one or more", "Name a strategy.")
        for name in self.names:
            strategy(name)
        if "design" in self.strategies and not self.design:
            raise BadInput("replay.strategies", "design", "given with a design",
                           'Add design = "path.csv", the recipes of the table.')
        for row in self.design:
            if len(row) != 3:
                raise BadInput("replay.design", row, "pressure_mpa, dwell_s, temperature_c",
                               "Give three numbers a recipe.")
            Recipe(*row)

    @property
    def names(self) -> tuple[str, ...]:
        """All strategies, each once."""
        added = ("design",) if self.design else ()
        return tuple(dict.fromkeys((*self.strategies, *added)))
