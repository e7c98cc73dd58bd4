"""What to try next? History in, recipes out; needs neither Prefect nor hardware.

`propose` and `recommend` are pure functions; torch is loaded with the first of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from optimizer.caution import Caution
from optimizer.cost import Cost
from optimizer.objectives import Objective
from optimizer.space import Space

if TYPE_CHECKING:
    from optimizer.beliefs import Beliefs, Interval, believe
    from optimizer.proposals import Proposal, Search, propose
    from optimizer.recommendation import Comparison, Recommendation, Region, recommend

__all__ = ["Beliefs", "Caution", "Comparison", "Cost", "Interval", "Objective", "Proposal",
           "Recommendation", "Region", "Search", "Space", "believe", "propose", "recommend"]

_LAZY = {
    "beliefs": ("Beliefs", "Interval", "believe"),
    "proposals": ("Proposal", "Search", "propose"),
    "recommendation": ("Comparison", "Recommendation", "Region", "recommend"),
}


def __getattr__(name: str) -> Any:
    import importlib

    for module, names in _LAZY.items():
        if name in names:
            return getattr(importlib.import_module(f"optimizer.{module}"), name)
    raise AttributeError(name)
