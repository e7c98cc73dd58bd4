"""Before any stack is intact: go where one may survive, away from what has been tried.

g(x) = 1 - exp(-(d/0.25)^2), d the distance to the nearest tried or pending recipe in the unit cube;
the search itself multiplies by the chance of survival.
"""

from __future__ import annotations

import torch
from torch import Tensor

from optimizer.beliefs import Beliefs
from optimizer.shipping import Offset

REACH = 0.25


def gain(beliefs: Beliefs, points: Tensor, pending: Tensor, offset_of: Offset, seed: int
         ) -> Tensor:
    """Between 0 and 1 for each of points (m, d); offset and seed are not used."""
    known = [beliefs.data.root_hazard, *beliefs.data.labels.values()]
    tried = torch.cat([*(torch.from_numpy(rows.x) for rows in known), pending])
    if not tried.shape[0]:
        return torch.ones(points.shape[0], dtype=torch.float64)
    nearest = torch.cdist(points, tried).min(-1).values
    return -torch.expm1(-(nearest / REACH) ** 2)
