"""Several outputs at once: the front that nothing beats, and the expected growth of what it beats.

Emmerich 2006, doi 10.1109/TEVC.2005.859463. Cells of the front are BoTorch's; with independent
outputs each cell's part is a product of differences of expected improvements (Yang 2019, doi
10.1007/s10898-019-00798-7). Lower outputs are better here, but for `growth`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from pressloop.trials.recipe import Recipe

if TYPE_CHECKING:
    from botorch.models.model import Model
    from torch import Tensor

    from pressloop.optimizer.models import Models

CANDIDATES, SHOWN, CORNERS = 1024, 12, 48
KNOWN = 1e-6
"""Standard deviation of what is known: the formula needs one."""


def moves(model: Model, points: Tensor, pending: Tensor, off: Tensor | None) -> Tensor:
    """Standard deviation by which a reading moves the mean at its own recipe, shape (m,)."""
    from pressloop.optimizer.acquisitions.knowledge_gradient import while_pending
    from pressloop.surrogates import predict

    variance = predict.moments(model, points)[1].square()
    if pending.shape[0]:
        noise = predict.scatter(model, pending, off)
        variance = while_pending(model, points, pending, noise, variance)[2]
    return variance / (variance + predict.scatter(model, points, off).square()).sqrt()


def non_dominated(outputs: Tensor) -> Tensor:
    """Indices of outputs (m, o) that no other beats in all."""
    from botorch.utils.multi_objective.pareto import is_non_dominated

    return is_non_dominated(-outputs).nonzero().squeeze(1)


def front(outputs: Tensor) -> Tensor:
    """Those of outputs (m, o) that no other beats in all."""
    return outputs[non_dominated(outputs)]


def thinned_index(outputs: Tensor, front: Tensor, most: int) -> list[int]:
    """At most so many of the front's indices, evenly over its first output.

    `outputs` are (n, o), `front` indices (k,) of them."""
    order = front[outputs[front, 0].argsort()]
    at = np.unique(np.linspace(0, max(len(order) - 1, 0), min(most, len(order))).round())
    return [int(order[int(i)]) for i in at]


def thinned(front: Tensor, most: int) -> Tensor:
    """At most so many of a front (k, o)."""
    return front[thinned_index(front, front.new_ones(len(front)).nonzero().squeeze(1), most)]


def on_offer(models: Models, *, also: Sequence[Recipe] = ()) -> tuple[list[Recipe], Tensor]:
    """Recipes that may be recommended, each once, and their points (m, d).

    Of a spread over the space, of those tried, of the incumbent, and of `also`."""
    import torch

    from pressloop.optimizer.candidates import spread
    from pressloop.optimizer.incumbent import may_be_recommended

    points = models.searched(torch.cat([
        spread(models.tried.shape[-1], CANDIDATES, 0), models.tried,
        models.incumbent[0].unsqueeze(0)]))
    recipes = list(dict.fromkeys((*models.space.decode_all(points.numpy()), *also)))
    points = models.unit(recipes)
    safe = may_be_recommended(models, points).nonzero().squeeze(1)
    return [recipes[int(i)] for i in safe], points[safe]


def added(mean: Tensor, spread: Tensor, may: Tensor) -> Tensor:
    """Expected growth of the hypervolume that the believed front leaves beaten, shape (m,).

    By outputs of independent normal means and spreads (m, o), less being better. The front is that
    of the means which `may` (m,) be recommended, of all where none may."""
    found = thinned(front(mean[may] if bool(may.any()) else mean), CORNERS)
    return growth(-found, -mean, spread)


def growth(front: Tensor, mean: Tensor, spread: Tensor) -> Tensor:
    """Expected growth of the hypervolume above `front` (k, o), more being better, shape (m,).

    By outputs of independent normal means and spreads (m, o)."""
    from botorch.utils.multi_objective.box_decompositions import FastNondominatedPartitioning
    from botorch.utils.multi_objective.hypervolume import infer_reference_point

    cells = FastNondominatedPartitioning(infer_reference_point(front), front)
    low, high = cells.get_hypercell_bounds()
    total = mean.new_zeros(mean.shape[0])
    for bottom, top in zip(low, high, strict=True):
        inside = _above(mean, spread, bottom) - _above(mean, spread, top)
        total += inside.clamp_min(0.0).prod(1)
    return total


def _above(mean: Tensor, spread: Tensor, bar: Tensor) -> Tensor:
    """E[(y - bar)+] of normal y; zero for an infinite bar."""
    from pressloop.surrogates.predict import expected_improvement

    return expected_improvement(mean - bar.clamp(-1e8, 1e8), spread)
