"""What the words mean, and the settings behind the numbers."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Any

from pressloop.evaluation.rules import Rules
from pressloop.optimizer import Problem, Space
from pressloop.trials.recipe import CORE
from pressloop.views.words import OHM_CM2, recipe_words

GLOSSARY = (
    ("Interfacial resistance", "Sum of the slow arcs of the impedance, times electrode area "
     f"({OHM_CM2})."),
    ("95 % interval", "Holds the true value in 19 cases of 20, if the model is right."),
    ("Predicted", "Median of the model after all stacks, not one measured value."),
    ("Damage", "Crushed share of the cathode, as the pressing trace tells it."),
    ("Nonunif.", "Scatter of conductance over the segments of one stack."),
    ("Crushed, shorted, delaminated", "A stack that does not work; it teaches where not to press."),
    ("Set aside", "Readings that cannot be trusted; they teach nothing."),
    ("Spoilt, withdrawn", "By a person's word: the stack was spoilt, or should not be on record. "
     "They teach nothing."),
    ("Faulted", "The machine failed or the stack was abandoned: says nothing of the recipe."),
    ("Laws of pressing", "What is known of contact, creep and reaction from the literature; the "
     "percentage is how much weight the readings give them."),
    ("As good", "Within the tolerance of the best, and within the limits on failure."),
)
OF_RESISTANCE = ("Interfacial resistance", "Laws of pressing")
"""Words that a campaign of another quantity does not use."""


def settings_rows(problem: Problem, rules: Rules) -> list[tuple[str, str]]:
    """Names and values of all settings that shape the numbers."""
    reference = problem.reference
    return [("reference", recipe_words(reference) if reference else "none"),
            *_space(problem.space), *_values("risk_limits", problem.limits),
            *_values("search", problem.search), *_values("surrogate", problem.surrogate),
            *_values("evaluation", rules)]


def _space(space: Space) -> list[tuple[str, str]]:
    """Bounds of the core as the settings have them, and in words what there is besides."""
    core = [(f"space.{name}", _plain(getattr(space, name))) for name in CORE
            if name not in space.absent]
    steps = [(f"space.{name}.step", _plain(step)) for name, step in space.steps]
    others = [(f"space.{p.name}", p.told()) for p in space.others]
    return [*core, *steps, *others, *((rule.where, rule.text) for rule in space.rules)]


def _values(prefix: str, of: Any) -> list[tuple[str, str]]:
    return [(f"{prefix}.{field.name}", _plain(getattr(of, field.name))) for field in fields(of)]


def _plain(value: object) -> str:
    """A setting as short text."""
    return value if isinstance(value, str) else json.dumps(value)
