"""A lab's own surrogate whose fit goes wrong."""

from __future__ import annotations


def fit(data, prior, *, seed=0):
    raise RuntimeError("the licence server is away\nand more of that")
