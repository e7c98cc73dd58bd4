"""Answers about points that are asked about again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from torch import Tensor

REMEMBERED = 4
T = TypeVar("T")


class LastFew:
    """Keeps the last few answers: a search looks at the same candidates many times. Points are the
    same where they are the same memory, unchanged."""

    def __init__(self) -> None:
        self._kept: dict[tuple[object, ...], tuple[Tensor, Any]] = {}

    def of(self, x: Tensor, answer: Callable[[Tensor], T]) -> T:
        """`answer(x)`, from memory where x was asked for before."""
        key = (x.data_ptr(), tuple(x.shape), x.stride(), x._version)
        if key not in self._kept:
            if len(self._kept) >= REMEMBERED:
                del self._kept[next(iter(self._kept))]
            # The points are kept too: as long as they are, nothing else has their address.
            self._kept[key] = (x, answer(x))
        found: T = self._kept[key][1]
        return found
