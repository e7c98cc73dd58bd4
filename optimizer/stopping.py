"""When a campaign has found enough: three rules, each explained in a sentence.

Its budget is spent; or another recipe is hardly better; or one more stack gains less than it is
worth. Sources: docs/how-to/stop-in-time.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from pressloop.optimizer.objectives import Objective
from pressloop.trials.checks import within
from pressloop.trials.errors import BadInput
from pressloop.trials.outcome import Failed, Intact
from pressloop.trials.quantity import MAXIMISE, Quantity
from pressloop.trials.wording import by_number, counted, of_budget

if TYPE_CHECKING:
    # The models are loaded with the first stack that they can learn from.
    from pressloop.optimizer.decision_analysis import DecisionAnalysis
    from pressloop.optimizer.models import Models

USUAL = 0.05
"""Improvement that is told of where none is asked for (a convention)."""


class Verdict(StrEnum):
    """Whether a campaign goes on, and else by which rule it stops."""

    GO_ON = "go on"
    BUDGET = "budget spent"
    HARDLY_IMPROVABLE = "hardly improvable"
    NOT_WORTH_A_STACK = "not worth a stack"


@dataclass(frozen=True, slots=True)
class Stopping:
    """When to stop before the budget; the settings file's `[stopping]` table has the same keys.

    A rule whose numbers are not given stops nothing.

    improvable_by, improvable_with: stop when the chance that another recipe has a resistance lower
        by more than this fraction is below this probability. Both or neither.
    worth: stop when the best next stack is expected to lower the resistance of the recommended
        recipe by less than this fraction, which the lab says one stack is worth.
    at_least: stacks with an outcome before either may stop a campaign.

    Raises BadInput on numbers that cannot be.
    """

    improvable_by: float | None = None
    improvable_with: float | None = None
    worth: float | None = None
    at_least: int = 12

    def __post_init__(self) -> None:
        pair = {"improvable_by": self.improvable_by, "improvable_with": self.improvable_with}
        given = [name for name, value in pair.items() if value is not None]
        if len(given) == 1:
            lacks, = pair.keys() - given
            raise BadInput(f"stopping.{lacks}", "missing", f"given with {given[0]}",
                           "Add it, or take the other away.")
        for name, low, high in (("improvable_by", 0.005, 0.9), ("improvable_with", 0.005, 0.5),
                                ("worth", 1e-5, 0.5)):
            if (value := getattr(self, name)) is not None:
                within(f"stopping.{name}", value, low, high, "It is a fraction.")
        within("stopping.at_least", self.at_least, 1, 100_000, "It counts stacks.")

    @property
    def asked(self) -> bool:
        """True where a campaign may stop before its budget."""
        return self.improvable_with is not None or self.worth is not None


@dataclass(frozen=True, slots=True)
class Assessment:
    """What speaks for stopping now.

    used: stacks of the budget. learned: stacks with an outcome that the models learn from.
    p_improvable: chance that another recipe that keeps the limits on failure is better than the
        incumbent by more than `improvable_by`, a fraction.
    expected_gain: fraction by which the best next stack lowers the resistance of what is
        recommended, on average. Both None before any intact stack.
    sentences: one for each rule: budget, improvement, gain.
    """

    used: int
    learned: int
    improvable_by: float
    p_improvable: float | None
    expected_gain: float | None
    verdict: Verdict
    sentences: tuple[str, str, str]

    @property
    def stop(self) -> bool:
        """True where no new stack is to be pressed."""
        return self.verdict is not Verdict.GO_ON


def assess(models: Models, stopping: Stopping | None = None, *, budget: int | None = None,
           analysis: DecisionAnalysis | None = None) -> Assessment:
    """Whether to press one more stack. Pure and deterministic.

    What the objective adds to resistance counts as resistance. `analysis` is that of a
    recommendation by the same models: the best next stack is not sought again. Raises BadInput
    where the rules cannot be had with the objective.
    """
    stopping, objective = stopping or Stopping(), models.problem.objective
    prove_stopping(stopping, objective)
    by = USUAL if stopping.improvable_by is None else stopping.improvable_by
    used = sum(t.pressed_here for t in models.history)
    learned = sum(isinstance(t.outcome, (Intact, Failed)) for t in models.history)
    chance: float | None = None
    gain: float | None = None
    if _own_intact(models) and objective.by_value:
        from pressloop.optimizer.regret_bound import expected_gain, p_improvable

        chance = p_improvable(models, by)
        if analysis is None:
            gain = expected_gain(models)
        elif analysis.telling is not None:
            gain = analysis.telling.expected_gain
    verdict = _verdict(stopping, used, learned, budget, chance, gain)
    return Assessment(used, learned, by, chance, gain, verdict, (
        _of_budget(used, budget), _of_chance(stopping, by, chance, learned),
        _of_gain(stopping, gain, learned, objective.quantity)))


def _own_intact(models: Models) -> bool:
    """True where an intact stack of this campaign, not only of earlier ones, is known."""
    name = models.data.scale.quantity.name
    return any(isinstance(t.outcome, Intact) and t.outcome.reading(name) is not None
               and models.space.comparable(t.pressed)
               for t in models.history)


def prove_stopping(stopping: Stopping, objective: Objective) -> None:
    """Raises BadInput for rules on resistance where the objective is another thing."""
    if stopping.asked and not objective.by_value:
        name = "improvable_by" if stopping.worth is None else "worth"
        raise BadInput(f"stopping.{name}", getattr(stopping, name),
                       "left out with this [objective], which does not go by resistance alone",
                       "Take it away: the budget ends this campaign.")


def _verdict(stopping: Stopping, used: int, learned: int, budget: int | None,
             chance: float | None, gain: float | None) -> Verdict:
    if budget is not None and used >= budget:
        return Verdict.BUDGET
    if learned < stopping.at_least:
        return Verdict.GO_ON
    if _below(chance, stopping.improvable_with):
        return Verdict.HARDLY_IMPROVABLE
    return Verdict.NOT_WORTH_A_STACK if _below(gain, stopping.worth) else Verdict.GO_ON


def _below(value: float | None, level: float | None) -> bool:
    return value is not None and level is not None and value < level


def _of_budget(used: int, budget: int | None) -> str:
    return (f"Budget: {counted(used, 'stack')}." if budget is None else
            f"Budget: {of_budget(used, budget)}.")


def _of_chance(stopping: Stopping, by: float, chance: float | None, learned: int) -> str:
    what = f"The chance that another recipe is better by more than {_percent(by)} is"
    if chance is None:
        return f"{what} not known yet."
    level = stopping.improvable_with
    if level is None:
        return f"{what} {_percent(chance)}; no chance is set below which the campaign stops."
    return (f"{what} {_percent(chance)}, {_compared(chance, level)} the {_percent(level)} asked "
            f"for{_too_early(stopping, learned)}.")


def _of_gain(stopping: Stopping, gain: float | None, learned: int, of: Quantity) -> str:
    if gain is None:
        return "What one more stack gains cannot be told yet."
    verb, name = ("raise" if of.goal == MAXIMISE else "lower",
                  "resistance" if of.is_resistance else of.name)
    what = (f"The best next stack is expected to {verb} the recommended recipe's {name} by "
            f"{_percent(gain)}")
    if stopping.worth is None:
        return f"{what}; no gain is set below which the campaign stops."
    return (f"{what}, {_compared(gain, stopping.worth)} the {_percent(stopping.worth)} that it is "
            f"worth{_too_early(stopping, learned)}.")


def _compared(value: float, level: float) -> str:
    return "below" if value < level else "not below"


def _too_early(stopping: Stopping, learned: int) -> str:
    return "" if learned >= stopping.at_least else (
        f" (which counts from {counted(stopping.at_least, 'stack')} with an outcome on; there "
        f"{by_number(learned, 'is', 'are')} {learned})")


def _percent(fraction: float) -> str:
    """Two digits that count, but not the noise of the draws."""
    if fraction < 5e-5:
        return "less than 0.01 %"
    shown = 100.0 * fraction
    return f"{shown:.0f} %" if shown >= 9.95 else f"{float(f'{shown:.2g}'):g} %"
