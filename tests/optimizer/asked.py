"""What is proposed, recommended and assessed after a history, in one call each."""

from __future__ import annotations

from collections.abc import Sequence

from pressloop.optimizer import (
    Assessment,
    Models,
    Problem,
    Proposal,
    Recommendation,
    RiskLimits,
    Space,
    assess,
    fit_models,
    propose,
    recommend,
)
from pressloop.optimizer.stopping import Stopping
from pressloop.trials.trial import Trial


def fitted(history: Sequence[Trial], space: Space, limits: RiskLimits | None = None, *,
           earlier: Sequence[Trial] = (), origin: tuple[str, str] | None = None, **of) -> Models:
    """The models of a problem in this space; `of` are its other parts."""
    problem = Problem(space, limits=limits or RiskLimits(), **of)
    return fit_models(problem, history, earlier, origin=origin)


def proposed(history: Sequence[Trial], space: Space, *, count: int = 1, seed: int = 0, **of
             ) -> tuple[Proposal, ...]:
    return propose(fitted(history, space, **of), count, seed)


def recommended(history: Sequence[Trial], space: Space, *, analysis: bool = False, **of
                ) -> Recommendation:
    return recommend(fitted(history, space, **of), analysis=analysis)


def assessed(history: Sequence[Trial], space: Space, stopping: Stopping | None = None, *,
             budget: int | None = None, **of) -> Assessment:
    return assess(fitted(history, space, **of), stopping, budget=budget)
