"""Why a recipe is proposed: its purpose, the numbers believed of it, and one plain sentence."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from pressloop.optimizer.candidate_set import CandidateSet
from pressloop.optimizer.incumbent import RISK_AVERSION, losses
from pressloop.optimizer.models import Models
from pressloop.trials.outcome import Intact
from pressloop.trials.quantity import MAXIMISE, RESISTANCE, Quantity
from pressloop.trials.recipe import Recipe

REFERENCE, CONTROL, SPACE_FILLING = "reference", "control", "space-filling"
REPLICATE, EXPLOIT, EXPLORE = "replicate", "exploit", "explore"
FIND_INTACT = "find an intact stack"
OWN = "own recipe"

OPENS = {
    REFERENCE: "The recipe the lab uses now, to compare with",
    CONTROL: "The reference recipe again, to see whether stacks or press have changed",
    SPACE_FILLING: "One of the opening, which is spread over the space",
    REPLICATE: "Repeats a recipe, as one more reading of it tells more than a new one",
    EXPLOIT: "Tries a recipe that is believed to be about as good as the best",
    EXPLORE: "Explores, to learn which recipe is the best",
    OWN: "A recipe that a person has asked for",
    FIND_INTACT: "Looks for a recipe that a stack survives, as none has yet",
}
"""How the sentence of each purpose begins."""
UNUSED = ("Looks for a recipe that a stack survives, as nothing is learned from the {} intact "
          "stacks that are known")
"""How it begins where stacks survived, but none that says something of this space."""


def purpose_of(models: Models, found: CandidateSet, at: int) -> str:
    """What the candidate with this index is for, where the models chose it."""
    if models.log_resistance is None:
        return FIND_INTACT
    if bool(found.tried[at]):
        return REPLICATE
    here, there = _value(models, torch.stack([found.points[at], models.incumbent[0]])).tolist()
    return EXPLOIT if here <= there + math.log1p(models.limits.tolerance) else EXPLORE


def _value(models: Models, points: Tensor) -> Tensor:
    """What a recommendation looks at, for points (m, d), shape (m,)."""
    mean, sd = models.moments(points)
    return (mean + RISK_AVERSION * sd + losses(models, models.risk(points))
            + models.problem.objective.offset(models, points))


def numbers_of(models: Models, recipe: Recipe) -> dict[str, float]:
    """What is believed of one more stack pressed by the recipe; empty before there is data."""
    if not taught(models):
        return {}
    risk = models.risk(models.unit([recipe]))
    numbers = {"p_crushed": float(risk.crush[0]), "p_failed": float(risk.fail[0]),
               "survival": float(risk.log_survival().exp()[0])}
    if models.log_resistance is not None:
        for one in models.expected(recipe):
            numbers |= zip(names_of(one.quantity), (one.value, one.stack_low, one.stack_high),
                           strict=True)
            if one.p_kept is not None:
                numbers[f"p_{one.quantity.name}_kept"] = one.p_kept
    return numbers


def names_of(quantity: Quantity) -> tuple[str, str, str]:
    """Under which names value, lower and upper end of a quantity are told."""
    name = quantity.name
    return (name, "low_ohm_cm2", "high_ohm_cm2") if quantity.is_resistance else (
        name, f"{name}_low", f"{name}_high")


def taught(models: Models) -> bool:
    """True when any stack has told something."""
    rows = (models.data.log_resistance, models.data.log_hazard, *models.data.labels.values())
    return any(r.y.size for r in rows)


def unused_intact(models: Models) -> int:
    """How many intact stacks are known although none is learned from.

    As where the space holds a variable at a value that none of them was pressed at."""
    if models.log_resistance is not None:
        return 0
    return sum(isinstance(t.outcome, Intact) for t in (*models.history, *models.earlier))


def sentence(purpose: str, numbers: dict[str, float], notes: tuple[str, ...] = (),
             unused: int = 0, quantities: Sequence[Quantity] = (RESISTANCE,)) -> str:
    """One sentence with the numbers, and what is to be said of the models behind them.

    `unused` is the number of intact stacks that none of them learns from; `quantities` are those of
    the objective, what is sought first."""
    told = [_expected(numbers, of) for of in quantities if of.name in numbers]
    if "survival" in numbers:
        told.append(f"survives with {_percent(numbers['survival'])}")
    if "expected_gain" in numbers:
        first = quantities[0]
        verb = "raise" if first.goal == MAXIMISE else "lower"
        called = "resistance" if first.is_resistance else first.name
        told.append(f"should {verb} the {called} of the recommended recipe by "
                    f"{_percent(numbers['expected_gain'], 1)}")
    opens = UNUSED.format(unused) if purpose == FIND_INTACT and unused else OPENS[purpose]
    start = f"{opens}: {', '.join(told) or 'nothing is known of it yet'}."
    return " ".join((start, *(f"{note.rstrip('.')}." for note in notes)))


def _expected(numbers: dict[str, float], of: Quantity) -> str:
    value, low, high = (_short(numbers[name]) for name in names_of(of))
    called = "" if of.is_resistance else f"{of.name} "
    unit = f" {of.unit}" if of.unit else ""
    kept = numbers.get(f"p_{of.name}_kept")
    limit = f", {of.wanted()} with {_percent(kept)}" if kept is not None else ""
    return f"expected {called}{value}{unit} ({low} to {high} with 95 %{limit})"


def _short(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 100.0 else f"{value:.3g}"


def _percent(share: float, decimals: int = 0) -> str:
    smallest = 10.0**-decimals
    percent = 100.0 * share
    if percent < 0.5 * smallest:
        return f"less than {smallest:g} %"
    if percent > 100.0 - smallest:
        return f"more than {100.0 - smallest:g} %"
    return f"{percent:.{decimals}f} %"
