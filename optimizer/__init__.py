"""What to try next? History in, recipes out; needs neither Prefect nor hardware.

    models = fit_models(Problem(space), history)
    propose(models, count=3), recommend(models), assess(models, budget=24)

All are pure functions; torch is loaded with the first of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pressloop.optimizer.constraints.rules import Rule
from pressloop.optimizer.cost import Cost
from pressloop.optimizer.objectives import Objective
from pressloop.optimizer.parameter import Parameter
from pressloop.optimizer.problem import Problem, Search, SurrogateChoice
from pressloop.optimizer.risk_limits import RiskLimits
from pressloop.optimizer.space import Space

if TYPE_CHECKING:
    from pressloop.optimizer.beliefs.belief import Expected, Interval
    from pressloop.optimizer.beliefs.fitting import fit_models
    from pressloop.optimizer.models import Models
    from pressloop.optimizer.proposals import Proposal, propose
    from pressloop.optimizer.recommendation import Comparison, Recommendation, Region, recommend
    from pressloop.optimizer.stopping import Assessment, assess

__all__ = ["Assessment", "Comparison", "Cost", "Expected", "Interval", "Models", "Objective",
           "Parameter", "Problem", "Proposal", "Recommendation", "Region", "RiskLimits", "Rule",
           "Search", "Space", "SurrogateChoice", "assess", "fit_models", "propose", "recommend"]

_LAZY = {
    "beliefs.belief": ("Expected", "Interval"),
    "beliefs.fitting": ("fit_models",),
    "models": ("Models",),
    "proposals": ("Proposal", "propose"),
    "recommendation": ("Comparison", "Recommendation", "Region", "recommend"),
    "stopping": ("Assessment", "assess"),
}


def __getattr__(name: str) -> Any:
    import importlib

    for module, names in _LAZY.items():
        if name in names:
            return getattr(importlib.import_module(f"pressloop.optimizer.{module}"), name)
    raise AttributeError(name)
