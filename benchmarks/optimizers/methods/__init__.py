"""Who searches: one file per method, found by its name.

Each file offers `VERSION` (what ran, "" for what this project computes itself) and
`start(problem, seed)`, which raises NotOffered where the method has no answer.
"""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

NAMES = ("pressloop", "ax", "baybe", "bofire", "optuna_gp", "optuna_tpe", "central_composite",
         "full_factorial", "sobol", "random")
MODEL_BASED = ("ax", "baybe", "bofire", "optuna_gp", "optuna_tpe")


def module(name: str) -> ModuleType:
    """The file of that method. Raises KeyError where there is none."""
    if name not in NAMES:
        raise KeyError(f"{name}: not one of {', '.join(NAMES)}")
    return import_module(f"benchmarks.optimizers.methods.{name}")
