"""How much risk the search may take, and the recommended recipe may have."""

from __future__ import annotations

from dataclasses import dataclass

from pressloop.trials.checks import not_negative, positive, within


@dataclass(frozen=True, slots=True)
class RiskLimits:
    """What a lab may turn; the settings file's `[risk_limits]` table has the same keys.

    crushed_above: damage index above which a stack counts as crushed; the settings take it from
        `[evaluation]`, so that both rooms mean the same.
    max_crush_probability: highest chance of crushing that a recommended recipe may have.
    max_crush_probability_exploring: the same for a recipe that is tried; shorting and delaminating
        together may have as much.
    max_failure_probability: the same for shorting and delaminating together.
    losses: how many percent of resistance one percent of lost stacks is worth in a recommended
        recipe.
    survival_exponent: exponent on the probability of survival while searching; 0 ignores failures,
        more loses fewer stacks and learns less of where the edge runs.
    pressure_error, temperature_error_c: set-point error of the press (1 standard deviation),
        over which a recommended recipe is averaged.
    tolerance: recipes within this fraction of the best resistance count as good as it.
    stack_scatter: relative scatter from stack to stack that a lab expects before it has data.
    """

    crushed_above: float = 0.05
    max_crush_probability: float = 0.05
    max_crush_probability_exploring: float = 0.35
    max_failure_probability: float = 0.10
    losses: float = 2.0
    survival_exponent: float = 2.0
    pressure_error: float = 0.01
    temperature_error_c: float = 2.5
    tolerance: float = 0.10
    stack_scatter: float = 0.12

    def __post_init__(self) -> None:
        for name in ("crushed_above", "max_crush_probability", "max_failure_probability",
                     "max_crush_probability_exploring",
                     "tolerance"):
            within(f"risk_limits.{name}", getattr(self, name), 1e-3, 0.999, "It is a fraction.")
        for name in ("losses", "survival_exponent", "pressure_error", "temperature_error_c"):
            not_negative(f"risk_limits.{name}", getattr(self, name))
        positive("risk_limits.stack_scatter", self.stack_scatter)
