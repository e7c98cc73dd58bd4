"""Any measured quantity, or several at once, within limits of others.

One quantity of which less, or more, is better is searched as resistance is. One with a target or a
range is worth its expected distance from there: one more stack is worth what its reading is
expected to take off that of the recommended recipe, as the knowledge gradient of Frazier (2009, doi
10.1287/ijoc.1080.0314) with its own recipe alone competing. Several are worth the expected growth
of the hypervolume that they leave beaten, as in `pareto`; recommended is the lowest sum of all,
each counted in standard deviations of its readings.

What keeps the limits of other quantities is learned by models of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pressloop.optimizer.objectives import Objective
from pressloop.optimizer.space import Space
from pressloop.trials.errors import BadInput
from pressloop.trials.quantity import Quantity
from pressloop.trials.recipe import Recipe

if TYPE_CHECKING:
    from torch import Tensor

    from pressloop.optimizer.beliefs.belief import Belief, Expected
    from pressloop.optimizer.models import Models

DRAWS = 1024
"""Joint draws by which two recipes are compared."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One recipe that nothing beats in every quantity, and what is expected of it."""

    recipe: Recipe
    expected: tuple[Expected, ...]


@dataclass(frozen=True, kw_only=True)
class Focus(Objective):
    """Its options.

    measured: quantities and what is wanted of each, those that are sought before those that only
        have limits.

    Raises BadInput where one is there twice, or none is sought.
    """

    measured: tuple[Quantity, ...]

    def __post_init__(self) -> None:
        names = [q.name for q in self.measured]
        if len(set(names)) < len(names):
            raise BadInput("objective.measured", ", ".join(names), "each quantity once",
                           "Drop the one that is there twice.")
        if not self.sought:
            raise BadInput("objective.measured", ", ".join(names) or "none", "a goal for one of "
                           "them", "Limits alone leave nothing to look for: say what is wanted.")
        ordered = (*self.sought, *(q for q in self.measured if not q.sought))
        object.__setattr__(self, "measured", ordered)

    def prove(self, space: Space) -> None:
        """A quantity is no parameter of the recipe. Raises BadInput for one that is."""
        for q in self.measured:
            if any(p.name == q.name for p in space.parameters):
                raise BadInput(f"objective.{q.name}", "a parameter of [space] too",
                               "what the stack is measured by", "Rename one of the two.")

    @property
    def quantities(self) -> tuple[Quantity, ...]:
        """Those that are sought first."""
        return self.measured

    @property
    def sought(self) -> tuple[Quantity, ...]:
        """Those that have a goal."""
        return tuple(q for q in self.measured if q.sought)

    @property
    def pressing(self) -> bool:
        """True where resistance is the one thing that is sought."""
        return len(self.sought) == 1 and self.quantity.is_resistance and self.quantity.directed

    @property
    def by_value(self) -> bool:
        """True for one quantity of which less, or more, is better."""
        return len(self.sought) == 1 and self.quantity.directed

    def offset(self, models: Models, points: Tensor) -> Tensor:
        """What makes the scale of the first quantity the weighed sum of all losses, shape (m,)."""
        if self.by_value:
            return points.new_zeros(points.shape[0])
        return self._sum(models, points) - models.beliefs[0].moments(points)[0]

    def _sum(self, models: Models, points: Tensor) -> Tensor:
        found = self._sought(models)
        return sum((_weight(b, found[0]) * b.loss(*b.moments(points)) for b in found),
                   points.new_zeros(points.shape[0]))

    def _sought(self, models: Models) -> list[Belief]:
        return [b for b in models.beliefs if b.quantity.sought and b.model is not None]

    def gain(self, models: Models, points: Tensor, pending: Tensor) -> Tensor | None:
        """The gain at points (m, d), shape (m,).

        None for one quantity of which less, or more, is better."""
        if self.by_value:
            return None
        found = self._sought(models)
        if len(found) == 1:
            return _nearer(models, found[0], points, pending)
        return self._growth(models, found, points, pending)

    def _growth(self, models: Models, found: Sequence[Belief], points: Tensor, pending: Tensor
                ) -> Tensor:
        import torch

        from pressloop.optimizer.incumbent import may_be_recommended
        from pressloop.optimizer.objectives import _hypervolume as hypervolume

        told = [_after(models, b, points, pending) for b in found]
        mean = torch.stack([b.loss(*b.moments(points)) for b in found], 1)
        spread = torch.stack([then.std(1).clamp_min(hypervolume.KNOWN) for then, _ in told], 1)
        may = may_be_recommended(models, points)
        return hypervolume.added(mean, spread, may)

    def choices(self, models: Models, recipe: Recipe) -> tuple[Choice, ...]:
        """Recipes that may be recommended and that no other beats in every quantity.

        `recipe` is among them; a dozen stand for all. Empty for one quantity alone."""
        import torch

        from pressloop.optimizer.objectives import _hypervolume as hypervolume

        found = self._sought(models)
        if len(found) < 2:
            return ()
        recipes, points = hypervolume.on_offer(models, also=[recipe])
        if not recipes:
            return ()
        losses = torch.stack([b.loss(*b.moments(points)) for b in found], 1)
        shown = hypervolume.thinned_index(losses, hypervolume.non_dominated(losses),
                                          hypervolume.SHOWN)
        kept = dict.fromkeys([*(recipes[i] for i in shown), recipe])
        told = [Choice(one, models.expected(one)) for one in kept]
        return tuple(sorted(told, key=lambda c: c.expected[0].value))

    def p_better(self, models: Models, recipe: Recipe, other: Recipe) -> float:
        """Chance that the first of two recipes has the lower sum of losses, by joint draws."""
        import torch

        from pressloop.surrogates import predict

        found, x = self._sought(models), models.unit([recipe, other])
        total = torch.zeros(DRAWS, 2, dtype=torch.float64)
        for i, b in enumerate(found):
            assert b.model is not None
            z = predict.draws(b.model, x, DRAWS, i)
            total = total + _weight(b, found[0]) * b.loss(z, torch.zeros_like(z))
        return float((total[:, 0] < total[:, 1]).double().mean())


def _weight(of: Belief, first: Belief) -> float:
    """Standard deviations of readings are worth the same."""
    return first.scale.spread / of.scale.spread


def _after(models: Models, of: Belief, points: Tensor, pending: Tensor) -> tuple[Tensor, Tensor]:
    """Expected loss at each of points (m, d) after one more stack there.

    At nodes (m, k) of what it may read, and the weights (k,) of the nodes."""
    import torch

    from pressloop.optimizer.acquisitions.knowledge_gradient import normal_nodes
    from pressloop.optimizer.objectives._hypervolume import moves

    assert of.model is not None
    mean, sd = of.moments(points)
    step = moves(of.model, points, pending, models.off)
    left = (sd.square() - step.square()).clamp_min(0.0).sqrt()
    nodes, weights = zip(*normal_nodes(), strict=True)
    then = torch.stack([of.loss(mean + step * node, left) for node in nodes], 1)
    return then, mean.new_tensor(weights)


def _nearer(models: Models, of: Belief, points: Tensor, pending: Tensor) -> Tensor:
    """Expected fall of the loss of what is recommended, (m,)."""
    best = models.incumbent[0].unsqueeze(0)
    now = of.loss(*of.moments(best))
    then, weights = _after(models, of, points, pending)
    return ((now - then).clamp_min(0.0) * weights).sum(1)
