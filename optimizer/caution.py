"""How careful the search and the recommendation are."""

from __future__ import annotations

from dataclasses import dataclass

from trials.checks import not_negative, positive, within


@dataclass(frozen=True, slots=True)
class Caution:
    """What a lab may turn; the settings file's `[caution]` table has the same keys.

    crushed_above: damage index above which a stack counts as crushed; the settings take it from
        `[evaluation]`, so that both rooms mean the same.
    max_crush_probability: highest chance of crushing that a shipped recipe may have.
    max_crush_probability_exploring: the same for a recipe that is tried; shorting and delaminating
        together may have as much.
    max_failure_probability: the same for shorting and delaminating together.
    losses: how many percent of resistance one percent of lost stacks is worth in a shipped recipe.
    exploring: exponent on the probability of survival while searching; 0 ignores failures,
        4 crushes a third of the stacks that 1 does.
    pressure_error, temperature_error_c: set-point error of the press (1 standard deviation),
        over which a recommended recipe is averaged.
    tolerance: recipes within this fraction of the best resistance count as good as it.
    stack_scatter: relative scatter from stack to stack that a lab expects before it has data.
    """

    crushed_above: float = 0.05
    max_crush_probability: float = 0.05
    max_crush_probability_exploring: float = 0.25
    max_failure_probability: float = 0.10
    losses: float = 1.0
    exploring: float = 4.0
    pressure_error: float = 0.01
    temperature_error_c: float = 2.5
    tolerance: float = 0.10
    stack_scatter: float = 0.12

    def __post_init__(self) -> None:
        for name in ("crushed_above", "max_crush_probability", "max_failure_probability",
                     "max_crush_probability_exploring",
                     "tolerance"):
            within(f"caution.{name}", getattr(self, name), 1e-3, 0.999, "It is a fraction.")
        for name in ("losses", "exploring", "pressure_error", "temperature_error_c"):
            not_negative(f"caution.{name}", getattr(self, name))
        positive("caution.stack_scatter", self.stack_scatter)
