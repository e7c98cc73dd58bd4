"""Lowest interfacial resistance, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass

from pressloop.optimizer.objectives import Objective


@dataclass(frozen=True, kw_only=True)
class Focus(Objective):
    """ln R as it is."""
